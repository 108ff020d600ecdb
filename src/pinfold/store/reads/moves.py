"""What a board reads of promises that moved from one lot to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q, Sum

from pinfold.store.models import Lot, PinMove
from pinfold.store.reads.shop import Named


@dataclass(frozen=True)
class Place:
    """A lot as people speak of it: whose crop, ripe when."""

    village: Named
    ready_week: int


@dataclass(frozen=True)
class MovedPacks:
    """What moved at once from one lot to another, for all pins together.

    short_kg : by which the one held less than was promised of it; carry_fen : what carrying costs more by the other way, or less
    """

    moved_at: datetime
    product: Named
    crop: str
    left: Place
    instead: Place
    kg: float
    short_kg: float
    carry_fen: int
    pins: int

    @property
    def is_told(self) -> bool:
        """Whether members were told, because another village's crop stands in."""
        return self.left.village != self.instead.village

    @property
    def is_dearer(self) -> bool:
        return self.carry_fen > 0

    @property
    def carry_difference_fen(self) -> int:
        return abs(self.carry_fen)


def moved_packs(cooperative_id: str, since: datetime) -> list[MovedPacks]:
    """Moves from or to crop of a cooperative since a moment, the newest first and the largest first among them."""
    own = Q(lot_from__village__cooperative=cooperative_id) | Q(lot_to__village__cooperative=cooperative_id)
    rows = list(
        PinMove.objects.filter(own, moved_at__gte=since)
        .values_list("moved_at", "lot_from_id", "lot_to_id")
        .annotate(
            kg=Sum("kg_from"), short=Max(F("from_promised_kg") - F("from_held_kg")), carry=Sum("carry_more_fen"),
            pins=Count("pin", distinct=True),
        )
        .order_by("-moved_at", "-kg")
    )  # fmt: skip
    lots = Lot.objects.select_related("village", "product").in_bulk({lot_id for row in rows for lot_id in row[1:3]})
    return [
        MovedPacks(moved_at, _named(lots[left].product), lots[left].product.crop, _place(lots[left]), _place(lots[instead]), *sums)
        for moved_at, left, instead, *sums in rows
    ]


def _place(lot: Lot) -> Place:
    return Place(_named(lot.village), lot.ready_week)


def _named(row: object) -> Named:
    return Named(row.pk, row.name, row.name_zh)  # type: ignore[attr-defined]
