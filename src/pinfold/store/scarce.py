"""The statements that take and give back what is scarce: seats of a pin, kg of a lot, and the one state that an order or payment may be in.

Each is one conditional UPDATE that says what must still hold; the database decides, and the answer says whether it won. No other module
writes seats_taken, seats_paid, seats_max, kg_promised or the state of pins, orders and payments.

A step that touches several rows (money for an order, lapse, fill) first locks its pin: `lock_pin`, then statements with a fresh view. A
condition on another table inside the UPDATE would not do: PostgreSQL looks again only at the row it waited for, and SQLite has one writer.
Locks are taken customer before pin before order, and of several lots in the order of their ids, so that no two transactions wait for
each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Greatest

from pinfold.basics.errors import NotFound
from pinfold.pin.facts import PinFacts
from pinfold.pin.rescue import MergedTerms
from pinfold.pin.steps import states_before
from pinfold.store.models import Customer, Lot, Order, Payment, Pin

DUST_KG = 1e-6


def lock_pin(pin_id: str) -> None:
    """Holds the pin until the transaction ends, so that what is read after this stays true. Raises NotFound."""
    if not Pin.objects.select_for_update(no_key=True).filter(pk=pin_id).values_list("pin_id"):
        raise NotFound(f"there is no pin {pin_id!r}; look at the list of open pins")


def lock_pin_of_order(order_id: str) -> str:
    """Locks and returns the pin in which an order holds seats, also when another transaction moves the order there meanwhile.

    Raises NotFound.
    """
    while True:
        pin_id = Order.objects.filter(pk=order_id).values_list("pin_id", flat=True).first()
        if pin_id is None:
            raise NotFound(f"there is no order {order_id!r}; look at the list of your orders")
        lock_pin(pin_id)
        # A merge moves orders under the locks of both pins, and a merged pin is never merged again, so this ends.
        if Order.objects.filter(pk=order_id, pin=pin_id).exists():
            return pin_id


def lock_customer(customer_id: str) -> None:
    """Holds the customer until the transaction ends, so that what was counted of the customer's stays true. Raises NotFound."""
    if not Customer.objects.select_for_update(no_key=True).filter(pk=customer_id).values_list("customer_id"):
        raise NotFound(f"there is no customer {customer_id!r}; choose a region first")


def take_seats(pin_id: str, seats: int, now: datetime) -> bool:
    """Holds seats, if the pin can still be joined and has them."""
    joinable = Pin.objects.filter(pk=pin_id, state=Pin.State.OPEN, closes_at__gt=now)
    return joinable.filter(seats_taken__lte=F("seats_max") - seats).update(seats_taken=F("seats_taken") + seats) == 1


def release_seats(pin_id: str, seats: int) -> bool:
    """Gives held seats back."""
    held = Pin.objects.filter(pk=pin_id, seats_taken__gte=F("seats_paid") + seats)
    return held.update(seats_taken=F("seats_taken") - seats) == 1


def pay_held_seats(pin_id: str, seats: int) -> bool:
    """Turns held seats of an open pin into paid ones."""
    held = Pin.objects.filter(pk=pin_id, state=Pin.State.OPEN, seats_taken__gte=F("seats_paid") + seats)
    return held.update(seats_paid=F("seats_paid") + seats) == 1


def pay_late_seats(pin_id: str, seats: int) -> bool:
    """Takes and pays seats at once, if the pin is still open and has them: late money after its hold has lapsed."""
    left = Pin.objects.filter(pk=pin_id, state=Pin.State.OPEN, seats_taken__lte=F("seats_max") - seats)
    return left.update(seats_taken=F("seats_taken") + seats, seats_paid=F("seats_paid") + seats) == 1


def give_up_paid_seats(pin_id: str, seats: int) -> bool:
    """Frees paid seats of a pin that has not left yet."""
    waiting = Pin.objects.filter(pk=pin_id, state__in=(Pin.State.OPEN, Pin.State.FILLED), seats_paid__gte=seats)
    return waiting.update(seats_taken=F("seats_taken") - seats, seats_paid=F("seats_paid") - seats) == 1


def give_up_seats(pin_id: str, seats: int, ladder: Sequence[Sequence[int]]) -> bool:
    """Makes an open pin smaller, with the ladder of its new size, by seats that nobody has taken and that it does not need to fill."""
    spare = Pin.objects.filter(pk=pin_id, state=Pin.State.OPEN, seats_max__gte=F("seats_taken") + seats)
    return spare.filter(seats_max__gte=F("seats_min") + seats).update(seats_max=F("seats_max") - seats, ladder=ladder) == 1


def fill(pin_id: str, price_fen: int, now: datetime) -> bool:
    """Closes a pin as filled: every seat is paid, or its time is up, enough are, and no hold is left."""
    settled = Pin.objects.filter(pk=pin_id, state__in=states_before("pin", "filled"), seats_taken=F("seats_paid"))
    enough = settled.filter(seats_paid__gte=F("seats_min"))
    ready = enough.filter(seats_paid=F("seats_max")) | enough.filter(closes_at__lte=now)
    return ready.update(state=Pin.State.FILLED, closed_at=now, price_fen=price_fen) == 1


def expire(pin_id: str, now: datetime) -> bool:
    """Closes a pin whose time is up and that too few have paid for."""
    failed = Pin.objects.filter(pk=pin_id, state__in=states_before("pin", "expired"), closes_at__lte=now, seats_paid__lt=F("seats_min"))
    return failed.update(state=Pin.State.EXPIRED, closed_at=now, seats_taken=0, seats_paid=0) == 1


