"""Whatever happens in whatever order (join, pay, refuse, repeat, cancel, lapse, fill, expire, move, decline, ship), no fen, seat or kg is
lost or made."""

from __future__ import annotations

from datetime import date, timedelta
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from pin_market import CLOSES, MONDAY, make_far_village, make_market, make_pin

from pinfold.basics.errors import Refused
from pinfold.flows.harvest import dispatch_week, record_harvest
from pinfold.flows.join import cancel_order, hold_seats
from pinfold.flows.moving import decline_move, move_promises
from pinfold.flows.pay import count_cash, receive_notice, start_payment
from pinfold.flows.pins import open_friends_pin, sweep
from pinfold.flows.refunds import hand_back
from pinfold.flows.rescue import accept_short, rescue_pins, take_acceptance_back
from pinfold.ledger.accounts import CUSTOMERS_HELD, CUSTOMERS_REFUNDS, provider
from pinfold.outside.payments import sandbox
from pinfold.store import ledger
from pinfold.store.models import Delivery, Household, Lot, Order, Payment, Person, Pin, PinLot, Plot, Refund

WEEK_2 = date(2026, 9, 21)
PINS = ("small", "wide", "beside", "friends")
SHORT = timedelta(minutes=20)
picks = st.integers(0, 30)


class Market(RuleBasedStateMachine):
    """Pins over one lot of 60 kg, and another of 24 kg that can stand in; every action may come at any time and again."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.folder = TemporaryDirectory()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(sandbox, "books_path", lambda: sandbox.Path(self.folder.name) / "sandbox.sqlite3")
        make_market(kg=60.0, customers=4, seats_per_order_max=3, merge_odds_max=1, extend_odds_min=0)
        make_pin("small", 2, 3)
        make_pin("wide", 3, 9)
        make_pin("beside", 2, 4)
        Household.objects.create(household_id="h", village_id="village", people=4, registered_poor=True)
        make_far_village(kg=24.0)
        Plot.objects.create(plot_id="plot", household_id="h", village_id="village", crop="mango")
        Plot.objects.create(plot_id="far-plot", household_id="h", village_id="far-village", crop="mango")
        self.board = Person.objects.create_user("13800000000", role="board", cooperative_id="coop").pk
        self.now = MONDAY
        self.notices: list[dict[str, object]] = []
        self.orders = 0

    def teardown(self) -> None:
        try:
            for notice in self.notices:
                self.attempt(receive_notice, notice, self.now)
            sweep(self.now)
            assert sandbox.kept_fen() == ledger.balance(provider("sandbox")), "the provider's own books say the same as ours"
            self.everything_adds_up()
        finally:
            self.patch.undo()
            self.folder.cleanup()
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def attempt(self, flow, *given):
        """A refusal is an answer; anything else is a bug."""
        try:
            return flow(*given)
        except Refused:
            return None

    def some_order(self, pick: int) -> Order | None:
        orders = list(Order.objects.order_by("held_at", "order_id"))
        return orders[pick % len(orders)] if orders else None

    @rule(pin_id=st.sampled_from(PINS), customer=st.integers(0, 3), seats=st.integers(1, 3))
    def join(self, pin_id, customer, seats):
        pin = Pin.objects.filter(pk=pin_id).first()
        if pin:
            self.orders += 1
            self.attempt(hold_seats, f"o{self.orders}", pin.share_code, f"c{customer}", seats, self.now)

    @rule(pick=picks)
    def join_again(self, pick):
        order = self.some_order(pick)
        if order:
            again = hold_seats(order.pk, order.pin.share_code, order.customer_id, order.seats, self.now)
            assert (again.order_id, again.state) == (order.pk, order.state)

    @rule(seats=st.integers(2, 4))
    def open_for_friends(self, seats):
        self.attempt(open_friends_pin, "friends", "wide", "c0", seats, self.now)

    @rule(pick=picks, name=st.sampled_from(["cash", "sandbox"]), attempt=st.integers(0, 1))
    def start(self, pick, name, attempt):
        order = self.some_order(pick)
        if order:
            self.attempt(start_payment, f"{order.pk}-{name}-{attempt}", order.pk, name, self.now)

    @rule(pick=picks, paid=st.booleans())
    def decide(self, pick, paid):
        payments = list(Payment.objects.filter(provider="sandbox").order_by("payment_id"))
        if payments:
            self.notices.append(sandbox.decide(payments[pick % len(payments)].pk, paid))

    @precondition(lambda self: self.notices)
    @rule(pick=picks)
    def notice_arrives(self, pick):
        self.attempt(receive_notice, self.notices[pick % len(self.notices)], self.now)

    @rule(pin_id=st.sampled_from(PINS), seats=st.integers(1, 3))
    def join_and_pay(self, pin_id, seats):
        """The usual way, so that pins fill often enough to be tried."""
        self.join(pin_id, 0, seats)
        order = Order.objects.filter(pk=f"o{self.orders}", state="held").first()
        if order:
            start_payment(f"{order.pk}-cash-0", order.pk, "cash", self.now)
            count_cash(f"{order.pk}-cash-0", "coordinator", self.now)

    @rule(pin_id=st.sampled_from(PINS))
    def fill_up(self, pin_id):
        for _ in range(9):
            self.join_and_pay(pin_id, 1)

    @rule(pick=picks)
    def count(self, pick):
        payments = list(Payment.objects.filter(provider="cash").order_by("payment_id"))
        if payments:
            self.attempt(count_cash, payments[pick % len(payments)].pk, "coordinator", self.now)

    @rule(pick=picks)
    def give_back(self, pick):
        refunds = list(Refund.objects.order_by("refund_id"))
        if refunds:
            self.attempt(hand_back, refunds[pick % len(refunds)].pk, "coordinator", self.now)

    @rule(pick=picks)
    def cancel(self, pick):
        order = self.some_order(pick)
        if order:
            self.attempt(cancel_order, order.pk, order.customer_id, self.now)

    @rule(steps=st.integers(1, 2))
    def time_passes(self, steps):
        self.now += SHORT * steps

    @rule()
    def sweeps(self):
        sweep(self.now)

    @precondition(lambda self: self.orders > 2 and self.now < CLOSES)
    @rule()
    def deadline_is_near(self):
        """Pins that lack members are merged and extended."""
        self.now = max(self.now, CLOSES - timedelta(hours=2))
        rescue_pins(self.now)

    @rule(pin_id=st.sampled_from(PINS), back=st.booleans())
    def sellers_accept(self, pin_id, back):
        if back:
            self.attempt(take_acceptance_back, pin_id, "coop", self.now)
        else:
            self.attempt(accept_short, pin_id, "coop", self.board, self.now)

    @rule(lot_id=st.sampled_from(["lot", "far-lot"]), kg=st.sampled_from([0.0, 5.0, 13.0, 30.0, 60.0]))
    def forecast_says(self, lot_id, kg):
        Lot.objects.filter(pk=lot_id).update(kg=kg)
        move_promises(self.now)

    @rule(pick=picks)
    def decline(self, pick):
        order = self.some_order(pick)
        if order:
            self.attempt(decline_move, order.pk, order.customer_id, self.now)

    @precondition(lambda self: self.orders > 4)
    @rule()
    def deadline_comes(self):
        self.now = max(self.now, CLOSES + timedelta(days=2))
        sweep(self.now)

    @precondition(lambda self: self.now >= CLOSES)
    @rule(kg=st.sampled_from([0.5, 3.0, 11.0, 40.0]), plot_id=st.sampled_from(["plot", "far-plot"]))
    def pick_and_ship(self, kg, plot_id):
        self.now = max(self.now, MONDAY + timedelta(days=15))
        self.orders += 1
        record_harvest(f"w{self.orders}", plot_id, kg, 0, WEEK_2, self.now)
        dispatch_week(2, self.now, nothing_came=True)

    @invariant()
    def everything_adds_up(self) -> None:
        live = Order.objects.filter(state="paid").aggregate(fen=Sum(F("amount_fen") - F("refunded_fen")))["fen"] or 0
        assert -ledger.balance(CUSTOMERS_HELD) == live, "money held is the money of live orders"
        assert sum(ledger.trial_balance(date(2100, 1, 1)).values()) == 0
        waits = Refund.objects.filter(payment__provider="cash", told_at=None).aggregate(fen=Sum("amount_fen"))["fen"] or 0
        assert -ledger.balance(CUSTOMERS_REFUNDS) == waits, "cash owed back is the cash that waits to be handed over"
        counted = Payment.objects.filter(provider="cash", state__in=["received", "returned"]).aggregate(fen=Sum("amount_fen"))["fen"] or 0
        given = Refund.objects.filter(payment__provider="cash").exclude(told_at=None).aggregate(fen=Sum("amount_fen"))["fen"] or 0
        assert ledger.balance(provider("cash")) == counted - given, "the box holds what was counted and not handed back"
        for pin in Pin.objects.filter(state__in=["open", "filled"]):
            seats = dict(Order.objects.filter(pin=pin).values_list("state").annotate(Sum("seats")))
            assert pin.seats_paid == seats.get("paid", 0), pin
            assert pin.seats_taken == seats.get("paid", 0) + seats.get("held", 0), pin
        for lot in Lot.objects.all():
            waiting = PinLot.objects.filter(lot=lot, pin__state__in=["open", "filled"]).aggregate(kg=Sum("kg"))["kg"] or 0
            gone = Delivery.objects.filter(lot=lot).aggregate(kg=Sum("kg_sent"))["kg"] or 0
            assert lot.kg_promised == pytest.approx(waiting + gone, abs=1e-6), f"promised kg of {lot} wait for a pin or have left"
        for pin in Pin.objects.filter(state__in=["open", "filled"]):
            packs = sum(kg * kept for kg, kept in PinLot.objects.filter(pin=pin).values_list("kg", "kept")) / pin.pack_kg
            assert packs == pytest.approx(pin.seats_max if pin.state == "open" else pin.seats_paid, abs=1e-3), "every pack has its kg"
        for order in Order.objects.filter(state="refunded"):
            assert order.refunded_fen == order.amount_fen, "who ends refunded has everything back"
        back = Refund.objects.exclude(why="late").values_list("payment__order").annotate(Sum("amount_fen"))
        assert dict(back) == dict(Order.objects.filter(refunded_fen__gt=0).values_list("pk", "refunded_fen"))


@pytest.mark.django_db
def test_no_interleaving_loses_or_makes_money_seats_or_kg():
    quick = settings(max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    run_state_machine_as_test(Market, settings=quick)
