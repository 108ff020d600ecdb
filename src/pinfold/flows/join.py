"""A customer holds seats in a pin, or gives held ones up."""

from __future__ import annotations

from datetime import datetime, timedelta

from pinfold.basics.errors import InputError, KeyReused, NotAllowed, NotFound, Refused, SoldOut, TooMany, WrongStep
from pinfold.demand.events import JOIN, Event
from pinfold.flows.events import record_after_commit
from pinfold.flows.pins import pin_rules
from pinfold.pin.facts import OrderFacts, PinFacts
from pinfold.pin.steps import refused_step
from pinfold.store import pins, scarce
from pinfold.store.transaction import atomic


def hold_seats(order_id: str, pin_id: str, customer_id: str, seats: int, now: datetime, impression_id: str = "") -> OrderFacts:
    """Keeps seats for a customer until they are paid or the hold lapses.

    order_id : made by the client; a retry returns the first answer, as the order stands by then
    pin_id : a public pin's id, or the share code of any pin (the only way into a friends' pin)
    impression_id : of the list from which the customer came, for learning
    Raises TooMany when the customer holds as many unpaid orders as the rules allow, SoldOut when fewer seats are left, WrongStep when the
    pin is not open, NotFound for an unknown pin or customer, InputError for a number of seats that the rules do not allow, KeyReused when
    order_id came before for another pin, customer or number of seats.
    """
    pin = pins.joinable_pin(pin_id)
    wanted = _order(order_id, pin, customer_id, seats, now)
    known = pins.find_order(order_id)
    if known is None:
        _try_to_hold(wanted, now, impression_id)
        known = pins.find_order(order_id)
        if known is None:
            raise _why_not(pins.pin_facts(pin.pin_id), seats, now)
    if (known.pin_id, known.customer_id, known.seats) != (wanted.pin_id, customer_id, seats):
        raise KeyReused(f"order {order_id} is there already for other seats; use a new id for a new order")
    return known


def _order(order_id: str, pin: PinFacts, customer_id: str, seats: int, now: datetime) -> OrderFacts:
    rules = pin_rules()
    if not 1 <= seats <= rules.seats_per_order_max:
        raise InputError(f"an order of {seats} seats is not possible; ask for 1 to {rules.seats_per_order_max}")
    if not pins.has_customer(customer_id):
        raise NotFound(f"there is no customer {customer_id!r}; choose a region first")
    price_fen = pin.ladder[0][1]
    return OrderFacts(
        order_id=order_id,
        pin_id=pin.pin_id,
        customer_id=customer_id,
        seats=seats,
        price_fen=price_fen,
        amount_fen=price_fen * seats,
        refunded_fen=0,
        state="held",
        held_at=now,
        held_until=min(now + timedelta(minutes=rules.hold_minutes), pin.closes_at),
        paid_at=None,
    )


def _try_to_hold(wanted: OrderFacts, now: datetime, impression_id: str) -> None:
    """Takes the seats and keeps the order, or does neither. Raises TooMany."""
    with atomic():
        scarce.lock_customer(wanted.customer_id)
        if pins.find_order(wanted.order_id) is not None:
            return  # the same request came twice at once and the other one was first
        holds_max = pin_rules().holds_open_max
        if pins.unpaid_holds(wanted.customer_id, now) >= holds_max:
            raise TooMany(f"customer {wanted.customer_id} holds {holds_max} orders without paying; pay for one or give it back")
        taken = scarce.take_seats(wanted.pin_id, wanted.seats, now)
        if not taken and wanted.pin_id in pins.pins_with_due_holds(now):
            # Holds that are over are given on at once, not when the next sweep comes.
            scarce.lock_pin(wanted.pin_id)
            scarce.lapse_holds(wanted.pin_id, now)
            taken = scarce.take_seats(wanted.pin_id, wanted.seats, now)
        if not taken:
            return
        if pins.new_order(wanted):
            record_after_commit(Event(JOIN, now, wanted.pin_id, wanted.customer_id, impression_id, wanted.seats))
        else:
            # Another customer used the same id at once and was first: its seats are the order's, these are too many.
            scarce.release_seats(wanted.pin_id, wanted.seats)


def _why_not(pin: PinFacts, seats: int, now: datetime) -> Refused:
    if pin.state != "open" or pin.closes_at <= now:
        state = "closing" if pin.state == "open" else pin.state
        return WrongStep(f"pin {pin.pin_id} is {state} and cannot be joined any more; look at the list of open pins")
    return SoldOut(f"pin {pin.pin_id} has {pin.seats_left} seats left, not {seats}; ask for fewer or choose another pin")


def cancel_order(order_id: str, customer_id: str, now: datetime) -> OrderFacts:
    """Gives held seats up; a second time nothing more happens.

    Raises NotAllowed for another customer's order, WrongStep when it is paid or over.
    """
    order = pins.order_facts(order_id)
    if order.customer_id != customer_id:
        raise NotAllowed(f"order {order_id} is not yours; sign in with the number that made it")
    with atomic():
        pin_id = scarce.lock_pin_of_order(order_id)
        if scarce.move_order(order_id, "held", "cancelled", ended_at=now):
            assert scarce.release_seats(pin_id, order.seats), f"pin {pin_id} did not hold the seats of {order_id}"
    order = pins.order_facts(order_id)
    if order.state != "cancelled":
        raise refused_step("order", order_id, order.state, "cancelled")
    return order
