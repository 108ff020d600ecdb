"""What no plan with whole trucks can exceed: a Lagrangian dual in which trucks and openings stay whole. Any prices give a true bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pinfold.match.bound import Prices
from pinfold.match.season import Floats, Ints, Season
from pinfold.match.whole.problem import GRAM_KG, Problem, summed


@dataclass(frozen=True)
class PlacePrices:
    """pool : yuan per kg that leaves a pool, shape (pools,); hub_week : shape (hub weeks,) >= 0; want : yuan per kg delivered, >= 0."""

    pool: Floats
    hub_week: Floats
    want: Floats


def relaxed(season: Season, problem: Problem) -> Season:
    """`season` with trucks paid per kg and every want's demand replaced by its concave envelope over opening or staying shut.

    The envelope from (0, 0) touches revenue less open_cost at the best average. A truck's cost is spread over what it can be loaded with
    when all that pays there goes: a lane that can never fill a truck pays more per kg.
    """
    price, kg = _envelope(problem)
    ways = problem.ways
    asked = _asked(problem)
    gain = ways.kept * price[ways.want, 0] - ways.cost_per_kg - asked[ways.pool]
    load = np.clip(summed(ways.lane, loads(problem, gain), len(problem.truck_kg)), GRAM_KG, problem.truck_kg)
    cost_per_kg = ways.cost_per_kg + (problem.truck_cost / load)[ways.lane]
    return replace(
        season,
        step_price_per_kg=price,
        step_kg=kg,
        lane_kg_max=problem.trucks_max * problem.truck_kg,
        ways=replace(season.ways, cost_per_kg=cost_per_kg),
    )


def _envelope(problem: Problem) -> tuple[Floats, Floats]:
    """Prices and kg of the envelope's steps, dearest first; shape (wants, 3) each."""
    ends = np.column_stack([problem.step_kg.cumsum(axis=1), problem.kg_min])
    sold = np.clip(ends[:, :, None] - (problem.step_kg.cumsum(axis=1) - problem.step_kg)[:, None, :], 0, problem.step_kg[:, None, :])
    revenue = (sold * problem.step_price_per_kg[:, None, :]).sum(axis=2) - problem.open_cost[:, None]
    allowed = (ends >= problem.kg_min[:, None] - 1e-9) & (ends > 0)
    # Within the first step the average only rises, so its end is never worse than a minimum inside it.
    allowed[:, -1] &= problem.kg_min > problem.step_kg[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        average = np.where(allowed, revenue / ends, -np.inf)
    rows, best = np.arange(len(ends)), average.argmax(axis=1)
    touched, slope = ends[rows, best], average[rows, best]
    never = ~(slope > 0)
    left = problem.step_kg - np.clip(touched[:, None] - (problem.step_kg.cumsum(axis=1) - problem.step_kg), 0, problem.step_kg)
    kg = np.column_stack([touched, left[:, 1:]])
    price = np.column_stack([slope, problem.step_price_per_kg[:, 1:]])
    kg[never], price[never] = 0.0, 0.0
    return np.where(kg > 0, price, np.minimum(price, np.maximum(slope, 0)[:, None])), kg


def place_prices(problem: Problem, season: Season, prices: Prices) -> PlacePrices:
    """Pools' prices that leave no way of the relaxed season a profit at `prices`."""
    ways = season.ways
    profit = ways.kept * prices.want[ways.want] - prices.lane[ways.lane] - prices.hub_week[ways.hub_week] - ways.cost_per_kg
    best = np.full(problem.pools, -np.inf)
    np.maximum.at(best, ways.pool, profit)
    # A price below what the pool's dearest lot asks for buys nothing, and neither does that price: it leaves lanes less.
    return PlacePrices(np.maximum(best, _asked(problem)), prices.hub_week, prices.want)


def _asked(problem: Problem) -> Floats:
    """Yuan per kg for which each pool's first lot would leave; shape (pools,). Every pool has a lot."""
    asked = np.full(problem.pools, np.inf)
    np.minimum.at(asked, problem.lot_pool, -problem.lot_value_per_kg)
    return asked


def common_bound(problem: Problem, prices: PlacePrices) -> float:
    """Yuan of the terms that all places share: what lots gain by leaving at their pool's price, and hubs at theirs."""
    limited = np.isfinite(problem.hub_week_kg_max)
    gain = np.maximum(problem.lot_value_per_kg + prices.pool[problem.lot_pool], 0)
    return float(problem.lot_kg @ gain + problem.hub_week_kg_max[limited] @ prices.hub_week[limited])


def place_bounds(problem: Problem, prices: PlacePrices) -> Floats:
    """Yuan that each place can earn at most when it pays the pools' and hubs' prices; shape (places,).

    Each want of the place buys at its price, opened with at least its minimum or shut; each lane books as many whole trucks as their best
    loads pay for, no way carrying more than its pool holds or its want takes.
    Source: Lagrangian relaxation of the wants' balances; Geoffrion (1974), Math. Programming Study 2, theorem 1.
    """
    places = int(problem.place.max(initial=-1)) + 1
    want_worth = _want_worth(problem, prices.want)
    lane_worth, lane_place = _lane_worth(problem, prices)
    return summed(problem.place, want_worth, places) + summed(lane_place, lane_worth, places)


def _want_worth(problem: Problem, price: Floats) -> Floats:
    """max(0, max over kg_min <= kg <= kg_max of revenue(kg) - open_cost - price * kg)."""
    margin = problem.step_price_per_kg - price[:, None]
    least = problem.kg_min
    forced = np.clip(least[:, None] - (problem.step_kg.cumsum(axis=1) - problem.step_kg), 0, problem.step_kg)
    worth = (forced * margin).sum(axis=1) + ((problem.step_kg - forced) * np.maximum(margin, 0)).sum(axis=1)
    best: Floats = np.maximum(worth - problem.open_cost, 0)
    return best


def _lane_worth(problem: Problem, prices: PlacePrices) -> tuple[Floats, Ints]:
    """What each lane's trucks earn at the prices with their best loads, less their cost; and the place that each lane leads to."""
    ways, lanes = problem.ways, len(problem.truck_kg)
    profit = ways.kept * prices.want[ways.want] - ways.cost_per_kg - prices.pool[ways.pool] - prices.hub_week[ways.hub_week]
    lane_place = np.zeros(lanes, np.int64)
    lane_place[ways.lane] = problem.place[ways.want]
    worth = np.zeros(lanes)
    # Truck after truck, each worth less than the last.
    for truck, load in enumerate(truckloads(problem, profit)):
        more = np.where(truck < problem.trucks_max, np.maximum(load - problem.truck_cost, 0), 0)
        if not more.any():
            break
        worth += more
    return worth, lane_place


def truckloads(problem: Problem, profit: Floats) -> Iterator[Floats]:
    """Yuan that each lane's best truckload earns at `profit` per kg on each way, then its second best, and so on; shape (lanes,) each.

    Loads are laid end to end along each lane, best first; a truck is a stretch of it.
    """
    ways, lanes = problem.ways, len(problem.truck_kg)
    kg = loads(problem, profit)
    order = np.flatnonzero(kg > 0)
    order = order[np.lexsort((-profit[order], ways.lane[order]))]
    lane, kg = ways.lane[order], kg[order]
    end = _within(kg, lane)
    start, truck_kg = end - kg, problem.truck_kg[lane]
    for truck in range(int(problem.trucks_max[lane].max(initial=0))):
        inside = np.clip(end - truck * truck_kg, 0, truck_kg) - np.clip(start - truck * truck_kg, 0, truck_kg)
        yield summed(lane, inside * profit[order], lanes)


def loads(problem: Problem, profit: Floats) -> Floats:
    """Kg that each way adds to its lane when every want takes its most profitable goods first; 0 where `profit` is not above 0."""
    ways = problem.ways
    pays = np.flatnonzero(profit > 0)
    order = pays[np.lexsort((-profit[pays], ways.want[pays], ways.lane[pays]))]
    pair = ways.lane[order] * len(problem.kg_min) + ways.want[order]
    # Kg sent for a want on one lane are at most what it takes over the worst kept share there.
    first, pair_at = np.unique(pair, return_index=True, return_inverse=True)[1:]
    kept = np.minimum.reduceat(ways.kept[order], first) if len(order) else np.zeros(0)
    most = (problem.want_kg_max[ways.want[order[first]]] / kept)[pair_at]
    end = _within(np.minimum(problem.pool_kg[ways.pool[order]], most), pair)
    kg = np.zeros(len(ways.pool))
    taken = np.minimum(end, most)
    kg[order] = taken - np.where(np.arange(len(order)) == first[pair_at], 0.0, np.roll(taken, 1))
    return kg


def _within(kg: Floats, lane: Ints) -> Floats:
    """Running sum of kg within each lane; rows are sorted by lane."""
    total = kg.cumsum()
    first = np.searchsorted(lane, lane)
    return total - (total - kg)[first]
