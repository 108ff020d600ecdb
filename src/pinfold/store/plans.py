"""Lots and plans into the database and out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db.models import F, Sum

from pinfold.store.models import Bid, Lot, Pin, Plan, Shipment, Want

ROWS_AT_ONCE = 2_000
FORECAST = ("kg", "kg_cv", "floor_price_per_kg", "poverty_weight", "collect_cost_per_kg", "collect_days", "salvage_per_kg")
LOT = ("lot_id", "village_id", "hub_id", "product_id", "grade", "ready_week", *FORECAST)
LOT_SCHEMA = (
    dict.fromkeys(LOT[:4], pl.String()) | dict.fromkeys(("grade", "ready_week"), pl.Int64()) | dict.fromkeys(FORECAST, pl.Float64())
)
WANT = ("want_id", "product_id", "region_id", "week", "kind", "kg_min", "open_cost")
STEPS = tuple(f"{name}_{step}" for name in ("price", "kg") for step in (1, 2, 3))


def has_plan() -> bool:
    """Whether any plan was made yet."""
    return Plan.objects.exists()


def save_lots(season: int, lots: pl.DataFrame, shares: pl.DataFrame, from_week: int) -> int:
    """Brings the forecast lots of weeks from `from_week` on up to date; lots that were weighed keep their real kg.

    shares : lot_id, sellable_share; a lot without one may be sold whole

    A lot that is no longer forecast keeps its row with 0 kg: something may be promised from it. Belongs in a transaction.
    """
    # Locked in the order of their ids, as everywhere, before the statements below take them in any order.
    coming = Lot.objects.filter(season=season, ready_week__gte=from_week)
    list(coming.order_by("lot_id").select_for_update(no_key=True).values_list("lot_id"))
    coming.filter(kg_real=None).exclude(lot_id__in=lots["lot_id"].to_list()).update(kg=0.0)
    weighed = set(Lot.objects.filter(season=season).exclude(kg_real=None).values_list("lot_id", flat=True))
    rows = lots.filter(~pl.col("lot_id").is_in(list(weighed)), pl.col("ready_week") >= from_week)
    rows = rows.select(LOT).join(shares, on="lot_id", how="left", maintain_order="left")
    rows = rows.with_columns(pl.col("sellable_share").fill_null(1.0))
    Lot.objects.bulk_create(
        (Lot(season=season, **row) for row in rows.iter_rows(named=True)),
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["lot_id"],
        update_fields=[*FORECAST, "sellable_share"],
    )
    return rows.height


def picked_lots(season: int, before_week: int) -> pl.DataFrame:
    """Lots of weeks before `before_week` as they were weighed, with the columns of a forecast lot; what is left can still be sold."""
    rows = Lot.objects.filter(season=season, ready_week__lt=before_week, kg_real__gt=0).order_by("lot_id")
    frame = pl.DataFrame(list(rows.values_list(*LOT, "kg_real")), schema={**LOT_SCHEMA, "kg_real": pl.Float64}, orient="row")
    # Until a week is dispatched its lots keep the forecast, and promises are counted against that.
    return frame.with_columns(kg=pl.min_horizontal("kg", "kg_real"), kg_cv=pl.lit(0.0)).select(LOT)


def promised_kg(season: int) -> pl.DataFrame:
    """lot_id, kg_promised of every lot of the season."""
    rows = list(Lot.objects.filter(season=season).order_by("lot_id").values_list("lot_id", "kg_promised"))
    return pl.DataFrame(rows, schema={"lot_id": pl.String, "kg_promised": pl.Float64}, orient="row")


def pinned_kg(season: int) -> pl.DataFrame:
    """product_id, region_id, week, kg: what open and filled pins already offer there."""
    rows = (
        Pin.objects.filter(season=season, state__in=(Pin.State.OPEN, Pin.State.FILLED))
        .values_list("product_id", "region_id", "week")
        .annotate(kg=Sum(F("seats_max") * F("pack_kg")))
        .order_by("product_id", "region_id", "week")
    )
    schema = {"product_id": pl.String, "region_id": pl.String, "week": pl.Int64, "kg": pl.Float64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def open_bids(from_week: int) -> pl.DataFrame:
    """Bids that the members have not decided on, for weeks from `from_week` on."""
    columns = {
        "bid_id": pl.String,
        "product_id": pl.String,
        "grade": pl.Int64,
        "region_id": pl.String,
        "week": pl.Int64,
        "kg": pl.Float64,
        "kg_min": pl.Float64,
        "price_per_kg": pl.Float64,
    }
    rows = Bid.objects.filter(state=Bid.State.OFFERED, week__gte=from_week).order_by("bid_id").values_list(*columns)
    return pl.DataFrame(list(rows), schema=columns, orient="row")


@dataclass(frozen=True)
class NewPlan:
    """A plan as it is to be kept: wants as in docs/match.md; shipments lot_id, want_id, lane_id, kg, kept, age_days; a reason for each;
    sold_ahead : as SellAhead.by_product; offered : lot_id, kg that could be sold; trucks : whole trucks by lane_id, empty where they are
    paid per kg."""

    season: int
    as_of: date
    method: str
    objective: float
    bound: float
    facts: dict[str, float]
    baselines: dict[str, dict[str, float]]
    wants: pl.DataFrame
    shipments: pl.DataFrame
    reasons: Iterable[dict[str, Any]]
    unsold: list[dict[str, Any]]
    sold_ahead: list[dict[str, Any]]
    offered: pl.DataFrame
    trucks: Mapping[object, int]


@dataclass(frozen=True)
class PlanWeather:
    """Which weather a plan's forecasts had. asked : whether services were asked at all; served, failed : their names"""

    measured_until: date | None
    asked: bool
    served: tuple[str, ...]
    failed: tuple[str, ...]
    filled_days: int


