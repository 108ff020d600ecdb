"""One copy of the open pins for many visits: how old it may be, and what never waits for it."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import timedelta

import pytest
from pin_market import MONDAY, make_market, make_pin

from pinfold.flows import ranking
from pinfold.flows.offers import KeptOffers, take_offers
from pinfold.flows.ranking import Asked, list_for
from pinfold.store.models import Pin, PriceAnswer
from pinfold.store.reads.offers import newest_opening
from pinfold.store.reads.shop import cards_of


class Behind:
    """Instead of a thread: does what it was given when told to."""

    def __init__(self):
        self.waiting = []

    def submit(self, do, *given):
        coming: Future[None] = Future()
        self.waiting.append((coming, do, given))
        return coming

    def work(self):
        for coming, do, given in self.waiting:
            do(*given)
            coming.set_result(None)
        self.waiting.clear()


class Kept(KeptOffers):
    """May be 5 seconds old by a clock that the test moves; counts how often the pins were read."""

    def __init__(self):
        self.at_s, self.taken = 100.0, 0
        super().__init__(self.count, newest_opening, lambda: 5.0, lambda: self.at_s)
        self.behind = Behind()

    def count(self, now):
        self.taken += 1
        return take_offers(now)


@pytest.fixture
def kept(db, monkeypatch):
    """Two open pins."""
    make_market(kg=10_000.0)
    make_pin("a", seats_min=2, seats_max=40)
    make_pin("b", seats_min=2, seats_max=40)
    found = Kept()
    monkeypatch.setattr(ranking, "KEPT", found)
    return found


def listed() -> list[str]:
    return list_for(None, Asked(), MONDAY).pin_ids()


def test_many_visits_within_the_seconds_read_the_pins_once(kept):
    assert [listed() for _ in range(10)] == [["a", "b"]] * 10
    kept.at_s += 4.9
    listed()
    assert kept.taken == 1


def test_an_old_copy_is_taken_again_behind_the_visitors_back(kept):
    first = kept.get(MONDAY)
    kept.at_s += 5
    assert kept.get(MONDAY) is first
    assert kept.get(MONDAY) is first
    assert (kept.taken, len(kept.behind.waiting)) == (1, 1), "nobody waited, and it was asked for once"
    kept.behind.work()
    assert kept.get(MONDAY) is not first
    assert kept.taken == 2


def test_after_a_quiet_hour_the_first_visitor_has_a_new_one(kept):
    first = kept.get(MONDAY)
    kept.at_s += 3600
    assert kept.get(MONDAY) is not first


def test_a_pin_that_has_just_been_opened_is_on_the_list_at_once(kept):
    listed()
    make_pin("c", seats_min=2, seats_max=40)
    Pin.objects.filter(pk="c").update(opened_at=MONDAY + timedelta(minutes=1))
    assert listed() == ["a", "b", "c"]


def test_a_pin_that_has_closed_since_is_not_on_it(kept):
    listed()
    assert list_for(None, Asked(), Pin.objects.get(pk="a").closes_at).pin_ids() == []


def test_a_pin_that_was_filled_since_is_neither_shown_nor_recorded_and_no_other_moves_up(kept):
    """The list is of before; what is shown of it is read anew."""
    listed()
    Pin.objects.filter(pk="a").update(seats_taken=40)
    found = list_for(None, Asked(), MONDAY)
    cards = cards_of(found.pin_ids(0, 24), MONDAY)
    assert [card.pin_id for card in cards] == ["b"]
    assert [(each.pin_id, each.position) for each in found.shown(0, 24, {card.pin_id for card in cards})] == [("b", 1)]


def test_a_copy_that_cannot_be_taken_leaves_the_one_before(kept, caplog):
    first = kept.get(MONDAY)
    kept.at_s += 5
    kept.take = lambda now: 1 / 0
    kept.get(MONDAY)
    kept.behind.work()
    assert kept.get(MONDAY) is first
    assert "could not be read again" in caplog.text


def test_with_no_seconds_every_visit_reads_anew(kept):
    kept.seconds = lambda: 0.0
    listed(), listed()
    assert kept.taken == 2


def test_a_list_of_one_region_and_product_knows_the_products_of_the_region(kept):
    found = list_for(None, Asked("city", "mango", without={"a", "gone"}), MONDAY)
    assert (found.pin_ids(), found.products, found.left_out) == (["b"], ["mango"], 1)
    assert list_for(None, Asked("city", "pea"), MONDAY).pin_ids() == []
    assert list_for(None, Asked("nowhere"), MONDAY).products == []


def test_a_discount_counts_as_customers_of_that_product_were_seen_to_answer(db):
    """The first seats still pay the list price; after them the pack costs 36 yuan instead of 40."""
    make_market(kg=10_000.0)
    make_pin("list-price", seats_min=2, seats_max=40)
    make_pin("cheaper", seats_min=2, seats_max=40)
    Pin.objects.filter(pk="cheaper").update(ladder=[[2, 3600]])
    PriceAnswer.objects.create(product_id="mango", learned_on=MONDAY.date(), elasticity=2.0, elasticity_sd=1e-6, price_changes=9)
    found = take_offers(MONDAY)
    answers = dict(zip(found.pin_ids, found.offers.price_answer, strict=True))
    assert answers == pytest.approx({"list-price": 1.0, "cheaper": 0.9**-2})
