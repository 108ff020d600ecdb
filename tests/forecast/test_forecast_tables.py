"""The two commands on folders, through the same flow that the command line calls."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pinfold.basics.errors import BrokenTables, InputError
from pinfold.flows.forecast_tables import Sums, harvest_days_from_folder, ripening_from_folder, yield_from_folder

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
    yield_from_folder(yield_folder(tmp_path), 5, tmp_path / "out.parquet", Sums(tmp_path / "totals.csv"))
    out = pl.read_parquet(tmp_path / "out.parquet")
    assert out["plot_id"].to_list() == [1, 2, 3]
    assert out["plot_id"].dtype == pl.Int64


def test_totals_are_written_by_block(tmp_path):
    yield_from_folder(yield_folder(tmp_path), 5, tmp_path / "out.csv", Sums(tmp_path / "totals.csv"))
    totals = pl.read_csv(tmp_path / "totals.csv").sort("block")
    assert totals["block"].to_list() == ["north", "south"]
    assert totals["mean"].to_list() == pytest.approx([31, 30.5], rel=0.1)


def test_totals_without_blocks_are_refused(tmp_path):
    folder = yield_folder(tmp_path, plots="plot_id,crop\n1,rice\n2,rice\n3,rice\n")
    with pytest.raises(InputError, match="column block or village_id"):
        yield_from_folder(folder, 5, tmp_path / "out.csv", Sums(tmp_path / "totals.csv"))


def test_a_season_before_all_harvests_cannot_be_forecast(tmp_path):
    with pytest.raises(InputError, match="nothing to forecast for season 1"):
        yield_from_folder(yield_folder(tmp_path), 1, tmp_path / "out.csv", Sums())


def test_a_folder_without_tables_is_refused(tmp_path):
    with pytest.raises(BrokenTables, match=r"stages\.csv"):
        ripening_from_folder(tmp_path, 2012, date(2012, 4, 8), tmp_path / "out.csv")


def weather_folder(folder, without=()):
    """One plot whose cherries bloom in each of nine springs, and its weather: 10 °C on every day but those `without`."""
    (folder / "plots.csv").write_text("plot_id,crop,latitude,longitude,altitude_m\n7,cherry,47.1,8.2,500\n", encoding="utf-8")
    bloomed = [f"7,{year},bloom,{year}-04-{10 + year % 5}" for year in range(2010, 2019)]
    (folder / "stages.csv").write_text("plot_id,season,stage,on\n" + "\n".join(bloomed) + "\n", encoding="utf-8")
    days = [date(2009, 9, 1) + timedelta(days=n) for n in range((date(2019, 4, 1) - date(2009, 9, 1)).days)]
    rows = [f"7,{day},14,6" for day in days if day not in without]
    (folder / "weather.csv").write_text("plot_id,date,tmax_c,tmin_c\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_missing_days_of_weather_are_filled_by_the_servers_rule_and_told(tmp_path):
    gap = {date(2018, 2, 3), date(2018, 2, 4)} | {date(2018, 11, day) for day in range(1, 11)}
    filled = ripening_from_folder(weather_folder(tmp_path, gap), 2019, date(2019, 4, 1), tmp_path / "out.csv")
    assert filled.says == "weather: 12 missing days filled (10 usual day, 2 interpolated)"
    assert set(filled.table["date"]) == gap
    assert filled.table.select("plot_id", "tmax_c", "tmin_c").unique().rows() == [(7, 14.0, 6.0)]


def test_a_day_that_is_filled_forecasts_what_the_same_day_measured_forecasts(tmp_path):
    whole, gap = tmp_path / "whole", tmp_path / "gap"
    for folder, without in ((whole, ()), (gap, {date(2019, 3, 1)})):
        folder.mkdir()
        ripening_from_folder(weather_folder(folder, without), 2019, date(2019, 4, 1), folder / "out.csv")
    assert (gap / "out.csv").read_text() == (whole / "out.csv").read_text()


def test_whole_weather_has_nothing_to_tell(tmp_path):
    assert ripening_from_folder(weather_folder(tmp_path), 2019, date(2019, 4, 1), tmp_path / "out.csv").says == ""


def harvest_folder(folder, crop="mango"):
    """Two plots of a village, ripe on 1 August and bearing 100 kg in each of four seasons; picked for 28 days."""
    (folder / "plots.csv").write_text(f"plot_id,crop,village_id\nm1,{crop},v1\nm2,{crop},v1\n")
    past = [(plot, season) for plot in ("m1", "m2") for season in range(2021, 2025)]
    (folder / "stages.csv").write_text("plot_id,season,stage,on\n" + "".join(f"{plot},{year},ripe,{year}-08-01\n" for plot, year in past))
    (folder / "harvests.csv").write_text("plot_id,season,kg\n" + "".join(f"{plot},{year},100\n" for plot, year in past))
    return folder


def test_a_villages_days_of_picking_sum_to_what_its_plots_are_expected_to_bear(tmp_path):
    harvest_days_from_folder(harvest_folder(tmp_path), 2025, date(2025, 6, 1), tmp_path / "days.csv")
    days = pl.read_csv(tmp_path / "days.csv", try_parse_dates=True)
    assert days["village_id"].unique().to_list() == ["v1"] and days["kg"].sum() == pytest.approx(200, rel=0.05)
    half = days.filter(pl.col("on") <= date(2025, 8, 14))["kg"].sum()
    assert half == pytest.approx(110, rel=0.15)  # 55 % in the first half of the window


def test_a_crop_that_was_picked_for_eight_weeks_in_all_seasons_before_is_not_expected_to_be_picked_in_four(tmp_path):
    """Weighed four times a season, 25 kg every 18 days from ripeness on; the file says 28 days."""
    folder = harvest_folder(tmp_path)
    usual, slow = tmp_path / "usual.csv", tmp_path / "slow.csv"
    harvest_days_from_folder(folder, 2025, date(2025, 6, 1), usual)
    rows = [
        f"{plot},{year},25,{date(year, 8, 1) + timedelta(days=day)}\n"
        for plot in ("m1", "m2")
        for year in range(2021, 2025)
        for day in (0, 18, 36, 54)
    ]
    (folder / "harvests.csv").write_text("plot_id,season,kg,picked_on\n" + "".join(rows))
    harvest_days_from_folder(folder, 2025, date(2025, 6, 1), slow)
    late = [pl.read_csv(out, try_parse_dates=True).filter(pl.col("on") > date(2025, 9, 1))["kg"].sum() for out in (usual, slow)]
    assert late[0] < 10 < 60 < late[1], "kg of 200, a month after ripeness and later"


def test_days_of_a_crop_without_a_file_are_refused(tmp_path):
    with pytest.raises(InputError, match="none of the crops of plots has a file"):
        harvest_days_from_folder(harvest_folder(tmp_path, crop="durian"), 2025, date(2025, 6, 1), tmp_path / "days.csv")


def test_sums_of_cooperatives_without_villages_are_refused(tmp_path):
    with pytest.raises(InputError, match="sums of cooperatives need villages"):
        yield_from_folder(yield_folder(tmp_path), 5, tmp_path / "out.csv", Sums(cooperatives=tmp_path / "cooperatives.csv"))
