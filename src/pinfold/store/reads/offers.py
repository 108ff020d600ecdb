"""What the order of a list is made from: every public pin that can be joined, without what only its card shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F, Max, QuerySet

from pinfold.store.models import Order, Pin, PinLot
from pinfold.store.pins import lane_of_share


class Offer(NamedTuple):
    """One pin; seats are packs, list_per_kg is yuan."""

    pin_id: str
    product_id: str
    region_id: str
    opened_at: datetime
    closes_at: datetime
    pack_kg: float
    seats_min: int
    seats_paid: int
    ladder: Sequence[Sequence[int]]
    floor_fen: int
    list_per_kg: float


class PinShare(NamedTuple):
    """What one lot gives to a pin. kg : leaving the village; kept : kg that arrive per kg sent; carry_per_kg : yuan"""

    pin_id: str
    cooperative_id: str
    kg: float
    kept: float
    carry_per_kg: float


def newest_opening() -> datetime | None:
    """When the last public pin was opened; None before the first."""
    return Pin.objects.filter(kind=Pin.Kind.PUBLIC).aggregate(newest=Max("opened_at"))["newest"]


def joinable(now: datetime) -> QuerySet[Pin]:
    """Public pins that are open and have a seat left."""
    return Pin.objects.filter(state=Pin.State.OPEN, kind=Pin.Kind.PUBLIC, closes_at__gt=now, seats_taken__lt=F("seats_max"))


def offers(now: datetime) -> list[Offer]:
    """All of them in the neutral order: those that close first come first."""
    columns = (*Offer._fields[:-1], "product__price_per_kg")
    return [Offer(*row) for row in joinable(now).order_by("closes_at", "product_id", "pin_id").values_list(*columns)]


def orders_paid(now: datetime) -> dict[str, int]:
    """How many orders of each pin are paid; a pin without any is not there."""
    paid = Order.objects.filter(state=Order.State.PAID, pin__in=joinable(now)).order_by()
    return dict(paid.values_list("pin_id").annotate(Count("order_id")))


def shares(now: datetime) -> list[PinShare]:
    """What stands behind each of them."""
    carry = F("lot__collect_cost_per_kg") + lane_of_share(F("truck_cost") / F("truck_kg"))
    rows = PinLot.objects.filter(pin__in=joinable(now)).order_by("pin", "lot")
    return [PinShare(*row) for row in rows.values_list("pin_id", "lot__village__cooperative_id", "kg", "kept", carry)]
