"""Large-neighbourhood search: again and again some places that draw on the same pools are decided anew together, the rest stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from pinfold.match.season import Floats, Ints
from pinfold.match.whole.bound import PlacePrices
from pinfold.match.whole.places import ways_by_place
from pinfold.match.whole.problem import GRAM_KG, Problem, delivered_on, earned, part_of, summed, trucks_for
from pinfold.match.whole.programme import flow_of, model_of
from pinfold.match.whole.solver import Dive, Limits, dived, solve

# What is not within this of its own bound is not settled yet.
GAP_SHARE = 1e-5
# Of a small season's ways, those that are decided anew together in the end.
PART_SHARE = 0.25
# Each further try at the same place counts its promise for half.
FADES = 0.5


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
    """bounds : yuan that each place can earn at most at `prices`; ways_together : in a neighbourhood; seed : of the search's luck"""

    problem: Problem
    prices: PlacePrices
    bounds: Floats
    ways_together: int
    seed: int


@dataclass(frozen=True)
class Decided:
    """way_kg : the best plan so far; bound : yuan that none can exceed; settled : whether nothing is left to seek

    rows : prices of the programme's rows that prove `bound`, where it came from them
    """

    way_kg: Floats
    bound: float
    settled: bool = False
    rows: Floats | None = None


def decide_at_once(search: Search, way_kg: Floats, seconds_left: Callable[[], float]) -> Iterator[Decided]:
    """After each step the best plan so far of a small season, from `way_kg` on: all trucks and openings are decided together.

    A dive, then HiGHS's search between the dive and the relaxation, then everywhere; what seconds are left improve parts.
    """
    problem = search.problem
    model = model_of(problem)
    dive = Dive(model)
    loose = dive.relaxation()
    columns = dive.whole(loose, earned(problem, way_kg), seconds_left)
    way_kg = way_kg if columns is None else flow_of(model, columns)
    yield Decided(way_kg, loose.bound, rows=loose.rows)
    for near in (loose, None):
        if seconds_left() <= 0:
            return
        solved = solve(model, Limits(GAP_SHARE * abs(earned(problem, way_kg)), seconds_left, dive.stretch), way_kg, near)
        if solved.way_kg is not None and earned(problem, solved.way_kg) > earned(problem, way_kg):
            way_kg = solved.way_kg
        yield Decided(way_kg, loose.bound, solved.settled and near is None)
        if not solved.settled:
            break
    else:
        return
    part = replace(search, ways_together=max(1, round(PART_SHARE * len(way_kg))))
    for step in improve(part, way_kg, seconds_left):
        yield Decided(step.way_kg, loose.bound)


def improve(search: Search, way_kg: Floats, seconds_left: Callable[[], float]) -> Iterator[Decided]:
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
        tries[start] += 1
        ways = _neighbourhood(start, near, by_place, search.ways_together, random)
        if not len(ways):
            continue
        part = part_of(problem, ways, way_kg).problem
        found = dived(part, earned(part, way_kg[ways]), seconds_left)
        if found is not None:
            tried = way_kg.copy()
            tried[ways] = found
            value = earned(problem, tried)
            if value > best + 1e-9 * abs(best):
                way_kg, best = tried, value
                short = shortfall(search, way_kg)
        yield Decided(way_kg, np.inf)


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


def _neighbourhood(start: int, near: Neighbours, by_place: list[Ints], together: int, random: np.random.Generator) -> Ints:
    """Ways of `start` and of the places that share most pools with it, drawn with a share of luck, up to `together` ways."""
    places = len(by_place)
    sharing = [near.places_of[pool] for pool in near.pools_of[start].tolist()]
    shared = np.bincount(np.concatenate([*sharing, np.zeros(0, np.int64)]), minlength=places) * random.uniform(0.2, 1, places)
    shared[start] = np.inf
    order = np.argsort(-shared, kind="stable")
    ways = np.array([len(by_place[place]) for place in order.tolist()]).cumsum()
    most = order[: max(1, int(np.searchsorted(ways, together, side="right")))]
    return np.sort(np.concatenate([by_place[place] for place in most[shared[most] > 0]]))
