"""A first plan: place after place (a region in a week) decides its trucks and openings at the season's prices."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from pinfold.match.season import Floats, Ints, Ways
from pinfold.match.whole.bound import PlacePrices
from pinfold.match.whole.problem import Part, Problem, summed
from pinfold.match.whole.programme import Limits, solve

# One kg more or less of a pool is not worth a column.
PINCH_KG = 1.0
# A place of a few dozen ways is settled in hundredths of a second; what is not within these is taken as it stands.
GAP_SHARE, NODES, SECONDS = 1e-2, 200, 2.0


def ways_by_place(problem: Problem) -> list[Ints]:
    """Row numbers of the ways to each place; empty where none leads."""
    place = problem.place[problem.ways.want]
    order = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[order], np.arange(int(problem.place.max(initial=-1)) + 1), side="right")
    return np.split(order, ends[:-1]) if len(ends) else []


def first_plan(problem: Problem, prices: PlacePrices, bounds: Floats, seconds_left: Callable[[], float]) -> Iterator[Floats]:
    """Once for each place, in their order: kg on every way after it has taken what pays it from what the places before it left.

    bounds : yuan that each place can earn at most
    Each pays the pools' and hubs' prices, so it leaves what is worth more elsewhere.
    """
    way_kg = np.zeros(len(problem.ways.pool))
    pool_left, hub_left = problem.pool_kg, problem.hub_week_kg_max.copy()
    for place, ways in enumerate(ways_by_place(problem)):
        if seconds_left() <= 0:
            return
        chosen = _worth_asking(problem, prices, ways, pool_left, hub_left)
        if len(chosen):
            part = priced_part(problem, prices, chosen, pool_left, hub_left)
            limits = Limits(GAP_SHARE * float(bounds[place]), NODES, min(SECONDS, seconds_left()))
            found = solve(part.problem, limits).way_kg
            if found is not None:
                way_kg[chosen] = found
                pool_left[part.pools] -= summed(part.problem.ways.pool, found, len(part.pools))
                hub_left[part.hub_weeks] -= summed(part.problem.ways.hub_week, found, len(part.hub_weeks))
        yield way_kg


def _worth_asking(problem: Problem, prices: PlacePrices, ways: Ints, pool_left: Floats, hub_left: Floats) -> Ints:
    """Of `ways`, for each want and lane the dearest that together can fill the want or the lane; the others would only be asked in vain."""
    chosen = problem.ways
    room = (pool_left[chosen.pool[ways]] > PINCH_KG) & (hub_left[chosen.hub_week[ways]] > PINCH_KG)
    ways = ways[room]
    first_price = problem.step_price_per_kg[chosen.want[ways], 0]
    profit = (
        chosen.kept[ways] * first_price - chosen.cost_per_kg[ways] - prices.pool[chosen.pool[ways]] - prices.hub_week[chosen.hub_week[ways]]
    )
    ways, profit = ways[profit > 0], profit[profit > 0]
    order = np.lexsort((-profit, chosen.lane[ways], chosen.want[ways]))
    ways = ways[order]
    group = np.cumsum(np.concatenate([[0], np.diff(chosen.want[ways]).astype(bool) | np.diff(chosen.lane[ways]).astype(bool)]))[: len(ways)]
    kg = pool_left[chosen.pool[ways]] * chosen.kept[ways]
    before = kg.cumsum() - kg
    before -= before[np.searchsorted(group, group)]
    enough = np.minimum(problem.want_kg_max[chosen.want[ways]], (problem.trucks_max * problem.truck_kg)[chosen.lane[ways]])
    return ways[before < enough]


def priced_part(problem: Problem, prices: PlacePrices, ways: Ints, pool_left: Floats, hub_left: Floats) -> Part:
    """The problem of one place, whose lots are its pools at their prices."""
    chosen = problem.ways
    pools, pool = np.unique(chosen.pool[ways], return_inverse=True)
    wants, want = np.unique(chosen.want[ways], return_inverse=True)
    lanes, lane = np.unique(chosen.lane[ways], return_inverse=True)
    hub_weeks, hub_week = np.unique(chosen.hub_week[ways], return_inverse=True)
    cost = chosen.cost_per_kg[ways] + prices.hub_week[chosen.hub_week[ways]]
    inside = Problem(
        pools=len(pools),
        lot_pool=np.arange(len(pools)),
        lot_kg=np.maximum(pool_left[pools], 0),
        lot_value_per_kg=-prices.pool[pools],
        step_price_per_kg=problem.step_price_per_kg[wants],
        step_kg=problem.step_kg[wants],
        kg_min=problem.kg_min[wants],
        open_cost=problem.open_cost[wants],
        place=problem.place[wants],
        truck_kg=problem.truck_kg[lanes],
        truck_cost=problem.truck_cost[lanes],
        trucks_max=problem.trucks_max[lanes],
        hub_week_kg_max=np.maximum(hub_left[hub_weeks], 0),
        ways=Ways(pool, want, lane, hub_week, chosen.kept[ways], cost, chosen.age_days[ways]),
    )
    return Part(inside, ways, pools, wants, lanes, hub_weeks)
