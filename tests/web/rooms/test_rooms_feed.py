"""A coordinator's phone subscribes to the village's calendar at a private address."""

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from django.core.cache import cache
from django.test import Client
from test_rooms_calendar import weeks_on
from two_cooperatives import HOUSEHOLDS

from pinfold.store.models import CalendarFeed, Person, WeekForecast
from pinfold.web.roles import Role
from pinfold.web.rooms import feed

PAGE, BEFORE, TODAY = "/village/calendar/", date(2026, 9, 28), date(2026, 10, 7)


@pytest.fixture(autouse=True)
def minute(db, monkeypatch) -> list[int]:
    """Minutes since some hour began, which the test may move; nobody has tried an address yet."""
    cache.clear()
    minutes = [0]
    monkeypatch.setattr(feed, "time", lambda: 1_000_000 * 3_600 + 60 * minutes[0])
    return minutes


@pytest.fixture
def address(world) -> str:
    """Made by the coordinator of Conggang, who reads English."""
    Person.objects.filter(role=Role.COORDINATOR, village_id="conggang").update(language="en")
    return world.browsers[Role.COORDINATOR].post(PAGE, {"do": "make"}).context["address"]


def events(address: str) -> list[icalendar.Event]:
    """Read by a phone that has not signed in."""
    answer = Client().get(address)
    assert answer.status_code == 200
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


def test_a_phone_reads_the_weeks_of_its_village_and_of_no_other(address):
    (event,) = events(address)
    assert str(event["summary"]) == "Coffee: 50 kg (25 kg – 75 kg)"
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 10, 19), date(2026, 10, 26))  # the whole of week 6
    assert str(event["location"]) == "Conggang"
    assert (event["sequence"], event["last-modified"].dt) == (0, datetime(2026, 10, 6, 16, tzinfo=UTC))  # midnight in Yunnan


def test_it_is_what_the_standard_asks_for(address):
    text = Client().get(address).content
    assert text.startswith(b"BEGIN:VCALENDAR\r\n")
    assert text.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in text.split(b"\r\n")), "RFC 5545, 3.1: lines are folded at 75 octets"
    assert b"\n" not in text.replace(b"\r\n", b"")
    (calendar,) = icalendar.Calendar.from_ical(text, multiple=True)
    assert (str(calendar["version"]), str(calendar["method"])) == ("2.0", "PUBLISH")
    assert all({"UID", "DTSTAMP", "DTSTART"} <= event.keys() for event in calendar.walk("VEVENT"))
    assert not any(each.errors for each in calendar.walk())


def test_a_new_forecast_moves_the_event_that_the_phone_has(address):
    (before,) = events(address)
    weeks_on(TODAY + timedelta(days=1), {6: 80.0})
    (after,) = events(address)
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["last-modified"].dt > before["last-modified"].dt
    assert "80 kg" in after["summary"]


def test_a_week_that_is_no_longer_expected_is_cancelled(address):
    weeks_on(BEFORE, {6: 40.0, 7: 30.0})
    by_week = {str(event["uid"]).split("@")[0].split("-")[-1]: event for event in events(address)}
    assert (str(by_week["6"]["status"]), str(by_week["7"]["status"])) == ("CONFIRMED", "CANCELLED")
    assert by_week["7"]["sequence"] == 1


def test_a_coordinator_who_reads_chinese_is_sent_chinese(world, address):
    Person.objects.filter(role=Role.COORDINATOR, village_id="conggang").update(language="zh-hans")
    (event,) = events(address)
    assert str(event["summary"]) == "咖啡：50 公斤（25 公斤 – 75 公斤）"
    assert "时间：依据“常年平均”模型" in str(event["description"])


def test_no_household_and_no_plot_is_named(address):
    text = Client().get(address).content.decode()
    assert not any(each in text for each in (*HOUSEHOLDS, "plot-of"))


def test_a_new_address_ends_the_old_one(world, address):
    new = world.browsers[Role.COORDINATOR].post(PAGE, {"do": "make"}).context["address"]
    assert new != address
    assert Client().get(address).status_code == 404
    assert events(new)


def test_an_address_can_be_ended(world, address):
    told = world.browsers[Role.COORDINATOR].post(PAGE, {"do": "end"}).content.decode()
    assert "You have no address yet" in told
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.CUSTOMER}, {"village": None}])
def test_who_is_no_longer_the_villages_coordinator_has_no_calendar(address, change):
    Person.objects.filter(role=Role.COORDINATOR, village_id="conggang").update(**change)
    assert Client().get(address).status_code == 404


def test_the_address_is_shown_once_and_only_its_hash_is_kept(world, address):
    token = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert len(token) >= 43  # 256 bits
    assert token not in str(CalendarFeed.objects.values())
    shown = world.browsers[Role.COORDINATOR].get(PAGE)
    assert token not in shown.content.decode()
    assert "You made an address" in shown.content.decode()


def test_nothing_on_the_way_may_keep_a_copy(world, address):
    for answer in (Client().get(address), world.browsers[Role.COORDINATOR].get(PAGE)):
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "same-origin"


def test_somebody_who_guesses_addresses_is_stopped_for_the_minute_and_others_are_not(address, minute):
    guesser = [Client().get(f"/calendar/guess-{n}.ics", REMOTE_ADDR="10.0.0.9").status_code for n in range(12)]
    assert guesser == [404] * 10 + [429] * 2
    assert Client().get(address, REMOTE_ADDR="10.0.0.9").status_code == 429
    assert Client().get(address, REMOTE_ADDR="10.0.0.10").status_code == 200
    minute[0] = 1
    assert Client().get(address, REMOTE_ADDR="10.0.0.9").status_code == 200


def test_a_phone_that_asks_every_second_is_stopped_until_the_next_hour(address, minute):
    assert [Client().get(address).status_code for _ in range(61)] == [200] * 60 + [429]
    minute[0] = 60
    assert Client().get(address).status_code == 200


def test_a_phone_that_asks_every_quarter_of_an_hour_is_never_stopped(address, minute):
    for minute[0] in range(0, 24 * 60, 15):
        assert Client().head(address).status_code == 200


def test_before_the_first_forecast_the_calendar_is_empty_and_valid(world, address):
    WeekForecast.objects.all().delete()
    assert events(address) == []
