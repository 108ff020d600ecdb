"""What playing a season reads and writes beside the flows."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
from django.db.models import Count, F

from pinfold.basics.money import yuan_to_fen
from pinfold.replay.shopper import Offer, Visit
from pinfold.store.models import Bid, Customer, Household, Person, Pin, Plan, Shipment, Unserved
from pinfold.store.tables import write_table


def offers(region_id: str, now: datetime) -> list[Offer]:
    """The open public pins of a region, as a customer sees them. The list price is that of the best grade."""
    pins = Pin.objects.filter(region=region_id, state=Pin.State.OPEN, kind=Pin.Kind.PUBLIC, closes_at__gt=now)
    pins = pins.filter(seats_taken__lt=F("seats_max"))
    columns = ("pin_id", "product_id", "week", "seats_max", "seats_taken", "ladder", "pack_kg", "product__price_per_kg")
    return [
        Offer(pin_id, product_id, region_id, week, seats_max - taken, taken, int(ladder[0][1]), yuan_to_fen(pack_kg * price_per_kg))
        for pin_id, product_id, week, seats_max, taken, ladder, pack_kg, price_per_kg in pins.values_list(*columns)
    ]


def add_customers(visits: pl.DataFrame) -> None:
    """Keeps those who have never been here before. visits : customer_id, region_id"""
    known = set(Customer.objects.filter(pk__in=visits["customer_id"].to_list()).values_list("pk", flat=True))
    new = visits.unique("customer_id", keep="first", maintain_order=True).filter(~pl.col("customer_id").is_in(list(known)))
    write_table("customers", new.select("customer_id", "region_id"))


def keep_unserved(day: date, visit: Visit, packs: int) -> None:
    """Remembers what a customer came for and found no seats of."""
    Unserved.objects.create(date=day, customer_id=visit.customer_id, region_id=visit.region_id, product_id=visit.product_id, quantity=packs)


def is_planned(day: date) -> bool:
    """Whether a plan was made on that day."""
    return Plan.objects.filter(as_of=day).exists()


def closed_pins(start: datetime, end: datetime) -> tuple[int, int]:
    """How many pins filled and how many expired between two moments."""
    closed = Pin.objects.filter(closed_at__gte=start, closed_at__lte=end).exclude(state=Pin.State.MERGED)
    expired = closed.filter(state=Pin.State.EXPIRED).count()
    return closed.count() - expired, expired


def bids_served(week: int) -> list[tuple[str, int, int]]:
    """Every undecided bid for `week` to which the latest plan sends something: its id, a board member of a cooperative whose crop goes
    there, and how many households that cooperative has. Bids without a board to decide are left out.
    """
    plan = Plan.objects.order_by("-id").first()
    rows = Shipment.objects.filter(plan=plan, want__bid__state=Bid.State.OFFERED, want__week=week).order_by("want__bid_id", "lot_id")
    served: dict[str, str] = {}
    for bid_id, cooperative_id in rows.values_list("want__bid_id", "lot__village__cooperative_id"):
        served.setdefault(bid_id, cooperative_id)
    boards = dict(Person.objects.filter(role=Person.Role.BOARD).order_by("-pk").values_list("cooperative_id", "pk"))
    members = dict(Household.objects.values_list("village__cooperative_id").annotate(count=Count("pk")))
    return [(bid_id, boards[name], members[name]) for bid_id, name in served.items() if name in boards]


def coordinator() -> str:
    """Whose name stands in the books for cash that was counted: a coordinator's phone number."""
    return Person.objects.filter(role=Person.Role.COORDINATOR).order_by("pk").values_list("phone", flat=True).first() or "coordinator"