def merge(source: PinFacts, into: PinFacts, terms: MergedTerms, now: datetime) -> bool:
    """Closes `source` as merged and gives its seats to `into`; both must be locked and as they were when they were read."""
    gone = Pin.objects.filter(pk=source.pin_id, state__in=states_before("pin", "merged"), seats_taken=source.seats_taken)
    if not gone.update(state=Pin.State.MERGED, closed_at=now, merged_into=into.pin_id, seats_taken=0, seats_paid=0):
        return False
    grown = Pin.objects.filter(pk=into.pin_id, state=Pin.State.OPEN).update(
        seats_min=terms.seats_min,
        seats_max=F("seats_max") + source.seats_max,
        seats_taken=F("seats_taken") + source.seats_taken,
        seats_paid=F("seats_paid") + source.seats_paid,
        ladder=terms.ladder,
        floor_fen=terms.floor_fen,
    )
    assert grown == 1, f"pin {into.pin_id} is not open and cannot take the members of {source.pin_id}"
    return True


def extend(pin_id: str, closes_at: datetime, now: datetime) -> bool:
    """Gives an open pin more time, once."""
    waiting = Pin.objects.filter(pk=pin_id, state=Pin.State.OPEN, extended_at=None, closes_at__gt=now, closes_at__lt=closes_at)
    return waiting.update(closes_at=closes_at, extended_at=now) == 1


def accept_short(pin_id: str, accepted_by: int, now: datetime) -> bool:
    """Lets the seats that are paid be enough to fill an open pin."""
    short = Pin.objects.filter(pk=pin_id, state=Pin.State.OPEN, closes_at__gt=now, seats_paid__gte=1, seats_paid__lt=F("seats_min"))
    return short.update(seats_min=F("seats_paid"), accepted_by=accepted_by) == 1


def take_acceptance_back(pin_id: str, seats_min: int, now: datetime) -> bool:
    """Lets an open pin that was accepted short need `seats_min` seats again."""
    accepted = Pin.objects.filter(pk=pin_id, state=Pin.State.OPEN, closes_at__gt=now, accepted_by__isnull=False)
    return accepted.update(seats_min=seats_min, accepted_by=None) == 1


def dispatch(pin_id: str) -> bool:
    """Marks a filled pin as dispatched."""
    return Pin.objects.filter(pk=pin_id, state__in=states_before("pin", "dispatched")).update(state=Pin.State.DISPATCHED) == 1


def move_order(order_id: str, before: str, after: str, **columns: Any) -> bool:
    """Takes one order from one state to the next, with what changes beside it."""
    assert before in states_before("order", after), f"order: {before} to {after} is not a step"
    return Order.objects.filter(pk=order_id, state=before).update(state=after, **columns) == 1


def lapse_holds(pin_id: str, until: datetime) -> int:
    """Lapses the pin's holds that end at `until` or before, and gives their seats back; returns how many orders. The pin must be locked."""
    due = Order.objects.filter(pin_id=pin_id, state=Order.State.HELD, held_until__lte=until)
    seats = due.aggregate(seats=Sum("seats"))["seats"] or 0
    lapsed = due.update(state=Order.State.LAPSED, ended_at=until)
    assert not seats or release_seats(pin_id, seats), f"pin {pin_id} has fewer held seats than its orders hold"
    return lapsed


def move_payment(payment_id: str, after: str, now: datetime) -> bool:
    """Takes one payment to the state `after`, from any state that allows it."""
    movable = Payment.objects.filter(pk=payment_id, state__in=states_before("payment", after))
    return movable.update(state=after, decided_at=now) == 1


def take_kg(lot_id: str, kg: float) -> bool:
    """Promises kg of a lot, if it has them left."""
    enough = Lot.objects.filter(pk=lot_id, kg__gte=F("kg_promised") + (kg - DUST_KG))
    return enough.update(kg_promised=F("kg_promised") + kg) == 1


def give_back_kg(lot_id: str, kg: float) -> bool:
    """Takes back a promise of kg of a lot."""
    promised = Lot.objects.filter(pk=lot_id, kg_promised__gte=kg - DUST_KG)
    return promised.update(kg_promised=F("kg_promised") - kg) == 1


def give_back_short_kg(lot_id: str, kg: float, rounded_kg: float) -> bool:
    """Takes back a promise of kg that the lot cannot keep; not when it can by now. rounded_kg : of them, to make packs whole"""
    short = Lot.objects.filter(pk=lot_id, kg_promised__gte=F("kg") + (kg - rounded_kg - DUST_KG))
    return short.filter(kg_promised__gte=kg - DUST_KG).update(kg_promised=F("kg_promised") - kg) == 1


def promised_has_left(lot_id: str, kg_promised: float, kg_sent: float) -> None:
    """What has left a lot stands in the place of what had been promised of it to those who were served; the lot must be locked."""
    Lot.objects.filter(pk=lot_id).update(kg_promised=Greatest(F("kg_promised") + (kg_sent - kg_promised), 0.0))


def promise_rest(lot_id: str) -> bool:
    """Promises all that is left of a lot, so that nothing more of it is sold: the cooperative has bought it under its guarantee."""
    return Lot.objects.filter(pk=lot_id, kg_promised__lt=F("kg")).update(kg_promised=F("kg")) == 1
