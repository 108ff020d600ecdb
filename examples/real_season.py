"""Write a season of real observations as the tables of a season folder: real yields, real sales, real customers.

    python examples/real_season.py [FOLDER] [--data ../shared/data]
    make run SEASON=real-season

Observed: kg of every second of 115 orange plots, 1922 to 1927 (Parker & Batchelor 1932), written as seasons 2012 to 2017; units of citrus
and berries sold in eight areas of an American retailer in every week of 2017, with their prices; what 1,133 households there bought, and
when (dunnhumby, Complete Journey). A unit is written as 1 kg, a dollar as 6.76 yuan.

Assumed, because nobody observed both ends of one trade: that these oranges are sold to these people; who owns which plot; on which day a
row is picked (navel oranges keep on the tree, so rows are picked in turn) and in which grades; hubs, lanes and all their costs. Area sales
beyond those of the known households are visits of customers who come once.

The data may not be shipped (../shared/data/README.md), so neither may this folder.
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from pinfold.fields.crops import crop

SEASON, STARTS_ON, WEEKS = 2017, date(2017, 3, 6), 30
OBSERVED_SEASON = 1927
YUAN_PER_DOLLAR = 6.76  # World Bank, official exchange rate, mean of 2017
# Rows of plots ripen in turn, so that there is something to pick in most weeks.
DAYS_BETWEEN_ROWS = 6
PICK_EVERY_DAYS = 7
KINDS = {"CITRUS": ("Citrus", "柑橘", "orange"), "BERRIES": ("Berries", "浆果", None)}
LAST_UPPER_ROW = 12
REPORTER = "13900000003"
Tables = dict[str, pl.DataFrame]


def make(data: Path) -> tuple[Tables, Tables]:
    """(tables that are known when the season starts, tables of what happens in it)."""
    land = pl.read_csv(data / "yield/orange_plots/plots.csv").sort("row", "col").gather_every(2)
    grown = (
        pl.read_csv(data / "yield/orange_plots/harvests.csv")
        .join(land.select("plot_id"), on="plot_id", how="semi")
        .filter(pl.col("season") > 1921)
        .with_columns(pl.col("season") + SEASON - OBSERVED_SEASON)
    )
    sold = area_sales(data)
    bought = purchases(data, sold)
    ripe = ripe_reports(land)
    known = {
        **containers(land, sorted(sold["region_id"].unique()), bought.filter(pl.col("date") < STARTS_ON)["customer_id"][:2].to_list()),
        "plots": plots(land),
        "products": products(sold),
        "stages": ripe.filter(pl.col("season") < SEASON),
        "harvests": grown.filter(pl.col("season") < SEASON),
        "sales": sold.filter(pl.col("date") < STARTS_ON),
        "purchases": bought.filter(pl.col("date") < STARTS_ON),
    }
    ends_on = STARTS_ON + timedelta(weeks=WEEKS)
    later = {
        "stages": ripe.filter(pl.col("season") == SEASON),
        "harvests": pickings(land, grown, ripe, ends_on),
        "purchases": bought.filter(pl.col("date").is_between(STARTS_ON, ends_on, closed="left")),
    }
    return known, later


def area_sales(data: Path) -> pl.DataFrame:
    """Weekly units of both kinds in each area, as kg, with prices in yuan; a price that is blank is that of the week before."""
    rows = pl.read_csv(data / "demand/produce_areas/sales.csv", try_parse_dates=True).sort("date", "product_id", "region_id")
    prices = [
        (pl.col(name).forward_fill().backward_fill().over("product_id", "region_id", order_by="date") * YUAN_PER_DOLLAR).round(2)
        for name in ("price_per_kg", "list_price_per_kg")
    ]
    return rows.filter(pl.col("product_id").is_in(list(KINDS))).with_columns(prices)


def purchases(data: Path, sold: pl.DataFrame) -> pl.DataFrame:
    """What the known households bought of both kinds, and the rest of their areas' sales as visits of others, a pack each.

    Only the week of those visits is known; they are spread over its days.
    """
    kinds = pl.read_csv(data / "taste/produce_households/products.csv").select("product_id", "category")
    known = (
        pl.read_csv(data / "taste/produce_households/purchases.csv", try_parse_dates=True)
        .join(kinds, on="product_id")
        .filter(pl.col("category").is_in(list(KINDS)))
        .group_by("date", pl.format("H{}", "customer_id").alias("customer_id"), "region_id", pl.col("category").alias("product_id"))
        .agg(pl.col("quantity").sum())
    )
    week = ["date", "product_id", "region_id"]
    weekly = known.group_by(pl.col("date").dt.truncate("1w"), "product_id", "region_id").agg(pl.col("quantity").sum())
    others = (
        sold.join(weekly, on=week, how="left")
        .select(*week, left=(pl.col("kg") - pl.col("quantity").fill_null(0)).clip(0).cast(pl.Int64))
        .with_columns(number=pl.int_ranges(0, pl.col("left")))
        .explode("number", empty_as_null=False)
        .drop_nulls("number")
        .select(
            date=pl.col("date") + pl.duration(days=pl.col("number") % 7),
            customer_id=pl.format("{}-{}-{}-{}", "region_id", "date", pl.col("product_id").str.head(1), "number"),
            region_id="region_id",
            product_id="product_id",
            quantity=pl.lit(1, pl.Int64),
        )
    )
    return pl.concat([known.select(others.columns), others]).sort("date", "customer_id", "product_id")


def ripe_reports(land: pl.DataFrame) -> pl.DataFrame:
    """The day on which picking of each plot begins, in every season: assumed."""
    rows = [
        (plot, season, "ripe", date(season, 3, 13) + timedelta(days=DAYS_BETWEEN_ROWS * (row - 1)), REPORTER, 1.0)
        for plot, row in land.select("plot_id", "row").iter_rows()
        for season in range(SEASON - 5, SEASON + 1)
    ]
    table = pl.DataFrame(rows, schema=["plot_id", "season", "stage", "on", "reported_by", "certainty"], orient="row")
    return table.with_columns(reported_on="on").sort("reported_on", "plot_id")


def pickings(land: pl.DataFrame, grown: pl.DataFrame, ripe: pl.DataFrame, ends_on: date) -> pl.DataFrame:
    """The played season's real kg of each plot, picked and graded as is usual for the crop."""
    kind = crop("orange")
    ends = np.arange(0.0, kind.picking_window_days.value + PICK_EVERY_DAYS, PICK_EVERY_DAYS)
    shares = np.diff(kind.picked_share(ends))
    begins = dict(ripe.filter(pl.col("season") == SEASON).select("plot_id", "on").iter_rows())
    rows = [
        (plot, SEASON, round(kg * share * of_grade, 2), grade, begins[plot] + timedelta(days=PICK_EVERY_DAYS * number))
        for plot, kg in grown.filter(pl.col("season") == SEASON).select("plot_id", "kg").iter_rows()
        for number, share in enumerate(shares)
        for grade, of_grade in enumerate(kind.grade_shares)
    ]
    table = pl.DataFrame(rows, schema=["plot_id", "season", "kg", "grade", "picked_on"], orient="row")
    return table.filter((pl.col("picked_on") < ends_on) & (pl.col("kg") > 0)).sort("picked_on", "plot_id", "grade")


