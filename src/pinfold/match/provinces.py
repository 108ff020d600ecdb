"""Which ways of a season belong together: those of different provinces share no lot, want, lane or hub-week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pinfold.match.compiled import loops, pointer

if TYPE_CHECKING:
    from pinfold.match.season import Ints, Season

# Smaller provinces go together: simplex on each would take longer than prices do for all of them.
WAYS_MIN = 5_000


def ways_by_province(season: Season) -> list[Ints]:
    """Rows of the ways of each province with more than WAYS_MIN, by their first pools; last, of all smaller ones together.

    None at all where fewer than two are so large, as in most seasons: what that would copy is worth more than what it splits.
    """
    ways, pools = season.ways, season.pools.height
    if len(ways.pool) <= WAYS_MIN:
        return []
    first = _first_pools(season)
    ways_of_pool = np.diff(np.searchsorted(ways.pool, np.arange(pools + 1, dtype=ways.pool.dtype)))
    large = np.flatnonzero(np.bincount(first, ways_of_pool, pools) > WAYS_MIN)
    if len(large) < 2:
        return []
    number = np.full(pools, len(large))
    number[large] = np.arange(len(large))
    province = number[first][ways.pool]
    rows = [np.flatnonzero(province == each) for each in range(len(large) + 1)]
    return [each for each in rows if len(each)]


def _first_pools(season: Season) -> Ints:
    """The first pool of each pool's province; shape (pools,)."""
    ways = season.ways
    hub_week = np.full(len(season.lane_kg_max), -1)
    hub_week[ways.lane] = ways.hub_week
    # Lanes through a hub-week that holds all there is take nothing from each other there.
    hub_week[(hub_week >= 0) & (season.hub_week_kg_max[hub_week] >= season.lot_kg.sum())] = -1
    counts = np.array([season.pools.height, len(season.step_kg), len(hub_week), len(season.hub_week_kg_max)], np.int32)
    first = np.arange(counts.sum(), dtype=np.int32)
    given = [np.ascontiguousarray(each, np.int32) for each in (ways.pool, ways.want, ways.lane, hub_week, counts)]
    loops().provinces(len(ways.pool), *map(pointer, given), pointer(first))
    return first[: season.pools.height]
