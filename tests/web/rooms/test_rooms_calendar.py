"""The harvest calendar: today's forecast beside an earlier one, and why it moved."""

import csv
import io
from datetime import date, timedelta

import pytest

from pinfold.store.models import (
    DayForecast,
    Lot,
    Plot,
    RipeningForecast,
    StageReport,
    Weather,
    WeatherForecast,
    WeekForecast,
    YieldForecast,
)
from pinfold.store.reads.calendar import WeekBand
from pinfold.store.reads.shop import Named
from pinfold.web.charts.calendar import draw_calendar
from pinfold.web.roles import Role

BEFORE, TODAY = date(2026, 9, 28), date(2026, 10, 7)


def weeks_on(issued_on: date, kg_by_week: dict[int, float], village: str = "conggang") -> None:
    for week, kg in kg_by_week.items():
        WeekForecast.objects.create(
            village_id=village, product_id="green-beans", season=2026, week=week, issued_on=issued_on, ripening_model="climatology",
            yield_model="own mean", mean=kg, p10=kg / 2, p25=kg * 0.7, p50=kg, p75=kg * 1.2, p90=kg * 1.5,
        )  # fmt: skip


def plot_on(issued_on: date, ripe_in_days: int, kg: float) -> None:
    """A second forecast of the world's plot in Conggang."""
    plot = Plot.objects.get(pk="plot-of-household-alpha")
    day = TODAY + timedelta(days=ripe_in_days)
    ripe = {name: day + timedelta(days=n) for n, name in zip((-5, -2, 0, 2, 5), ("p10", "p25", "p50", "p75", "p90"), strict=True)}
    RipeningForecast.objects.create(plot=plot, season=2026, stage="ripe", issued_on=issued_on, model="climatology", **ripe)
    YieldForecast.objects.create(
        plot=plot, season=2026, issued_on=issued_on, model="own mean", mean=kg, p10=kg, p25=kg, p50=kg, p75=kg, p90=kg
    )


@pytest.fixture
def earlier(world):
    """On 28 September the plot was to be ripe 4 days later than it is now, and to bear 250 kg instead of 300; week 7 was expected, too."""
    weeks_on(BEFORE, {6: 40.0, 7: 12.0})
    plot_on(BEFORE, ripe_in_days=14, kg=250.0)
    return world


def table(browser, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(browser.get(f"/calendar/calendar.csv{query}").content.decode("utf-8-sig"))))


def test_the_page_says_how_both_forecasts_moved_since_the_one_before(earlier):
    told = earlier.browsers[Role.MERCHANT].get("/calendar/").content.decode()
    assert "Since 28 Sep: 4 days earlier, 20 % more." in told
    assert "When: by climatology, from no past season of its own; 4 days earlier than on 28 Sep." in told
    assert "The broken line is the forecast of 28 Sep" in told


def test_yesterdays_kilograms_stand_beside_todays_and_what_is_gone_is_nothing(earlier):
    rows = {row["week"]: row for row in table(earlier.browsers[Role.COORDINATOR], "?village=conggang")}
    assert (rows["6"]["kg"], rows["6"]["before_kg"], rows["6"]["before_issued_on"]) == ("50.0", "40.0", "2026-09-28")
    assert (rows["7"]["kg"], rows["7"]["before_kg"]) == ("0.0", "12.0")


def test_crop_and_village_can_be_chosen(earlier):
    browser = earlier.browsers[Role.BOARD]
    assert {row["village_id"] for row in table(browser)} == {"conggang", "nankang"}
    assert {row["village_id"] for row in table(browser, "?village=nankang")} == {"nankang"}
    assert table(browser, "?crop=mango") == []
    assert "Choose another crop or village" in browser.get("/calendar/?crop=mango").content.decode()


def test_a_plot_that_was_seen_ripe_has_moved_to_the_day_on_which_it_was_seen(earlier):
    StageReport.objects.create(
        plot_id="plot-of-household-alpha", season=2026, stage="ripe", on=date(2026, 10, 4), reported_on=date(2026, 10, 5)
    )
    RipeningForecast.objects.filter(issued_on=TODAY, plot="plot-of-household-alpha").delete()
    told = earlier.browsers[Role.BOARD].get("/calendar/").content.decode()
    assert "Since 28 Sep: 17 days earlier, 20 % more." in told


