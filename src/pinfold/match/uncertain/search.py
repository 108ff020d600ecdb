"""Nearly the best first stage, by one descent over the prices of all scenarios together, and a proof of how near.

May be called: `near_best`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from pinfold.match.bound import Prices
from pinfold.match.descent import descend
from pinfold.match.dual import AHEAD, MEAN_EVERY, Stage
from pinfold.match.season import Floats
from pinfold.match.uncertain.dual import Mean, bound, smoothed
from pinfold.match.uncertain.problem import FirstStage, TwoStage, best_first
from pinfold.match.uncertain.recourse import kept_flow, start_prices, units, walked, with_promises, yuan
from pinfold.match.uncertain.risk import weights, worth

WARMING = (Stage(0.03, 15, 1e-6), Stage(0.01, 20, 1e-6), Stage(0.003, 30, 1e-7))
# After each of these a plan is made and certified; the walk ends when it is good enough, or as long as `PASSES` allows.
CERTIFIED = (Stage(0.001, 60, 1e-8), Stage(0.0006, 150, 1e-8), *(Stage(0.0004, 250, 1e-9),) * 4)
# Each scenario then goes its own way from the prices of the walk, with what was decided early kept.
AFTER = (Stage(0.0015, 30, 1e-7), Stage(0.0006, 30, 1e-8))
GAP_ENOUGH = 0.003
# Passes over ways x scenarios that effort 1 allows after the first plan. Measured on season M (docs/match.md).
PASS_WAYS = 1.2e8


@dataclass(frozen=True)
class Found:
    """A first stage, what each scenario brings at least after it, and what no first stage can be worth more than."""

    first: FirstStage
    yuan: Floats
    worth: float
    bound: float
    interrupted: bool = False

    @property
    def gap(self) -> float:
        return (self.bound - self.worth) / max(abs(self.bound), 1e-9)


def near_best(problem: TwoStage, start: Prices, known: FirstStage) -> Found:
    """A first stage within GAP_ENOUGH of the bound, or the best that the rules' effort leads to; never worse than `known`.

    start : prices of the plan that takes the forecast for certain; known : a first stage that is good already
    KeyboardInterrupt ends the walk early: the best so far comes back, certified, with `interrupted` set.
    """
    walk = _Walk(problem, start)
    passes_max = PASS_WAYS * problem.rules.effort / max(len(problem.network.want) * len(problem.scenario_kg), 1)
    best: Found | None = None
    try:
        for stage in WARMING:
            walk.take(stage)
        # So warm, flows are spread too evenly to tell what to promise, but prices tell already how good the known plan is.
        best = walk.certified(known)
        for stage in CERTIFIED:
            if walk.passes + stage.steps > passes_max:
                break
            walk.take(stage)
            best = _better(best, walk.certified())
            if best.gap <= GAP_ENOUGH:
                break
            walk.weights = (walk.weights + weights(best.yuan, problem.rules)) / 2
    except KeyboardInterrupt:
        return replace(best or walk.certified(known), interrupted=True)
    return best


def _better(one: Found, other: Found) -> Found:
    """The better plan of the two under the lower bound of the two."""
    return replace(max(one, other, key=lambda found: found.worth), bound=min(one.bound, other.bound))


class _Walk:
    """Prices of all scenarios on their way down the temperatures.

    weights : of the scenarios, as `risk.weights` gives them
    """

    def __init__(self, problem: TwoStage, start: Prices) -> None:
        self.problem, self.passes = problem, 0
        self.at = np.tile(start_prices(problem, start), (len(problem.scenario_kg), 1))
        # Which scenarios are the worst is told well enough by what their lots are worth at the prices that all begin with.
        first_look = [network.smoothed(WARMING[0].temperature, self.at[0])[0] for network in problem.networks]
        self.weights = weights(problem.salvage + first_look, problem.rules)
        self.ends: list[tuple[float, Floats]] = []
        self.means: list[Mean] = []

    def take(self, stage: Stage) -> None:
        if len(self.ends) > 1:
            self.at = self._heading(stage.temperature)
        # A scenario of little weight bends the dual little; none may have a step of 0.
        unit = units(self.problem.network, stage.temperature) / np.sqrt(np.maximum(self.weights, 1e-3 / len(self.weights)))[:, None]
        seen, means = itertools.count(), [Mean() for _ in self.at]
        self.means = means

        def function(point: Floats) -> tuple[float, Floats]:
            self.passes += 1
            self.at = point.reshape(unit.shape) * unit
            looks = next(seen) % MEAN_EVERY == 0
            value, slope = smoothed(self.problem, self.weights, stage.temperature, self.at, means if looks else ())
            slope *= unit
            return value, slope.ravel()

        self.at = descend(function, (self.at / unit).ravel(), stage.steps, stage.enough).reshape(unit.shape) * unit
        self.ends = [(before, prices) for before, prices in self.ends if before != stage.temperature] + [(stage.temperature, self.at)]

    def certified(self, known: FirstStage | None = None) -> Found:
        """The plan that `known` or the flows so far tell, each scenario taken to its own end, and the bound of the prices."""
        problem, rows = self.problem, range(len(self.at))
        if not self.means:
            self.means = [Mean() for _ in rows]
            smoothed(problem, self.weights, WARMING[-1].temperature, self.at, self.means)
        first = known or best_first(problem, [mean.kg for mean in self.means], self.weights)
        networks = [with_promises(problem, first, row) for row in rows]
        ends = [walked(problem, first, networks[row], self.at[row], self.means[row], AFTER) for row in rows]
        flows_kg = [kept_flow(problem, first, networks[row], self.means[row].kg, ends[row]) for row in rows]
        # For these flows this is the best first stage of all, so nothing is lost by it; and the flows still keep every limit.
        first = best_first(problem, flows_kg, self.weights)
        values = np.array([yuan(problem, first, row, with_promises(problem, first, row), flows_kg[row]) for row in rows])
        candidates = [self.at, np.stack(ends)]
        candidates += [self._heading(0.0)] if len(self.ends) > 1 else []
        least = min(bound(problem, self.weights, prices) for prices in candidates)
        return Found(first, values, worth(values, problem.rules), least)

    def _heading(self, temperature: float) -> Floats:
        (warm, before), (cool, after) = self.ends[-2:]
        return np.maximum(after + AHEAD * (cool - temperature) / (warm - cool) * (after - before), 0.0)
