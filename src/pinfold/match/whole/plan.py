"""The season's plan with whole trucks, and pins and bids that open or stay shut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pinfold.basics.progress import Progress
from pinfold.match.baselines import baselines
from pinfold.match.bound import Prices
from pinfold.match.core import near_best_flow
from pinfold.match.dual import Flow
from pinfold.match.explain import Booked
from pinfold.match.kernel import Network
from pinfold.match.plan import Method, Plan
from pinfold.match.rows import SHOWN_MAX
from pinfold.match.rules import WholeRules
from pinfold.match.score import Facts, broken_limits, delivered_kg, judge, named
from pinfold.match.season import Floats, Season
from pinfold.match.shipments import Shipments, share_out
from pinfold.match.whole.bars import what_bars
from pinfold.match.whole.booked import refilled
from pinfold.match.whole.bound import PlacePrices, common_bound, place_bounds, place_prices, relaxed
from pinfold.match.whole.places import first_plan
from pinfold.match.whole.problem import GRAM_KG, Problem, delivered_on, earned, problem_of, summed, trucks_for
from pinfold.match.whole.programme import fitted
from pinfold.match.whole.proof import Proof
from pinfold.match.whole.search import Search, decide_at_once, improve

if TYPE_CHECKING:
    from concurrent.futures import Executor

# Of all seconds, the share left after which no further place is asked: the rest refills the trucks and improves.
SHARE_AFTER_PLACES = 0.3
# Whole trucks leave a gap of a percent or more, so the relaxation need not be nearer than this.
RELAXED_GAP_ENOUGH = 0.003


@dataclass(frozen=True)
class WholePlan:
    """trucks : shape (lanes,), whole trucks to book on each lane; booked : what bars goods that stay unsold; proof : of the plan's bound"""

    plan: Plan
    trucks: Floats
    booked: Booked
    proof: Proof

    def trucks_by_lane(self) -> dict[object, int]:
        """Whole trucks of every lane that books any, by lane_id as the tables wrote it."""
        lane_ids = self.plan.season.tables.lanes["lane_id"].to_list()
        return {lane_ids[lane]: int(self.trucks[lane]) for lane in np.flatnonzero(self.trucks).tolist()}


@dataclass(frozen=True)
class _Means:
    """What a search may use."""

    seconds_left: Callable[[], float]
    progress: Progress
    workers: Executor | None


@dataclass(frozen=True)
class _Sought:
    way_kg: Floats
    proof: Proof
    prices: Prices


def plan_whole_season(
    season: Season, rules: WholeRules, seconds_left: Callable[[], float], progress: Progress, workers: Executor | None = None
) -> WholePlan:
    """The best plan found while `seconds_left()` is above 0, with a bound that no plan can exceed.

    workers : threads, processes or machines for parts of the search
    The same seed and enough seconds give the same plan, whoever works on it; where the seconds end the search, a faster machine is further.
    Raises InputError when wants lack kg_min or open_cost, NoPlan when the optimiser gives up.
    """
    problem = problem_of(season)
    found = _sought(season, problem, rules, _Means(seconds_left, progress, workers))
    trucks = trucks_for(problem, found.way_kg)
    chosen = share_out(season, found.way_kg)
    booked = replace(season, lane_kg_max=trucks * problem.truck_kg)
    facts = judge_whole(season, problem, chosen, trucks)
    broken = broken_limits(booked, chosen) + broken_minimums(season, problem, chosen)
    assert not broken, f"the plan breaks its limits: {'; '.join(broken)}"
    plan = Plan(
        method="optimal",
        season=booked,
        chosen=chosen,
        facts=facts,
        bound=season.unsold_worth + found.proof.bound(problem),
        prices=found.prices,
        beside=_beside(season, problem),
    )
    return WholePlan(plan, trucks, what_bars(booked, problem, chosen, trucks), found.proof)


