"""What may be asked of the newest plan: which lanes carry something, where its customers are, what it could sell and where lanes lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Sum

from pinfold.store.models import Lane, Lot, Plan, Product, Region, Shipment, Want
from pinfold.store.reads.shop import Named


@dataclass(frozen=True)
class UsedLane:
    """A lane of the plan. full_share : kg on it over what its trucks hold"""

    lane_id: str
    hub: Named
    region: Named
    week: int
    full_share: float


def used_lanes(plan_id: int) -> list[UsedLane]:
    """Lanes that carry something in the plan, the fullest first."""
    rows = (
        Shipment.objects.filter(plan=plan_id)
        .values("lane_id")
        .annotate(
            all_kg=Sum("kg"), week=F("lane__week"), holds_kg=F("lane__trucks_max") * F("lane__truck_kg"),
            hub_id=F("lane__hub_id"), hub=F("lane__hub__name"), hub_zh=F("lane__hub__name_zh"),
            region_id=F("lane__region_id"), region=F("lane__region__name"), region_zh=F("lane__region__name_zh"),
        )
    )  # fmt: skip
    found = [
        UsedLane(
            row["lane_id"], Named(row["hub_id"], row["hub"], row["hub_zh"]), Named(row["region_id"], row["region"], row["region_zh"]),
            row["week"], row["all_kg"] / row["holds_kg"] if row["holds_kg"] else 1.0,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda lane: (-round(lane.full_share, 3), lane.week, lane.lane_id))


def wanting_regions(plan_id: int) -> list[Named]:
    """Regions in which the plan knew somebody who wants something, by id."""
    return _named(Region.objects.filter(pk__in=Want.objects.filter(plan=plan_id).values("region")))


def reached_regions() -> list[Named]:
    """Regions that some lane leads to, by id."""
    return _named(Region.objects.filter(pk__in=Lane.objects.values("region")))


def offered_products(plan_id: int) -> list[Named]:
    """Products of which the plan could sell something, by id."""
    offered = Plan.objects.values_list("offered_kg", flat=True).get(pk=plan_id)
    return _named(Product.objects.filter(pk__in=Lot.objects.filter(pk__in=offered).values("product")))


def _named(rows: QuerySet[Any]) -> list[Named]:
    return [Named(row.pk, row.name, row.name_zh) for row in rows.order_by("pk")]
