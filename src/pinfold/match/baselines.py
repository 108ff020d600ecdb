"""Two ways of selling without a plan, to stand beside it: the dearest sale first, and first come, first served."""

from __future__ import annotations

import numpy as np

from pinfold.match.season import STEPS, Floats, Ints, Season
from pinfold.match.shipments import merit_order


def greedy_order(season: Season) -> Ints:
    """Ways by what a kg brings at the want's first step, dearest first."""
    return np.argsort(-_first_step_profit(season), kind="stable")


def first_come_order(season: Season) -> Ints:
    """Ways by the week in which their lots are ripe, within a week as the lots stand in the table; each pool's dearest way first."""
    ready_week = season.pools["ready_week"].to_numpy()
    return np.lexsort((-_first_step_profit(season), season.ways.pool, ready_week[season.ways.pool]))


def _first_step_profit(season: Season) -> Floats:
    ways = season.ways
    profit: Floats = ways.kept * season.step_price_per_kg[ways.want, 0] - ways.cost_per_kg
    return profit


def fill(season: Season, order: Ints) -> Floats:
    """Kg on every way when the ways take what is left in `order`, each as long as one more kg still pays; shape (ways,).

    Plain lists: the walk is one way after another by nature, and reading single numbers out of arrays is the slower way to do it.
    """
    by_merit = merit_order(season)
    lot_value, lot_left = season.lot_value_per_kg[by_merit].tolist(), season.lot_kg[by_merit].tolist()
    bounds = np.searchsorted(season.lot_pool[by_merit], np.arange(season.pools.height + 1)).tolist()
    lot_at, lot_end = bounds[:-1], bounds[1:]
    price, step_left = season.step_price_per_kg.tolist(), season.step_kg.tolist()
    step_at = [0] * len(price)
    lane_left, hub_left = season.lane_kg_max.tolist(), season.hub_week_kg_max.tolist()
    ways = season.ways
    sent = [0.0] * len(ways.pool)
    columns = (ways.pool, ways.want, ways.lane, ways.hub_week, ways.kept, ways.cost_per_kg)
    for way, pool, want, lane, hub, kept, cost in zip(order.tolist(), *(column[order].tolist() for column in columns), strict=True):
        while lot_at[pool] < lot_end[pool] and step_at[want] < STEPS:
            lot, step = lot_at[pool], step_at[want]
            if kept * price[want][step] - cost + lot_value[lot] <= 0:
                break
            kg = min(lot_left[lot], step_left[want][step] / kept, lane_left[lane], hub_left[hub])
            sent[way] += kg
            lot_left[lot] -= kg
            lane_left[lane] -= kg
            hub_left[hub] -= kg
            step_left[want][step] -= kg * kept
            lot_done, step_done = lot_left[lot] <= 1e-9, step_left[want][step] <= 1e-9
            lot_at[pool] += lot_done
            step_at[want] += step_done
            if not (lot_done or step_done):
                break
    return np.array(sent)
