"""The two commands on folders, through the same flow that the command line calls."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pinfold.basics.errors import BrokenTables, InputError
from pinfold.flows.forecast_tables import ripening_from_folder, yield_from_folder

CHERRY = Path(__file__).parents[2] / "examples" / "swiss-cherry"


def yield_folder(folder, plots="plot_id,crop,block\n1,rice,north\n2,rice,north\n3,rice,south\n"):
    rows = [f"{plot},{season},{plot * 10 + season % 2}" for plot in (1, 2, 3) for season in (1, 2, 3, 4)]
    (folder / "plots.csv").write_text(plots, encoding="utf-8")
    (folder / "harvests.csv").write_text("plot_id,season,kg\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_every_swiss_site_that_has_not_bloomed_by_the_day_of_issue_gets_five_dates(tmp_path):
    ripening_from_folder(CHERRY, 2012, date(2012, 4, 8), tmp_path / "out.csv")
    out = pl.read_csv(tmp_path / "out.csv", try_parse_dates=True)
    bloomed = pl.read_csv(CHERRY / "stages.csv", try_parse_dates=True).filter(
        (pl.col("season") == 2012) & (pl.col("on") <= date(2012, 4, 8))
    )
    sites = pl.read_csv(CHERRY / "plots.csv").height
    assert out.height == sites - bloomed.height
    assert out["p10"].min() > date(2012, 4, 8)
    assert out.columns == ["plot_id", "season", "stage", "p10", "p25", "p50", "p75", "p90", "model", "issued_on"]


def test_ids_that_came_as_numbers_go_back_as_numbers(tmp_path):
    yield_from_folder(yield_folder(tmp_path), 5, tmp_path / "out.parquet", tmp_path / "totals.csv")
    out = pl.read_parquet(tmp_path / "out.parquet")
    assert out["plot_id"].to_list() == [1, 2, 3]
    assert out["plot_id"].dtype == pl.Int64


def test_totals_are_written_by_block(tmp_path):
    yield_from_folder(yield_folder(tmp_path), 5, tmp_path / "out.csv", tmp_path / "totals.csv")
    totals = pl.read_csv(tmp_path / "totals.csv").sort("block")
    assert totals["block"].to_list() == ["north", "south"]
    assert totals["mean"].to_list() == pytest.approx([31, 30.5], rel=0.1)


def test_totals_without_blocks_are_refused(tmp_path):
    folder = yield_folder(tmp_path, plots="plot_id,crop\n1,rice\n2,rice\n3,rice\n")
    with pytest.raises(InputError, match="column block or village_id"):
        yield_from_folder(folder, 5, tmp_path / "out.csv", tmp_path / "totals.csv")


def test_a_season_before_all_harvests_cannot_be_forecast(tmp_path):
    with pytest.raises(InputError, match="nothing to forecast for season 1"):
        yield_from_folder(yield_folder(tmp_path), 1, tmp_path / "out.csv", None)


def test_a_folder_without_tables_is_refused(tmp_path):
    with pytest.raises(BrokenTables, match=r"stages\.csv"):
        ripening_from_folder(tmp_path, 2012, date(2012, 4, 8), tmp_path / "out.csv")
