"""The season of real observations, where the data are at hand (they may not be shipped)."""

import sys
from pathlib import Path

import polars as pl
import pytest

TOP = Path(__file__).parents[2]
DATA = TOP.parent / "shared" / "data"
sys.path.insert(0, str(TOP / "examples"))

pytestmark = pytest.mark.skipif(not (DATA / "yield").is_dir(), reason="the shared data are not beside this checkout")


@pytest.fixture(scope="module")
def made():
    from real_season import make

    return make(DATA)


def test_every_harvest_was_observed(made):
    known, later = made
    observed = pl.read_csv(DATA / "yield/orange_plots/harvests.csv").with_columns(pl.col("season") + 90)
    assert known["harvests"].join(observed, on=["plot_id", "season", "kg"], how="anti").is_empty()
    picked = later["harvests"].group_by("plot_id", "season").agg(pl.col("kg").sum())
    beside = picked.join(observed, on=["plot_id", "season"], suffix="_observed")
    assert beside.height == later["stages"].height
    assert (beside["kg"] / beside["kg_observed"]).to_list() == pytest.approx([1.0] * beside.height, abs=0.01)


def test_visits_are_never_fewer_than_the_sales_of_their_area_and_week(made):
    known, later = made
    sold = pl.read_csv(DATA / "demand/produce_areas/sales.csv", try_parse_dates=True).filter(
        pl.col("product_id").is_in(["CITRUS", "BERRIES"])
    )
    bought = pl.concat([known["purchases"], later["purchases"]]).group_by(pl.col("date").dt.truncate("1w"), "product_id", "region_id")
    beside = sold.join(bought.agg(pl.col("quantity").sum()), on=["date", "product_id", "region_id"]).filter(
        pl.col("date") < pl.date(2017, 9, 25)
    )
    # Known households sometimes bought more than the area's table says: then their own purchases stand.
    assert (beside["quantity"] >= beside["kg"]).all()
    assert (beside["quantity"] == beside["kg"]).mean() > 0.7


def test_its_tables_are_a_season_folder(made, tmp_path):
    from real_season import write

    from pinfold.flows.season import check_season

    write(tmp_path, DATA)
    assert check_season(tmp_path).problems == []
