"""Tastes are learned once a day for those who may see them, and a pin's worth is what a join brings growers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from pin_market import MONDAY, make_market, make_pin

from pinfold.basics.errors import InputError
from pinfold.demand.events import Event, Impression
from pinfold.demand.ranking import FIRST_PAGE
from pinfold.flows import ranking
from pinfold.flows.erasing import erase_customer
from pinfold.flows.event_evaluation import evaluate_ranking
from pinfold.flows.event_tables import export_events
from pinfold.flows.ranking import Asked, choose_order, learn_tastes, list_for
from pinfold.settings import settings
from pinfold.store import events as kept
from pinfold.store.models import Customer, Person, Product, Purchase, Setting, Taste
from pinfold.store.transaction import atomic


@pytest.fixture
def market(db):
    """Three customers bought mangoes twice; c0 and c1 have accounts."""
    make_market(kg=10_000.0)
    Product.objects.create(
        product_id="pea", name="Pea", name_zh="豌豆", category="vegetable", crop="mango", pack_kg=2, shelf_life_days=9, price_per_kg=20
    )
    for days in (10, 40):
        for customer in ("c0", "c1", "c2"):
            Purchase.objects.create(
                date=MONDAY.date() - timedelta(days=days), customer_id=customer, region_id="city", product_id="mango", quantity=1
            )
    for number in range(2):
        Person.objects.create_user(f"1380000000{number}", customer_id=f"c{number}")


def test_tastes_are_learned_of_those_who_have_an_account_and_have_not_said_no(market):
    choose_order("c1", personal=False)
    assert learn_tastes(MONDAY) == 1
    mine, other = Taste.objects.order_by("pk")
    assert (mine.pk, mine.learned_on) == ("c0", date(2026, 9, 7))
    # All three bought mangoes again and nobody peas: (3 + 1/2) / (3 + 1) and (0 + 1/2) / (3 + 1).
    assert mine.chances == [["mango", 0.875], ["pea", 0.125]]
    assert (other.wanted, other.chances) == (False, [])


def test_what_those_who_left_bought_teaches_no_taste(market):
    erase_customer("c2", MONDAY)
    assert Purchase.objects.filter(customer="erased-city").count() == 2, "still counted as bought in their region"
    learn_tastes(MONDAY)
    # Two are left who bought mangoes again: (2 + 1/2) / (2 + 1).
    assert Taste.objects.get(pk="c0").chances[0] == ["mango", pytest.approx(2.5 / 3)]


def test_learning_again_takes_the_place_of_what_was_learned(market):
    learn_tastes(MONDAY)
    learn_tastes(MONDAY + timedelta(days=1))
    assert set(Taste.objects.values_list("learned_on", flat=True)) == {date(2026, 9, 8)}


def test_where_no_list_is_personal_nothing_is_learned(market, monkeypatch):
    monkeypatch.setattr(ranking, "settings", lambda: replace(settings(), personal_ranking=False))
    assert learn_tastes(MONDAY) == 0
    assert not Taste.objects.exists()


def test_a_pin_that_one_more_order_would_fill_stands_before_one_that_hardly_will(market):
    Setting.objects.create(name="demand.neutral_share", value="0")
    make_pin("a-far", seats_min=40, seats_max=40)
    make_pin("near", seats_min=2, seats_max=40)
    learn_tastes(MONDAY)
    later = MONDAY + timedelta(days=9)
    assert list_for(None, Asked(), later).pin_ids() == ["a-far", "near"]
    listed = list_for("c0", Asked(), later)
    assert listed.order == "personal"
    shown = listed.shown(0, 2, listed.pin_ids())
    assert [each.pin_id for each in sorted(shown, key=lambda each: each.elsewhere["taste-uplift-growers"])] == ["near", "a-far"]


def test_closes_first_is_judged_from_lists_that_were_personal(market, tmp_path):
    """Two pins and many customers; everybody who sees `b` on top joins it, nobody joins anything else. Closes-first has `a` on top.

    `b` fills with two, so half of the days (those that are not neutral) have it on top, but for a rare exchange.
    """
    Setting.objects.create(name="demand.neutral_share", value="0.5")
    make_pin("a", seats_min=40, seats_max=40)
    make_pin("b", seats_min=2, seats_max=40)
    Customer.objects.bulk_create(Customer(customer_id=f"many{n}", region_id="city") for n in range(400))
    Taste.objects.bulk_create(
        Taste(customer_id=f"many{n}", learned_on=MONDAY.date(), chances=[["mango", 0.5]], other=0.1) for n in range(400)
    )
    happened = []
    for n in range(400):
        listed = list_for(f"many{n}", Asked(), MONDAY)
        shown = kept_list(n, listed)
        happened.append(shown)
        if shown.shown[0].pin_id == "b":
            happened.append(Event("join", MONDAY, "b", f"many{n}", shown.impression_id, 1))
    with atomic():
        kept.write(happened, 0, MONDAY)
    export_events(tmp_path)
    found = evaluate_ranking(tmp_path, "closes-first", "join")
    assert found.shown == pytest.approx(0.25, abs=0.04), "half of the lists had b on top: a quarter of the places"
    assert found.snips == 0.0, "closes-first never has it there"
    assert found.mean_weight == pytest.approx(1, abs=0.1)
    assert found.people == 400
    command = [sys.executable, "-m", "pinfold.cli", "events", "evaluate", str(tmp_path), "--ranking", "closes-first", "--json"]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | {"DJANGO_SETTINGS_MODULE": ""}).stdout
    assert json.loads(told)["snips"] == 0.0, "and the command says so without a database"


def kept_list(n, listed):
    shown = listed.shown(0, FIRST_PAGE.places, listed.pin_ids())
    return Impression(f"shown-{n}", MONDAY, f"many{n}", "list", "", "", listed.ranking, listed.version, shown)


def test_a_ranking_that_no_list_knows_is_refused_with_those_that_can_be_judged(market, tmp_path):
    make_pin("a", seats_min=2, seats_max=40)
    learn_tastes(MONDAY)
    with atomic():
        kept.write([replace(kept_list(0, list_for("c0", Asked(), MONDAY)), customer_id="c0"),
                    Event("view", MONDAY, "a", "c0", "shown-0")], 0, MONDAY)  # fmt: skip
    export_events(tmp_path)
    assert pl.read_parquet(tmp_path / "lists" / "*" / "*.parquet").height == 1
    with pytest.raises(InputError, match="kind 'jion' is not known"):
        evaluate_ranking(tmp_path, "closes-first", "jion")
    with pytest.raises(InputError, match="use one of: closes-first, taste-uplift-growers"):
        evaluate_ranking(tmp_path, "dearest-first", "join")
