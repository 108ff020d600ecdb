"""The season of real observations, assembled from the yields that may be shipped and a few invented sales in the shape of the real ones."""

import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))

from real_season import make, write  # noqa: E402

MONDAYS = (date(2017, 1, 9), date(2017, 3, 6))
SALES = [
    (monday, kind, area, kg, price, 1.5)
    for monday in MONDAYS
    for kind, area, kg, price in (
        ("CITRUS", "R00", 5, 1.0),
        ("CITRUS", "R01", 2, 1.1 if monday == MONDAYS[0] else None),
        ("BERRIES", "R00", 3, 2.0),
        ("APPLES", "R00", 9, 1.0),
    )
]
BOUGHT = [
    (date(2017, 1, 10), 7, "R00", 1, 2),  # navels
    (date(2017, 1, 10), 7, "R00", 2, 1),  # lemons on the same day: one purchase of citrus
    (date(2017, 3, 7), 7, "R01", 1, 4),  # more than the area's table says
    (date(2017, 3, 7), 8, "R00", 3, 1),  # apples
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder in the shape of the shared data."""
    tables = {
        "yield/orange_plots/plots.csv": pl.read_csv(EXAMPLES / "observed/orange_plots_plots.csv"),
        "yield/orange_plots/harvests.csv": pl.read_csv(EXAMPLES / "observed/orange_plots_harvests.csv"),
        "demand/produce_areas/sales.csv": pl.DataFrame(
            SALES, schema=["date", "product_id", "region_id", "kg", "price_per_kg", "list_price_per_kg"], orient="row"
        ),
        "taste/produce_households/products.csv": pl.DataFrame(
            {"product_id": [1, 2, 3], "name": ["NAVELS", "LEMONS", "APPLES"], "category": ["CITRUS", "CITRUS", "APPLES"]}
        ),
        "taste/produce_households/purchases.csv": pl.DataFrame(
            BOUGHT, schema=["date", "customer_id", "region_id", "product_id", "quantity"], orient="row"
        ),
    }
    for name, table in tables.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        table.write_csv(tmp_path / name)
    return tmp_path


def test_every_harvest_was_observed(data):
    known, later = make(data)
    observed = pl.read_csv(EXAMPLES / "observed/orange_plots_harvests.csv").with_columns(pl.col("season") + 90)
    assert known["harvests"].join(observed, on=["plot_id", "season", "kg"], how="anti").is_empty()
    picked = later["harvests"].group_by("plot_id", "season").agg(pl.col("kg").sum())
    beside = picked.join(observed, on=["plot_id", "season"], suffix="_observed")
    assert beside.height == known["plots"].height
    assert (beside["kg"] / beside["kg_observed"]).to_list() == pytest.approx([1.0] * beside.height, abs=0.01)


def test_what_a_household_buys_of_one_kind_on_one_day_is_one_purchase(data):
    bought = make(data)[0]["purchases"].filter(pl.col("customer_id") == "H7")
    assert bought.select("product_id", "quantity").rows() == [("CITRUS", 3)]


def test_visits_add_up_to_the_sales_of_their_area_and_week(data):
    known, later = make(data)
    bought = pl.concat([known["purchases"], later["purchases"]]).group_by("product_id", "region_id", pl.col("date").dt.truncate("1w"))
    kg = {row[:3]: row[3] for row in bought.agg(pl.col("quantity").sum()).iter_rows()}
    assert kg == {
        ("CITRUS", "R00", MONDAYS[0]): 5,
        ("CITRUS", "R00", MONDAYS[1]): 5,
        ("CITRUS", "R01", MONDAYS[0]): 2,
        ("CITRUS", "R01", MONDAYS[1]): 4,  # known households bought more than the table says: theirs stands
        ("BERRIES", "R00", MONDAYS[0]): 3,
        ("BERRIES", "R00", MONDAYS[1]): 3,
    }


def test_its_tables_are_a_season_folder(data, tmp_path):
    from pinfold.flows.season import check_season

    write(tmp_path / "season", data)
    assert check_season(tmp_path / "season").problems == []
