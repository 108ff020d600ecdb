"""The example season: what is committed is what the generator writes, and it says what the case says."""

import sys
from pathlib import Path

import polars as pl
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
BAOSHAN = EXAMPLES / "baoshan"
sys.path.insert(0, str(EXAMPLES))

from make_baoshan import make, write  # noqa: E402


@pytest.fixture(scope="module")
def made() -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    return make()


def test_what_is_committed_is_what_the_generator_writes(tmp_path):
    write(tmp_path)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.csv"))
    assert written == sorted(path.relative_to(BAOSHAN) for path in BAOSHAN.rglob("*.csv"))
    different = [str(path) for path in written if (tmp_path / path).read_bytes() != (BAOSHAN / path).read_bytes()]
    assert different == []


def test_another_seed_makes_another_season(made):
    assert not make(seed=1)[1]["purchases"].equals(made[1]["purchases"])


def test_what_is_committed_stays_small():
    assert sum(path.stat().st_size for path in BAOSHAN.rglob("*") if path.is_file()) < 6_000_000


def test_six_merchants_take_42_53_t_for_407_600_yuan(made):
    bids = made[0]["bids"]
    assert bids["merchant_id"].n_unique() == 6
    assert bids["kg"].sum() == 42_530
    assert (bids["kg"] * bids["price_per_kg"]).sum() == pytest.approx(407_600, abs=1e-6)


def test_every_merchant_pays_more_than_the_local_price(made):
    from making.places import LOCAL_PRICE

    assert made[0]["bids"]["price_per_kg"].min() > LOCAL_PRICE["coffee"]


def test_a_households_coffee_brings_about_9000_yuan_and_leaves_under_4000(made):
    from making.places import COFFEE_COST_YUAN, LOCAL_PRICE

    known, later = made
    kg = pl.concat([known["harvests"], later["harvests"].select("plot_id", "season", "kg")]).filter(
        pl.col("plot_id").str.starts_with("coffee")
    )
    yuan = kg["kg"].sum() * 0.167 * LOCAL_PRICE["coffee"] / kg["season"].n_unique() / kg["plot_id"].n_unique()
    assert yuan == pytest.approx(9_000, rel=0.05)
    assert yuan - COFFEE_COST_YUAN < 4_000


def test_the_season_has_the_size_that_it_should_have(made):
    known, later = made
    sizes = {name: known[name].height for name in ("villages", "households", "plots", "hubs", "regions", "merchants")}
    assert sizes == {"villages": 2, "households": 60, "plots": 120, "hubs": 2, "regions": 12, "merchants": 6}
    customers = pl.concat([known["purchases"], later["purchases"]])["customer_id"].n_unique()
    assert 2_500 < customers <= 3_000


def test_nothing_in_the_known_tables_happens_after_the_season_starts(made):
    from making.calendar import STARTS_ON

    known = made[0]
    for table, column in (("weather", "date"), ("purchases", "date"), ("sales", "date"), ("stages", "reported_on"), ("bids", "offered_on")):
        assert known[table][column].max() < STARTS_ON, table
    assert known["harvests"]["season"].max() == 2025


def test_coffee_plots_bear_what_real_trees_bore():
    """The first plot stands for the first eleven trees: its harvests keep the proportions of their mean, season by season."""
    observed = EXAMPLES / "observed"
    trees = pl.read_csv(observed / "coffee_trees_plots.csv").sort("block", "row", "col")["plot_id"][:11]
    kg = pl.read_csv(observed / "coffee_trees_harvests.csv").filter(pl.col("plot_id").is_in(trees.to_list()))
    mean = kg.group_by("season").agg(pl.col("kg").mean()).sort("season")["kg"]
    plot = pl.read_csv(BAOSHAN / "harvests.csv").filter(pl.col("plot_id") == "coffee-01").sort("season")["kg"]
    assert (plot / plot[0]).to_list() == pytest.approx((mean[:4] / mean[0]).to_list(), rel=1e-3)


def test_what_hail_and_frost_took_is_missing_in_what_is_picked_after_them(made):
    later = made[1]
    harvests = later["harvests"].join(made[0]["plots"].select("plot_id", "crop"), on="plot_id")
    struck = later["crop_reports"].filter(pl.col("lost_share").is_not_null())
    after = harvests.join(struck.select("plot_id", "on", "lost_share"), on="plot_id").filter(pl.col("picked_on") > pl.col("on"))
    assert set(struck["kind"]) == {"hail", "frost"} and after["plot_id"].n_unique() == struck.height
    whole = {row[0]: row[1] for row in without_damage().group_by("plot_id").agg(pl.col("kg").sum()).iter_rows()}
    for plot_id, kg in harvests.group_by("plot_id").agg(pl.col("kg").sum()).iter_rows():
        assert (kg < 0.97 * whole[plot_id]) == (plot_id in set(after["plot_id"])), plot_id


def without_damage() -> pl.DataFrame:
    """The same pickings, had there been neither hail nor frost."""
    import make_baoshan

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make_baoshan.seen, "left", lambda damaged, plot_id, day: 1.0)
        return make_baoshan.make()[1]["harvests"]


def test_supply_and_demand_of_every_perishable_are_of_one_size(made):
    known, later = made
    products = known["products"]
    crop_of = dict(known["plots"].select("plot_id", "crop").iter_rows())
    picked = later["harvests"].with_columns(crop=pl.col("plot_id").replace_strict(crop_of)).group_by("crop").agg(pl.col("kg").sum())
    asked = later["purchases"].group_by("product_id").agg(pl.col("quantity").sum())
    both = products.join(picked, on="crop").join(asked, on="product_id").filter(pl.col("crop") != "coffee")
    ratio = (both["quantity"] * both["pack_kg"]) / (both["kg"] * both["kg_per_harvest_kg"])
    assert ratio.min() > 0.8 and ratio.max() < 1.4
