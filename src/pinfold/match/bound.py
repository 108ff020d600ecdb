"""What no plan of a season can exceed, recomputed from prices alone: a wrong solver can make it loose, never false."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinfold.match.season import Floats, Promised, Season, first_ways


@dataclass(frozen=True)
class Prices:
    """What the scarce things are worth at the margin.

    want : shape (wants,), yuan per kg delivered to the want; below 0 only where sales are promised that do not pay
    lane, hub_week : >= 0, shape (lanes,) and (hub weeks,), yuan per kg that passes; 0 where there is no limit
    """

    want: Floats
    lane: Floats
    hub_week: Floats

    @classmethod
    def without_ways(cls, season: Season) -> Prices:
        """Prices of a season in which nothing can be sent: every want stays as dear as its first step."""
        return cls(season.step_price_per_kg[:, 0].copy(), np.zeros(len(season.lane_kg_max)), np.zeros(len(season.hub_week_kg_max)))


def bound(season: Season, prices: Prices, profit: Floats | None = None) -> float:
    """Yuan that no plan can exceed, whatever `prices` are: the Lagrangian dual value at `prices`.

    Each want's steps are sold at what they pay above its price, each limit is paid at its price, and each lot goes its best way or stays.
    With a price on moving what was promised: yuan that no plan can exceed after it has paid for what it moves.

    profit : what `way_profit_per_kg` says of `season` and `prices`, where it is at hand
    Source: weak duality, e.g. Bertsekas (1999), Nonlinear Programming, 2nd ed., prop. 5.1.3.
    """
    # All that arrives at a want must be sold, so its price may have either sign; a limit need not be met.
    assert np.isfinite(prices.want).all(), "a missing price proves nothing"
    for price in (prices.lane, prices.hub_week):
        assert (price >= 0).all(), "a negative or missing price proves nothing"
    profit, pool = way_profit_per_kg(season, prices) if profit is None else profit, season.ways.pool
    worth, kept, first = np.full(season.pools.height, -np.inf), 0.0, first_ways(season)
    some = np.flatnonzero(np.diff(first))
    if len(some):
        worth[some] = np.maximum.reduceat(profit, first[some])
    if season.promised is not None:
        worth = _worth_with_promised(season, season.promised, profit, worth)
        bonus = season.promised.moved_price_per_kg
        kept = float(season.promised.kg @ (np.maximum(profit + bonus - worth[pool], 0.0) - bonus))
    limited = np.isfinite(season.hub_week_kg_max)
    assert not prices.hub_week[~limited].any(), "a hub without limit has no price"
    return float(
        season.unsold_worth
        + (season.step_kg * np.maximum(season.step_price_per_kg - prices.want[:, None], 0)).sum()
        + season.lane_kg_max @ prices.lane
        + season.hub_week_kg_max[limited] @ prices.hub_week[limited]
        + season.lot_kg @ np.maximum(season.lot_value_per_kg + worth[season.lot_pool], 0)
        + kept
    )


def way_profit_per_kg(season: Season, prices: Prices) -> Floats:
    """Yuan per kg sent on each way when the goods are sold and the limits paid at `prices`; shape (ways,)."""
    ways = season.ways
    profit = prices.want[ways.want]
    profit *= ways.kept
    profit -= prices.lane[ways.lane]
    profit -= prices.hub_week[ways.hub_week]
    profit -= ways.cost_per_kg
    return profit


def _worth_with_promised(season: Season, promised: Promised, profit: Floats, best: Floats) -> Floats:
    """What a kg of each pool is worth, at least `best`: the price at which lots that leave are as many kg as promises still ask for.

    A promised kg that stays on its way is paid `moved_price_per_kg` more, so it earns something beyond its pool's worth. Any worth from
    `best` on gives a true bound; the bound is convex in it, and least where its slope, kg that leave less kg that are kept, reaches 0.
    """
    ways = np.flatnonzero(promised.kg > 0)
    pool = np.concatenate([season.lot_pool, season.ways.pool[ways]])
    turns = np.concatenate([-season.lot_value_per_kg, profit[ways] + promised.moved_price_per_kg])
    kg = np.concatenate([season.lot_kg, promised.kg[ways]])
    ahead = turns > best[pool]
    # From one turn to the next the slope rises by what turns; below all that are ahead it is this.
    counted = np.where(np.arange(len(pool)) < len(season.lot_pool), np.where(ahead, 0.0, kg), np.where(ahead, -kg, 0.0))
    slope = np.bincount(pool, counted, len(best))
    rows = np.flatnonzero(ahead & (slope < 0)[pool])
    rows = rows[np.lexsort((turns[rows], pool[rows]))]
    if not len(rows):
        return best
    begins = np.flatnonzero(np.diff(pool[rows], prepend=-1))
    risen = kg[rows].cumsum()
    risen -= np.repeat((risen - kg[rows])[begins], np.diff(begins, append=len(rows)))
    turned = slope[pool[rows]] + risen >= 0
    worth = best.copy()
    # The last turn of a pool has all its lots behind it; rounding may leave its slope a hair below 0.
    worth[pool[rows]] = turns[rows]
    worth[pool[rows[turned]][::-1]] = turns[rows[turned]][::-1]
    return worth
