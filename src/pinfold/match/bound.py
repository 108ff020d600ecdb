"""What no plan of a season can exceed, recomputed from prices alone: a wrong solver can make it loose, never false."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinfold.match.season import Floats, Season


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
        return cls(season.step_price_per_kg[:, 0], np.zeros(len(season.lane_kg_max)), np.zeros(len(season.hub_week_kg_max)))


def bound(season: Season, prices: Prices) -> float:
    """Yuan that no plan can exceed, whatever `prices` are: the Lagrangian dual value at `prices`.

    Each want's steps are sold at what they pay above its price, each limit is paid at its price, and each lot goes its best way or stays.
    Source: weak duality, e.g. Bertsekas (1999), Nonlinear Programming, 2nd ed., prop. 5.1.3.
    """
    # All that arrives at a want must be sold, so its price may have either sign; a limit need not be met.
    assert np.isfinite(prices.want).all(), "a missing price proves nothing"
    for price in (prices.lane, prices.hub_week):
        assert (price >= 0).all(), "a negative or missing price proves nothing"
    best = np.full(season.pools.height, -np.inf)
    begins = np.flatnonzero(np.diff(season.ways.pool, prepend=-1))
    if len(begins):
        best[season.ways.pool[begins]] = np.maximum.reduceat(way_profit_per_kg(season, prices), begins)
    limited = np.isfinite(season.hub_week_kg_max)
    assert not prices.hub_week[~limited].any(), "a hub without limit has no price"
    return float(
        season.unsold_worth
        + (season.step_kg * np.maximum(season.step_price_per_kg - prices.want[:, None], 0)).sum()
        + season.lane_kg_max @ prices.lane
        + season.hub_week_kg_max[limited] @ prices.hub_week[limited]
        + season.lot_kg @ np.maximum(season.lot_value_per_kg + best[season.lot_pool], 0)
    )


def way_profit_per_kg(season: Season, prices: Prices) -> Floats:
    """Yuan per kg sent on each way when the goods are sold and the limits paid at `prices`; shape (ways,)."""
    ways = season.ways
    return ways.kept * prices.want[ways.want] - prices.lane[ways.lane] - prices.hub_week[ways.hub_week] - ways.cost_per_kg
