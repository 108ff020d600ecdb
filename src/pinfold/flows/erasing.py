"""A customer is forgotten: everything that is theirs goes, but for what the books must keep, which no longer says whose it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pinfold.basics.errors import WrongStep
from pinfold.store import erasing, events, people, scarce
from pinfold.store.transaction import atomic


@dataclass(frozen=True)
class Erased:
    """What became of a customer. orders_kept, purchases_kept : rows that stay, under a customer whom all erased ones of a region share"""

    orders_deleted: int
    orders_kept: int
    purchases_kept: int
    accounts_deleted: int


def erase_customer(customer_id: str, now: datetime) -> Erased:
    """Takes a customer out of every table, all or nothing; unpaid seats are given back first.

    What stays is the money: orders that a payment was begun for, with payments, notices, refunds and the ledger's postings, and what
    was bought by product, region and day. They stand from then on under one shared customer of the region, of whom nothing is learned.
    Reason, by laws of China: an organisation's vouchers and account books are kept for 30 years at least (Measures for the Administration
    of Accounting Archives, order 79 of the Ministry of Finance and the State Archives Administration, 2015, article 15 and its table), a
    trading platform's transactions for 3 (E-Commerce Law, 2018, article 31); what must still be kept may be stored and protected, and no
    more (Personal Information Protection Law, 2021, article 47). No lawyer has looked at this.
    Raises NotFound for an unknown customer, WrongStep while something paid for is still to be delivered or cash to be handed back.
    """
    with atomic():
        scarce.lock_customer(customer_id)
        region_id = erasing.region_to_erase(customer_id)
        _refuse_while_something_is_owed(customer_id)
        for order_id, pin_id, seats in erasing.held_orders(customer_id):
            scarce.lock_pin(pin_id)
            if scarce.move_order(order_id, "held", "cancelled", ended_at=now):
                assert scarce.release_seats(pin_id, seats), f"pin {pin_id} did not hold the seats of {order_id}"
        # A payment may have come just before its pin was locked.
        _refuse_while_something_is_owed(customer_id)
        events.forget_events(customer_id)
        return Erased(*erasing.erase(customer_id, region_id))


def erase_account(person_id: int, customer_id: str | None, now: datetime) -> None:
    """The same for the person who asks, who may not have become a customer yet. Raises as erase_customer does."""
    if customer_id is not None:
        erase_customer(customer_id, now)
    else:
        with atomic():
            erasing.erase_person(person_id)


def _refuse_while_something_is_owed(customer_id: str) -> None:
    owed = erasing.owed_to(customer_id)
    if owed:
        raise WrongStep(f"customer {customer_id} is still owed {', '.join(owed)}; erase when it was delivered or given back")


def forget_ended_sessions() -> int:
    """Deletes sessions that are over, which hold phone numbers; how many comes back. In small transactions, safe to repeat."""
    gone = 0
    while True:
        with atomic():
            part = people.forget_ended_sessions()
        gone += part
        if part == 0:
            return gone
