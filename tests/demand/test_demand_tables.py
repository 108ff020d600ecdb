"""The two commands of the demand room, from files to files."""

from datetime import date, timedelta

import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.flows.demand_tables import OutlookFiles, Recommended, demand_from_folder, recommend_from_folder

AS_OF = date(2026, 9, 7)


@pytest.fixture
def folder(tmp_path):
    """Twelve weeks of two products in one region and three customers, ids written as numbers."""
    days = [AS_OF - timedelta(weeks=ago) for ago in range(12, 0, -1)]
    pl.DataFrame(
        {"product_id": [1, 2], "name": ["mango", "snow pea"], "category": ["fruit", "vegetable"], "pack_kg": [2.5, 0.5]}
    ).write_csv(tmp_path / "products.csv")
    pl.DataFrame(
        [(day, customer, "R1", product, 2) for day in days for customer, product in ((7, 1), (8, 2), (9, 1))],
        schema=["date", "customer_id", "region_id", "product_id", "quantity"],
        orient="row",
    ).write_csv(tmp_path / "purchases.csv")
    return tmp_path


def test_an_outlook_is_written_with_ids_as_they_came(folder):
    demand_from_folder(folder, AS_OF, 4, OutlookFiles(folder / "out.csv"))
    out = pl.read_csv(folder / "out.csv", try_parse_dates=True)
    assert out["product_id"].unique().sort().to_list() == [1, 2]
    assert out["week"].unique().sort().to_list() == [AS_OF + timedelta(weeks=ahead) for ahead in range(4)]


def test_without_sales_the_outlook_is_made_from_purchases_in_kg(folder):
    demand_from_folder(folder, AS_OF, 1, OutlookFiles(folder / "out.csv"))
    # Two customers, two packs of 2.5 kg each, every week alike.
    row = pl.read_csv(folder / "out.csv").filter(product_id=1).row(0, named=True)
    assert row["p10"] < 10 < row["p90"]


def test_sales_are_preferred_to_purchases(folder):
    days = [AS_OF - timedelta(weeks=ago) for ago in range(12, 0, -1)]
    pl.DataFrame({"date": days, "product_id": 1, "region_id": "R1", "kg": 77.0, "price_per_kg": 5.0}).write_csv(folder / "sales.csv")
    demand_from_folder(folder, AS_OF, 1, OutlookFiles(folder / "out.csv"))
    assert pl.read_csv(folder / "out.csv").filter(product_id=1)["mean"].to_list() == pytest.approx([77.0], rel=0.05)


def test_every_customer_is_ranked_and_parquet_is_written_when_asked_for(folder):
    recommend_from_folder(folder, AS_OF, Recommended(10), folder / "out.parquet")
    out = pl.read_parquet(folder / "out.parquet")
    assert out.filter(customer_id=8).sort("rank")["product_id"].to_list() == [2, 1]
    assert out["customer_id"].n_unique() == 3


def test_what_is_new_to_a_customer_stands_before_what_was_bought(folder):
    recommend_from_folder(folder, AS_OF, Recommended(10, new=True), folder / "out.csv")
    assert pl.read_csv(folder / "out.csv").filter(customer_id=8).sort("rank")["product_id"].to_list() == [1, 2]


def test_a_day_before_the_first_purchase_is_refused(folder):
    with pytest.raises(InputError, match="no sales"):
        demand_from_folder(folder, date(2020, 1, 6), 4, OutlookFiles(folder / "out.csv"))


def test_totals_are_written_where_they_are_asked_for(folder):
    demand_from_folder(folder, AS_OF, 1, OutlookFiles(folder / "out.csv", folder / "totals.csv"))
    out, totals = pl.read_csv(folder / "out.csv"), pl.read_csv(folder / "totals.csv")
    assert totals.height == 2 + 1 + 1  # two products, one region, everything
    assert totals["mean"][-1] == pytest.approx(out["mean"].sum())
