"""What every weather service must keep, also when the server behind it is slow, wrong, truncated or down.

How the answers were made, and what they were held against, stands in weather_answers.py.
"""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import hypothesis.strategies as st
import pytest
from bad_server import breaks_off, drips_body, drips_headers, keeps_silent, sends, serving
from hypothesis import given
from weather_answers import EIGHTH, FIELDS, NOTHING, PLACE, SEVENTH, STANDS, TODAY, UNITS, files

from pinfold.basics.errors import NoAnswer, WrongAnswer
from pinfold.fields.weather import Span, WeatherDay
from pinfold.outside.weather import WEATHER_SERVICES, Budget, Question, asked_services, asking, nasa_power, open_meteo
from pinfold.outside.weather.asking import TRIES_MAX, Patience
from pinfold.settings import WEATHER_SERVICES as NAMES
from pinfold.settings import WeatherSettings

DAYS = Span(date(2026, 9, 7), date(2026, 9, 9))
KNOWN = [WeatherDay(date(2026, 9, 7), *SEVENTH), WeatherDay(date(2026, 9, 8), *EIGHTH)]


def question(days=DAYS, seconds=60.0):
    return Question(PLACE, days, TODAY, Budget(seconds))


class Waits:
    """Notes how long it was told to wait, and does not."""

    def __init__(self):
        self.seconds = []

    def patience(self, silence_seconds=5.0, answer_seconds=60.0, jitter=1.0):
        return Patience(silence_seconds, answer_seconds, wait=self.seconds.append, jitter=lambda: jitter)


@contextmanager
def each_service(name, tmp_path, figures):
    """The service of that name, with a well server behind it that knows these figures from 7 September on."""
    if name == "files":
        yield files(tmp_path / "weather", figures)
        return
    stand = next(each for each in STANDS if each.name == name)
    with serving(sends(stand.answer(*figures))) as server:
        yield stand.service(server.url)


@pytest.mark.parametrize("name", [kind.name for kind in WEATHER_SERVICES])
class TestEveryService:
    def test_days_come_rising_and_a_day_it_does_not_know_is_left_out(self, name, tmp_path):
        with each_service(name, tmp_path, (SEVENTH, EIGHTH, NOTHING)) as service:
            assert service.days(question()) == KNOWN

    def test_a_mean_alone_is_enough_and_rain_alone_is_not(self, name, tmp_path):
        with each_service(name, tmp_path, ((None, None, 21.0, None), (None, None, None, 3.0))) as service:
            assert service.days(question()) == [WeatherDay(date(2026, 9, 7), None, None, 21.0, None)]

    def test_asking_again_gives_the_same(self, name, tmp_path):
        with each_service(name, tmp_path, (SEVENTH, EIGHTH)) as service:
            assert service.days(question()) == service.days(question())

    @pytest.mark.parametrize(
        "impossible", [(17.0, 27.0, 20.0, 0.0), (27.0, 17.0, 40.0, 0.0), (270.0, 17.0, 20.0, 0.0), (27.0, 17.0, 20.0, -4.0)]
    )
    def test_weather_that_cannot_be_is_not_believed(self, name, tmp_path, impossible):
        with each_service(name, tmp_path, (SEVENTH, impossible)) as service, pytest.raises(WrongAnswer, match=r"2026-09-08|weather\.csv"):
            service.days(question())

    def test_it_is_found_by_its_name_and_named_in_the_settings(self, name, tmp_path):
        assert name in NAMES
        assert [service.name for service in asked_services(WeatherSettings(services=(name,)))] == [name]


