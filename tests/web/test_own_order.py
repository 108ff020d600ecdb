"""The order of the list: one's own where one lets it be, else what closes first; and the list says which."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from pinfold.demand.events import Impression
from pinfold.demand.ranking import NEUTRAL, PERSONAL, PERSONAL_VERSION
from pinfold.flows import ranking
from pinfold.settings import settings
from pinfold.store.models import Pin, Setting, Taste
from pinfold.web.shop import seen

OWN = "In your own order"
NEUTRAL_SAYS = "What closes first stands first."


@pytest.fixture
def recorded(monkeypatch) -> list:
    taken: list = []
    monkeypatch.setattr(seen, "record", taken.append)
    return taken


@pytest.fixture
def two_pins(season):
    """Coffee closes first; mangoes, which the customer is learned to want more, a day later. Nothing is left to the lot of the day."""
    Setting.objects.create(name="demand.neutral_share", value="0")
    mango = season.friends_pin
    Pin.objects.filter(pk=mango.pk).update(kind="public", closes_at=mango.closes_at + timedelta(days=1))
    Pin.objects.update(seats_taken=1, seats_paid=0)
    return season


def learn(person, chances: list, wanted: bool = True) -> None:
    Taste.objects.create(customer_id=person.customer_id, wanted=wanted, learned_on="2026-10-07", chances=chances, other=0.001)


def pins_of(page) -> list[str]:
    return re.findall(r'class="stretch" href="/pins/(share\d)/', page.content.decode())


def before_chance(shown: Impression) -> list[str]:
    return [each.pin_id for each in sorted(shown.shown, key=lambda each: each.elsewhere[PERSONAL])]


def test_who_buys_mangoes_has_them_first_and_the_list_says_why(buyer, customer, two_pins, recorded):
    learn(customer, [["mango", 0.9], ["green-beans", 0.001]])
    page = buyer.get("/")
    assert OWN in page.content.decode()
    assert "/account/#order" in page.content.decode()
    (shown,) = recorded
    assert (shown.ranking, shown.version) == (PERSONAL, PERSONAL_VERSION)
    assert before_chance(shown) == ["pin-2", "pin-0"]
    assert [each.pin_id for each in sorted(shown.shown, key=lambda each: each.elsewhere[NEUTRAL])] == ["pin-0", "pin-2"]


def test_the_chance_of_each_place_is_recorded(buyer, customer, two_pins, recorded):
    """One cooperative, two pins of 24 places: an exchange is drawn with 2/24, and half of those leave both pins where they are."""
    learn(customer, [["mango", 0.9]])
    buyer.get("/")
    assert [each.propensity for each in recorded[0].shown] in ([pytest.approx(23 / 24)] * 2, [pytest.approx(1 / 24)] * 2)


def test_a_list_that_is_loaded_again_stands_as_it_stood(buyer, customer, two_pins):
    learn(customer, [["mango", 0.9]])
    assert pins_of(buyer.get("/")) == pins_of(buyer.get("/"))


def test_a_day_drawn_to_be_neutral_says_so(buyer, customer, two_pins, recorded):
    learn(customer, [["mango", 0.9]])
    Setting.objects.update(value="1")
    page = buyer.get("/")
    assert "drawn by lot for you today" in page.content.decode()
    assert pins_of(page) == ["share0", "share2"]
    assert recorded[0].ranking == PERSONAL, "the chance with which it was neutral belongs to this rule"


@pytest.mark.parametrize("header", ["HTTP_SEC_GPC", "HTTP_DNT"])
def test_a_browser_that_asks_not_to_be_tracked_has_what_closes_first(buyer, customer, two_pins, header):
    learn(customer, [["mango", 0.9]])
    page = buyer.get("/", **{header: "1"})
    assert NEUTRAL_SAYS in page.content.decode()
    assert pins_of(page) == ["share0", "share2"]


def test_strangers_and_who_is_not_known_yet_have_what_closes_first(english, customer, two_pins, recorded):
    page = english.get("/")
    assert NEUTRAL_SAYS in page.content.decode()
    assert "#order" not in page.content.decode(), "there is nothing for them to turn off"
    english.force_login(customer, backend="django.contrib.auth.backends.ModelBackend")
    assert NEUTRAL_SAYS in english.get("/").content.decode()
    assert {(shown.ranking, each.propensity) for shown in recorded for each in shown.shown} == {(NEUTRAL, 1.0)}


def test_the_own_order_is_turned_off_on_my_data_and_what_was_learned_is_gone(buyer, customer, two_pins):
    learn(customer, [["mango", 0.9]])
    assert "Your own order is on." in buyer.get("/account/").content.decode()
    buyer.post("/account/order/", {"personal": "0"})
    assert "Your own order is off." in buyer.get("/account/").content.decode()
    assert pins_of(buyer.get("/")) == ["share0", "share2"]
    assert Taste.objects.get().chances == []
    buyer.post("/account/order/", {"personal": "1"})
    assert "Your own order is on." in buyer.get("/account/").content.decode()


def test_an_installation_without_personal_lists_offers_no_switch(buyer, customer, two_pins, monkeypatch):
    learn(customer, [["mango", 0.9]])
    without = replace(settings(), personal_ranking=False)
    monkeypatch.setattr(ranking, "settings", lambda: without)
    monkeypatch.setattr("pinfold.web.shop.account.settings", lambda: without)
    assert pins_of(buyer.get("/")) == ["share0", "share2"]
    assert "order of your list" not in buyer.get("/account/").content.decode()
