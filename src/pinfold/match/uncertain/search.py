"""Nearly the best first stage, by one descent over the prices of all scenarios together, and a proof of how near.

May be called: `near_best`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pinfold.match.bound import Prices
from pinfold.match.dual import Stage
from pinfold.match.season import Floats
from pinfold.match.uncertain.dual import Dual, Mean, bound
from pinfold.match.uncertain.problem import FirstStage, TwoStage, best_first
from pinfold.match.uncertain.recourse import equity_of, kept_flows, start_prices, yuan
from pinfold.match.uncertain.risk import weights, worth
from pinfold.match.uncertain.walk import Walk

WARMING = (Stage(0.03, 15, 1e-6), Stage(0.01, 20, 1e-6), Stage(0.003, 30, 1e-7))
# After each of these a plan is made and certified; the walk ends when it is good enough, or as long as `PASS_WAYS` allows.
CERTIFIED = (Stage(0.001, 50, 1e-7), Stage(0.0006, 100, 1e-8), *(Stage(0.0004, 200, 1e-9),) * 5)
# Each scenario then goes its own way from the prices of the walk, with what was decided early kept.
AFTER = (Stage(0.001, 20, 1e-7), Stage(0.0006, 20, 1e-8))
GAP_ENOUGH = 0.003
# Passes over ways x scenarios that effort 1 allows; the first plan is made whatever they are. Measured on season M (docs/match.md).
PASS_WAYS = 2e8


@dataclass(frozen=True)
class Found:
    """A first stage, what each scenario brings at least after it, and what no first stage can be worth more than.

    income : the same yuan without the equity bonus, which nobody pays
    """

    first: FirstStage
    yuan: Floats
    income: Floats
    worth: float
    bound: float
    interrupted: bool = False

    @property
    def gap(self) -> float:
        return (self.bound - self.worth) / max(abs(self.bound), 1e-9)


def near_best(problem: TwoStage, start: Prices, known: FirstStage) -> Found:
    """A first stage within GAP_ENOUGH of the bound, or the best that the rules' effort leads to.

    start : prices of the plan that takes the forecast for certain; known : a first stage that is good already
    KeyboardInterrupt ends the walk early: the best so far comes back, certified, with `interrupted` set.
    """
    walk = _started(problem, start)
    passes_max = PASS_WAYS * problem.rules.effort / max(len(problem.network.want) * len(problem.scenario_kg), 1)
    best: Found | None = None
    try:
        for stage in WARMING:
            walk.take(stage)
        for stage in CERTIFIED:
            if best and (best.gap <= GAP_ENOUGH or walk.passes + stage.steps > passes_max):
                break
            walk.mean = Mean(problem)
            walk.take(stage)
            # The first flows are still spread, and quantiles of few scenarios strayed: halfway to what is known they promise more wisely.
            found = _certified(problem, walk, known if best is None else None)
            best = found if best is None else _better(best, found)
            walk.weights = (walk.weights + weights(best.yuan, problem.rules)) / 2
    except KeyboardInterrupt:
        return replace(best or _certified(problem, walk, known), interrupted=True)
    assert best is not None
    return best


def _better(one: Found, other: Found) -> Found:
    """The better plan of the two under the lower bound of the two."""
    return replace(max(one, other, key=lambda found: found.worth), bound=min(one.bound, other.bound))


def _started(problem: TwoStage, start: Prices) -> Walk:
    at = start_prices(problem, start)
    even = np.full(len(problem.scenario_kg), 1 / len(problem.scenario_kg))
    # Which scenarios are the worst is told well enough by what their lots are worth at the prices that all begin with.
    first_look = Dual(problem, even).of_scenarios(WARMING[0].temperature, np.tile(at, (len(even), 1)))[0]
    return Walk(problem, at, weights(problem.salvage + first_look, problem.rules))


def _certified(problem: TwoStage, walk: Walk, known: FirstStage | None) -> Found:
    """The plan that the flows so far tell, each scenario taken to its own end, and the bound of the prices.

    known : what is decided early is held halfway to it while scenarios go their own ways
    """
    if not walk.mean.seen:
        Dual(problem, walk.weights).smoothed(WARMING[-1].temperature, walk.at, walk.mean)
    first = best_first(problem, walk.mean.flows(), walk.weights)
    first = first if known is None else first.halfway(known)
    after = Walk(problem, walk.at, np.full(len(walk.at), 1 / len(walk.at)), first)
    after.mean = walk.mean
    for stage in AFTER:
        after.take(stage)
    flows_kg = kept_flows(problem, first, after)
    # For these flows this is the best first stage of all, so nothing is lost by it; and the flows still keep every limit.
    first = best_first(problem, flows_kg, walk.weights)
    values = np.array([yuan(problem, first, row, kg) for row, kg in enumerate(flows_kg)])
    equity = np.array([equity_of(problem, row, kg) for row, kg in enumerate(flows_kg)])
    candidates = [walk.at, after.at, *([walk.heading(0.0)] if len(walk.ends) > 1 else [])]
    least = min(bound(problem, walk.weights, prices) for prices in candidates)
    return Found(first, values, values - equity, worth(values, problem.rules), least)
