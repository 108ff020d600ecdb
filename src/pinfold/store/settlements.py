"""Settlements in and out of the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Min, Sum

from pinfold.basics.errors import NotFound
from pinfold.ledger.reasons import Reason
from pinfold.ledger.settlement import Picked, Sold
from pinfold.store.models import Delivery, Intake, Lane, Settlement, SettlementLine


@dataclass(frozen=True)
class Unsettled:
    """A sale whose growers' money still stands on its lot. `reason` lacks the household's own part."""

    sold: Sold
    product_id: str
    reason: Reason


@dataclass(frozen=True)
class LineToKeep:
    delivery_id: str
    product_id: str
    reason: Reason


@dataclass(frozen=True)
class HouseholdSettlement:
    """What one household is paid for one week, with a reason for every line."""

    settlement_id: str
    household_id: str
    week: int
    amount_fen: int
    settled_at: datetime
    paid_out_at: datetime | None
    reasons: tuple[Reason, ...]


def unsettled(season: int, week: int) -> list[Unsettled]:
    """Sales until `week` that no settlement has credited yet, locked, in the order in which they were made."""
    rows = Delivery.objects.filter(lot__season=season, week__lte=week, settled_in_week=None).order_by("delivery_id")
    rows = rows.select_for_update(of=("self",)).select_related("lot__product", "pin__region", "bid__merchant")
    return [_unsettled(row) for row in rows]


def _unsettled(row: Delivery) -> Unsettled:
    product = row.lot.product
    buyer = row.pin.region if row.pin else row.bid.merchant if row.bid else None
    reason = Reason(
        kind=row.kind,
        product=product.name,
        product_zh=product.name_zh,
        grade=row.lot.grade,
        buyer=buyer.name if buyer else "",
        buyer_zh=buyer.name_zh if buyer else "",
        week=row.week,
        kg=0.0,
        amount_fen=0,
        kg_sent=row.kg_sent,
        paid_fen=row.paid_fen,
        growers_fen=row.growers_fen,
        cooperative_fen=row.cooperative_fen,
        carrier_fen=row.carrier_fen,
        platform_fen=row.platform_fen,
    )
    return Unsettled(Sold(row.delivery_id, row.lot_id, row.kg_sent, row.growers_fen, row.delivered_at), product.product_id, reason)


def picked(lots: Iterable[str]) -> list[Picked]:
    """Every weighing of the lots, as kg of product by household."""
    rows = Intake.objects.filter(lot__in=set(lots)).order_by("id")
    return [Picked(*row) for row in rows.values_list("lot_id", "harvest__plot__household_id", "kg", "weighed_at")]


def credited_kg(lots: Iterable[str]) -> dict[tuple[str, str], float]:
    """Kg that earlier settlements have credited, by (lot_id, household_id)."""
    rows = SettlementLine.objects.filter(delivery__lot__in=set(lots)).values_list("delivery__lot_id", "settlement__household_id")
    return {(lot_id, household_id): kg for lot_id, household_id, kg in rows.annotate(sum_kg=Sum("kg"))}


def keep(season: int, household_id: str, week: int, posting_id: str, lines: Sequence[LineToKeep], now: datetime) -> None:
    """Writes one household's settlement with its lines."""
    settlement = Settlement.objects.create(
        settlement_id=posting_id,
        season=season,
        household_id=household_id,
        week=week,
        amount_fen=sum(line.reason.amount_fen for line in lines),
        posting_id=posting_id,
        settled_at=now,
    )
    SettlementLine.objects.bulk_create(
        SettlementLine(
            settlement=settlement,
            delivery_id=line.delivery_id,
            product_id=line.product_id,
            grade=line.reason.grade,
            kg=line.reason.kg,
            amount_fen=line.reason.amount_fen,
            kind=line.reason.kind,
            why=asdict(line.reason),
        )
        for line in lines
    )


def mark_settled(deliveries: Iterable[str], week: int) -> None:
    """Remembers in which week's settlement these sales were credited."""
    Delivery.objects.filter(pk__in=list(deliveries), settled_in_week=None).update(settled_in_week=week)


def is_settled(season: int, week: int) -> bool:
    """Whether any household was settled for that week."""
    return Settlement.objects.filter(season=season, week=week).exists()


def of_week(season: int, week: int) -> list[HouseholdSettlement]:
    """Every household's settlement of a week."""
    return _with_reasons(Settlement.objects.filter(season=season, week=week).order_by("household_id"))


def of_household(household_id: str) -> list[HouseholdSettlement]:
    """A household's settlements, the newest first."""
    return _with_reasons(Settlement.objects.filter(household=household_id).order_by("-season", "-week"))


def _with_reasons(settlements: Iterable[Settlement]) -> list[HouseholdSettlement]:
    rows = list(settlements)
    reasons: dict[str, tuple[Reason, ...]] = {row.settlement_id: () for row in rows}
    for settlement_id, why in SettlementLine.objects.filter(settlement__in=rows).order_by("id").values_list("settlement_id", "why"):
        reasons[settlement_id] += (Reason(**why),)
    return [
        HouseholdSettlement(
            row.settlement_id, row.household_id, row.week, row.amount_fen, row.settled_at, row.paid_out_at, reasons[row.settlement_id]
        )
        for row in rows
    ]


def settlement(settlement_id: str) -> HouseholdSettlement:
    """Raises NotFound."""
    found = _with_reasons(Settlement.objects.filter(pk=settlement_id))
    if not found:
        raise NotFound(f"settlement {settlement_id!r} is not known; settle its week first")
    return found[0]


def mark_paid_out(settlement_id: str, counted_by: str, now: datetime) -> bool:
    """True if it was not paid out before."""
    waiting = Settlement.objects.filter(pk=settlement_id, paid_out_at=None)
    return waiting.update(paid_out_at=now, paid_out_by=counted_by) == 1


def shortest_way_days() -> dict[str, int]:
    """Days of the shortest lane from each hub."""
    return dict(Lane.objects.values_list("hub_id").annotate(days=Min("days")))