def test_a_week_that_was_weighed_is_shown_with_its_last_forecast_and_no_comparison(earlier):
    weeks_on(BEFORE, {3: 80.0})
    Lot.objects.filter(pk="lot-of-conggang").update(ready_week=3, kg_real=100)
    (row,) = (row for row in table(earlier.browsers[Role.BOARD], "?village=conggang") if row["week"] == "3")
    assert (row["kg"], row["issued_on"], row["before_kg"], row["weighed_kg"]) == ("80.0", "2026-09-28", "", "100.0")


def test_the_weather_that_a_model_looks_at_is_named_with_its_source(earlier):
    for on in (date(2026, 9, 27), date(2026, 10, 6), TODAY):
        Weather.objects.create(village_id="conggang", date=on, tmean_c=18.0, source="NASA POWER")
    RipeningForecast.objects.update(model="degree-days")
    told = earlier.browsers[Role.BOARD].get("/calendar/?village=conggang").content.decode()
    assert "the weather until 6 Oct (NASA POWER); 4 days earlier than on 28 Sep, because of the weather since." in told


def test_the_weather_forecast_that_was_joined_is_named_with_its_source_and_filled_days_are_not_called_measured(earlier):
    Weather.objects.create(village_id="conggang", date=date(2026, 10, 4), tmean_c=18.0, source="nasa-power")
    Weather.objects.create(village_id="conggang", date=date(2026, 10, 6), tmean_c=18.0, filled="usual day")
    for days, source in ((0, "open-meteo"), (9, "open-meteo"), (-1, "a forecast of yesterday")):
        on = TODAY + timedelta(days=days)
        WeatherForecast.objects.create(village_id="conggang", date=on, issued_on=min(on, TODAY), source=source, tmean_c=18.0)
    RipeningForecast.objects.update(model="degree-days")
    browser = earlier.browsers[Role.BOARD]
    told = browser.get("/calendar/?village=conggang").content.decode()
    assert "the weather until 4 Oct (nasa-power) and the weather forecast until 16 Oct (open-meteo); 4 days earlier" in told
    why = browser.get("/api/calendar/reasons?village_id=conggang").json()["items"][0]["why_zh"]
    assert "截至10月4日的天气（nasa-power）、到10月16日的天气预报（open-meteo）" in why


def test_the_coming_days_are_told_village_by_village_for_whoever_plans_pickers(earlier):
    for village, on, kg in (("conggang", date(2026, 10, 8), 31.0), ("nankang", date(2026, 10, 9), 17.0)):
        for issued_on, times in ((BEFORE, 2), (TODAY, 1)):
            DayForecast.objects.create(village_id=village, crop="coffee", season=2026, on=on, issued_on=issued_on, kg=times * kg)
    told = " ".join(earlier.browsers[Role.COORDINATOR].get("/calendar/?village=conggang").content.decode().split())
    assert '<th scope="row">8 Oct</th><td class="number">31 kg</td>' in told
    assert "17 kg" not in told and "62 kg" not in told


def test_the_first_forecast_has_nothing_beside_it(world):
    told = world.browsers[Role.PACKHOUSE].get("/calendar/").content.decode()
    assert "This is the first forecast of the season" in told
    assert "Since" not in told


def test_before_the_first_forecast_the_page_says_what_to_do(world):
    WeekForecast.objects.all().delete()
    answer = world.browsers[Role.MERCHANT].get("/calendar/?crop=coffee")
    assert answer.status_code == 200
    assert "The operator issues the first forecast" in answer.content.decode()
    assert world.browsers[Role.MERCHANT].get("/charts/calendar-coffee.svg").status_code == 404


def test_a_picture_of_a_whole_season_stays_under_60_kilobytes():
    weeks = [
        WeekBand(Named(f"v{v}", f"v{v}", ""), Named("p", "p", ""), "coffee", w, TODAY, 100.0 + w, 50, 150, "", "", 90.0, None)
        for v in range(4)
        for w in range(26)
    ]
    assert len(draw_calendar(weeks, date(2026, 9, 7), TODAY)) < 60_000


def test_programs_are_told_the_same(earlier):
    browser = earlier.browsers[Role.MERCHANT]
    weeks = browser.get("/api/calendar/weeks?village_id=conggang").json()["items"]
    assert [(each["week"], each["kg"], each["before_kg"]) for each in weeks] == [(6, 50.0, 40.0), (7, 0.0, 12.0)]
    when, how_much = browser.get("/api/calendar/reasons?village_id=conggang").json()["items"]
    assert (when["what"], when["moved_by"], how_much["what"], how_much["moved_by"]) == ("when", -4.0, "how much", pytest.approx(0.2))
    assert when["why_zh"].startswith("时间：依据“常年平均”模型")
