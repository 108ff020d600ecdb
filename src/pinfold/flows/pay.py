"""Money for an order: started with a provider, received once whatever is repeated, and returned if it comes too late for a seat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pinfold.basics.errors import InputError, KeyReused, NotAllowed, WrongStep
from pinfold.demand.events import PAY, Event
from pinfold.flows.events import record_after_commit
from pinfold.flows.pins import close_if_ready
from pinfold.flows.refunds import return_payment
from pinfold.ledger import accounts
from pinfold.ledger.posting import Posting, moved
from pinfold.outside.payments import offered, provider
from pinfold.outside.payments.provider import Instruction, Notice
from pinfold.pin.facts import OrderFacts, PaymentFacts
from pinfold.store import ledger, pins, scarce
from pinfold.store.season import current_season
from pinfold.store.transaction import atomic


def start_payment(payment_id: str, order_id: str, provider_name: str, now: datetime) -> Instruction:
    """What the customer does to pay for a held order.

    payment_id : made by the client; a retry returns the first answer
    Raises WrongStep when the hold is over, InputError for a provider that is not offered, KeyReused when payment_id came before for
    another order or provider, NoAnswer when the provider cannot be reached (ask again with the same id).
    """
    chosen = offered(provider_name)
    payment = pins.find_payment(payment_id)
    if payment is None:
        order = pins.order_facts(order_id)
        if order.state != "held":
            raise WrongStep(f"order {order_id} is {order.state}; only held seats can be paid, so join the pin again if it is still open")
        with atomic():
            pins.new_payment(payment_id, order_id, provider_name, order.amount_fen, now)
        payment = pins.payment_facts(payment_id)
    if (payment.order_id, payment.provider) != (order_id, provider_name):
        raise KeyReused(f"payment {payment_id} is there already for order {payment.order_id}; use a new id for a new payment")
    return chosen.start(payment_id, payment.amount_fen)


def receive_notice(body: Mapping[str, object], now: datetime, provider_name: str = "sandbox") -> PaymentFacts:
    """The payment after a provider's notice: signed, perhaps repeated, late, or saying no.

    Counted once, however often and at once it comes. Raises NotAllowed when it is not signed by the provider or is about another
    provider's payment, NotFound for an unknown payment, InputError when it names another amount, KeyReused when its id came before with
    other content.
    """
    return _count(provider(provider_name).verify(body), provider_name, f"notice of {provider_name}", now)


def count_cash(payment_id: str, counted_by: str, now: datetime) -> PaymentFacts:
    """The payment after a coordinator counted its money; `counted_by` stands in the books. A second time nothing more happens.

    Raises NotFound for an unknown payment, NotAllowed when it is not to be paid in cash.
    """
    payment = pins.payment_facts(payment_id)
    return _count(Notice(f"cash:{payment_id}", payment_id, True, payment.amount_fen), "cash", f"cash counted by {counted_by}", now)


def _count(notice: Notice, provider_name: str, why: str, now: datetime) -> PaymentFacts:
    payment = pins.payment_facts(notice.payment_id)
    if payment.provider != provider_name:
        raise NotAllowed(f"payment {payment.payment_id} goes through {payment.provider}; {provider_name} cannot speak for it")
    if payment.amount_fen != notice.amount_fen:
        raise InputError(f"notice {notice.notice_id} says {notice.amount_fen} fen, payment {payment.payment_id} asks {payment.amount_fen}")
    counted = False
    with atomic():
        scarce.lock_pin_of_order(payment.order_id)
        if pins.new_notice(notice.notice_id, notice.payment_id, notice.paid, notice.amount_fen, now):
            counted = scarce.move_payment(payment.payment_id, "received" if notice.paid else "refused", now)
            if counted and notice.paid:
                _honour(payment, why, now)
        elif pins.notice_content(notice.notice_id) != (notice.payment_id, notice.paid, notice.amount_fen):
            raise KeyReused(f"notice {notice.notice_id} came before and said something else; the provider must look into it")
    return replace(pins.payment_facts(payment.payment_id), counted=counted)


def _honour(payment: PaymentFacts, why: str, now: datetime) -> None:
    """Books the money, then pays the seats with it or, where there are none, gives it back. The pin is locked."""
    ledger.post(
        Posting(
            posting_id=f"receipt:{payment.payment_id}",
            season=current_season().number,
            kind="receipt",
            at=now,
            why=f"order {payment.order_id}: {why}",
            lines=moved(accounts.CUSTOMERS_HELD, accounts.provider(payment.provider), payment.amount_fen),
        )
    )
    order = pins.order_facts(payment.order_id)
    if _pay_seats(order, now):
        record_after_commit(Event(PAY, now, order.pin_id, order.customer_id, seats=order.seats))
        close_if_ready(order.pin_id, now)
    else:
        return_payment(payment, now)


def _pay_seats(order: OrderFacts, now: datetime) -> bool:
    """Whether the order has its seats: those it holds, or, when its hold has lapsed, seats that are still left."""
    if scarce.move_order(order.order_id, "held", "paid", paid_at=now):
        assert scarce.pay_held_seats(order.pin_id, order.seats), f"pin {order.pin_id} did not hold the seats of {order.order_id}"
        return True
    if order.state == "lapsed" and scarce.pay_late_seats(order.pin_id, order.seats):
        return scarce.move_order(order.order_id, "lapsed", "paid", paid_at=now, ended_at=None)
    return False
