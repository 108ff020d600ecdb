"""Giving money back: decided and written into the ledger inside the caller's transaction, told to the provider after it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pinfold.basics.errors import NoAnswer
from pinfold.ledger import accounts
from pinfold.ledger.posting import Posting, moved
from pinfold.outside.payments import provider
from pinfold.pin.facts import PaymentFacts
from pinfold.store import ledger, pins, scarce
from pinfold.store.season import current_season

Why = Literal["expired", "price fell", "late", "harvest short"]


def refund_part(order_id: str, amount_fen: int, why: Why, now: datetime) -> bool:
    """Gives part of a paid order's money back, once for each reason; False if that was done before. Nothing is done for 0 fen."""
    if not amount_fen:
        return False
    given = _give_back(f"{why}:{order_id}", pins.received_payment(order_id), amount_fen, why, now)
    if given:
        pins.count_refund(order_id, amount_fen)
    return given


def refund_whole(order_id: str, why: Why, now: datetime) -> bool:
    """Gives back all that is left of a paid order's money and ends the order; False if it is not paid any more."""
    if not scarce.move_order(order_id, "paid", "refunded", ended_at=now):
        return False
    order, payment = pins.order_facts(order_id), pins.received_payment(order_id)
    refund_part(order_id, order.amount_fen - order.refunded_fen, why, now)
    scarce.move_payment(payment.payment_id, "returned", now)
    return True


def return_payment(payment: PaymentFacts, now: datetime) -> None:
    """Gives a received payment back that came too late for a seat, or for an order that was paid or cancelled before."""
    scarce.move_payment(payment.payment_id, "returned", now)
    _give_back(f"late:{payment.payment_id}", payment, payment.amount_fen, "late", now)


def tell_refunds(now: datetime) -> tuple[int, int]:
    """Tells providers of refunds, outside any transaction; returns how many were told and how many wait because nobody answered.

    The refund's id is the key, so that telling it again after a crash, or from two processes, gives money back once.
    """
    told = 0
    waiting = pins.refunds_to_tell()
    for refund in waiting:
        try:
            provider(refund.provider).refund(refund.payment_id, refund.amount_fen, key=refund.refund_id)
        except NoAnswer:
            continue  # it stays in the list for the next sweep
        pins.mark_told(refund.refund_id, now)
        told += 1
    return told, len(waiting) - told


def _give_back(refund_id: str, payment: PaymentFacts, amount_fen: int, why: Why, now: datetime) -> bool:
    if not pins.new_refund(refund_id, payment.payment_id, amount_fen, why, now):
        return False
    ledger.post(
        Posting(
            posting_id=f"refund:{refund_id}",
            season=current_season().number,
            kind="refund",
            at=now,
            why=f"order {payment.order_id}: {why}",
            lines=moved(accounts.provider(payment.provider), accounts.CUSTOMERS_HELD, amount_fen),
        )
    )
    return True