def plots(land: pl.DataFrame) -> pl.DataFrame:
    """One tree each, in its row; a row belongs to one household."""
    return land.select(
        "plot_id", "crop", "block", "row", "col", household_id=pl.format("H-{}", "block"), village_id=_village("row"), trees=pl.lit(1)
    )


def products(sold: pl.DataFrame) -> pl.DataFrame:
    """Both kinds at the mean price before the season; berries have customers and no harvest."""
    price = dict(
        sold.filter(pl.col("date") < STARTS_ON).group_by("product_id").agg(pl.col("list_price_per_kg").mean().round(2)).iter_rows()
    )
    rows = []
    for name, (english, chinese, grows_on) in KINDS.items():
        shelf_days, ratio = (crop(grows_on).shelf_life_days.value, crop(grows_on).kg_per_harvest_kg.value) if grows_on else (7.0, 1.0)
        rows.append((name, english, chinese, "produce", grows_on, 1.0, shelf_days, price[name], ratio))
    columns = "product_id name name_zh category crop pack_kg shelf_life_days price_per_kg kg_per_harvest_kg"
    return pl.DataFrame(rows, schema=columns.split(), orient="row")


def containers(land: pl.DataFrame, areas: list[str], customers: list[str]) -> Tables:
    """Cooperative, villages, households, hub, regions, lanes, settings and people: every figure assumed."""
    blocks = land.select("block", "row").unique(maintain_order=True)
    weeks = range(WEEKS)
    people = [("operator", None), ("officer", None), ("coordinator", "upper"), ("coordinator", "lower"), ("board", "orange")]
    people += [("packhouse", "hub"), ("household", "H-row1"), ("household", "H-row19"), *(("customer", name) for name in customers)]
    return {
        "settings": _table(
            "name value unit source",
            [
                ("season.number", str(SEASON), "year", "assumed: harvests of 1927 beside sales of 2017"),
                ("season.starts_on", str(STARTS_ON), "date", "assumed: after eight weeks of sales"),
                ("season.weeks", str(WEEKS), "weeks", "observed: until the sales end"),
            ],
        ),
        "cooperatives": _table("cooperative_id name name_zh invested_fen", [("orange", "Orange growers", "橙农合作社", 1_000_000)]),
        "hubs": _table("hub_id name name_zh latitude longitude", [("hub", "Hub", "集货点", 33.97, -117.33)]),
        "regions": _table(
            "region_id name name_zh latitude longitude",
            [(area, f"Area {area[1:]}", f"{area[1:]} 区", 34.0 + n / 10, -117.0 - n / 10) for n, area in enumerate(areas)],
        ),
        "villages": _table(
            "village_id cooperative_id hub_id name name_zh latitude longitude altitude_m road_km walk_minutes collect_days "
            "collect_cost_per_kg",
            [
                ("upper", "orange", "hub", "Upper rows", "上村", 33.97, -117.33, 320.0, 5.0, 10.0, 0, 0.2),
                ("lower", "orange", "hub", "Lower rows", "下村", 33.96, -117.34, 310.0, 6.0, 10.0, 0, 0.2),
            ],
        ),
        "households": blocks.select(
            household_id=pl.format("H-{}", "block"),
            village_id=_village("row"),
            people=pl.lit(4),
            registered_poor=pl.lit(False),
            equity_fen=pl.lit(1_000_000 // blocks.height),
            farm_cost_fen=pl.lit(0),
            other_income_fen=pl.lit(0),
            language=pl.lit("en"),
        ),
        "hub_weeks": _table("hub_id week kg_max", [("hub", week, 2_000.0) for week in weeks]),
        "lanes": _table(
            "lane_id hub_id region_id week days truck_kg truck_cost trucks_max",
            [
                (f"hub-{area}-{week:02d}", "hub", area, week, 1.0, 500.0, 200.0 + 10 * n, 2.0)
                for n, area in enumerate(areas)
                for week in weeks
            ],
        ),
        "people": _table(
            "phone role subject_id language",
            [(f"139{number:08d}", role, subject, "en") for number, (role, subject) in enumerate(people, start=1)],
        ),
    }


def _village(row: str) -> pl.Expr:
    return pl.when(pl.col(row) <= LAST_UPPER_ROW).then(pl.lit("upper")).otherwise(pl.lit("lower"))


def _table(columns: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=columns.split(), orient="row", infer_schema_length=None)


def write(folder: Path, data: Path) -> None:
    """Write both sets of tables under `folder`."""
    known, later = make(data)
    for place, tables in ((folder, known), (folder / "later", later)):
        place.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            table.write_csv(place / f"{name}.csv")


if __name__ == "__main__":
    top = Path(__file__).parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=top / "real-season")
    parser.add_argument("--data", type=Path, default=top.parent / "shared" / "data", help="folder with yield/, demand/ and taste/")
    given = parser.parse_args()
    if not (given.data / "yield/orange_plots").is_dir():
        raise SystemExit(f"{given.data} holds no yield/orange_plots; say where the data are with --data")
    write(given.folder, given.data)
    print(f"wrote {given.folder}")