@pytest.mark.parametrize("stand", STANDS, ids=lambda stand: stand.name)
class TestEveryServer:
    def test_the_place_and_the_days_are_asked_for(self, stand):
        with serving(sends(stand.answer(SEVENTH))) as server:
            stand.service(server.url).days(question())
        ((_, asked),) = server.asked
        assert (asked["latitude"], asked["longitude"]) == ("25.0200", "98.8400")
        first, last = asked.get("start_date") or asked["start"], asked.get("end_date") or asked["end"]
        assert (first.replace("-", ""), last.replace("-", "")) == ("20260907", "20260909")

    @pytest.mark.parametrize("trouble", [429, 500, 502, 503, 504])
    def test_a_server_in_trouble_is_asked_again_after_growing_waits(self, stand, trouble):
        waits, well = Waits(), sends(stand.answer(SEVENTH, EIGHTH))
        with serving(sends({}, trouble), sends({}, trouble), well) as server:
            assert stand.service(server.url, waits.patience()).days(question()) == KNOWN
        assert waits.seconds == [0.5, 1.0], "the whole of what full jitter may draw"

    def test_the_wait_is_drawn_evenly_from_nothing_to_the_whole(self, stand):
        waits = Waits()
        with serving(sends({}, 503), sends({}, 503), sends(stand.answer(SEVENTH))) as server:
            stand.service(server.url, waits.patience(jitter=0.25)).days(question())
        assert waits.seconds == [0.125, 0.25]

    def test_it_waits_as_long_as_the_server_asks(self, stand):
        waits = Waits()
        busy = sends({}, 429, headers={"Retry-After": "7"})
        later = sends({}, 503, headers={"Retry-After": format_datetime(datetime.now(UTC) - timedelta(hours=1))})
        with serving(busy, later, sends(stand.answer(SEVENTH))) as server:
            stand.service(server.url, waits.patience()).days(question())
        assert waits.seconds == [7.0, 0.0]

    def test_a_server_that_asks_for_more_time_than_there_is_is_left_alone(self, stand):
        waits = Waits()
        with serving(sends({}, 429, headers={"Retry-After": "86400"})) as server, pytest.raises(NoAnswer, match="429"):
            stand.service(server.url, waits.patience()).days(question())
        assert waits.seconds == []
        assert len(server.asked) == 1

    def test_it_gives_up_after_so_many_tries(self, stand):
        with serving(sends({}, 503)) as server, pytest.raises(NoAnswer, match=f"{TRIES_MAX} tries: it answered 503"):
            stand.service(server.url).days(question())
        assert len(server.asked) == TRIES_MAX

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
    def test_a_refusal_is_told_with_its_reason_and_not_asked_again(self, stand, status):
        refuses = sends({"error": True, "reason": "End-date is out of range"}, status)
        with serving(refuses) as server, pytest.raises(WrongAnswer, match=f"{status} .End-date is out of range"):
            stand.service(server.url).days(question())
        assert len(server.asked) == 1

    def test_nobody_is_sent_on_to_another_address(self, stand):
        with serving(sends(stand.answer(SEVENTH))) as other:
            sends_on = sends({}, 302, headers={"Location": f"{other.url}/x"})
            with serving(sends_on) as server, pytest.raises(WrongAnswer, match="sends us on"):
                stand.service(server.url).days(question())
        assert not other.asked

    def test_a_page_for_people_is_no_weather(self, stand):
        page = sends(b"<html>Sign in to the network</html>", kind="text/html; charset=utf-8")
        with serving(page) as server, pytest.raises(WrongAnswer, match="sent text/html"):
            stand.service(server.url).days(question())

    def test_half_an_answer_is_asked_for_again(self, stand):
        whole = stand.answer(SEVENTH, EIGHTH)
        with serving(breaks_off(whole), breaks_off(whole, length_told=False), sends(whole)) as server:
            assert stand.service(server.url).days(question()) == KNOWN

    def test_a_server_that_always_breaks_off_gives_no_answer(self, stand):
        with serving(breaks_off(stand.answer(SEVENTH))) as server, pytest.raises(NoAnswer, match="tries"):
            stand.service(server.url).days(question())

    def test_a_silent_server_is_not_waited_for(self, stand):
        with serving(keeps_silent) as server, pytest.raises(NoAnswer, match=r"silent for 0\.05 s"):
            stand.service(server.url, Waits().patience(silence_seconds=0.05)).days(question())

    @pytest.mark.parametrize("drips", [drips_body, drips_headers])
    def test_a_server_that_drips_is_bounded_as_a_whole(self, stand, drips):
        """No single read ever times out here; without the bound on the whole this test would never end."""
        with serving(drips) as server, pytest.raises(NoAnswer, match="too long"):
            stand.service(server.url, Waits().patience(answer_seconds=0.2)).days(question())

    def test_a_server_that_is_down_gives_no_answer(self, stand):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            with pytest.raises(NoAnswer, match="tries"):
                stand.service(f"http://127.0.0.1:{nobody.getsockname()[1]}").days(question())

    def test_where_no_time_is_left_nobody_is_asked(self, stand):
        with serving(sends(stand.answer(SEVENTH))) as server, pytest.raises(NoAnswer, match="no time was left"):
            stand.service(server.url).days(question(seconds=0.0))
        assert not server.asked

    def test_an_answer_without_end_is_cut_off(self, stand, monkeypatch):
        monkeypatch.setattr(asking, "BYTES_MAX", 100)
        with serving(sends(stand.answer(SEVENTH))) as server, pytest.raises(WrongAnswer, match="longer than 100 bytes"):
            stand.service(server.url).days(question())

    def test_not_a_number_is_no_number(self, stand):
        with serving(sends(stand.answer((float("nan"), 17.0, 20.0, 0.0)))) as server, pytest.raises(WrongAnswer, match="NaN"):
            stand.service(server.url).days(question())

    def test_text_for_a_number_and_truth_for_a_number_are_refused(self, stand):
        for value in ("27.5", True):
            with serving(sends(stand.answer((value, 17.0, 20.0, 0.0)))) as server, pytest.raises(WrongAnswer, match="no number"):
                stand.service(server.url).days(question())

    def test_a_day_that_nobody_asked_for_is_refused(self, stand):
        with serving(sends(stand.answer(SEVENTH, first=date(2026, 9, 6)))) as server, pytest.raises(WrongAnswer, match="sent 2026-09-06"):
            stand.service(server.url).days(question())

    @pytest.mark.parametrize("other", [{}, [], None, "sunny", {"daily": None}, {"properties": {}}])
    def test_another_form_is_refused(self, stand, other):
        with serving(sends(other)) as server, pytest.raises(WrongAnswer, match="another form"):
            stand.service(server.url).days(question())


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def ways(answer, so_far=()):
    """Every way into an answer, to its leaves and to what holds them."""
    if so_far:
        yield so_far
    steps = answer.items() if isinstance(answer, dict) else enumerate(answer) if isinstance(answer, list) else ()
    for step, inner in steps:
        yield from ways(inner, (*so_far, step))