def _sought(season: Season, problem: Problem, rules: WholeRules, means: _Means) -> _Sought:
    loose = relaxed(season, problem)
    flow = near_best_flow(loose, gap_enough=RELAXED_GAP_ENOUGH)
    prices = place_prices(problem, loose, flow.prices)
    bounds = place_bounds(problem, prices)
    best, proof = without_short(problem, rounded(problem, flow.kg)), Proof(prices)
    bound = common_bound(problem, prices) + float(bounds.sum())
    seconds_left = means.seconds_left
    whole = seconds_left()
    if whole <= 0 or not len(best):
        return _Sought(max(best, np.zeros(len(best)), key=lambda kg: earned(problem, kg)), proof, flow.prices)
    search = Search(problem, prices, bounds, rules, means.workers)
    if len(best) <= rules.ways_at_once:
        steps = decide_at_once(search, best, seconds_left)
    else:
        firsts = _first(season, problem, prices, flow, means)
        best = max((best, *firsts), key=lambda kg: earned(problem, kg))
        steps = improve(search, best, seconds_left)
    for step in steps:
        means.progress("match: improve the plan", round(100 * (1 - seconds_left() / whole)), 100)
        best, bound = step.way_kg, min(bound, step.bound)
        proof = proof if step.rows is None else Proof(prices, step.rows)
        if step.settled or earned(problem, best) >= bound - rules.gap_enough * abs(season.unsold_worth + bound):
            break
    return _Sought(best, proof, flow.prices)


def _first(season: Season, problem: Problem, prices: PlacePrices, flow: Flow, means: _Means) -> list[Floats]:
    """First plans: the relaxed flow rounded to whole trucks, overruled place by place while the seconds last; then the trucks refilled."""
    reserve = SHARE_AFTER_PLACES * means.seconds_left()
    way_kg, places = rounded(problem, flow.kg), int(problem.place.max()) + 1
    decided, chosen = 0, way_kg
    for decided, chosen in enumerate(first_plan(problem, prices, lambda: means.seconds_left() - reserve), start=1):  # noqa: B007
        means.progress("match: decide the places", decided, places)
    way_kg = np.where(problem.place[problem.ways.want] < decided, chosen, way_kg)
    way_kg = without_short(problem, fitted(problem, way_kg, problem.trucks_max))
    return [way_kg, refilled(season, problem, way_kg, flow.prices)]


def rounded(problem: Problem, flow: Floats) -> Floats:
    """`flow` in whole trucks: a lane's last truck goes when it is at least half full."""
    load = summed(problem.ways.lane, flow, len(problem.truck_kg))
    trucks = np.minimum(np.round(load / problem.truck_kg), problem.trucks_max)
    return fitted(problem, flow, trucks)


def without_short(problem: Problem, way_kg: Floats) -> Floats:
    """`way_kg` without what wants get that do not reach their minimum."""
    short = delivered_on(problem, way_kg) < problem.kg_min - GRAM_KG
    return np.where(short[problem.ways.want], 0.0, way_kg)


def judge_whole(season: Season, problem: Problem, shipments: Shipments, trucks: Floats) -> Facts:
    """Facts of `shipments` when `trucks` are paid whole and every want that gets anything is opened."""
    facts = judge(season, shipments)
    paid = float(trucks @ problem.truck_cost)
    opening = float(problem.open_cost[delivered_kg(season, shipments) > GRAM_KG].sum())
    return replace(facts, objective=facts.objective + facts.trucks - paid - opening, trucks=paid, opening=opening)


def _beside(season: Season, problem: Problem) -> dict[Method, Facts]:
    """The simple methods on the same season; wants that they leave below the minimum stay shut."""
    floored = replace(season, lane_kg_max=problem.trucks_max * problem.truck_kg)
    facts: dict[Method, Facts] = {}
    for name, kg in baselines(floored, Network.of(floored)).items():
        way_kg = without_short(problem, fitted(problem, kg, problem.trucks_max))
        facts[name] = judge_whole(season, problem, share_out(season, way_kg), trucks_for(problem, way_kg))
    return facts


def broken_minimums(season: Season, problem: Problem, shipments: Shipments) -> list[str]:
    """One sentence for each of the first SHOWN_MAX wants that get something, but less than their minimum."""
    delivered = delivered_kg(season, shipments)
    short = (delivered > GRAM_KG) & (delivered < problem.kg_min * (1 - 1e-4) - GRAM_KG)
    return [f"{named(season, 'want', row)} gets less than its minimum" for row in np.flatnonzero(short)[:SHOWN_MAX]]
