"""A season's lots, wants, lanes and hubs as arrays, and every way on which a lot can reach a want."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pinfold.match.calendar import Calendar
from pinfold.match.provinces import ways_by_province
from pinfold.match.rules import MatchRules
from pinfold.match.tables import Tables, checked

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.signedinteger[Any]]

NODE = ["hub_id", "product_id", "grade", "collect_days", "ready_week"]
STEPS = 3
# So many ways are worked out at once: 128 KB an array, so that all that are in the making stay near the processor.
WAYS_AT_ONCE = 16_384


@dataclass(frozen=True)
class Ways:
    """Every pool of lots and want that a lane joins in time, sorted by pool, then want. All arrays have shape (ways,).

    pool, want, lane, hub_week : row numbers of what the way uses; of 32 bits, which counts where there are millions of ways
    kept : kg that can be sold per kg sent, 0..1
    cost_per_kg : yuan per kg sent: handling, storage, cooling, what grade and age take off the price, and the truck
    age_days : age on delivery
    """

    pool: Ints
    want: Ints
    lane: Ints
    hub_week: Ints
    kept: Floats
    cost_per_kg: Floats
    age_days: Floats

    def of(self, some: npt.NDArray[np.bool_]) -> Ways:
        """Those that `some`, shape (ways,), is true for."""
        return Ways(*(getattr(self, each.name)[some] for each in fields(self)))

    def alone(self, rows: Ints) -> tuple[Ways, Used]:
        """The ways of `rows` by themselves, and what they use, which they then count from 0."""
        numbered = (_numbered(each[rows]) for each in (self.pool, self.want, self.lane, self.hub_week))
        (pools, pool), (wants, want), (lanes, lane), (hub_weeks, hub_week) = numbered
        ways = Ways(pool, want, lane, hub_week, self.kept[rows], self.cost_per_kg[rows], self.age_days[rows])
        return ways, Used(pools, wants, lanes, hub_weeks)


@dataclass(frozen=True)
class Used:
    """Rows of the pools, wants, lanes and hub-weeks that some ways use, in rising order."""

    pools: Ints
    wants: Ints
    lanes: Ints
    hub_weeks: Ints


@dataclass(frozen=True)
class Promised:
    """What an earlier plan promised. kg : on each way, shape (ways,); moved_price_per_kg : yuan that each kg less on a way costs, > 0"""

    kg: Floats
    moved_price_per_kg: float


@dataclass(frozen=True)
class Season:
    """One instance of the match. Rows keep the order of the tables; `tables` keeps the ids as they came.

    lot_pool : pool of each lot. Lots of one hub, product, grade, collection days and ready week are one pool: no way tells them apart,
        so pooling is exact.
    lot_value_per_kg : what one kg gains by leaving its village rather than being salvaged, before it earns anything: minus collection,
        minus salvage, plus the equity bonus
    step_price_per_kg, step_kg : shape (wants, 3), dearest step first
    promised : by an earlier plan, where moving it has a price; what plans earn is then counted less that price, and so is the bound
    """

    tables: Tables
    rules: MatchRules
    pools: pl.DataFrame
    lot_pool: Ints
    lot_kg: Floats
    lot_value_per_kg: Floats
    step_price_per_kg: Floats
    step_kg: Floats
    lane_kg_max: Floats
    hub_week_kg_max: Floats
    ways: Ways
    promised: Promised | None = None

    @property
    def unsold_worth(self) -> float:
        """Yuan that the season brings when nothing is shipped: every lot at its salvage value."""
        return float(self.lot_kg @ _floats(self.tables.lots, "salvage_per_kg"))

    @cached_property
    def provinces(self) -> list[Ints]:
        """Rows of the ways of each part that shares nothing with the others; none for most seasons (`ways_by_province`)."""
        return ways_by_province(self)


def first_ways(season: Season) -> Ints:
    """The first way of each pool, and one past the last way; shape (pools + 1,)."""
    # Numbers of the same type as the pools, or numpy would copy all ways into the larger one.
    return np.searchsorted(season.ways.pool, np.arange(season.pools.height + 1, dtype=season.ways.pool.dtype))


@dataclass(frozen=True)
class Province:
    """`season` : of some ways alone; the others: rows of the whole season's ways, wants, lanes and hub-weeks, in the order of its own."""

    season: Season
    ways: Ints
    wants: Ints
    lanes: Ints
    hub_weeks: Ints


def province_of(season: Season, ways: Ints) -> Province:
    """What one of `season.provinces` is as a season of its own; lots that have no way are left out."""
    tables, (alone_ways, used) = season.tables, season.ways.alone(ways)
    lots = np.flatnonzero(np.isin(season.lot_pool, used.pools))
    listed = numbered_hub_weeks(tables)[used.hub_weeks].drop("hub_week")
    alone = replace(
        season,
        tables=replace(tables, lots=tables.lots[lots], wants=tables.wants[used.wants], lanes=tables.lanes[used.lanes], hub_weeks=listed),
        pools=season.pools[used.pools],
        lot_pool=np.searchsorted(used.pools, season.lot_pool[lots]),
        lot_kg=season.lot_kg[lots],
        lot_value_per_kg=season.lot_value_per_kg[lots],
        step_price_per_kg=season.step_price_per_kg[used.wants],
        step_kg=season.step_kg[used.wants],
        lane_kg_max=season.lane_kg_max[used.lanes],
        hub_week_kg_max=season.hub_week_kg_max[used.hub_weeks],
        ways=alone_ways,
        promised=season.promised and replace(season.promised, kg=season.promised.kg[ways]),
    )
    return Province(alone, ways, used.wants, used.lanes, used.hub_weeks)


