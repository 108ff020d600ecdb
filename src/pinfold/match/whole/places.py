"""A first plan: place after place (a region in a week) decides its trucks and openings at the season's prices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from pinfold.match.season import Floats, Ints
from pinfold.match.whole.bound import PlacePrices
from pinfold.match.whole.problem import Problem, Supply, part_with, summed
from pinfold.match.whole.solver import dived

# One kg more or less of a pool is not worth a column.
PINCH_KG = 1.0


def ways_by_place(problem: Problem) -> list[Ints]:
    """Row numbers of the ways to each place; empty where none leads."""
    place = problem.place[problem.ways.want]
    order = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[order], np.arange(int(problem.place.max(initial=-1)) + 1), side="right")
    return np.split(order, ends[:-1]) if len(ends) else []


def first_plan(problem: Problem, prices: PlacePrices, seconds_left: Callable[[], float]) -> Iterator[Floats]:
    """Once for each place, in their order: kg on every way after it has taken what pays it from what the places before it left.

    Each pays the pools' and hubs' prices, so it leaves what is worth more elsewhere.
    """
    ways = problem.ways
    charged = replace(problem, ways=replace(ways, cost_per_kg=ways.cost_per_kg + prices.hub_week[ways.hub_week]))
    way_kg = np.zeros(len(ways.pool))
    pool_left, hub_left = problem.pool_kg, problem.hub_week_kg_max.copy()
    for of_place in ways_by_place(problem):
        if seconds_left() <= 0:
            return
        chosen = _worth_asking(charged, prices, of_place, pool_left, hub_left)
        if len(chosen):
            # The place's lots are its pools at their prices.
            part = part_with(charged, chosen, Supply(np.arange(problem.pools), pool_left, -prices.pool, hub_left))
            found = dived(part.problem, 0.0, seconds_left)
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
    profit = chosen.kept[ways] * first_price - chosen.cost_per_kg[ways] - prices.pool[chosen.pool[ways]]
    ways, profit = ways[profit > 0], profit[profit > 0]
    order = np.lexsort((-profit, chosen.lane[ways], chosen.want[ways]))
    ways = ways[order]
    group = np.cumsum(np.concatenate([[0], np.diff(chosen.want[ways]).astype(bool) | np.diff(chosen.lane[ways]).astype(bool)]))[: len(ways)]
    kg = pool_left[chosen.pool[ways]] * chosen.kept[ways]
    before = kg.cumsum() - kg
    before -= before[np.searchsorted(group, group)]
    enough = np.minimum(problem.want_kg_max[chosen.want[ways]], (problem.trucks_max * problem.truck_kg)[chosen.lane[ways]])
    return ways[before < enough]
