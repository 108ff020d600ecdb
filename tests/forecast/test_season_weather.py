"""The season's weather so far, beside that of past seasons up to the same day of the year."""

from datetime import date, timedelta

import polars as pl
import pytest

from pinfold.forecast.yields.season_weather import season_weather

PLOTS = pl.DataFrame({"plot_id": ["u1", "l1"], "crop": ["mango", "mango"], "village_id": ["upper", "lower"]})
# Mangoes flower on 1 April, the 90th day after 1 January in a year that is no leap year: 30 January to 31 March comes before it.
FLOWERED = pl.DataFrame(
    [(plot, season, stage, date(season, month, 1)) for plot in ("u1", "l1") for season in (2022, 2023)
     for stage, month in (("flowering", 4), ("ripe", 9))],
    schema=["plot_id", "season", "stage", "on"], orient="row",
)  # fmt: skip


def weather(*spans: tuple[str, date, date, float, float]) -> pl.DataFrame:
    """The same mean temperature and rain on every day from one day until before another."""
    rows = [
        (village, first + timedelta(days=n), warm_c, rain_mm)
        for village, first, until, warm_c, rain_mm in spans
        for n in range((until - first).days)
    ]
    frame = pl.DataFrame(rows, schema=["village_id", "date", "tmean_c", "rain_mm"], orient="row")
    return frame.with_columns(tmax_c=pl.lit(None, dtype=pl.Float64), tmin_c=pl.lit(None, dtype=pl.Float64))


def season(village: str, year: int, before_c: float, after_c: float) -> list[tuple[str, date, date, float, float]]:
    return [
        (village, date(year, 1, 1), date(year, 4, 1), float(before_c), 1.0),
        (village, date(year, 4, 1), date(year + 1, 1, 1), float(after_c), 4.0),
    ]


SKY = weather(
    *season("upper", 2022, 12, 20), *season("upper", 2023, 14, 22), *season("lower", 2022, 16, 24), *season("lower", 2023, 18, 26)
)


def told(sky: pl.DataFrame, as_of: date) -> dict[tuple[str, int], dict[str, object]]:
    rows = season_weather(PLOTS, FLOWERED, sky, [2022, 2023], as_of)
    return {(row.pop("plot_id"), row.pop("season")): row for row in rows.iter_rows(named=True)}


def test_warmth_and_rain_before_and_after_flowering_are_those_of_each_plots_village_and_season():
    found = told(SKY, date(2023, 12, 1))
    assert found["u1", 2022] == {
        "tmean_c_before_flowering": 12, "rain_mm_before_flowering": 1, "tmean_c_after_flowering": 20, "rain_mm_after_flowering": 4,
        "tmean_c_growing": 20, "rain_mm_growing": 4,
    }  # fmt: skip
    assert (found["l1", 2023]["tmean_c_before_flowering"], found["l1", 2023]["tmean_c_after_flowering"]) == (18, 26)


def test_past_seasons_are_looked_at_only_until_the_same_day_of_their_year():
    """On 1 May thirty days of the sixty after flowering are over, in 2022 as in 2023; fruit does not grow yet in either."""
    hot_later = weather(("upper", date(2022, 5, 1), date(2022, 6, 1), 40.0, 0.0))
    sky = pl.concat([SKY.filter((pl.col("village_id") == "upper") & ~pl.col("date").is_in(hot_later["date"].to_list())), hot_later])
    found = told(sky, date(2023, 5, 1))
    assert found["u1", 2022]["tmean_c_after_flowering"] == 20
    assert "tmean_c_growing" not in found["u1", 2022]


def test_what_is_measured_later_is_not_looked_at():
    found = told(SKY, date(2023, 2, 10))
    assert set(found["u1", 2023]) == set(), "ten days are no window yet"


def test_a_window_of_which_a_quarter_is_missing_says_nothing():
    found = told(SKY.filter(~pl.col("date").is_between(date(2023, 2, 1), date(2023, 2, 15))), date(2023, 12, 1))
    assert found["u1", 2023]["tmean_c_before_flowering"] is None
    assert found["u1", 2022]["tmean_c_before_flowering"] == 12


def test_without_weather_or_without_a_past_flowering_nothing_is_told():
    assert season_weather(PLOTS, FLOWERED, SKY.clear(), [2022, 2023], date(2023, 12, 1)).is_empty()
    assert season_weather(PLOTS, FLOWERED.clear(), SKY, [2022, 2023], date(2023, 12, 1)).is_empty()


def test_highest_and_lowest_count_before_the_mean():
    sky = SKY.with_columns(tmax_c=pl.lit(30.0), tmin_c=pl.lit(20.0))
    assert told(sky, date(2023, 12, 1))["u1", 2022]["tmean_c_growing"] == pytest.approx(25)