def keep_weather(plan_id: int, weather: PlanWeather) -> None:
    """Keeps it beside the plan."""
    until = weather.measured_until
    Plan.objects.filter(pk=plan_id).update(weather=asdict(weather) | {"measured_until": until and until.isoformat()})


def weather_of(kept: dict[str, Any]) -> PlanWeather | None:
    """What keep_weather kept; None for a plan without it."""
    if not kept:
        return None
    until = kept["measured_until"]
    return PlanWeather(
        until and date.fromisoformat(until), kept["asked"], tuple(kept["served"]), tuple(kept["failed"]), kept["filled_days"]
    )


def save_plan(new: NewPlan, now: datetime) -> int:
    """Keeps the plan with its wants and shipments; its number comes back. Earlier plans stay, so that they can be compared."""
    plan = Plan.objects.create(
        season=new.season,
        made_at=now,
        as_of=new.as_of,
        method=new.method,
        objective=new.objective,
        bound=new.bound,
        facts=new.facts,
        baselines=new.baselines,
        unsold=new.unsold,
        sold_ahead=new.sold_ahead,
        offered_kg=dict(new.offered.select("lot_id", "kg").iter_rows()),
        trucks=dict(new.trucks),
    )
    wants = [
        Want(plan=plan, bid_id=row["want_id"] if row["kind"] == "bid" else None, **row)
        for row in new.wants.select(*WANT, *STEPS).iter_rows(named=True)
    ]
    Want.objects.bulk_create(wants, batch_size=ROWS_AT_ONCE)
    row_of = dict(Want.objects.filter(plan=plan).values_list("want_id", "id"))
    Shipment.objects.bulk_create(
        (
            Shipment(
                plan=plan,
                lot_id=row["lot_id"],
                want_id=row_of[row["want_id"]],
                lane_id=row["lane_id"],
                kg=row["kg"],
                kept=row["kept"],
                age_days=row["age_days"],
                reason=reason,
            )
            for row, reason in zip(new.shipments.iter_rows(named=True), new.reasons, strict=True)
        ),
        batch_size=ROWS_AT_ONCE,
    )
    return plan.pk


def newest_lots_and_wants() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lots that the newest plan could sell, with the kg that it could, and the wants that it knew; both empty before the first."""
    plan = Plan.objects.order_by("-id").first()
    offered: dict[str, float] = plan.offered_kg if plan else {}
    rows = Lot.objects.filter(lot_id__in=offered).order_by("lot_id").values_list(*LOT)
    lots = pl.DataFrame(list(rows), schema=LOT_SCHEMA, orient="row")
    kg = pl.DataFrame({"lot_id": list(offered), "kg": list(offered.values())}, schema={"lot_id": pl.String, "kg": pl.Float64})
    wants = Want.objects.filter(plan=plan).order_by("id").values_list(*WANT, *STEPS, "bid__grade")
    schema = {name: pl.String() for name in WANT} | {"week": pl.Int64()} | dict.fromkeys(("kg_min", "open_cost", *STEPS), pl.Float64())
    known = pl.DataFrame(list(wants), schema=schema | {"grade_worst": pl.Int64()}, orient="row")
    return lots.drop("kg").join(kg, on="lot_id", maintain_order="left"), known
