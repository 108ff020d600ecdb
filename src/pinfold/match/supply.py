"""What the other rooms know, as the tables of the match: harvest weeks become lots, merchants' bids become wants."""

from __future__ import annotations

import polars as pl

from pinfold.basics.errors import InputError


def lots_from_harvest(
    harvest_weeks: pl.DataFrame, villages: pl.DataFrame, households: pl.DataFrame, prices: pl.DataFrame, season: int
) -> pl.DataFrame:
    """One lot per village, product, grade and week that has any kg; the columns of `lots`, sorted by lot_id.

    lot_id : SEASON-VILLAGE-PRODUCT-GRADE-WEEK, so a forecast made again names the same lots
    harvest_weeks : village_id, product_id, grade, ready_week, kg (of product, expected), kg_cv
    villages : village_id, hub_id, collect_days, collect_cost_per_kg
    households : village_id, registered_poor; a lot's poverty_weight is the share of its village's households that are
    prices : product_id, grade, floor_price_per_kg, salvage_per_kg
    Raises InputError naming a village or a product and grade that harvest_weeks has and the other tables lack.
    """
    _must_know(harvest_weeks, villages, ["village_id"], "villages")
    _must_know(harvest_weeks, prices, ["product_id", "grade"], "prices")
    poverty = households.group_by("village_id").agg(poverty_weight=pl.col("registered_poor").cast(pl.Float64).mean())
    return (
        harvest_weeks.filter(pl.col("kg") > 0)
        .join(villages.select("village_id", "hub_id", "collect_days", "collect_cost_per_kg"), on="village_id")
        .join(poverty, on="village_id", how="left")
        .join(prices.select("product_id", "grade", "floor_price_per_kg", "salvage_per_kg"), on=["product_id", "grade"])
        .select(
            pl.concat_str(pl.lit(season), "village_id", "product_id", "grade", "ready_week", separator="-").alias("lot_id"),
            *("village_id", "hub_id", "product_id", "grade", "ready_week", "kg", "kg_cv", "floor_price_per_kg"),
            pl.col("poverty_weight").fill_null(0.0),
            *("collect_cost_per_kg", "collect_days", "salvage_per_kg"),
        )
        .sort("lot_id")
    )


def wants_from_bids(bids: pl.DataFrame) -> pl.DataFrame:
    """One want of kind 'bid' per bid, want_id = bid_id: all its kg at its price, of no worse grade than `grade_worst`.

    bids : bid_id, product_id, grade (worst accepted), region_id, week, kg, kg_min, price_per_kg
    """
    nothing = pl.lit(0.0)
    return bids.select(
        pl.col("bid_id").alias("want_id"),
        *("product_id", "region_id", "week"),
        pl.lit("bid").alias("kind"),
        *(pl.col("price_per_kg").alias("price_1"), pl.col("kg").alias("kg_1")),
        *(nothing.alias(name) for name in ("price_2", "kg_2", "price_3", "kg_3")),
        pl.col("kg_min"),
        nothing.alias("open_cost"),
        pl.col("grade").cast(pl.Int64).alias("grade_worst"),
    )


def wants_together(pins: pl.DataFrame, bids: pl.DataFrame) -> pl.DataFrame:
    """Wants of both kinds in one table; customers in a pin accept every grade, at its discount."""
    any_grade = pins.with_columns(grade_worst=pl.lit(None, pl.Int64))
    return pl.concat([any_grade.select(bids.columns), bids], how="vertical_relaxed")


def sellable(lots: pl.DataFrame, promised: pl.DataFrame, shares: pl.DataFrame | None = None) -> pl.DataFrame:
    """The same lots with the kg that may be sold now: their share of the forecast less what is promised; none under 1 kg.

    lots : as from lots_from_harvest
    promised : lot_id, kg_promised
    shares : lot_id, sellable_share (uncertain/sellable.py); None: all that is expected
    """
    joined = lots.join(promised, on="lot_id", how="left", maintain_order="left")
    share = pl.lit(1.0)
    if shares is not None:
        joined = joined.join(shares, on="lot_id", how="left", maintain_order="left")
        share = pl.col("sellable_share").fill_null(1.0)
    free = pl.col("kg") * share - pl.col("kg_promised").fill_null(0.0)
    return joined.with_columns(kg=free).filter(pl.col("kg") >= 1.0).select(lots.columns)


def less_loaded(lanes: pl.DataFrame, hub_weeks: pl.DataFrame, loaded: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lanes with the trucks, and pack houses with the kg, that what is promised already leaves; 0 where it fills them.

    loaded : hub_id, region_id, week, kg of what is promised
    """
    at_hub = loaded.group_by("hub_id", "week").agg(loaded_kg=pl.col("kg").sum())
    on_lane = loaded.rename({"kg": "loaded_kg"})
    trucks = pl.col("trucks_max") - pl.col("loaded_kg").fill_null(0.0) / pl.col("truck_kg")
    kg = pl.col("kg_max") - pl.col("loaded_kg").fill_null(0.0)
    return (
        lanes.join(on_lane, on=["hub_id", "region_id", "week"], how="left", maintain_order="left")
        .with_columns(trucks_max=pl.max_horizontal(trucks, 0.0))
        .select(lanes.columns),
        hub_weeks.join(at_hub, on=["hub_id", "week"], how="left", maintain_order="left")
        .with_columns(kg_max=pl.max_horizontal(kg, 0.0))
        .select(hub_weeks.columns),
    )


def _must_know(asked: pl.DataFrame, known: pl.DataFrame, keys: list[str], table: str) -> None:
    unknown = asked.join(known, on=keys, how="anti")
    if not unknown.is_empty():
        named = ", ".join(f"{key} {unknown[key][0]!r}" for key in keys)
        raise InputError(f"the harvest has {named}, which is not in {table}; add it there")
