"""Large-neighbourhood search: again and again some places that draw on the same pools are decided anew together, the rest stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pinfold.match.season import Floats, Ints
from pinfold.match.whole.bound import PlacePrices
from pinfold.match.whole.places import ways_by_place
from pinfold.match.whole.problem import GRAM_KG, Problem, delivered_on, earned, part_of, summed, trucks_for
from pinfold.match.whole.programme import Limits, solve

# Of what a neighbourhood's places are short of their bounds, the share that is not worth seeking: mostly nobody can reach it.
SHARE_NOT_SOUGHT = 0.25
NODES, SECONDS = 200, 3.0
# Each further try at the same place counts its promise for half and takes more places along.
FADES, GROWS = 0.5, 1.3


@dataclass(frozen=True)
class Neighbours:
    """Which places share pools. pools_of: pool numbers that can serve each place; places_of: places that each pool can serve."""

    pools_of: list[Ints]
    places_of: list[Ints]


def neighbours(problem: Problem, by_place: list[Ints]) -> Neighbours:
    pools_of = [np.unique(problem.ways.pool[ways]) for ways in by_place]
    pool = np.concatenate([*pools_of, np.zeros(0, np.int64)])
    place = np.repeat(np.arange(len(pools_of)), [len(pools) for pools in pools_of])
    order = np.argsort(pool, kind="stable")
    ends = np.searchsorted(pool[order], np.arange(problem.pools), side="right")
    return Neighbours(pools_of, np.split(place[order], ends[:-1]) if problem.pools else [])


@dataclass(frozen=True)
class Search:
    """bounds : yuan that each place can earn at most at `prices`; places_together : in a first try; seed : of the search's luck"""

    problem: Problem
    prices: PlacePrices
    bounds: Floats
    places_together: int
    seed: int


def improve(search: Search, way_kg: Floats, seconds_left: Callable[[], float]) -> Iterator[Floats]:
    """After each step the best plan so far, from `way_kg` on; ends when `seconds_left` does.

    The place that is furthest below its bound is tried first, together with places that draw on the same pools.
    Source: Shaw (1998), CP98, LNCS 1520; Pisinger & Ropke (2010), Handbook of Metaheuristics, ch. 13.
    """
    problem, random = search.problem, np.random.default_rng(search.seed)
    by_place = ways_by_place(problem)
    near, tries = neighbours(problem, by_place), np.zeros(len(by_place))
    short, best = shortfall(search, way_kg), earned(problem, way_kg)
    while seconds_left() > 0:
        start = int(np.argmax(np.maximum(short, 1.0) * FADES**tries * random.uniform(0.5, 1, len(short))))
        chosen = _neighbourhood(start, near, len(by_place), search.places_together * GROWS ** tries[start], random)
        tries[start] += 1
        ways = np.sort(np.concatenate([by_place[place] for place in chosen]))
        if not len(ways):
            continue
        limits = Limits(SHARE_NOT_SOUGHT * float(np.maximum(short[chosen], 0).sum()), NODES, min(SECONDS, seconds_left()))
        found = solve(part_of(problem, ways, way_kg).problem, limits, way_kg[ways]).way_kg
        if found is not None:
            tried = way_kg.copy()
            tried[ways] = found
            value = earned(problem, tried)
            if value > best + 1e-9 * abs(best):
                way_kg, best = tried, value
                short = shortfall(search, way_kg)
        yield way_kg


def shortfall(search: Search, way_kg: Floats) -> Floats:
    """Yuan by which each place earns less than its bound when it pays the pools' and hubs' prices; shape (places,)."""
    problem, ways, places = search.problem, search.problem.ways, len(search.bounds)
    delivered = delivered_on(problem, way_kg)
    sold = np.clip(delivered[:, None] - (problem.step_kg.cumsum(axis=1) - problem.step_kg), 0, problem.step_kg)
    taken = (sold * problem.step_price_per_kg).sum(axis=1) - problem.open_cost * (delivered > GRAM_KG)
    paid = way_kg * (ways.cost_per_kg + search.prices.pool[ways.pool] + search.prices.hub_week[ways.hub_week])
    place = problem.place[ways.want]
    lane_place = np.zeros(len(problem.truck_kg), np.int64)
    lane_place[ways.lane] = place
    trucks = trucks_for(problem, way_kg) * problem.truck_cost
    return search.bounds - summed(problem.place, taken, places) + summed(place, paid, places) + summed(lane_place, trucks, places)


def _neighbourhood(start: int, near: Neighbours, places: int, together: float, random: np.random.Generator) -> Ints:
    """`start` and the places that share most pools with it, drawn with a share of luck, until `together` are."""
    sharing = [near.places_of[pool] for pool in near.pools_of[start].tolist()]
    shared = np.bincount(np.concatenate([*sharing, np.zeros(0, np.int64)]), minlength=places) * random.uniform(0.2, 1, places)
    shared[start] = np.inf
    most = np.argsort(-shared, kind="stable")[: max(round(together), 1)]
    return most[shared[most] > 0]
