"""From kg on ways to shipments of lots that keep every limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pinfold.match.order import by_number
from pinfold.match.season import Floats, Ints, Season

# Nobody weighs ten grams at a hub: what an optimiser leaves below that is rounding, not a shipment.
DUST_KG = 0.01
# Lots of one pool whose kg are worth the same to this much are equal: none has a claim before the other.
EQUAL_YUAN = 1e-9


@dataclass(frozen=True)
class Shipments:
    """Kg of a lot sent on a way; sorted by pool, then by merit of the lot, then by way. All arrays have shape (shipments,)."""

    lot: Ints
    way: Ints
    kg: Floats

    def less(self, others: Shipments) -> Shipments:
        """These and, with kg below 0, `others`: what sums over lots and ways come to without them."""
        lot, way = (np.concatenate([getattr(self, name), getattr(others, name)]) for name in ("lot", "way"))
        return Shipments(lot, way, np.concatenate([self.kg, -others.kg]))

    def frame(self, season: Season) -> pl.DataFrame:
        """lot_id, want_id, lane_id (as the tables wrote them), kg sent, share kept, age_days on delivery."""
        ways, tables = season.ways, season.tables
        return pl.DataFrame(
            {
                "lot_id": tables.lots["lot_id"].gather(self.lot),
                "want_id": tables.wants["want_id"].gather(ways.want[self.way]),
                "lane_id": tables.lanes["lane_id"].gather(ways.lane[self.way]),
                "kg": self.kg,
                "kept": ways.kept[self.way],
                "age_days": ways.age_days[self.way],
            }
        )


def within_limits(season: Season, way_kg: Floats) -> Floats:
    """`way_kg` without dust, scaled down wherever it passes what a pool, lane, hub-week or want holds; shape (ways,).

    Scaling one limit down only loosens the others, so one pass over each is enough.
    """
    # A plan uses a tenth of the ways or less; the others need not be added up four times.
    some = np.flatnonzero(way_kg >= DUST_KG)
    ways, kg = season.ways, way_kg[some]
    pool_kg = np.bincount(season.lot_pool, season.lot_kg, season.pools.height)
    for place, holds, weight in (
        (ways.pool, pool_kg, 1.0),
        (ways.lane, season.lane_kg_max, 1.0),
        (ways.hub_week, season.hub_week_kg_max, 1.0),
        (ways.want, season.step_kg.sum(axis=1), ways.kept[some]),
    ):
        kg = scaled_within(kg, place[some], holds, weight)
    within = np.zeros(len(way_kg))
    within[some] = kg
    return within


def scaled_within(kg: Floats, place: npt.NDArray[Any], holds: npt.NDArray[Any], weight: Floats | float) -> Floats:
    """`kg` scaled down on every way whose `place` would take more than it holds; kg count `weight` there."""
    used = np.bincount(place, kg * weight, len(holds))
    if not (used > holds).any():
        return kg
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled: Floats = kg * np.where(used > holds, holds / used, 1.0)[place]
    return scaled


def merit_order(season: Season) -> Ints:
    """Rows of lots by pool, then the lot that gains most by leaving, then as they stand in the table."""
    by_merit = np.argsort(-season.lot_value_per_kg, kind="stable")
    return by_merit[by_number(season.lot_pool[by_merit], season.pools.height)]


def share_out(season: Season, way_kg: Floats, lot_sent: Floats | None = None) -> Shipments:
    """Shipments that put `way_kg` (within limits) on its ways.

    lot_sent : kg that leave each lot; by default each pool's in merit order, equal lots at equal shares
    Both the lots and the ways of a pool are laid end to end along one line of kg; a shipment is a stretch between two joints.
    """
    order = merit_order(season)
    pool_sent = np.bincount(season.ways.pool, way_kg, season.pools.height).astype(np.float64)
    taken = (_sent_by_merit(season, order, pool_sent) if lot_sent is None else lot_sent)[order]
    lot_pool = season.lot_pool[order]
    lots, ways = np.flatnonzero(taken > 0), np.flatnonzero(way_kg > 0)
    lot_ends, way_ends = taken[lots].cumsum(), way_kg[ways].cumsum()
    joints = np.sort(np.concatenate([[0.0], lot_ends, way_ends]))
    kg, middle = np.diff(joints), (joints[1:] + joints[:-1]) / 2
    lot_at = np.minimum(np.searchsorted(lot_ends, middle), len(lots) - 1)
    way_at = np.minimum(np.searchsorted(way_ends, middle), len(ways) - 1)
    same = (kg > DUST_KG / 100) & (lot_pool[lots[lot_at]] == season.ways.pool[ways[way_at]]) if len(kg) else np.zeros(0, bool)
    return Shipments(lot=order[lots[lot_at[same]]], way=ways[way_at[same]], kg=kg[same])


def _sent_by_merit(season: Season, order: Ints, pool_sent: Floats) -> Floats:
    """Kg that leave each lot when each pool sends `pool_sent`: the best lots first, and of equal lots the same share; shape (lots,)."""
    pool, worth, kg = season.lot_pool[order], season.lot_value_per_kg[order], season.lot_kg[order]
    begins = np.diff(pool, prepend=-1) > 0
    begins[1:] |= np.diff(worth) < -EQUAL_YUAN
    group = begins.cumsum() - 1
    group_kg, group_pool = np.bincount(group, kg, begins.sum()).astype(np.float64), pool[begins]
    taken = np.clip(pool_sent[group_pool] - _run_within(group_kg, group_pool, len(pool_sent)), 0, group_kg)
    sent = np.zeros(len(kg))
    sent[order] = kg * np.divide(taken, group_kg, out=np.zeros(len(taken)), where=group_kg > 0)[group]
    return sent


def _run_within(kg: Floats, pool: Ints, pools: int) -> Floats:
    """Kg that stand before each row in its own pool; rows are sorted by pool."""
    total = np.concatenate([[0.0], kg.cumsum()])[:-1]
    first = np.searchsorted(pool, np.arange(pools))
    before: Floats = total - total[np.minimum(first, len(total) - 1)][pool]
    return before
