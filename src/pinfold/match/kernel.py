"""A season as the compiled kernel sees it: the smoothed dual, and filling ways one after another.

May be called by every part of the match: `Network.of(season)` once, then `network.smoothed(...)`, `network.fill(...)` and
`network.gain(...)`. The arrays of a Network may be replaced (`dataclasses.replace`) by those of a season that differs in kg, prices or
costs but not in its ways. loops.c says what is computed; it is compiled when Pinfold is installed (hatch_build.py).
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, fields
from functools import cached_property, partial, reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pinfold.match.compiled import loops, pointer
from pinfold.match.season import Floats, Ints, Season, first_ways
from pinfold.match.shipments import merit_order

if TYPE_CHECKING:
    from concurrent.futures import Executor

# So many ways are a part: a pass over them takes some 6 ms, a hundred times what handing them to a thread does.
PART_WAYS = 2_000_000


@dataclass(frozen=True)
class Left:
    """lot_kg : kg of each lot that stay, in `lot_order`; step_kg : kg that each want's steps still take, shape (wants, 3)"""

    lot_kg: Floats
    step_kg: Floats


@dataclass(frozen=True)
class Network:
    """Arrays of a season in the order in which the kernel walks them; the first seventeen fields are those of `Network` in network.h.

    first_way, first_lot : shape (pools + 1,)
    want, lane, kept, cost_per_kg : shape (ways,); hub_of_lane : shape (lanes,)
    lot_value_per_kg, lot_kg : shape (lots,), sorted as `lot_order`: by pool, best first
    step_price_per_kg, step_kg : shape (wants, 3)
    lane_kg_max, hub_week_kg_max : kg; at most twice all that there is to send, so never infinite
    pool_scale, want_scale : yuan per kg that temperature 1 stands for: what customers of that product pay, on average
    moved_price_per_kg, promised_kg : shapes (1,) and (ways,), of `season.promised`; 0 and shape (0,) where there is none
    pool_of_way : shape (ways,); lot_order : rows of the season's lots
    workers : threads of this process for the parts of a large season; None: one part after the other
    """

    first_way: Ints
    first_lot: Ints
    want: Ints
    lane: Ints
    hub_of_lane: Ints
    kept: Floats
    cost_per_kg: Floats
    lot_value_per_kg: Floats
    lot_kg: Floats
    step_price_per_kg: Floats
    step_kg: Floats
    lane_kg_max: Floats
    hub_week_kg_max: Floats
    pool_scale: Floats
    want_scale: Floats
    moved_price_per_kg: Floats
    promised_kg: Floats
    pool_of_way: Ints
    lot_order: Ints
    workers: Executor | None = None

    @classmethod
    def of(cls, season: Season, workers: Executor | None = None) -> Network:
        ways, pools, order = season.ways, season.pools.height, merit_order(season)
        hub_of_lane = np.zeros(len(season.lane_kg_max), np.int32)
        hub_of_lane[ways.lane] = ways.hub_week
        # Twice all that there is to send can never bind, and keeps infinity and its like out of sums.
        never_kg = 2 * season.lot_kg.sum()
        pool_scale, want_scale = _scales(season)
        return cls(
            first_way=first_ways(season),
            first_lot=np.searchsorted(season.lot_pool[order], np.arange(pools + 1)),
            want=ways.want,
            lane=ways.lane,
            hub_of_lane=hub_of_lane,
            kept=ways.kept,
            cost_per_kg=ways.cost_per_kg,
            lot_value_per_kg=season.lot_value_per_kg[order],
            lot_kg=season.lot_kg[order],
            step_price_per_kg=season.step_price_per_kg,
            step_kg=season.step_kg,
            lane_kg_max=np.minimum(season.lane_kg_max, never_kg),
            hub_week_kg_max=np.minimum(season.hub_week_kg_max, never_kg),
            pool_scale=pool_scale,
            want_scale=want_scale,
            moved_price_per_kg=np.array([season.promised.moved_price_per_kg if season.promised else 0.0]),
            promised_kg=season.promised.kg if season.promised else np.zeros(0),
            pool_of_way=ways.pool,
            lot_order=order,
            workers=workers,
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many wants, lanes and hub-weeks there are: the order and number of the prices."""
        return len(self.step_kg), len(self.lane_kg_max), len(self.hub_week_kg_max)

    def smoothed(self, temperature: float, prices: Floats, lot_sent: Floats | None = None) -> tuple[float, Floats, Floats]:
        """Smoothed dual value at `prices`, its slope, and kg on each way as goods spread over ways that are nearly as good.

        temperature : share of a product's price within which ways count as nearly as good, > 0
        prices : shape (wants + lanes + hub_weeks,), yuan per kg, >= 0
        lot_sent : where given, filled with the kg of each lot that leave, in `lot_order`; the lots need then not stand best first
        """
        prices, flow, kept = np.ascontiguousarray(prices), np.empty(len(self.want)), np.empty(len(self.promised_kg))
        one = partial(self._smoothed_part, temperature, prices, (flow, kept, lot_sent))
        # The same parts, summed in the same order, whoever works on them: the same figures to the last bit.
        parts = list((self.workers.map if self.workers else map)(one, self._parts))
        return sum(value for value, _ in parts), reduce(np.add, (slope for _, slope in parts)), flow

    def _smoothed_part(
        self, temperature: float, prices: Floats, filled: tuple[Floats, Floats, Floats | None], pools: tuple[int, int]
    ) -> tuple[float, Floats]:
        (flow, kept, lot_sent), slope, room = filled, np.empty(len(prices)), np.empty((2, len(self.lane_kg_max)))
        arrays = (*map(pointer, (slope, flow, room[0], room[1], kept)), None if lot_sent is None else pointer(lot_sent))
        value = loops().smoothed(self.struct, temperature, pointer(prices), *pools, *arrays)
        return value, slope

    @cached_property
    def _parts(self) -> list[tuple[int, int]]:
        """First pool and one past the last of every part: one for most seasons."""
        ends = np.searchsorted(self.first_way, np.arange(1, len(self.want) // PART_WAYS + 1) * PART_WAYS)
        joints = [0, *sorted({int(end) for end in ends if 0 < end < len(self.pool_scale)}), len(self.pool_scale)]
        return list(pairwise(joints))

    def fill(self, order: Ints, start_kg: Floats | None = None) -> Floats:
        """Kg on every way when the ways take what `start_kg` leaves, in `order`, each as long as one more kg still pays; shape (ways,).

        start_kg : kg on every way to begin with, within limits; none by default
        """
        kg = np.zeros(len(self.want)) if start_kg is None else start_kg.copy()
        self.fill_up(order, kg, self.left(kg))
        return kg

    def fill_up(self, order: Ints, kg: Floats, left: Left) -> None:
        """As `fill`, but `kg` and what they have `left` are changed where they stand."""
        lots, steps, lane_kg = left.lot_kg, left.step_kg, _sums(self.lane, kg, len(self.lane_kg_max))
        # Most pools and wants are done when a flow is mended: their ways need not be walked one by one.
        has_goods = np.maximum.reduceat(np.append(lots, 0.0), self.first_lot[:-1]) > 0 if len(self.pool_scale) else np.zeros(0, bool)
        order = np.ascontiguousarray(order[has_goods[self.pool_of_way[order]] & (steps.max(axis=1) > 0)[self.want[order]]], np.int64)
        given = (
            self.pool_of_way,
            kg,
            lots,
            self.first_lot[:-1].copy(),
            steps.ravel(),
            np.arange(len(self.step_kg)) * self.step_kg.shape[1],
            self.lane_kg_max - lane_kg,
            self.hub_week_kg_max - np.bincount(self.hub_of_lane, lane_kg, len(self.hub_week_kg_max)),
        )
        loops().fill(self.struct, pointer(order), len(order), *map(pointer, given))

    def left(self, kg: Floats) -> Left:
        """What `kg` on the ways leave of lots and steps."""
        return Left(self.lots_left(kg), self.steps_left(kg))

    def lots_left(self, kg: Floats) -> Floats:
        """Kg of each lot, in `lot_order`, that stay when `kg` go on the ways and each pool's best lots go first."""
        return _left(self.lot_kg, self.first_lot, _sums(self.pool_of_way, kg, len(self.pool_scale)))

    def steps_left(self, kg: Floats) -> Floats:
        """Kg that each want's steps still take when `kg` go on the ways and the dearest are filled first; shape (wants, 3)."""
        delivered = _sums(self.want, kg, len(self.step_kg), self.kept)
        wants, steps = self.step_kg.shape
        return _left(self.step_kg.ravel(), np.arange(wants + 1) * steps, delivered).reshape(wants, steps)

    def gain(self, kg: Floats, left: Left | None = None) -> float:
        """Yuan that `kg` on the ways bring above leaving every lot unsold, after what they pay for the promised kg that move.

        left : what `kg` have left, where it is at hand
        """
        left = left or self.left(kg)
        sold = ((self.step_kg - left.step_kg) * self.step_price_per_kg).sum()
        price = self.moved_price_per_kg[0]
        moved = price * np.maximum(self.promised_kg - kg, 0.0).sum() if price else 0.0
        return float(sold + (self.lot_kg - left.lot_kg) @ self.lot_value_per_kg - kg @ self.cost_per_kg - moved)

    @cached_property
    def struct(self) -> Any:
        arrays = [np.ascontiguousarray(getattr(self, field.name)) for field in fields(self)[: len(_Struct.ARRAYS)]]
        wants, lanes, hub_weeks = self.shape
        struct = _Struct(len(self.pool_scale), wants, lanes, hub_weeks, self.step_kg.shape[1], *map(pointer, arrays))
        struct.kept_alive = arrays
        return ctypes.byref(struct)


class _Struct(ctypes.Structure):
    """`Network` of network.h."""

    NUMBERS = ("pools", "wants", "lanes", "hub_weeks", "steps")
    ARRAYS = tuple(field.name for field in fields(Network))[:17]
    _fields_ = [(name, ctypes.c_int64) for name in NUMBERS] + [(name, ctypes.c_void_p) for name in ARRAYS]
    kept_alive: list[Any]


def _sums(place: Ints, kg: Floats, places: int, weight: Floats | None = None) -> Floats:
    """Kg at each place when `kg`, shape (ways,), count `weight` there (None: 1)."""
    # A plan uses a quarter of the ways or less; the others need not be added up.
    some = np.flatnonzero(kg != 0)
    used = kg[some] if weight is None else kg[some] * weight[some]
    return np.bincount(place[some], used, places).astype(np.float64)


def _left(kg: Floats, first: Ints, used: Floats) -> Floats:
    """What `used` kg of each group leave of its rows, taken from the first row on; shape (rows,).

    first : first row of each group, and one past the last; used : shape (groups,)
    """
    before = np.concatenate([[0.0], kg.cumsum()])
    group = np.repeat(np.arange(len(used)), np.diff(first))
    left: Floats = kg - np.clip(used[group] - (before[:-1] - before[first[:-1]][group]), 0, kg)
    return left


def _scales(season: Season) -> tuple[Floats, Floats]:
    """Yuan per kg that customers pay for the product of each pool and each want, on average over its wants' dearest steps."""
    product = pl.concat([season.pools["product_id"], season.tables.wants["product_id"]]).rank("dense").cast(pl.Int64).to_numpy() - 1
    pool_product, want_product = product[: season.pools.height], product[season.pools.height :]
    products = int(product.max(initial=-1)) + 1
    count = np.bincount(want_product, minlength=products)
    price = np.bincount(want_product, season.step_price_per_kg[:, 0], products) / np.maximum(count, 1)
    price = np.where(price > 0, price, 1.0)
    return price[pool_product], price[want_product]
