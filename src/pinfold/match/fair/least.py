"""How large the share can be that every village sells at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pinfold.match.core import SIMPLEX_WAYS_MAX, row_prices, run_highs
from pinfold.match.fair.exact import level_programme, paid_for_level
from pinfold.match.fair.villages import Least, Villages
from pinfold.match.season import Floats, Season


def least_share(season: Season, villages: Villages, shares: Floats) -> Least:
    """The least share that all of some villages can have at once, which bounds that of all; exact where all are few enough for simplex.

    shares : of each village, shape (villages,); those that can have least are looked at, as many as simplex is quick with
    """
    some = _hardest(season, villages, shares)
    at = np.full(len(villages.kg) + 1, -1)
    at[np.flatnonzero(some)] = np.arange(some.sum())
    ids = [name for name, is_in in zip(villages.ids, some, strict=True) if is_in]
    few = Villages(at[villages.lot], ids, villages.kg[some], villages.loaded_kg[some])
    leaves = np.bincount(season.lot_pool, few.lot >= 0, season.pools.height) > 0
    ways = season.ways.of(leaves[season.ways.pool])
    part = replace(season, ways=ways, lot_kg=np.where(few.lot >= 0, season.lot_kg, 0.0), promised=None)
    _, dual = run_highs(level_programme(part, few), {"solver": "simplex"})
    paid = np.zeros(len(villages.kg))
    paid[some] = paid_for_level(few, dual)
    return Least.proven(season, villages, row_prices(season, dual), paid)


def _hardest(season: Season, villages: Villages, shares: Floats) -> npt.NDArray[np.bool_]:
    """The villages of the least `shares`, as many as together have ways for simplex, and at least one."""
    pools = season.pools.height
    order, pool_ways = np.argsort(shares, kind="stable"), np.bincount(season.ways.pool, minlength=pools)
    rank = np.empty(len(order) + 1, np.int64)
    rank[order], rank[-1] = np.arange(len(order)), len(order)
    # A pool's ways count with the first village that has a lot there.
    first = np.full(pools, len(order))
    np.minimum.at(first, season.lot_pool, rank[villages.lot])
    ways = np.bincount(first, pool_ways, len(order) + 1)[:-1].cumsum()
    return rank[:-1] < max(1, int(np.searchsorted(ways, SIMPLEX_WAYS_MAX, "right")))
