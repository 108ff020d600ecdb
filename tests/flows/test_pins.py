"""Pins through the flows: opened from a plan, joined, paid, filled, expired, with every fen and every kg accounted for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from pin_market import CLOSES, LIST_FEN, MONDAY, make_market, make_pin, make_plan

from pinfold.basics.errors import InputError, KeyReused, NoAnswer, NotAllowed, NotFound, SoldOut, TooMany, WrongStep
from pinfold.flows import pins as pins_flow
from pinfold.flows.join import cancel_order, hold_seats
from pinfold.flows.pay import count_cash, receive_notice, start_payment
from pinfold.flows.pins import open_friends_pin, open_pins, sweep, sweep_while_parent_lives
from pinfold.flows.refunds import hand_back
from pinfold.ledger.accounts import CUSTOMERS_HELD, CUSTOMERS_REFUNDS
from pinfold.outside.payments import sandbox
from pinfold.store import ledger
from pinfold.store.models import DemandForecast, Event, Lot, Order, Payment, Pin, PinLot, Refund, Session, Want
from pinfold.store.reads.village import cash_to_give_back

pytestmark = pytest.mark.django_db
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def provider_of_its_own(tmp_path, monkeypatch):
    """Each test has its own books at the sandbox provider."""
    monkeypatch.setattr(sandbox, "books_path", lambda: tmp_path / "sandbox.sqlite3")


def pay_cash(order_id, now=MONDAY):
    start_payment(f"pay-{order_id}", order_id, "cash", now)
    return count_cash(f"pay-{order_id}", "coordinator 1", now)


def join_and_pay(order_id, pin_id, customer_id, seats=1):
    hold_seats(order_id, pin_id, customer_id, seats, MONDAY)
    return pay_cash(order_id)


def pin(pin_id="pin"):
    return Pin.objects.get(pk=pin_id)


def order(order_id):
    return Order.objects.get(pk=order_id)


def promised_kg():
    return Lot.objects.get(pk="lot").kg_promised


# Opening


def test_a_plan_opens_pins_of_whole_packs_and_promises_their_kg():
    make_market(days_open_max=28, pin_seats_max=30)
    make_plan(kg=91)
    assert open_pins(MONDAY) == 2
    assert sorted(Pin.objects.values_list("seats_max", flat=True)) == [22, 23]
    assert promised_kg() == pytest.approx(90)


def test_opening_again_opens_nothing_new():
    make_market()
    make_plan(kg=60)
    assert [open_pins(MONDAY), open_pins(MONDAY)] == [1, 0]
    assert promised_kg() == pytest.approx(60)


def test_a_pin_is_not_opened_when_its_kg_have_been_promised_elsewhere():
    make_market(kg=100)
    make_plan(kg=60)
    Lot.objects.update(kg_promised=50)
    assert open_pins(MONDAY) == 0
    assert (Pin.objects.count(), PinLot.objects.count(), promised_kg()) == (0, 0, 50)


def test_a_pin_far_ahead_waits_until_its_forecast_is_sharper():
    make_market(days_open_max=7, days_open_min=2)
    make_plan(kg=60)
    assert open_pins(MONDAY) == 0
    assert open_pins(CLOSES - timedelta(days=7)) == 1


def test_a_pin_asks_the_wants_price_first_and_never_less_than_floor_freight_and_shares():
    make_market(full_discount=0.9)
    make_plan(kg=60)
    open_pins(MONDAY)
    ladder = Pin.objects.get().ladder
    # 2 kg: floor 12 yuan, collection and truck 2 yuan, 10 % of the price to platform and cooperative: 14 / 0.9 yuan.
    assert ladder[0] == [15, LIST_FEN]
    assert ladder[-1][1] == 1556


def test_where_there_is_an_outlook_size_and_price_are_chosen_from_it_and_say_why():
    """45 packs are there, and 15 are expected to be wanted: one pin of 40, served once 3 packs pay its 80 yuan of work."""
    make_market(kg=100)
    make_plan(kg=90)
    Want.objects.update(kg_1=30, open_cost=80)
    DemandForecast.objects.create(
        product_id="mango", region_id="city", week=date(2026, 9, 21), issued_on=date(2026, 9, 7), model="mean", mean=30,
        p10=20, p25=25, p50=30, p75=35, p90=40, usual_kg=30,
    )  # fmt: skip
    assert open_pins(MONDAY) == 1
    opened = Pin.objects.get()
    assert (opened.seats_max, opened.seats_min, opened.ladder) == (40, 3, [[3, LIST_FEN]])
    assert opened.why["wanted_packs"] == pytest.approx(15)


# Holding


def test_a_hold_takes_seats_for_half_an_hour_at_the_price_of_the_smallest_size_that_fills():
    make_market()
    make_pin("pin", 2, 5)
    held = hold_seats("o1", "pin", "c1", 2, MONDAY)
    assert (held.state, held.amount_fen, held.held_until) == ("held", 2 * LIST_FEN, MONDAY + HALF_HOUR)
    assert pin().seats_taken == 2


def test_the_last_seat_goes_to_one_and_the_next_is_told_that_none_is_left():
    make_market()
    make_pin("pin", 1, 1)
    hold_seats("o1", "pin", "c1", 1, MONDAY)
    with pytest.raises(SoldOut, match="0 seats left"):
        hold_seats("o2", "pin", "c2", 1, MONDAY)
    assert not Order.objects.filter(pk="o2").exists()


def test_the_same_order_sent_again_takes_its_seats_once():
    make_market()
    make_pin("pin", 1, 1)
    first = hold_seats("o1", "pin", "c1", 1, MONDAY)
    assert hold_seats("o1", "pin", "c1", 1, MONDAY + HALF_HOUR / 2) == first
    assert pin().seats_taken == 1


def test_the_same_order_id_for_other_seats_is_refused():
    make_market()
    make_pin("pin", 2, 5)
    hold_seats("o1", "pin", "c1", 1, MONDAY)
    for other in (("c2", 1), ("c1", 2)):
        with pytest.raises(KeyReused):
            hold_seats("o1", "pin", *other, MONDAY)


def test_a_hold_that_nobody_paid_lapses_and_its_seat_is_free_again():
    make_market()
    make_pin("pin", 1, 1)
    hold_seats("o1", "pin", "c1", 1, MONDAY)
    assert sweep(MONDAY + HALF_HOUR).lapsed == 1
    assert (order("o1").state, pin().seats_taken) == ("lapsed", 0)


def test_a_seat_whose_hold_is_over_is_given_on_before_the_next_sweep():
    make_market()
    make_pin("pin", 1, 1)
    hold_seats("o1", "pin", "c1", 1, MONDAY)
    assert hold_seats("o2", "pin", "c2", 1, MONDAY + HALF_HOUR).state == "held"
    assert (order("o1").state, pin().seats_taken) == ("lapsed", 1)


def test_nobody_can_join_after_the_deadline():
    make_market()
    make_pin("pin", 1, 5)
    with pytest.raises(WrongStep, match="closing"):
        hold_seats("o1", "pin", "c1", 1, CLOSES)


def test_an_unknown_pin_customer_or_number_of_seats_is_named():
    make_market()
    make_pin("pin", 1, 5)
    with pytest.raises(NotFound, match="nowhere"):
        hold_seats("o1", "nowhere", "c1", 1, MONDAY)
    with pytest.raises(NotFound, match="nobody"):
        hold_seats("o1", "pin", "nobody", 1, MONDAY)
    with pytest.raises(InputError, match="0 seats"):
        hold_seats("o1", "pin", "c1", 0, MONDAY)


def test_a_customer_cancels_a_hold_once_and_nobody_elses():
    make_market()
    make_pin("pin", 1, 5)
    hold_seats("o1", "pin", "c1", 2, MONDAY)
    with pytest.raises(NotAllowed):
        cancel_order("o1", "c2", MONDAY)
    assert [cancel_order("o1", "c1", MONDAY).state for _ in range(2)] == ["cancelled", "cancelled"]
    assert pin().seats_taken == 0


def test_paid_seats_are_not_cancelled():
    make_market()
    make_pin("pin", 2, 5)
    join_and_pay("o1", "pin", "c1")
    with pytest.raises(WrongStep, match="paid"):
        cancel_order("o1", "c1", MONDAY)


# Paying


def test_counted_cash_pays_the_seats_and_stands_in_the_ledger():
    make_market()
    make_pin("pin", 2, 5)
    assert join_and_pay("o1", "pin", "c1", 2).order_state == "paid"
    assert (pin().seats_taken, pin().seats_paid) == (2, 2)
    assert ledger.balances([CUSTOMERS_HELD, "provider:cash"]) == {CUSTOMERS_HELD: -2 * LIST_FEN, "provider:cash": 2 * LIST_FEN}


def test_cash_counted_twice_counts_once():
    make_market()
    make_pin("pin", 2, 5)
    join_and_pay("o1", "pin", "c1")
    assert not count_cash("pay-o1", "coordinator 2", MONDAY).counted
    assert ledger.balance(CUSTOMERS_HELD) == -LIST_FEN


def sandbox_notice(order_id, payment_id, paid=True):
    told = start_payment(payment_id, order_id, "sandbox", MONDAY)
    assert told.redirect_url == f"/sandbox/pay/{payment_id}"
    return sandbox.decide(payment_id, paid)


def test_a_notice_that_comes_ten_times_counts_once():
    make_market()
    make_pin("pin", 2, 5)
    hold_seats("o1", "pin", "c1", 1, MONDAY)
    notice = sandbox_notice("o1", "p1")
    assert [receive_notice(notice, MONDAY).counted for _ in range(10)] == [True] + [False] * 9
    assert (pin().seats_paid, ledger.balance("provider:sandbox")) == (1, LIST_FEN)


def test_a_refused_payment_leaves_the_hold_and_can_be_tried_again():
    make_market()
    make_pin("pin", 2, 5)
    hold_seats("o1", "pin", "c1", 1, MONDAY)
    assert receive_notice(sandbox_notice("o1", "p1", paid=False), MONDAY).state == "refused"
    assert order("o1").state == "held"
    assert receive_notice(sandbox.decide("p1", True), MONDAY).order_state == "paid"


def test_a_refusal_that_arrives_after_the_money_changes_nothing():
    make_market()
    make_pin("pin", 2, 5)
    hold_seats("o1", "pin", "c1", 1, MONDAY)
    refused = sandbox_notice("o1", "p1", paid=False)
    receive_notice(sandbox.decide("p1", True), MONDAY)
    assert (receive_notice(refused, MONDAY).state, order("o1").state) == ("received", "paid")


def test_a_notice_that_the_provider_did_not_sign_is_not_believed():
    make_market()
    make_pin("pin", 2, 5)
    hold_seats("o1", "pin", "c1", 1, MONDAY)
    for change in ({"signature": ""}, {"signature": "é"}, {"paid": False}, {"amount_fen": 1}, {"notice_id": "other"}):
        with pytest.raises(NotAllowed):
            receive_notice(sandbox_notice("o1", "p1") | change, MONDAY)
    assert order("o1").state == "held"


def test_a_notice_with_another_amount_or_about_cash_is_refused():
    make_market()
    make_pin("pin", 2, 5)
    hold_seats("o1", "pin", "c1", 1, MONDAY)
    sandbox_notice("o1", "p1")
    start_payment("p2", "o1", "cash", MONDAY)
    for payment_id, error in (("p1", InputError), ("p2", NotAllowed), ("p3", NotFound)):
        with pytest.raises(error):
            receive_notice(sandbox.signed(sandbox.Notice("n", payment_id, True, 1)), MONDAY)


def test_the_same_payment_started_again_gets_the_first_answer():
    make_market()
    make_pin("pin", 2, 5)
    hold_seats("o1", "pin", "c1", 1, MONDAY)
    first = start_payment("p1", "o1", "sandbox", MONDAY)
    sweep(MONDAY + HALF_HOUR)
    assert start_payment("p1", "o1", "sandbox", MONDAY + HALF_HOUR) == first
    with pytest.raises(KeyReused):
        start_payment("p1", "o1", "cash", MONDAY)
    with pytest.raises(WrongStep, match="lapsed"):
        start_payment("p2", "o1", "cash", MONDAY + HALF_HOUR)


# Late money


def lapsed_order_with_payment():
    make_market()
    make_pin("pin", 1, 2)
    hold_seats("o1", "pin", "c1", 2, MONDAY)
    notice = sandbox_notice("o1", "p1")
    sweep(MONDAY + HALF_HOUR)
    return notice


def test_late_money_is_honoured_while_seats_remain():
    notice = lapsed_order_with_payment()
    assert receive_notice(notice, MONDAY + HALF_HOUR).order_state == "paid"
    assert pin().seats_paid == 2


def test_late_money_goes_back_once_when_the_seats_are_gone():
    notice = lapsed_order_with_payment()
    hold_seats("o2", "pin", "c2", 1, MONDAY + HALF_HOUR)
    assert receive_notice(notice, MONDAY + HALF_HOUR).state == "returned"
    assert not receive_notice(notice, MONDAY + HALF_HOUR).counted
    assert (order("o1").state, ledger.balance(CUSTOMERS_HELD), Refund.objects.count()) == ("lapsed", 0, 1)
    assert sweep(MONDAY + HALF_HOUR).refunds_told == 1
    assert sweep(MONDAY + HALF_HOUR).refunds_told == 0
    assert sandbox.kept_fen() == 0


def test_money_for_an_order_that_was_cancelled_or_paid_before_goes_back():
    make_market()
    make_pin("pin", 5, 9)
    for order_id in ("o1", "o2"):
        hold_seats(order_id, "pin", "c1", 1, MONDAY)
    cancelled, second = sandbox_notice("o1", "p1"), sandbox_notice("o2", "p2")
    cancel_order("o1", "c1", MONDAY)
    pay_cash("o2")
    for notice in (cancelled, second):
        assert receive_notice(notice, MONDAY).state == "returned"
    assert (pin().seats_paid, ledger.balance(CUSTOMERS_HELD)) == (1, -LIST_FEN)


# Filling and expiring


def test_a_pin_whose_last_seat_is_paid_fills_at_once_and_gives_everybody_the_final_price():
    make_market()
    make_pin("pin", 2, 3)
    for number in range(3):
        join_and_pay(f"o{number}", "pin", f"c{number}")
    assert (pin().state, pin().price_fen) == ("filled", 3600)
    assert [row.refunded_fen for row in Order.objects.all()] == [400, 400, 400]
    assert ledger.balance(CUSTOMERS_HELD) == -3 * 3600


def test_a_pin_with_enough_paid_seats_at_its_deadline_fills_and_gives_unused_kg_back():
    make_market()
    make_pin("pin", 2, 5)
    for number in range(3):
        join_and_pay(f"o{number}", "pin", f"c{number}")
    hold_seats("o3", "pin", "c3", 2, CLOSES - timedelta(minutes=1))
    result = sweep(CLOSES)
    assert (result.filled, result.lapsed, result.refunds_told) == (1, 1, 0)
    assert (pin().state, pin().seats_taken, pin().price_fen, order("o3").state) == ("filled", 3, LIST_FEN, "lapsed")
    assert promised_kg() == pytest.approx(6)
    assert PinLot.objects.get().kg == pytest.approx(6)


def test_a_pin_with_too_few_expires_and_refunds_every_paid_member_exactly_once():
    make_market()
    make_pin("pin", 4, 5)
    for number in range(3):
        join_and_pay(f"o{number}", "pin", f"c{number}")
    assert (sweep(CLOSES).expired, sweep(CLOSES).expired) == (1, 0)
    assert [(row.state, row.refunded_fen) for row in Order.objects.all()] == [("refunded", LIST_FEN)] * 3
    assert set(Payment.objects.values_list("state", flat=True)) == {"returned"}
    assert (pin().seats_taken, promised_kg(), Refund.objects.count()) == (0, pytest.approx(0), 3)
    assert ledger.balances([CUSTOMERS_HELD, CUSTOMERS_REFUNDS]) == {CUSTOMERS_HELD: 0, CUSTOMERS_REFUNDS: -3 * LIST_FEN}
    assert ledger.balance("provider:cash") == 3 * LIST_FEN, "the cash lies in the box until it is handed back"


def expired_orders(*order_ids):
    """Orders paid in cash whose pin has expired."""
    make_market()
    make_pin("pin", 4, 5)
    for order_id in order_ids:
        join_and_pay(order_id, "pin", "c1")
    sweep(CLOSES)


def test_cash_is_given_back_once_and_by_a_coordinator_alone():
    expired_orders("o1", "o2")
    assert sweep(CLOSES).refunds_told == 0
    assert [(each.order_id, each.amount_fen, each.why) for each in cash_to_give_back()] == [
        ("o1", LIST_FEN, "expired"), ("o2", LIST_FEN, "expired")
    ]  # fmt: skip
    assert hand_back("expired:o1", "coordinator 1", CLOSES) == hand_back("expired:o1", "coordinator 2", CLOSES + HALF_HOUR)
    assert ledger.balances([CUSTOMERS_REFUNDS, "provider:cash"]) == {CUSTOMERS_REFUNDS: -LIST_FEN, "provider:cash": LIST_FEN}
    assert [each.order_id for each in cash_to_give_back()] == ["o2"]
    assert Refund.objects.get(pk="expired:o1").told_at == CLOSES
    assert "coordinator 1" in ledger.posting("handed-back:expired:o1").why


def test_a_refund_that_a_provider_gives_or_that_is_not_there_is_not_handed_back():
    notice = lapsed_order_with_payment()
    hold_seats("o2", "pin", "c2", 2, MONDAY + HALF_HOUR)
    receive_notice(notice, MONDAY + HALF_HOUR)
    with pytest.raises(NotAllowed, match="sandbox"):
        hand_back("late:p1", "coordinator 1", MONDAY + HALF_HOUR)
    with pytest.raises(NotFound, match="nothing"):
        hand_back("nothing", "coordinator 1", MONDAY)


def test_a_refund_that_fails_does_not_hold_up_the_others(monkeypatch):
    make_market()
    make_pin("pin", 4, 5)
    for number in (1, 2, 3):
        hold_seats(f"o{number}", "pin", "c1", 1, MONDAY)
        receive_notice(sandbox_notice(f"o{number}", f"p{number}"), MONDAY)
    give = sandbox.Sandbox.refund

    def broken(self, payment_id, amount_fen, key):
        if payment_id == "p1":
            raise RuntimeError("the provider answers nonsense")
        if payment_id == "p2":
            raise NoAnswer("nobody there")
        give(self, payment_id, amount_fen, key)

    monkeypatch.setattr(sandbox.Sandbox, "refund", broken)
    with pytest.raises(ExceptionGroup, match="could not be swept") as raised:
        sweep(CLOSES)
    assert [(str(error), error.__notes__) for error in raised.value.exceptions] == [
        ("the provider answers nonsense", ["while telling sandbox of refund expired:o1"])
    ]
    assert list(Refund.objects.exclude(told_at=None).values_list("pk", flat=True)) == ["expired:o3"]
    monkeypatch.undo()
    monkeypatch.setattr(sandbox.Sandbox, "refund", lambda self, payment_id, amount_fen, key: None)
    assert sweep(CLOSES).refunds_told == 2


def test_money_that_arrives_after_the_pin_has_expired_goes_back():
    make_market()
    make_pin("pin", 4, 5)
    hold_seats("o1", "pin", "c1", 1, MONDAY)
    notice = sandbox_notice("o1", "p1")
    sweep(CLOSES)
    assert receive_notice(notice, CLOSES).state == "returned"
    assert ledger.balance(CUSTOMERS_HELD) == 0


def test_a_pin_that_cannot_close_does_not_hold_up_the_others(monkeypatch):
    make_market()
    make_pin("a-stuck", 4, 5)
    make_pin("pin", 4, 5)
    join_and_pay("o1", "pin", "c1")
    close = pins_flow.close_if_ready

    def stuck(pin_id, now):
        assert pin_id != "a-stuck", "stuck"
        return close(pin_id, now)

    monkeypatch.setattr(pins_flow, "close_if_ready", stuck)
    with pytest.raises(ExceptionGroup, match="could not be swept"):
        sweep(CLOSES)
    assert (pin().state, order("o1").state, pin("a-stuck").state) == ("expired", "refunded", "open")


# The sweeper beside the server


def test_the_sweeper_goes_on_after_an_error_and_ends_when_the_server_has_ended(monkeypatch, caplog):
    tries = []

    def fails_once(now):
        tries.append(now)
        if len(tries) == 1:
            raise OSError("the database went away")

    monkeypatch.setattr(pins_flow, "sweep", fails_once)
    monkeypatch.setattr(pins_flow.os, "getppid", lambda: 1 if len(tries) == 3 else 42)
    sweep_while_parent_lives(every_seconds=0)
    assert len(tries) == 3
    assert "the database went away" in caplog.text


def test_the_sweeper_deletes_what_was_kept_for_its_time(monkeypatch):
    parents = [42, 42, 1, 1]
    monkeypatch.setattr(pins_flow.os, "getppid", lambda: parents.pop(0))
    monkeypatch.setattr(pins_flow.clock, "now", lambda: MONDAY)
    make_market()
    Event.objects.create(kind="view", at=MONDAY - timedelta(days=401), pin_id="pin", product_id="mango", region_id="city")
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(seconds=1))
    sweep_while_parent_lives(every_seconds=0)
    assert (Event.objects.count(), Session.objects.count()) == (0, 0)


# Friends


def test_a_friends_pin_takes_spare_seats_and_their_kg_from_the_public_pin():
    make_market()
    make_pin("pin", 2, 8)
    friends = open_friends_pin("f1", "pin", "c0", 3, MONDAY)
    assert open_friends_pin("f1", "pin", "c0", 3, MONDAY) == friends
    assert (friends.kind, friends.seats_max, pin().seats_max, pin().ladder) == ("friends", 3, 5, [[2, LIST_FEN], [5, 3600]])
    kg = dict(PinLot.objects.values_list("pin_id", "kg"))
    assert (kg["pin"], kg["f1"], promised_kg()) == (pytest.approx(10), pytest.approx(6), pytest.approx(16))


def test_a_friends_pin_is_joined_by_its_share_code_alone():
    make_market()
    make_pin("pin", 2, 8)
    code = open_friends_pin("f1", "pin", "c0", 3, MONDAY).share_code
    with pytest.raises(NotFound):
        hold_seats("o1", "f1", "c1", 1, MONDAY)
    assert hold_seats("o1", code, "c1", 1, MONDAY).pin_id == "f1"


def test_a_public_pin_keeps_the_seats_that_it_needs_to_fill():
    make_market()
    make_pin("pin", 6, 8)
    with pytest.raises(SoldOut, match="cannot spare 3"):
        open_friends_pin("f1", "pin", "c0", 3, MONDAY)
    assert (pin().seats_max, Pin.objects.count(), promised_kg()) == (8, 1, 16)


def test_a_friends_pin_of_another_size_under_the_same_id_is_refused():
    make_market()
    make_pin("pin", 2, 8)
    open_friends_pin("f1", "pin", "c0", 3, MONDAY)
    with pytest.raises(KeyReused):
        open_friends_pin("f1", "pin", "c0", 2, MONDAY)
    with pytest.raises(InputError):
        open_friends_pin("f2", "pin", "c0", 99, MONDAY)


def test_a_customer_opens_no_second_friends_pin_until_somebody_has_paid_in_the_first():
    make_market()
    make_pin("pin", 2, 12)
    code = open_friends_pin("f1", "pin", "c0", 3, MONDAY).share_code
    hold_seats("o1", code, "c1", 1, MONDAY)
    with pytest.raises(TooMany, match="c0 has opened 1"):
        open_friends_pin("f2", "pin", "c0", 3, MONDAY)
    assert (pin().seats_max, Pin.objects.count(), promised_kg()) == (9, 2, pytest.approx(24))
    pay_cash("o1")
    assert open_friends_pin("f2", "pin", "c0", 3, MONDAY).opened_by == "c0"


def test_each_customer_opens_an_own_friends_pin():
    make_market()
    make_pin("pin", 2, 12)
    assert [open_friends_pin(f"f{n}", "pin", f"c{n}", 3, MONDAY).opened_by for n in (1, 2)] == ["c1", "c2"]


def test_nobody_gets_the_share_code_of_anothers_friends_pin_by_asking_again():
    make_market()
    make_pin("pin", 2, 8)
    code = open_friends_pin("f1", "pin", "c0", 3, MONDAY).share_code
    with pytest.raises(KeyReused) as refused:
        open_friends_pin("f1", "pin", "c1", 3, MONDAY)
    assert code not in str(refused.value)


def test_a_friends_pin_is_opened_by_a_customer_that_there_is():
    make_market()
    make_pin("pin", 2, 8)
    with pytest.raises(NotFound, match="nobody"):
        open_friends_pin("f1", "pin", "nobody", 3, MONDAY)


# How much one customer may keep without paying


def hold_as_many_as_allowed():
    for number in range(3):
        hold_seats(f"o{number}", "pin", "c1", 1, MONDAY)


def test_a_customer_holds_no_more_unpaid_orders_than_the_rules_allow():
    make_market()
    make_pin("pin", 2, 8)
    hold_as_many_as_allowed()
    with pytest.raises(TooMany, match="c1 holds 3 orders"):
        hold_seats("o3", "pin", "c1", 1, MONDAY)
    assert (pin().seats_taken, Order.objects.count()) == (3, 3)
    assert hold_seats("o2", "pin", "c1", 1, MONDAY).state == "held", "a retry is no further order"
    assert hold_seats("o4", "pin", "c2", 1, MONDAY).state == "held", "others may still join"


@pytest.mark.parametrize("end", ["paid", "cancelled", "over"])
def test_an_order_that_is_paid_or_given_back_or_over_makes_room_for_another(end):
    make_market()
    make_pin("pin", 2, 8)
    hold_as_many_as_allowed()
    now = MONDAY
    if end == "paid":
        pay_cash("o0")
    elif end == "cancelled":
        cancel_order("o0", "c1", MONDAY)
    else:
        now += HALF_HOUR
    assert hold_seats("o3", "pin", "c1", 1, now).state == "held"