@pytest.mark.parametrize(
    ("stand", "read"), [(STANDS[0], open_meteo._read), (STANDS[1], nasa_power._read)], ids=[each.name for each in STANDS]
)
@given(data=st.data())
def test_no_answer_whatever_breaks_the_reader(stand, read, data):
    """Anything at all in any place of an answer is either weather or refused."""
    answer = stand.answer(SEVENTH, EIGHTH)
    way = data.draw(st.sampled_from(list(ways(answer))))
    with suppress(WrongAnswer):
        for day in read(changed(answer, way, data.draw(JSON)), PLACE):
            assert day.tmax_c is None or -60 <= day.tmax_c <= 60


def changed(answer, way, value):
    """The answer with another value at the end of the way into it."""
    inner = answer
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = value
    return answer


OPEN_METEO, NASA_POWER = STANDS


@pytest.mark.parametrize(
    ("stand", "way", "value", "says"),
    [
        (OPEN_METEO, ["latitude"], 26.0, "sent weather of 26"),
        (OPEN_METEO, ["longitude"], 1e9, "sent weather of"),
        (OPEN_METEO, ["daily_units", "temperature_2m_max"], "°F", "in '°F'"),
        (OPEN_METEO, ["daily_units", "precipitation_sum"], "inch", "in 'inch'"),
        (OPEN_METEO, ["daily", "temperature_2m_min"], [17.1], "lists of"),
        (OPEN_METEO, ["daily", "time"], ["2026-09-07", "2026-09-07"], "2026-09-07 twice"),
        (OPEN_METEO, ["daily", "time"], ["7 September", "2026-09-08"], "another form"),
        (NASA_POWER, ["geometry", "coordinates"], [98.84, 24.0, 1050.0], "sent weather of 24"),
        (NASA_POWER, ["geometry", "coordinates"], [98.84, 25.02], "another form"),
        (NASA_POWER, ["geometry", "coordinates"], [98.84, 25.02, -999.0], "height of -999"),
        (NASA_POWER, ["parameters", "T2M", "units"], "K", "in 'K'"),
        (NASA_POWER, ["parameters", "PRECTOTCORR", "units"], "in/day", "in 'in/day'"),
        (NASA_POWER, ["properties", "parameter", "T2M_MIN"], {"20260907": 17.1}, "T2M_MIN for other days"),
        (NASA_POWER, ["properties", "parameter", "T2M"], {"2026-09": 17.1}, "another form"),
    ],
)
def test_an_answer_that_contradicts_the_question_or_itself_is_refused(stand, way, value, says):
    with serving(sends(changed(stand.answer(SEVENTH, EIGHTH), way, value))) as server, pytest.raises(WrongAnswer, match=says):
        stand.service(server.url).days(question())


