"""A season's lots, wants, lanes and hubs as arrays, and every way on which a lot can reach a want."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pinfold.match.rules import MatchRules
from pinfold.match.tables import Tables, checked

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NODE = ["hub_id", "product_id", "grade", "collect_days", "ready_week"]
STEPS = 3


@dataclass(frozen=True)
class Ways:
    """Every pool of lots and want that a lane joins in time, sorted by pool, then want. All arrays have shape (ways,).

    pool, want, lane, hub_week : row numbers of what the way uses
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


@dataclass(frozen=True)
class Season:
    """One instance of the match. Rows keep the order of the tables; `tables` keeps the ids as they came.

    lot_pool : pool of each lot. Lots of one hub, product, grade, collection days and ready week are one pool: no way tells them apart,
        so pooling is exact.
    lot_value_per_kg : what one kg gains by leaving its village rather than being salvaged, before it earns anything: minus collection,
        minus salvage, plus the equity bonus
    step_price_per_kg, step_kg : shape (wants, 3), dearest step first
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

    @property
    def unsold_worth(self) -> float:
        """Yuan that the season brings when nothing is shipped: every lot at its salvage value."""
        return float(self.lot_kg @ _floats(self.tables.lots, "salvage_per_kg"))


def build_season(tables: Tables, rules: MatchRules) -> Season:
    """The season that `tables` describe. Raises InputError naming every row that is wrong."""
    tables = checked(tables)
    lots, wants, lanes = tables.lots, tables.wants, tables.lanes
    pools = lots.select(NODE).unique(maintain_order=True).with_row_index("pool")
    lot_pool = lots.select(NODE).join(pools, on=NODE, how="left", maintain_order="left")["pool"]
    hub_weeks = numbered_hub_weeks(tables)
    found = find_ways(pools, tables, hub_weeks, rules)
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
        ways=Ways(
            *(found[name].cast(pl.Int64).to_numpy() for name in ("pool", "want", "lane", "hub_week")),
            *(_floats(found, name) for name in ("kept", "cost_per_kg", "age_days")),
        ),
    )


def find_ways(pools: pl.DataFrame, tables: Tables, hub_weeks: pl.DataFrame, rules: MatchRules) -> pl.DataFrame:
    """Every way with pool, want, lane, hub_week, kept, cost_per_kg (truck included) and age_days.

    Joins on product and delivery week at once, one copy of the pools per week of waiting, so no pair is built that the calendar rules out.
    """
    wants = tables.wants.with_row_index("want").select("want", "product_id", "region_id", "week", "grade_worst")
    lanes = tables.lanes.with_row_index("lane").select(
        "lane", "hub_id", "region_id", "week", "days", truck_per_kg=pl.col("truck_cost") / pl.col("truck_kg")
    )
    lags = pl.DataFrame({"lag": range(rules.lag_weeks_max + 1)}, schema={"lag": pl.Int64})
    met = (
        pools.lazy()
        .join(lags.lazy(), how="cross")
        .with_columns(week=pl.col("ready_week") + pl.col("lag"))
        .join(wants.lazy(), on=["product_id", "week"])
        .filter(pl.col("grade") <= pl.col("grade_worst"))
        .join(lanes.lazy(), on=["hub_id", "region_id", "week"])
        .join(hub_weeks.lazy(), on=["hub_id", "week"])
        .join(tables.products.lazy().select("product_id", "shelf_life_days", "price_per_kg"), on="product_id")
        .with_columns(age_days=7.0 * pl.col("lag") + pl.col("collect_days") + pl.col("days"))
        .filter(pl.col("age_days") <= rules.shelf_share_max * pl.col("shelf_life_days"))
    )
    return (
        met.with_columns(old=pl.col("age_days") / pl.col("shelf_life_days"))
        .with_columns(kept=1 - rules.loss_base - rules.loss_at_full_age * pl.col("old") ** 2)
        .filter(pl.col("kept") > 0)
        .with_columns(cost_per_kg=_way_cost(rules) + pl.col("truck_per_kg"))
        .select("pool", "want", "lane", "hub_week", "kept", "cost_per_kg", "age_days")
        .sort("pool", "want")
        .collect()
    )


def _way_cost(rules: MatchRules) -> pl.Expr:
    """Yuan per kg sent without the truck. What grade and age take off the price is counted on the kg that are kept."""
    discount = pl.col("grade").replace_strict(list(range(len(rules.grade_discount))), rules.grade_discount, return_dtype=pl.Float64)
    cooled = pl.col("days") > rules.cold_from_shelf_share * pl.col("shelf_life_days")
    return (
        rules.handling_per_kg
        + rules.storage_per_kg_week * pl.col("lag")
        + rules.cold_per_kg * cooled.cast(pl.Float64)
        + pl.col("kept") * pl.col("price_per_kg") * (discount + rules.freshness_discount * pl.col("old"))
    )


def numbered_hub_weeks(tables: Tables) -> pl.DataFrame:
    """hub_weeks with row numbers; a hub and week that has lanes but no row has no limit."""
    listed = tables.hub_weeks.select("hub_id", "week", "kg_max")
    unlisted = tables.lanes.select("hub_id", "week").unique(maintain_order=True).join(listed, on=["hub_id", "week"], how="anti")
    return pl.concat([listed, unlisted.with_columns(kg_max=pl.lit(float("inf")))]).with_row_index("hub_week")


def _floats(table: pl.DataFrame, column: str) -> Floats:
    return table[column].cast(pl.Float64).to_numpy()
