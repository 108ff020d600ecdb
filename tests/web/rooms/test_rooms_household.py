"""The household's page: words, dates and every fen."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from test_rooms_calendar import plot_on, weeks_on

from pinfold.store.reads.household import Days, Kilograms, PlotFacts
from pinfold.web.roles import Role
from pinfold.web.rooms.words import how_much, picked_when

TODAY = date(2026, 10, 7)
DAYS = Days("ripe", *(TODAY + timedelta(days=n) for n in (5, 8, 10, 12, 15)), TODAY, "climatology")
PLOT = PlotFacts("coffee-01", "h1", "coffee", 1000.0, None, None, {"ripe": DAYS}, {}, Kilograms(300, 150, 450), 0.0)


@pytest.fixture(autouse=True)
def in_english():
    from django.utils.translation import override

    with override("en"):
        yield


def test_the_page_says_what_is_owed_and_why(world):
    told = world.browsers[Role.HOUSEHOLD].get("/household/").content.decode()
    assert "¥12,345.67" in told
    assert "that nobody else had bought, at the guaranteed price" in told
    assert "Picking starts about 17 Oct. It may be as early as 12 Oct, or as late as 22 Oct." in told


def test_each_plot_says_how_its_forecasts_moved_and_from_what_they_are_made(world):
    weeks_on(date(2026, 9, 28), {6: 40.0})
    plot_on(date(2026, 9, 28), ripe_in_days=14, kg=250.0)
    told = world.browsers[Role.HOUSEHOLD].get("/household/").content.decode()
    assert "Since 28 Sep: 4 days earlier, 20 % more." in told
    assert "When: by climatology, from no past season of its own; 4 days earlier than on 28 Sep." in told
    assert "How much: by own mean, from no past season of its own; 20 % more than on 28 Sep." in told


def test_once_the_money_is_handed_over_nothing_is_owed(world):
    world.browsers[Role.COORDINATOR].post("/village/money/hand-over/settlement:2026:3:household-alpha/")
    told = world.browsers[Role.HOUSEHOLD].get("/household/").content.decode()
    assert '<strong class="figure">¥0.00</strong>' in told
    assert "You were paid ¥12,345.67 this season." in told


def test_the_page_does_not_say_who_is_registered_poor(world):
    for role in (Role.HOUSEHOLD, Role.COORDINATOR):
        assert "registered" not in world.browsers[role].get("/households/household-alpha/").content.decode().lower()


def test_a_forecast_is_said_with_its_two_ends():
    assert picked_when(PLOT, TODAY) == "Picking starts about 17 Oct. It may be as early as 12 Oct, or as late as 22 Oct."


def test_a_forecast_that_is_past_sends_somebody_to_look():
    assert picked_when(PLOT, TODAY + timedelta(days=11)).startswith("It may be ripe already. At the latest it is ripe about 22 Oct.")


def test_what_was_seen_is_said_instead_of_what_was_forecast():
    seen = replace(PLOT, seen={"ripe": date(2026, 10, 1)})
    assert picked_when(seen, TODAY).startswith("Ripe since 1 Oct. It is picked until about ")


def test_a_plot_that_nobody_reported_asks_for_a_report():
    assert picked_when(replace(PLOT, coming={}), TODAY) == "Nobody knows yet when it will be ripe. Report what you see in the field."


def test_a_harvest_is_said_with_what_was_weighed_of_it():
    said = how_much(replace(PLOT, picked_kg=120.0))
    assert (
        said == "We expect about 300 kg this season; four times in five it is between 150 kg and 450 kg. 120 kg have been weighed so far."
    )


def test_the_picture_is_small_and_is_not_sent_twice(world):
    browser = world.browsers[Role.HOUSEHOLD]
    first = browser.get("/charts/picking-household-alpha.svg")
    assert first.content.startswith(b"<svg")
    assert len(first.content) < 60_000
    assert browser.get("/charts/picking-household-alpha.svg", headers={"if-none-match": first["ETag"]}).status_code == 304
    assert world.household_beta.get("/charts/picking-household-alpha.svg", headers={"if-none-match": first["ETag"]}).status_code == 403
