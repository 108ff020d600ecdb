"""Pins that may not fill: members move together, get more time, or are served with fewer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pin_market import CLOSES, LIST_FEN, make_market, make_pin
from test_pins import join_and_pay, promised_kg, sandbox_notice

from pinfold.basics.errors import NotAllowed, WrongStep
from pinfold.flows.join import cancel_order, hold_seats
from pinfold.flows.pay import receive_notice
from pinfold.flows.pins import sweep
from pinfold.flows.rescue import RescueResult, accept_short, rescue_pins, take_acceptance_back
from pinfold.ledger.accounts import CUSTOMERS_HELD
from pinfold.outside.payments import sandbox
from pinfold.store import ledger
from pinfold.store.models import Order, Person, Pin, PinLot

pytestmark = pytest.mark.django_db
EVENING = CLOSES - timedelta(hours=3)


@pytest.fixture(autouse=True)
def books(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "books_path", lambda: tmp_path / "sandbox.sqlite3")


@pytest.fixture
def board() -> int:
    return Person.objects.create_user("13800000000", role="board", cooperative_id="coop").pk


def two_lonely_pins():
    """Pins that need 4 packs each: one has 2 paid and 1 held, the other 3 paid."""
    make_market(kg=100, merge_odds_max=1)
    make_pin("one", 4, 6)
    make_pin("two", 4, 7)
    for order_id, pin_id in (("a1", "one"), ("a2", "one"), ("b1", "two"), ("b2", "two"), ("b3", "two")):
        join_and_pay(order_id, pin_id, f"c{order_id[1]}")
    hold_seats("a3", "one", "c4", 1, EVENING)


def test_the_members_of_two_pins_that_lack_some_fill_one_together():
    two_lonely_pins()
    assert rescue_pins(EVENING) == RescueResult(merged=1, extended=0)
    one, two = Pin.objects.get(pk="one"), Pin.objects.get(pk="two")
    assert (one.state, one.merged_into_id, one.seats_taken, one.seats_paid) == ("merged", "two", 0, 0)
    assert (two.seats_taken, two.seats_paid, two.seats_min, two.seats_max, two.ladder) == (6, 5, 4, 13, [[4, LIST_FEN], [13, 3600]])
    assert set(Order.objects.values_list("pin_id", flat=True)) == {"two"}
    assert list(PinLot.objects.values_list("pin_id", "kg")) == [("two", pytest.approx(26))]
    assert promised_kg() == pytest.approx(26)
    assert ledger.balance(CUSTOMERS_HELD) == -5 * LIST_FEN
    assert sweep(CLOSES).filled == 1
    assert promised_kg() == pytest.approx(10)


def test_money_for_seats_that_moved_pays_them_where_they_are_now():
    two_lonely_pins()
    notice = sandbox_notice("a3", "p3")
    rescue_pins(EVENING)
    assert receive_notice(notice, EVENING).order_state == "paid"
    assert (Pin.objects.get(pk="two").seats_paid, Pin.objects.get(pk="one").seats_paid) == (6, 0)


def test_seats_that_moved_are_given_back_where_they_are_now():
    two_lonely_pins()
    rescue_pins(EVENING)
    assert cancel_order("a3", "c4", EVENING).state == "cancelled"
    assert (Pin.objects.get(pk="two").seats_taken, Pin.objects.get(pk="one").seats_taken) == (5, 0)


def test_the_link_of_a_merged_pin_leads_to_the_one_that_took_its_members():
    two_lonely_pins()
    rescue_pins(EVENING)
    assert hold_seats("a4", "code-one", "c5", 1, EVENING).pin_id == "two"
    assert hold_seats("a3", "code-one", "c4", 1, EVENING).state == "held", "a repeated request gets its first answer"


def test_rescuing_again_changes_nothing_more():
    two_lonely_pins()
    rescue_pins(EVENING)
    assert rescue_pins(EVENING) == RescueResult(0, 0)


def test_a_lonely_pin_gets_more_time_once_and_closes_before_it_is_picked():
    make_market(extend_odds_min=0)
    make_pin("one", 4, 6)
    join_and_pay("a1", "one", "c1")
    assert rescue_pins(EVENING) == RescueResult(merged=0, extended=1)
    assert Pin.objects.get(pk="one").closes_at == CLOSES + timedelta(days=2)
    assert rescue_pins(CLOSES + timedelta(days=1, hours=23)) == RescueResult(0, 0)
    assert (sweep(CLOSES).expired, sweep(CLOSES + timedelta(days=2)).expired) == (0, 1)


def test_a_pin_without_hope_is_not_extended():
    make_market(extend_odds_min=0.99)
    make_pin("one", 6, 6)
    join_and_pay("a1", "one", "c1")
    assert rescue_pins(EVENING) == RescueResult(0, 0)


def test_a_pin_is_left_alone_long_before_it_closes():
    two_lonely_pins()
    assert rescue_pins(CLOSES - timedelta(days=3)) == RescueResult(0, 0)


def test_a_pin_that_its_sellers_accept_short_fills_with_the_packs_that_are_paid(board):
    make_market()
    make_pin("one", 4, 6)
    join_and_pay("a1", "one", "c1")
    join_and_pay("a2", "one", "c2")
    assert accept_short("one", "coop", board, EVENING) == accept_short("one", "coop", board, EVENING)
    assert rescue_pins(EVENING) == RescueResult(0, 0), "it is decided"
    assert sweep(CLOSES).filled == 1
    one = Pin.objects.get(pk="one")
    assert (one.price_fen, one.seats_paid, one.accepted_by_id, promised_kg()) == (LIST_FEN, 2, board, pytest.approx(4))


def test_an_acceptance_can_be_taken_back_while_the_pin_is_open(board):
    make_market(extend_days=0)
    make_pin("one", 4, 6)
    join_and_pay("a1", "one", "c1")
    accept_short("one", "coop", board, EVENING)
    assert take_acceptance_back("one", "coop", EVENING).seats_min == 4
    assert take_acceptance_back("one", "coop", EVENING).seats_min == 4
    assert sweep(CLOSES).expired == 1


def test_only_the_sellers_accept_and_only_what_is_open_paid_and_short(board):
    make_market(extend_days=0)
    make_pin("one", 2, 6)
    with pytest.raises(NotAllowed, match="sellers"):
        accept_short("one", "another", board, EVENING)
    with pytest.raises(WrongStep, match="no paid seat"):
        accept_short("one", "coop", board, EVENING)
    join_and_pay("a1", "one", "c1")
    join_and_pay("a2", "one", "c2")
    with pytest.raises(WrongStep, match="fills by itself"):
        accept_short("one", "coop", board, EVENING)
    sweep(CLOSES)
    with pytest.raises(WrongStep, match="filled"):
        accept_short("one", "coop", board, CLOSES)