def _numbered(used: Ints) -> tuple[Ints, Ints]:
    """Which rows are used, and `used` as numbers among these. Quicker than np.unique, which sorts."""
    here = np.zeros(used.max(initial=-1) + 1, bool)
    here[used] = True
    return np.flatnonzero(here), (here.cumsum(dtype=np.int32) - 1)[used]


def build_season(tables: Tables, rules: MatchRules) -> Season:
    """The season that `tables` describe. Raises InputError naming every row that is wrong."""
    tables = checked(tables)
    lots, wants, lanes = tables.lots, tables.wants, tables.lanes
    pools = lots.select(NODE).unique(maintain_order=True).with_row_index("pool")
    lot_pool = lots.select(NODE).join(pools, on=NODE, how="left", maintain_order="left")["pool"]
    hub_weeks = numbered_hub_weeks(tables)
    bonus = rules.equity_bonus * _floats(lots, "poverty_weight") * _floats(lots, "floor_price_per_kg")
    return Season(
        tables=tables,
        rules=rules,
        pools=pools,
        lot_pool=lot_pool.cast(pl.Int64).to_numpy(),
        lot_kg=_floats(lots, "kg"),
        lot_value_per_kg=bonus - _floats(lots, "collect_cost_per_kg") - _floats(lots, "salvage_per_kg"),
        step_price_per_kg=np.column_stack([_floats(wants, f"price_{step + 1}") for step in range(STEPS)]),
        step_kg=np.column_stack([_floats(wants, f"kg_{step + 1}") for step in range(STEPS)]),
        lane_kg_max=_floats(lanes, "trucks_max") * _floats(lanes, "truck_kg"),
        hub_week_kg_max=_floats(hub_weeks, "kg_max"),
        ways=find_ways(pools, tables, hub_weeks, rules),
    )


def find_ways(pools: pl.DataFrame, tables: Tables, hub_weeks: pl.DataFrame, rules: MatchRules) -> Ways:
    """Every way of the season, worked out some at a time, so that no more than the ways themselves stand in memory."""
    lanes, products = tables.lanes, tables.products
    calendar = Calendar.of(pools, tables, rules)
    pool, want, lane = calendar.reach(rules.lag_weeks_max)
    of_pool = pools.join(products, on="product_id", how="left", maintain_order="left")
    shelf_days, price = (of_pool[name].to_numpy() for name in ("shelf_life_days", "price_per_kg"))
    discount = np.array(rules.grade_discount)[calendar.pool_grade]
    truck_per_kg = (lanes["truck_cost"] / lanes["truck_kg"]).to_numpy()
    kept, cost, age = (np.empty(len(pool)) for _ in range(3))
    for some in (slice(first, first + WAYS_AT_ONCE) for first in range(0, len(pool), WAYS_AT_ONCE)):
        p, days = pool[some], calendar.lane_days[lane[some]]
        lag = calendar.want_week[want[some]] - calendar.pool_week[p]
        age[some] = 7.0 * lag + calendar.pool_collect_days[p] + days
        old = age[some] / shelf_days[p]
        kept[some] = 1 - rules.loss_base - rules.loss_at_full_age * old**2
        cooled = days > rules.cold_from_shelf_share * shelf_days[p]
        # What grade and age take off the price is counted on the kg that are kept.
        less = kept[some] * price[p] * (discount[p] + rules.freshness_discount * old)
        cost[some] = rules.handling_per_kg + rules.storage_per_kg_week * lag + rules.cold_per_kg * cooled + less + truck_per_kg[lane[some]]
    hub_week_of_lane = lanes.join(hub_weeks, on=["hub_id", "week"], how="left", maintain_order="left")["hub_week"].cast(pl.Int32)
    found = Ways(pool, want, lane, hub_week_of_lane.to_numpy()[lane], kept, cost, age)
    return found if (kept > 0).all() else found.of(kept > 0)


def numbered_hub_weeks(tables: Tables) -> pl.DataFrame:
    """hub_weeks with row numbers; a hub and week that has lanes but no row has no limit."""
    listed = tables.hub_weeks.select("hub_id", "week", "kg_max")
    unlisted = tables.lanes.select("hub_id", "week").unique(maintain_order=True).join(listed, on=["hub_id", "week"], how="anti")
    return pl.concat([listed, unlisted.with_columns(kg_max=pl.lit(float("inf")))]).with_row_index("hub_week")


def _floats(table: pl.DataFrame, column: str) -> Floats:
    return table[column].cast(pl.Float64).to_numpy()
