"""What was sold and bought so far, from the season's tables and from the orders of its pins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import polars as pl
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery, Sum
from django.utils.timezone import get_current_timezone, localdate

from pinfold.basics.weeks import monday_of
from pinfold.store.models import Order, Pin, Purchase, Sale, Unserved
from pinfold.store.tables import read_table

SeriesWeek = tuple[str, str, date]
BOUGHT = {"date": pl.Date, "customer_id": pl.String, "region_id": pl.String, "product_id": pl.String, "quantity": pl.Int64}
DJANGO_MONDAY = 2  # of its lookup `week_day`, which begins on Sundays
PRICED = BOUGHT | {"price_per_kg": pl.Float64}


def purchases_so_far() -> pl.DataFrame:
    """date, customer_id, region_id, product_id, quantity (packs), price_per_kg (yuan): the purchases table, whose prices are not
    known, and every paid order since, by the day it was paid, at the price asked when the seat was held.

    A refund at the growers' end does not take a purchase back: the customer did want it.
    """
    rows = (
        Order.objects.filter(paid_at__isnull=False)
        .order_by("paid_at", "order_id")
        .values_list("paid_at", "customer_id", "pin__region_id", "pin__product_id", "seats", "price_fen", "pin__pack_kg")
    )
    ordered = pl.DataFrame(
        [(localdate(paid_at), *rest, price_fen / 100 / pack_kg) for paid_at, *rest, price_fen, pack_kg in rows], schema=PRICED, orient="row"
    )
    before = read_table("purchases").select(list(BOUGHT)).cast(BOUGHT)  # type: ignore[arg-type]
    return pl.concat([before, ordered], how="diagonal")


def unserved_so_far() -> pl.DataFrame:
    """date, customer_id, region_id, product_id, quantity (packs): what customers came for and found no seats of.

    A shop that knows only what it sold takes its own empty shelves for a lack of wants, plans less, and sells less again.
    """
    rows = Unserved.objects.order_by("date", "pk").values_list(*BOUGHT)
    return pl.DataFrame(list(rows), schema=BOUGHT, orient="row")


def sold_until() -> date | None:
    """Last day that the sales table tells of: its last date, or the Sunday after it in a table of weeks, which has Mondays alone."""
    last: date | None = Sale.objects.aggregate(last=Max("date"))["last"]
    of_weeks = last is not None and not Sale.objects.exclude(date__week_day=DJANGO_MONDAY).exists()
    return last + timedelta(days=6) if last is not None and of_weeks else last


def wanted_kg(since: date) -> dict[SeriesWeek, float]:
    """Kg that customers wanted from the week of `since` on, by product_id, region_id and Monday, as the outlook counts them.

    That is the sales table up to its last day, and after it what was bought and what was asked for and not found.
    """
    monday, last = monday_of(since), sold_until()
    after = max(monday, last + timedelta(days=1)) if last else monday
    found: dict[SeriesWeek, float] = defaultdict(float)

    def count(rows: Iterable[tuple[date, str, str, float]]) -> None:
        for day, product_id, region_id, kg in rows:
            found[product_id, region_id, monday_of(day)] += kg

    series = ("date", "product_id", "region_id")
    count(Sale.objects.filter(date__gte=monday).order_by().values_list(*series).annotate(all_kg=Sum("kg")))
    for model in (Purchase, Unserved):
        packs_kg = Sum(F("quantity") * F("product__pack_kg"))
        count(model._default_manager.filter(date__gte=after).order_by().values_list(*series).annotate(all_kg=packs_kg))
    orders = Order.objects.filter(paid_at__gte=datetime.combine(after, time(), tzinfo=get_current_timezone()))
    paid = orders.values_list("paid_at", "pin__product_id", "pin__region_id", F("seats") * F("pin__product__pack_kg"))
    count((localdate(paid_at), *rest) for paid_at, *rest in paid)
    return {series: max(kg, 0.0) for series, kg in found.items()}


def sold_out_so_far() -> pl.DataFrame:
    """date, product_id, region_id: days on which the last pack of all pins that were open there was paid.

    Empty where those who find no seats are counted (`unserved_so_far`): what was wanted is then known.
    """
    full = Pin.objects.filter(kind=Pin.Kind.PUBLIC, seats_paid=F("seats_max"))
    last_paid = Order.objects.filter(pin=OuterRef("pk"), paid_at__isnull=False).order_by("-paid_at").values("paid_at")[:1]
    full = full.annotate(full_at=Subquery(last_paid)).filter(full_at__isnull=False)
    with_room = Pin.objects.filter(
        Q(closed_at__isnull=True) | Q(closed_at__gt=OuterRef("full_at")),
        kind=Pin.Kind.PUBLIC, product=OuterRef("product"), region=OuterRef("region"), opened_at__lte=OuterRef("full_at"),
        seats_paid__lt=F("seats_max"),
    )  # fmt: skip
    rows = [] if Unserved.objects.exists() else full.exclude(Exists(with_room)).order_by("full_at", "pk")
    days = {(localdate(pin.full_at), pin.product_id, pin.region_id) for pin in rows}
    return pl.DataFrame(sorted(days), schema={"date": pl.Date, "product_id": pl.String, "region_id": pl.String}, orient="row")
