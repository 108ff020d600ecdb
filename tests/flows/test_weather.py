"""The season's weather: who is asked for what, what is kept, and that no plan fails for want of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import small_season

from pinfold.basics.errors import NoAnswer, WrongAnswer
from pinfold.fields.weather import WeatherDay
from pinfold.flows import weather as flow
from pinfold.flows.doctor import examine
from pinfold.settings import WeatherSettings
from pinfold.store import models as store
from pinfold.store.tables import write_table

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 16, 4, tzinfo=UTC)
TODAY, YESTERDAY = date(2026, 9, 16), date(2026, 9, 15)
FIRST = date(2026, 9, 1)


class Sky:
    """A service that knows the days it was told of: 20 °C on each. `asked` are the spans that it was asked for."""

    def __init__(self, name, first, last, warm_c=20.0, forecasts=True):
        self.name, self.first, self.last, self.warm_c, self.forecasts, self.asked = name, first, last, warm_c, forecasts, []

    def days(self, question):
        self.asked.append((question.place.village_id, question.days.first, question.days.last))
        return [WeatherDay(day, None, None, self.warm_c, None) for day in question.days if self.first <= day <= self.last]


class Broken:
    """A service that is asked and has only an error to give."""

    forecasts = True

    def __init__(self, name, error):
        self.name, self.error, self.asked = name, error, 0

    def days(self, question):
        self.asked += 1
        raise self.error


@pytest.fixture(autouse=True)
def season(db):
    """The small season with a record of its own from January 2025 to the end of August 2026, which is all that is asked for."""
    small_season.found()
    store.Setting.objects.create(name="weather.past_years", value="0")
    store.Weather.objects.bulk_create(
        store.Weather(village_id="v", date=date(2025, 1, 1) + timedelta(days=n), tmean_c=15.0)
        for n in range((FIRST - date(2025, 1, 1)).days)
    )


@pytest.fixture
def asks(monkeypatch):
    """Lets the flow ask these services."""

    def let(*services):
        monkeypatch.setattr(flow, "settings", lambda: SimpleNamespace(weather=WeatherSettings(services=("open-meteo",))))
        monkeypatch.setattr(flow, "asked_services", lambda given: list(services))
        return services

    return let


def rows(model, **which):
    return list(model.objects.filter(**which).order_by("date").values_list("date", "tmean_c", "source"))


def test_missing_days_are_asked_for_and_kept_with_their_source(asks):
    (sky,) = asks(Sky("open-meteo", FIRST, TODAY + timedelta(days=20)))
    done = flow.refresh_weather(NOW, 60)
    assert sky.asked == [("v", FIRST, TODAY + timedelta(days=14))]
    assert rows(store.Weather, date__gte=FIRST) == [(FIRST + timedelta(days=n), 20.0, "open-meteo") for n in range(15)]
    assert store.WeatherForecast.objects.filter(issued_on=TODAY, source="open-meteo").count() == 15
    assert (done.missing_days, done.filled_days, done.measured_until) == (0, 0, YESTERDAY)
    assert done.says == "measured until 2026-09-15; open-meteo gave 15 days and 15 forecast ones"


def test_what_is_known_is_not_asked_for_again(asks):
    (sky,) = asks(Sky("open-meteo", FIRST, TODAY + timedelta(days=20)))
    flow.refresh_weather(NOW, 60)
    flow.refresh_weather(NOW, 60)
    assert len(sky.asked) == 1


def test_tomorrow_the_day_that_was_forecast_is_measured_and_the_forecast_is_kept(asks):
    asks(Sky("open-meteo", FIRST, date(2026, 12, 31), warm_c=22.0))
    flow.refresh_weather(NOW, 60)
    asks(Sky("open-meteo", FIRST, date(2026, 12, 31), warm_c=19.0))
    flow.refresh_weather(NOW + timedelta(days=1), 60)
    assert rows(store.Weather, date=TODAY) == [(TODAY, 19.0, "open-meteo")]
    assert rows(store.WeatherForecast, date=TODAY) == [(TODAY, 22.0, "open-meteo")]
    tomorrow = flow.weather_known(TODAY + timedelta(days=1)).filter(flow.pl.col("date") > TODAY)
    assert tomorrow["forecast"].all()
    assert set(tomorrow["tmean_c"]) == {19.0}, "the newest forecast of each day"


def test_the_second_service_is_asked_only_for_what_the_first_had_not(asks):
    _, second = asks(Sky("open-meteo", date(2026, 9, 10), TODAY + timedelta(days=20)), Sky("nasa-power", FIRST, TODAY))
    done = flow.refresh_weather(NOW, 60)
    assert second.asked == [("v", FIRST, date(2026, 9, 9))]
    assert [(each.service, each.days) for each in done.served] == [("open-meteo", 6), ("nasa-power", 9)]


def test_a_service_without_forecasts_is_not_asked_for_coming_days(asks):
    (sky,) = asks(Sky("nasa-power", FIRST, TODAY + timedelta(days=20), forecasts=False))
    flow.refresh_weather(NOW, 60)
    assert sky.asked == [("v", FIRST, YESTERDAY)]
    assert not store.WeatherForecast.objects.exists()


def test_a_stations_own_record_is_never_written_over(asks):
    store.Weather.objects.create(village_id="v", date=date(2026, 9, 5), tmean_c=17.0)
    asks(Sky("open-meteo", FIRST, TODAY))
    flow.refresh_weather(NOW, 60)
    assert rows(store.Weather, date=date(2026, 9, 5)) == [(date(2026, 9, 5), 17.0, None)]


def test_gaps_are_filled_and_marked_and_give_way_to_what_is_measured_later(asks):
    asks(Sky("nasa-power", FIRST, date(2026, 9, 10)))
    done = flow.refresh_weather(NOW, 60)
    assert done.filled_days == 5
    assert set(store.Weather.objects.filter(date__gt=date(2026, 9, 10)).values_list("filled", "source")) == {("usual day", None)}
    assert done.measured_until == date(2026, 9, 10), "what is filled is not measured"
    asks(Sky("nasa-power", FIRST, TODAY))
    assert flow.refresh_weather(NOW, 60).filled_days == 0
    assert rows(store.Weather, date=YESTERDAY) == [(YESTERDAY, 20.0, "nasa-power")]


def test_a_filled_day_is_not_asked_for_for_ever(asks):
    (sky,) = asks(Sky("nasa-power", FIRST, date(2026, 9, 10)), )  # fmt: skip
    store.Weather.objects.filter(date=date(2026, 3, 1)).update(filled="interpolated")
    flow.refresh_weather(NOW, 60)
    assert sky.asked[0] == ("v", FIRST, TODAY + timedelta(days=14))


def test_a_silent_service_is_asked_once_for_all_villages_and_the_next_one_serves(asks):
    store.Village.objects.create(
        village_id="w", cooperative_id="c", hub_id="hub", name="W", name_zh="西", latitude=25, longitude=99, altitude_m=900, road_km=8,
        walk_minutes=40, collect_days=1, collect_cost_per_kg=0.3,
    )  # fmt: skip
    store.Plot.objects.create(plot_id="p-w", household_id="h1", village_id="w", crop="mango")
    down, up = asks(Broken("open-meteo", NoAnswer("open-meteo gave no answer")), Sky("nasa-power", date(2025, 1, 1), TODAY))
    done = flow.refresh_weather(NOW, 60)
    assert down.asked == 1
    assert {village for village, _, _ in up.asked} == {"v", "w"}
    assert done.problems == ["open-meteo gave no answer"]


def test_a_wrong_answer_for_one_village_does_not_silence_the_service(asks):
    (wrong,) = asks(Broken("open-meteo", WrongAnswer("open-meteo sent impossible weather")))
    done = flow.refresh_weather(NOW, 60)
    assert wrong.asked == 1
    assert done.problems == ["v: open-meteo sent impossible weather"]
    assert "no service gave anything new; v: open-meteo sent impossible weather" in done.says


def test_nobody_is_asked_where_no_service_is_named():
    done = flow.refresh_weather(NOW, 60)
    assert "no weather service is named" in done.says
    assert not done.problems


def test_nobody_is_asked_in_a_season_that_is_played(asks):
    (sky,) = asks(Sky("open-meteo", FIRST, TODAY))
    store.Season.objects.update(clock_offset_seconds=-86_400)
    assert "clock of its own" in flow.refresh_weather(NOW, 60).says
    assert not sky.asked


def test_the_doctor_says_who_served_and_complains_when_nothing_new_has_come(asks):
    finding = next(each for each in examine() if each.what == "weather")
    assert finding.ok
    assert "own record until 2026-08-31" in finding.says
    asks(Sky("open-meteo", FIRST, TODAY))
    finding = next(each for each in examine() if each.what == "weather")
    assert not finding.ok
    assert "run: pinfold weather fetch" in finding.says


def test_whose_weather_is_shown_is_said(asks):
    asks(Sky("open-meteo", FIRST, TODAY + timedelta(days=20)))
    assert flow.weather_state(NOW).credits == []
    flow.refresh_weather(NOW, 60)
    assert flow.weather_state(NOW).credits == [("Weather data by Open-Meteo.com, CC BY 4.0", "https://open-meteo.com/")]


def test_a_day_that_the_season_brings_later_finds_its_place(asks):
    """A played season adds its own days one by one."""
    flow.refresh_weather(NOW, 60)
    assert not store.Weather.objects.filter(date=TODAY).exists()
    write_table("weather", flow.pl.DataFrame({"village_id": ["v"], "date": [TODAY], "tmean_c": [21.0]}))