@pytest.mark.parametrize("stand", STANDS, ids=lambda stand: stand.name)
def test_the_answers_have_the_fields_and_units_of_those_that_others_recorded(stand):
    answer = stand.answer(SEVENTH, NOTHING)
    for part, fields in FIELDS[stand.name].items():
        assert set(answer[part] if part else answer) == fields
    told = answer.get("daily_units") or {name: facts["units"] for name, facts in answer["parameters"].items()}
    assert {name: unit for name, unit in told.items() if name != "time"} == UNITS[stand.name]


@pytest.mark.parametrize(("days_ahead", "last"), [(16, "2026-09-25"), (3, "2026-09-13")])
def test_open_meteo_is_not_asked_for_more_than_its_sixteen_days_because_it_would_refuse_them_all(days_ahead, last):
    days = Span(TODAY, TODAY + timedelta(days=days_ahead))
    with serving(sends(STANDS[0].answer(SEVENTH, first=TODAY))) as server:
        found = STANDS[0].service(server.url).days(question(days))
    assert server.asked[0][1]["end_date"] == last
    assert [day.date for day in found] == [TODAY]


def test_open_meteo_is_not_asked_at_all_for_what_lies_beyond_its_sixteen_days():
    with serving(sends({})) as server:
        assert STANDS[0].service(server.url).days(question(Span(TODAY + timedelta(days=16), TODAY + timedelta(days=20)))) == []
    assert not server.asked


def test_open_meteo_is_asked_for_old_days_in_its_archive_and_for_new_ones_in_its_forecast():
    old, recent = Span(date(2026, 6, 1), date(2026, 7, 12)), date(2026, 7, 13)
    first = OPEN_METEO.answer(SEVENTH, first=old.first)
    then = OPEN_METEO.answer(EIGHTH, first=date(2026, 9, 12))
    with serving(sends(first), sends(then)) as server:
        found = OPEN_METEO.service(server.url).days(question(Span(old.first, date(2026, 9, 20))))
    assert [day.date for day in found] == [old.first, date(2026, 9, 12)]
    assert [(path, asked["start_date"], asked["end_date"]) for path, asked in server.asked] == [
        ("/v1/archive", "2026-06-01", "2026-07-12"),
        ("/v1/forecast", str(recent), "2026-09-20"),
    ]
    assert {asked["elevation"] for _, asked in server.asked} == {"1050"}


def test_open_meteo_gets_its_key_and_no_message_shows_it():
    with serving(sends({}, 403)) as server, pytest.raises(WrongAnswer) as told:
        OPEN_METEO.service(server.url, key="a-secret").days(question())
    assert server.asked[0][1]["apikey"] == "a-secret"
    assert "a-secret" not in str(told.value)
    assert "a-secret" not in repr(WeatherSettings(open_meteo_key="a-secret"))


def test_nasa_power_moves_temperatures_from_the_height_of_its_cell_to_that_of_the_village():
    higher = changed(NASA_POWER.answer(SEVENTH), ["geometry", "coordinates"], [98.84, 25.02, 1450.0])
    with serving(sends(higher)) as server:
        (day,) = NASA_POWER.service(server.url).days(question())
    # 400 m lower is 2.6 °C warmer; rain stays as it is.
    assert (day.tmax_c, day.tmean_c, day.rain_mm) == (pytest.approx(30.1), pytest.approx(24.4), 4.2)


def test_nasa_power_has_no_days_that_are_still_to_come():
    with serving(sends({})) as server:
        assert NASA_POWER.service(server.url).days(question(Span(TODAY, TODAY + timedelta(days=3)))) == []
    assert not server.asked


def test_files_hold_forecasts_and_the_newest_counts(tmp_path):
    service = files(tmp_path / "weather", (SEVENTH,))
    (tmp_path / "weather" / "weather_forecasts.csv").write_text(
        "village_id,date,issued_on,tmean_c\nupper,2026-09-11,2026-09-09,20\nupper,2026-09-11,2026-09-10,22\nother,2026-09-11,2026-09-10,9\n"
    )
    found = service.days(question(Span(date(2026, 9, 7), date(2026, 9, 12))))
    assert [(day.date, day.tmean_c) for day in found] == [(date(2026, 9, 7), 21.8), (date(2026, 9, 11), 22.0)]


def test_a_folder_that_is_not_there_gives_no_answer(tmp_path):
    service = files(tmp_path / "weather", ())
    (tmp_path / "weather" / "weather.csv").unlink()
    assert service.days(question()) == []
    (tmp_path / "weather").rmdir()
    with pytest.raises(NoAnswer, match="there is no folder"):
        service.days(question())
