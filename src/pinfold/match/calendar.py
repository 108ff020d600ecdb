"""Which wants each pool of lots can reach in time: the calendar, the lanes and the grades alone, whatever a way costs."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pinfold.match.compiled import loops, pointer
from pinfold.match.rules import MatchRules
from pinfold.match.tables import Tables

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Narrow = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Calendar:
    """Arrays in the order of `Calendar` in loops.c, which finds the ways. A place is a region in a week; -1 stands for none.

    first_want : of each product among `want_by_product`, and one past the last; first_lane : of each hub among `lane_by_hub`, likewise
    want_by_product, lane_by_hub : rows of the tables, in their order within each product and hub
    pool_* : shape (pools,); want_* : shape (wants,); lane_* : shape (lanes,)
    pool_age_max : days, at which the pool's goods may arrive at the latest
    """

    first_want: Ints
    want_by_product: Ints
    first_lane: Ints
    lane_by_hub: Ints
    pool_product: Ints
    pool_hub: Ints
    pool_grade: Ints
    pool_week: Ints
    pool_collect_days: Floats
    pool_age_max: Floats
    want_place: Ints
    want_week: Ints
    want_grade_worst: Ints
    lane_place: Ints
    lane_days: Floats

    @classmethod
    def of(cls, pools: pl.DataFrame, tables: Tables, rules: MatchRules) -> Calendar:
        wants, lanes, products = tables.wants, tables.lanes, tables.products
        lane_hub, hubs = _numbers(lanes.select("hub_id"), lanes.select("hub_id"))
        pool_hub, _ = _numbers(pools.select("hub_id"), lanes.select("hub_id"))
        lane_place, _ = _numbers(lanes.select("region_id", "week"), lanes.select("region_id", "week"))
        want_place, _ = _numbers(wants.select("region_id", "week"), lanes.select("region_id", "week"))
        pool_product, _ = _numbers(pools.select("product_id"), products.select("product_id"))
        want_product, kinds = _numbers(wants.select("product_id"), products.select("product_id"))
        want_by_product, first_want = _grouped(want_product, kinds)
        lane_by_hub, first_lane = _grouped(lane_hub, hubs)
        return cls(
            first_want=first_want,
            want_by_product=want_by_product,
            first_lane=first_lane,
            lane_by_hub=lane_by_hub,
            pool_product=pool_product,
            pool_hub=pool_hub,
            pool_grade=pools["grade"].to_numpy(),
            pool_week=pools["ready_week"].to_numpy(),
            pool_collect_days=pools["collect_days"].to_numpy(),
            pool_age_max=rules.shelf_share_max * products["shelf_life_days"].to_numpy()[pool_product],
            want_place=want_place,
            want_week=wants["week"].to_numpy(),
            want_grade_worst=wants["grade_worst"].to_numpy(),
            lane_place=lane_place,
            lane_days=lanes["days"].to_numpy(),
        )

    def reach(self, lag_weeks_max: int) -> tuple[Narrow, Narrow, Narrow]:
        """Pool, want and lane of every way on which goods arrive young enough, at most so many weeks after they were ripe.

        All of shape (ways,), sorted by pool, then want.
        """
        arrays = [np.ascontiguousarray(getattr(self, field.name)) for field in fields(self)]
        struct = ctypes.byref(_Struct(lag_weeks_max, *map(pointer, arrays)))
        by_hub = np.argsort(self.pool_hub, kind="stable")
        lane_at = np.full(int(self.lane_place.max(initial=-1)) + 1, -1, np.int32)
        count, first = np.zeros(len(by_hub), np.int64), np.zeros(len(by_hub), np.int64)
        given = (struct, pointer(by_hub), len(by_hub), pointer(lane_at), pointer(count))
        # Counted first, so that the ways stand in memory once and nowhere else.
        loops().reach(*given, None, None, None)
        first[1:] = count[:-1].cumsum()
        want, lane = np.empty(count.sum(), np.int32), np.empty(count.sum(), np.int32)
        loops().reach(*given, pointer(first), pointer(want), pointer(lane))
        return np.repeat(np.arange(len(by_hub), dtype=np.int32), count), want, lane


class _Struct(ctypes.Structure):
    """`Calendar` of loops.c."""

    _fields_ = [("lag_weeks_max", ctypes.c_int64), *((field.name, ctypes.c_void_p) for field in fields(Calendar))]


def _numbers(rows: pl.DataFrame, known: pl.DataFrame) -> tuple[Ints, int]:
    """The number of each of `rows` among the different rows of `known` (same columns; -1: not there), and how many of those there are."""
    kinds = known.unique(maintain_order=True).with_row_index("number")
    found = rows.join(kinds, on=rows.columns, how="left", maintain_order="left")["number"]
    return found.cast(pl.Int64).fill_null(-1).to_numpy(), kinds.height


def _grouped(group: Ints, groups: int) -> tuple[Ints, Any]:
    """Rows by group, in their order within each, and where each group begins among them, and one past the last."""
    order = np.argsort(group, kind="stable")
    return order, np.searchsorted(group[order], np.arange(groups + 1))
