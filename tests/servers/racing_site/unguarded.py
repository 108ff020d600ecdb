"""The same statements as store/scarce.py written the way that looks right and is not: read, decide in Python, then write.

Loaded only for negative controls. Each pause stands for the moment in which a busy machine runs somebody else; it makes a race that is
lost now and then be lost nearly always, so that a control does not depend on luck.
"""

from __future__ import annotations

import time
from contextlib import nullcontext
from types import SimpleNamespace

from django.db.models import F
from django.db.transaction import atomic

from pinfold.flows import join, moving, pay, pins, refunds, rescue
from pinfold.store import ledger, scarce
from pinfold.store import pins as rows
from pinfold.store.models import Lot, Notice, Order, Payment, Pin

PAUSE_SECONDS = 0.05


def take_guards_out() -> None:
    for flow in (join, moving, pay, pins, rescue):
        flow.atomic = nullcontext
    for flow in (pay, refunds):
        # The ledger keeps its own guards (they are tested in tests/ledger); its entries and posting still belong together.
        flow.ledger = SimpleNamespace(post=atomic(ledger.post))
    rows.new_notice = new_notice
    scarce.lock_customer = lock_pin
    scarce.lock_pin_of_order = pin_of_order
    seats = (lock_pin, take_seats, release_seats, pay_held_seats, pay_late_seats)
    for statement in (*seats, move_order, lapse_holds, move_payment, merge, take_kg, give_back_short_kg):
        setattr(scarce, statement.__name__, statement)


def lock_pin(pin_id):
    pass


def pin_of_order(order_id):
    return Order.objects.values_list("pin_id", flat=True).get(pk=order_id)


def merge(source, into, terms, now):
    time.sleep(PAUSE_SECONDS)
    Pin.objects.filter(pk=source.pin_id).update(state="merged", merged_into=into.pin_id, seats_taken=0, seats_paid=0)
    grown = {name: getattr(source, name) + getattr(into, name) for name in ("seats_max", "seats_taken", "seats_paid")}
    return Pin.objects.filter(pk=into.pin_id).update(seats_min=terms.seats_min, ladder=terms.ladder, **grown) == 1


def take_seats(pin_id, seats, now):
    pin = Pin.objects.get(pk=pin_id)
    time.sleep(PAUSE_SECONDS)
    if pin.state != "open" or pin.closes_at <= now or pin.seats_taken + seats > pin.seats_max:
        return False
    return Pin.objects.filter(pk=pin_id).update(seats_taken=pin.seats_taken + seats) == 1


def release_seats(pin_id, seats):
    return Pin.objects.filter(pk=pin_id).update(seats_taken=F("seats_taken") - seats) == 1


def pay_held_seats(pin_id, seats):
    return Pin.objects.filter(pk=pin_id).update(seats_paid=F("seats_paid") + seats) == 1


def pay_late_seats(pin_id, seats):
    return take_seats(pin_id, seats, Pin.objects.get(pk=pin_id).opened_at) and pay_held_seats(pin_id, seats)


def move_order(order_id, before, after, **columns):
    found = Order.objects.get(pk=order_id).state == before
    time.sleep(PAUSE_SECONDS)
    return found and Order.objects.filter(pk=order_id).update(state=after, **columns) == 1


def lapse_holds(pin_id, until):
    due = list(Order.objects.filter(pin=pin_id, state="held", held_until__lte=until))
    time.sleep(PAUSE_SECONDS)
    for order in due:
        Order.objects.filter(pk=order.pk).update(state="lapsed", ended_at=until)
        release_seats(pin_id, order.seats)
    return len(due)


def move_payment(payment_id, after, now):
    found = Payment.objects.get(pk=payment_id).state in ("started", "refused")
    time.sleep(PAUSE_SECONDS)
    return found and Payment.objects.filter(pk=payment_id).update(state=after, decided_at=now) == 1


def take_kg(lot_id, kg):
    lot = Lot.objects.get(pk=lot_id)
    time.sleep(PAUSE_SECONDS)
    return lot.kg >= lot.kg_promised + kg and Lot.objects.filter(pk=lot_id).update(kg_promised=lot.kg_promised + kg) == 1


def give_back_short_kg(lot_id, kg, rounded_kg):
    lot = Lot.objects.get(pk=lot_id)
    time.sleep(PAUSE_SECONDS)
    return lot.kg_promised >= lot.kg + kg - rounded_kg and Lot.objects.filter(pk=lot_id).update(kg_promised=lot.kg_promised - kg) == 1


def new_notice(notice_id, payment_id, paid, amount_fen, now):
    known = Notice.objects.filter(pk=notice_id).exists()
    time.sleep(PAUSE_SECONDS)
    row = Notice(notice_id=notice_id, payment_id=payment_id, paid=paid, amount_fen=amount_fen, received_at=now)
    Notice.objects.bulk_create([row], ignore_conflicts=True)
    return not known
