"""What a merchant's page shows: what can be had in bulk, when, and what it has sold for. Villages and households are left out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Sum
from django.db.models.functions import TruncMonth

from pinfold.basics.errors import NotFound
from pinfold.store.models import Lot, Merchant, Sale
from pinfold.store.reads.shop import Named

KEPT_SHELF_SHARE = 0.8
KG_SHOWN = 1.0
MONTHS = 12


@dataclass(frozen=True)
class Bulk:
    """Kilograms of a product and grade that are ready in a week and promised to nobody. weighed_kg : the part that is already picked."""

    product: Named
    crop: str
    grade: int
    week: int
    free_kg: float
    weighed_kg: float


@dataclass(frozen=True)
class MonthPrice:
    """What a product sold for in a region in one month: yuan per kg, weighted by kg."""

    product: Named
    month: date
    kg: float
    price_per_kg: float


def merchant(merchant_id: str) -> tuple[Named, Named]:
    """The merchant and its region. Raises NotFound."""
    row = Merchant.objects.select_related("region").filter(pk=merchant_id).first()
    if row is None:
        raise NotFound(f"merchant {merchant_id!r} is not known; give a merchant_id of the merchants table")
    return Named(row.pk, row.name, row.name_zh), Named(row.region_id, row.region.name, row.region.name_zh)


def bulk(season: int, this_week: int) -> list[Bulk]:
    """What is free, by product, week and grade; picked lots for as long as they keep."""
    found: dict[tuple[str, int, int], Bulk] = {}
    lots = Lot.objects.filter(season=season, kg__gt=F("kg_promised")).select_related("product")
    for lot in lots.order_by("product_id", "ready_week", "grade"):
        keeps_weeks = int(lot.product.shelf_life_days * KEPT_SHELF_SHARE // 7)
        if lot.ready_week + keeps_weeks < this_week:
            continue
        key = lot.product_id, lot.ready_week, lot.grade
        named = Named(lot.product_id, lot.product.name, lot.product.name_zh)
        before = found.get(key, Bulk(named, lot.product.crop, lot.grade, lot.ready_week, 0.0, 0.0))
        free_kg = lot.kg - lot.kg_promised
        weighed_kg = free_kg if lot.kg_real is not None else 0.0
        found[key] = Bulk(named, lot.product.crop, lot.grade, lot.ready_week, before.free_kg + free_kg, before.weighed_kg + weighed_kg)
    return [each for each in found.values() if each.free_kg >= KG_SHOWN]


def prices(region_id: str, before: date) -> list[MonthPrice]:
    """Monthly prices of every product in a region over the last MONTHS months that have any, the newest last."""
    rows = (
        Sale.objects.filter(region=region_id, date__lt=before, kg__gt=0)
        .annotate(month=TruncMonth("date"))
        .values("product_id", "product__name", "product__name_zh", "month")
        .annotate(all_kg=Sum("kg"), yuan=Sum(F("kg") * F("price_per_kg")))
        .order_by("product_id", "month")
    )
    by_product: dict[str, list[MonthPrice]] = defaultdict(list)
    for row in rows:
        named = Named(row["product_id"], row["product__name"], row["product__name_zh"])
        by_product[named.id].append(MonthPrice(named, row["month"], row["all_kg"], row["yuan"] / row["all_kg"]))
    return [each for months in by_product.values() for each in months[-MONTHS:]]
