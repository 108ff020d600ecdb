"""Giving money back: decided and written into the ledger inside the caller's transaction, told to the provider after it.

Cash has no provider to tell. Its refunds are owed to the customer (accounts.CUSTOMERS_REFUNDS), and stand in the coordinators' list, until
a coordinator has handed the money back; only then does it leave the cash box in the books.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pinfold.basics.errors import NoAnswer, NotAllowed
from pinfold.ledger import accounts
from pinfold.ledger.posting import Posting, moved
from pinfold.outside.payments import provider
from pinfold.pin.facts import PaymentFacts, RefundFacts
from pinfold.store import ledger, pins, scarce
from pinfold.store.season import current_season
from pinfold.store.transaction import atomic

Why = Literal["expired", "price fell", "late", "harvest short", "declined"]


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
    Raises ExceptionGroup after all others were told, with the error of each refund that could not be; the next sweep tries it again.
    """
    told, errors = 0, []
    waiting = pins.refunds_to_tell()
    for refund in waiting:
        try:
            provider(refund.provider).refund(refund.payment_id, refund.amount_fen, key=refund.refund_id)
            pins.mark_told(refund.refund_id, now)
        except NoAnswer:
            continue  # it stays in the list for the next sweep
        except Exception as error:
            error.add_note(f"while telling {refund.provider} of refund {refund.refund_id}")
            errors.append(error)
        else:
            told += 1
    if errors:
        raise ExceptionGroup("refunds that could not be told", errors)
    return told, len(waiting) - told


def hand_back(refund_id: str, counted_by: str, now: datetime) -> RefundFacts:
    """The refund, which the customer has in hand now; `counted_by` stands in the books. A second time nothing more happens.

    Raises NotFound for an unknown refund, NotAllowed when its provider gives the money back and not a coordinator.
    """
    refund = pins.refund_facts(refund_id)
    if refund.provider != "cash":
        raise NotAllowed(f"refund {refund_id} goes back through {refund.provider}; hand back only what stands in the list of cash")
    with atomic():
        if pins.mark_told(refund_id, now):
            ledger.post(
                Posting(
                    posting_id=f"handed-back:{refund_id}",
                    season=current_season().number,
                    kind="payout",
                    at=now,
                    why=f"cash handed back for refund {refund_id}, counted by {counted_by}",
                    lines=moved(accounts.provider("cash"), accounts.CUSTOMERS_REFUNDS, refund.amount_fen),
                )
            )
    return refund


def _give_back(refund_id: str, payment: PaymentFacts, amount_fen: int, why: Why, now: datetime) -> bool:
    if not pins.new_refund(refund_id, payment.payment_id, amount_fen, why, now):
        return False
    gives = accounts.CUSTOMERS_REFUNDS if payment.provider == "cash" else accounts.provider(payment.provider)
    ledger.post(
        Posting(
            posting_id=f"refund:{refund_id}",
            season=current_season().number,
            kind="refund",
            at=now,
            why=f"order {payment.order_id}: {why}",
            lines=moved(gives, accounts.CUSTOMERS_HELD, amount_fen),
        )
    )
    return True
