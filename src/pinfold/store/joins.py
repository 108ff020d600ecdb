"""How pins were joined, for learning, and what was learned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Count, F

from pinfold.demand.fill_odds import JoinPrior
from pinfold.demand.join_habits import PastJoins
from pinfold.store.models import JoinHabits, Order, Pin

NOT_JOINED = (Order.State.HELD, Order.State.LAPSED, Order.State.CANCELLED)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class OpenPin:
    """An open pin as the odds see it; orders and seats are paid ones."""

    pin_id: str
    orders_paid: int
    seats_paid: int
    seats_min: int
    opened_at: datetime
    closes_at: datetime


def open_pins(pin_ids: Iterable[str] | None = None) -> list[OpenPin]:
    """Open pins by id: those named, or all."""
    chosen = Pin.objects.filter(state=Pin.State.OPEN)
    if pin_ids is not None:
        chosen = chosen.filter(pk__in=list(pin_ids))
    paid = dict(Order.objects.filter(pin__in=chosen, state=Order.State.PAID).values_list("pin_id").annotate(Count("order_id")))
    columns = ("pin_id", "seats_paid", "seats_min", "opened_at", "closes_at")
    return [OpenPin(row[0], paid.get(row[0], 0), *row[1:]) for row in chosen.order_by("pin_id").values_list(*columns)]


def past_joins() -> PastJoins:
    """Every pin that is over, with its orders; seats that lapsed or were cancelled were not joined in the end."""
    over = Pin.objects.filter(closed_at__isnull=False, closed_at__gt=F("opened_at")).order_by("opened_at", "pin_id")
    # A pin that gave its members to another, or took them, says nothing of how members come.
    over = over.exclude(state=Pin.State.MERGED).exclude(pk__in=Pin.objects.filter(state=Pin.State.MERGED).values("merged_into"))
    pins = list(over.values_list("pin_id", "opened_at", "closed_at", "closes_at"))
    row_of = {pin_id: row for row, (pin_id, *_) in enumerate(pins)}
    joined = Order.objects.exclude(state__in=NOT_JOINED).filter(pin__closed_at__isnull=False).order_by("held_at", "order_id")
    orders = [
        (row_of[pin_id], held_at, seats) for pin_id, held_at, seats in joined.values_list("pin_id", "held_at", "seats") if pin_id in row_of
    ]
    order_pin = np.array([row for row, _, _ in orders], dtype=np.int64)
    return PastJoins(
        orders=np.bincount(order_pin, minlength=len(pins)),
        open_days=np.array([(closed - opened) / DAY for _, opened, closed, _ in pins]),
        window_days=np.array([(max(closes, closed) - opened) / DAY for _, opened, closed, closes in pins]),
        order_pin=order_pin,
        order_day=np.array([max((held_at - pins[row][1]) / DAY, 0.0) for row, held_at, _ in orders]),
        order_seats=np.array([seats for _, _, seats in orders], dtype=np.int64),
    )


def save_habits(learned_on: date, prior: JoinPrior) -> None:
    """Keeps what was learned that day; learning again on the same day replaces it."""
    JoinHabits.objects.update_or_create(learned_on=learned_on, defaults={"prior": asdict(prior)})


def latest_habits() -> JoinPrior | None:
    """What was learned last, None before the first time."""
    found = JoinHabits.objects.order_by("-learned_on").values_list("prior", flat=True).first()
    if found is None:
        return None
    return JoinPrior(**{name: tuple(value) if isinstance(value, list) else value for name, value in found.items()})
