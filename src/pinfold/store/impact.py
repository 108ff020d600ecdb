"""Sums for the impact report, straight from deliveries, refunds and the ledger."""

from __future__ import annotations

import polars as pl
from django.db.models import F, Max, Sum
from django.db.models.functions import Coalesce

from pinfold.impact.incomes import Income
from pinfold.impact.report import SeasonBooks
from pinfold.ledger import accounts
from pinfold.store.models import Bid, Delivery, Entry, Household, Intake, Lot, Order, Payment, Refund, Settlement

LOT = {
    "lot_id": pl.String, "village_id": pl.String, "hub_id": pl.String, "product_id": pl.String, "grade": pl.Int64, "ready_week": pl.Int64,
    "kg": pl.Float64, "floor_price_per_kg": pl.Float64, "poverty_weight": pl.Float64, "collect_cost_per_kg": pl.Float64,
    "collect_days": pl.Int64, "salvage_per_kg": pl.Float64,
}  # fmt: skip
ASKED = {"product_id": pl.String, "region_id": pl.String, "week": pl.Int64, "kg": pl.Float64, "price_per_kg": pl.Float64}


def season_books(season: int) -> SeasonBooks:
    """Sums of the season so far."""
    deliveries = Delivery.objects.filter(lot__season=season)
    bought = deliveries.filter(kind=Delivery.Kind.GUARANTEE)
    sold = deliveries.exclude(kind=Delivery.Kind.GUARANTEE)
    orders = {"payment__order__pin__season": season}
    failed = Refund.objects.filter(**orders).exclude(why="price fell")
    came = Payment.objects.filter(order__pin__season=season, state__in=[Payment.State.RECEIVED, Payment.State.RETURNED])
    return SeasonBooks(
        buyers_fen=_sum(sold, "paid_fen"),
        growers_fen=_sum(sold, "growers_fen"),
        carrier_fen=_sum(sold, "carrier_fen"),
        cooperative_fen=_sum(sold, "cooperative_fen"),
        platform_fen=_sum(sold, "platform_fen"),
        guarantee_fen=_sum(bought, "growers_fen"),
        received_fen=_sum(came, "amount_fen"),
        refunded_fen=_sum(failed, "amount_fen"),
        salvage_yuan=_salvage_yuan(season),
        kg_picked=_sum(Intake.objects.filter(lot__season=season), "kg"),
        kg_sent=_sum(sold, "kg_sent"),
        kg_sold=_sum(sold, "kg_sold"),
        kg_guaranteed=_sum(bought, "kg_sent"),
    )


def _salvage_yuan(season: int) -> float:
    """Worth of all that was picked and did not leave for a buyer, at each lot's salvage value."""
    sent = Delivery.objects.filter(lot__season=season).exclude(kind=Delivery.Kind.GUARANTEE)
    kg_sent = dict(sent.values_list("lot_id").annotate(kg=Sum("kg_sent")))
    lots = Lot.objects.filter(season=season, kg_real__gt=0).values_list("lot_id", "kg_real", "salvage_per_kg")
    return sum(max(0.0, (kg_real or 0.0) - kg_sent.get(lot_id, 0.0)) * worth for lot_id, kg_real, worth in lots)


def incomes(season: int) -> list[Income]:
    """Every household's year so far, without its number."""
    crop_fen = dict(Settlement.objects.filter(season=season).values_list("household_id").annotate(fen=Sum("amount_fen")))
    shares = Entry.objects.filter(posting__season=season, posting__kind="dividend", account__startswith=accounts.household(""))
    dividends = dict(shares.values_list("account").annotate(fen=-Sum("amount_fen")))
    return [
        Income(
            village_id=row.village_id,
            people=row.people,
            registered_poor=row.registered_poor,
            crop_fen=crop_fen.get(row.pk, 0),
            dividends_fen=dividends.get(accounts.household(row.pk), 0),
            farm_cost_fen=row.farm_cost_fen,
            other_income_fen=row.other_income_fen,
        )
        for row in Household.objects.order_by("household_id")
    ]


def picked_lots(season: int) -> pl.DataFrame:
    """Lots as they were really picked so far: the columns of the match's `lots`, kg of product."""
    rows = Lot.objects.filter(season=season, kg_real__gt=0).order_by("lot_id")
    names = [name if name != "kg" else "kg_real" for name in LOT]
    return pl.DataFrame(list(rows.values_list(*names)), schema=LOT, orient="row")


def last_week_sent(season: int) -> int | None:
    """The latest week of which anything was sent to buyers; None before the first."""
    return Delivery.objects.filter(lot__season=season).exclude(kind=Delivery.Kind.GUARANTEE).aggregate(week=Max("week"))["week"]


def asked(season: int, week: int) -> pl.DataFrame:
    """What was asked for delivery until `week`, first asked first: product_id, region_id, week, kg, price_per_kg (of arriving goods).

    Every seat that somebody paid for, whatever became of it, at what a filled pin cost in the end; and every bid that was not withdrawn.
    """
    orders = Order.objects.filter(pin__season=season, pin__week__lte=week, paid_at__isnull=False)
    price_fen = Coalesce("pin__price_fen", "price_fen")
    seats = orders.annotate(kg=F("seats") * F("pin__pack_kg"), price_per_kg=price_fen / 100.0 / F("pin__pack_kg"))
    bids = Bid.objects.filter(week__lte=week).exclude(state=Bid.State.WITHDRAWN).order_by("offered_on", "bid_id")
    rows = [
        *bids.values_list("product_id", "region_id", "week", "kg", "price_per_kg"),
        *seats.order_by("held_at", "order_id").values_list("pin__product_id", "pin__region_id", "pin__week", "kg", "price_per_kg"),
    ]
    return pl.DataFrame(rows, schema=ASKED, orient="row")


def _sum(rows: object, column: str) -> int:
    """Sum of a column, 0 without rows."""
    return rows.aggregate(total=Coalesce(Sum(column), 0 if column.endswith("_fen") else 0.0))["total"]  # type: ignore[attr-defined,no-any-return]
