"""The rule for missing days of weather, on numbers that can be worked by hand."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.fields.fill_weather import fill_missing
from pinfold.fields.weather import Place, Span, WeatherDay, WeatherRules, known_on, runs

HERE = Place("here", 25.0, 98.8, 1000)
NEAR = Place("near", 25.1, 98.8, 1200)  # 11 km north
FAR = Place("far", 26.0, 98.8, 1200)  # 111 km north
DAY_1 = date(2026, 9, 1)


def measured(village_id, tmean_c, first=DAY_1):
    """One row for every temperature that is not None, day after day."""
    rows = [(village_id, first + timedelta(days=n), value) for n, value in enumerate(tmean_c) if value is not None]
    frame = pl.DataFrame(rows, schema={"village_id": pl.String, "date": pl.Date, "tmean_c": pl.Float64}, orient="row")
    return frame.with_columns(tmax_c=pl.col("tmean_c") + 5, tmin_c=pl.col("tmean_c") - 5)


def last_year(village_id, tmean_c):
    """The same temperature on every day of the months around, a year before."""
    return measured(village_id, [tmean_c] * 90, date(2025, 8, 1))


def filled(*frames, places=(HERE,), until=date(2026, 9, 30), rules=WeatherRules()):
    found = fill_missing(pl.concat(frames), places, until, rules)
    return {row["date"]: row for row in found.iter_rows(named=True) if row["village_id"] == "here"}


def test_two_missing_days_lie_on_the_line_between_their_neighbours():
    found = filled(measured("here", [10, None, None, 16]), until=date(2026, 9, 4))
    assert [(row["tmean_c"], row["tmax_c"], row["tmin_c"], row["filled"]) for row in found.values()] == [
        (12, 17, 7, "interpolated"),
        (14, 19, 9, "interpolated"),
    ]


def test_a_longer_gap_gets_the_usual_day_of_the_village():
    found = filled(last_year("here", 20), measured("here", [10, None, None, None, None, 16]), until=date(2026, 9, 6))
    # Within seven days of 2 September: fifteen days of 20 °C last year, and this year's 10 and 16.
    assert found[date(2026, 9, 2)]["tmean_c"] == pytest.approx((15 * 20 + 10 + 16) / 17)
    assert {found[day]["filled"] for day in found if day.year == 2026} == {"usual day"}


def test_a_neighbour_lends_by_how_much_its_day_was_warmer_than_usual():
    gap = [None, None, None, None]
    # Here it is 20 °C at that time of the year, at the neighbour 15 °C; there all five days were 3 °C too warm.
    found = filled(last_year("here", 20), last_year("near", 15), measured("here", [20, *gap, 20]), measured("near", [15, 18, 15, 15, 15]),
                   places=(HERE, NEAR), until=date(2026, 9, 6))  # fmt: skip
    usual_near = (15 * 15 + 15 + 18 + 15 + 15 + 15) / 20
    assert found[date(2026, 9, 2)]["tmean_c"] == pytest.approx(20 + 18 - usual_near)
    assert found[date(2026, 9, 2)]["filled"] == "neighbour"


def test_a_village_far_away_lends_nothing():
    here = pl.concat([last_year("here", 20), measured("here", [20, None, None, None, None, 20])])
    found = filled(here, last_year("far", 15), measured("far", [40] * 6), places=(HERE, FAR), until=date(2026, 9, 6))
    assert found[date(2026, 9, 2)]["tmean_c"] == 20
    assert found[date(2026, 9, 2)]["filled"] == "usual day"


def test_the_newest_days_are_never_on_a_line_because_nothing_comes_after_them():
    found = filled(last_year("here", 20), measured("here", [20, None]), until=date(2026, 9, 2))
    assert found[date(2026, 9, 2)]["filled"] == "usual day"


def test_a_month_is_not_made_up():
    found = filled(last_year("here", 20), measured("here", [20, *[None] * 32, 20]), until=date(2026, 10, 4))
    assert not [day for day in found if day.year == 2026]


def test_nothing_is_made_up_before_the_first_measured_day_or_without_a_record():
    assert not filled(measured("here", [20], date(2026, 9, 5)), until=date(2026, 9, 5))
    assert not filled(measured("near", [20] * 30), places=(HERE, NEAR))
    assert not filled(measured("here", [20, None, None, None, None, 20]), until=date(2026, 9, 6)), "two days say nothing of what is usual"


def test_a_day_with_a_highest_and_no_lowest_temperature_is_missing():
    half = pl.concat([measured("here", [10]), measured("here", [14], date(2026, 9, 3))]).vstack(
        measured("here", [99], date(2026, 9, 2)).with_columns(tmean_c=pl.lit(None, pl.Float64), tmin_c=pl.lit(None, pl.Float64))
    )
    assert filled(half, until=date(2026, 9, 3))[date(2026, 9, 2)]["tmean_c"] == 12


@pytest.mark.parametrize(
    ("high", "low", "mean", "rain"),
    [
        (17, 27, None, 0),
        (61, 10, None, 0),
        (20, -61, None, 0),
        (20, 10, 25, 0),
        (20, 10, 15, -1),
        (20, 10, 15, 2001),
        (float("nan"), 10, 15, 0),
    ],
)
def test_weather_that_cannot_be_is_refused(high, low, mean, rain):
    with pytest.raises(InputError, match="2026-09-01"):
        WeatherDay(DAY_1, high, low, mean, rain)


def test_days_are_asked_for_in_few_spans():
    first = [DAY_1, DAY_1 + timedelta(days=20), DAY_1 + timedelta(days=100)]
    assert runs(first) == [Span(DAY_1, first[1]), Span(first[2], first[2])]
    assert runs([]) == []


def test_of_a_coming_day_the_newest_forecast_is_known_and_of_a_past_one_what_was_measured():
    weather = measured("here", [20, 21])  # 1 and 2 September
    said = pl.concat(
        measured("here", [temperature] * 3, date(2026, 9, 2)).with_columns(issued_on=issued)
        for issued, temperature in ((date(2026, 9, 1), 30), (date(2026, 9, 2), 31), (date(2026, 9, 3), 32))
    )
    known = known_on(weather, said, date(2026, 9, 2)).sort("date")
    assert known.select("date", "tmean_c", "forecast").rows() == [
        (date(2026, 9, 1), 20, False),
        (date(2026, 9, 2), 21, False),
        (date(2026, 9, 3), 31, True),
        (date(2026, 9, 4), 31, True),
    ]
