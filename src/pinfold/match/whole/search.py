"""Large-neighbourhood search: again and again some places that draw on the same stocks are decided anew together, the rest stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pinfold.match.rules import WholeRules
from pinfold.match.season import Floats, Ints
from pinfold.match.whole.bound import PlacePrices
from pinfold.match.whole.places import ways_by_place
from pinfold.match.whole.problem import GRAM_KG, Problem, delivered_on, earned, part_of, summed, trucks_for
from pinfold.match.whole.programme import flow_of, model_of
from pinfold.match.whole.solver import Dive, Limits, dived_within, solve

if TYPE_CHECKING:
    from concurrent.futures import Executor

# What is not within this of its own bound is not settled yet.
GAP_SHARE = 1e-5
# Of a small season's ways, those that are decided anew together in the end.
PART_SHARE = 0.25
# Each further try at the same place counts its promise for half.
FADES = 0.5


@dataclass(frozen=True)
class Neighbours:
    """Which places share stocks, which are the pools, then the hub-weeks that hold only so much.

    stocks_of : stocks that can serve each place; places_of : places that each stock can serve
    """

    stocks_of: list[Ints]
    places_of: list[Ints]

    def sharing(self, places: Ints) -> Ints:
        """The places that share a stock with one of `places`, once for each stock; these places too."""
        stocks = np.unique(np.concatenate([self.stocks_of[place] for place in places.tolist()]))
        return np.concatenate([*(self.places_of[stock] for stock in stocks.tolist()), np.zeros(0, np.int64)])


def neighbours(problem: Problem, by_place: list[Ints]) -> Neighbours:
    ways, limited = problem.ways, np.isfinite(problem.hub_week_kg_max)
    stocks_of = []
    for rows in by_place:
        hub_weeks = np.unique(ways.hub_week[rows])
        stocks_of.append(np.concatenate([np.unique(ways.pool[rows]), problem.pools + hub_weeks[limited[hub_weeks]]]))
    stock = np.concatenate([*stocks_of, np.zeros(0, np.int64)])
    place = np.repeat(np.arange(len(stocks_of)), [len(stocks) for stocks in stocks_of])
    order = np.argsort(stock, kind="stable")
    ends = np.searchsorted(stock[order], np.arange(problem.pools + len(limited)), side="right")
    return Neighbours(stocks_of, np.split(place[order], ends[:-1]) if len(ends) else [])


@dataclass(frozen=True)
class Search:
    """bounds : yuan that each place can earn at most at `prices`

    workers : decide neighbourhoods side by side; None: one after the other, to the same plan
    """

    problem: Problem
    prices: PlacePrices
    bounds: Floats
    rules: WholeRules
    workers: Executor | None = None


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
    part = replace(search, rules=replace(search.rules, ways_together=max(1, round(PART_SHARE * len(way_kg)))))
    for step in improve(part, way_kg, seconds_left):
        yield Decided(step.way_kg, loose.bound)


def improve(search: Search, way_kg: Floats, seconds_left: Callable[[], float]) -> Iterator[Decided]:
    """After each step the best plan so far, from `way_kg` on; ends when `seconds_left` does.

    The places that are furthest below their bounds are tried first, each together with places that draw on the same stocks. Those that
    are tried side by side share none, so what they find holds together.
    Source: Shaw (1998), CP98, LNCS 1520; Pisinger & Ropke (2010), Handbook of Metaheuristics, ch. 13.
    """
    problem, random = search.problem, np.random.default_rng(search.rules.seed)
    by_place = ways_by_place(problem)
    near, tries = neighbours(problem, by_place), np.zeros(len(by_place))
    short, best = shortfall(search, way_kg), earned(problem, way_kg)
    while seconds_left() > 0:
        wish = np.maximum(short, 1.0) * FADES**tries * random.uniform(0.5, 1, len(short))
        chosen = list(_apart(near, by_place, wish, search.rules, random))
        tries[[places[0] for places in chosen]] += 1
        apart = [np.sort(np.concatenate([by_place[place] for place in places.tolist()])) for places in chosen]
        tried = way_kg.copy()
        for ways, found in zip(apart, _dived_apart(search, apart, way_kg, seconds_left()), strict=True):
            if found is not None:
                tried[ways] = found
        value = earned(problem, tried)
        if value > best + 1e-9 * abs(best):
            way_kg, best = tried, value
            short = shortfall(search, way_kg)
        yield Decided(way_kg, np.inf)


def _dived_apart(search: Search, apart: list[Ints], way_kg: Floats, seconds: float) -> Iterable[Floats | None]:
    """What a dive finds better than `way_kg` on each of `apart`, rows of ways, while all others stay; together in so many CPU seconds."""
    parts = [part_of(search.problem, ways, way_kg).problem for ways in apart]
    worth = [earned(part, way_kg[ways]) for part, ways in zip(parts, apart, strict=True)]
    return (search.workers.map if search.workers else map)(dived_within, parts, worth, [seconds / len(apart)] * len(apart))


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


def _apart(near: Neighbours, by_place: list[Ints], wish: Floats, rules: WholeRules, random: np.random.Generator) -> Iterator[Ints]:
    """Neighbourhoods that share no stock: the places of each, first the one with the highest `wish` of those that are left."""
    ways = np.array([len(rows) for rows in by_place])
    free = ways > 0
    for _ in range(rules.side_by_side):
        if not free.any():
            return
        start = int(np.argmax(np.where(free, wish, -np.inf)))
        shared = np.bincount(near.sharing(np.array([start])), minlength=len(ways)) * random.uniform(0.2, 1, len(ways)) * free
        shared[start] = np.inf
        order = np.argsort(-shared, kind="stable")
        together = order[: max(1, int(np.searchsorted(ways[order].cumsum(), rules.ways_together, side="right")))]
        chosen = together[shared[together] > 0]
        free[near.sharing(chosen)] = False
        yield chosen
