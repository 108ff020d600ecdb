"""What the plan page shows: what is sold of each week's picking, what ripens when, how good the plan is, and what stays."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Max, Q, Sum

from pinfold.basics.errors import NoPlan
from pinfold.basics.money import yuan_to_fen
from pinfold.basics.rules import read_rules
from pinfold.fields.crops import names_of
from pinfold.match.explain import Reason, Unsold
from pinfold.match.rules import MatchRules
from pinfold.match.say import Names
from pinfold.store.models import Bid, BidLot, Lane, Lot, Pin, PinLot, Plan, Product, Region, Shipment, Want
from pinfold.store.plans import PlanWeather, weather_of
from pinfold.store.reads.shop import Named
from pinfold.store.season import settings_given

PLANNED, OPEN, FILLED, CHOSEN = "planned", "open", "filled", "chosen"
SAME_KG = 1e-6
METHODS = ("optimal", "greedy", "first-come")


@dataclass(frozen=True)
class MethodFacts:
    """What one way of planning reaches on the same harvest and the same wants. worth_yuan : the objective of the match."""

    method: str
    worth_yuan: float
    sold_share: float
    spoiled_share: float
    is_chosen: bool


@dataclass(frozen=True)
class SoldAhead:
    """How much of a product that is only forecast may be sold, and why: a promised kg brings `gain_fen` more than a late sale, and costs
    `loss_fen` when it does not come."""

    product: Named
    share: float
    gain_fen: int
    loss_fen: int


@dataclass(frozen=True)
class PlanFacts:
    """The newest plan. bound_yuan : no plan of this season can be worth more; weather : None where it was not kept"""

    plan_id: int
    as_of: date
    made_at: datetime
    worth_yuan: float
    bound_yuan: float
    methods: tuple[MethodFacts, ...]
    weather: PlanWeather | None
    sold_ahead: tuple[SoldAhead, ...] = ()

    @property
    def gap_share(self) -> float:
        """Share of the bound that the plan may be short of the best one."""
        return max(self.bound_yuan - self.worth_yuan, 0.0) / max(abs(self.bound_yuan), 1e-9)


@dataclass(frozen=True)
class Place:
    """A hub or a region on the map."""

    id: str
    name: str
    name_zh: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Parcel:
    """Kilograms of one lot for one buyer: planned, in an open or filled pin, or promised to a chosen bid.

    kg : leaving the village; kept : kg sellable on arrival per kg sent
    low_per_kg, high_per_kg : yuan asked; a pin's price falls from high to low as more join
    buyer : the region of a pin, the merchant of a bid
    """

    lot_id: str
    village: Named
    product: Named
    crop: str
    grade: int
    ready_week: int
    hub: Place
    region: Place
    buyer: Named
    kind: str
    state: str
    week: int
    kg: float
    kept: float
    low_per_kg: float
    high_per_kg: float
    share_code: str
    reason: Reason | None

    @property
    def kg_kept(self) -> float:
        return self.kg * self.kept


@dataclass(frozen=True)
class Ripe:
    """Kilograms of a product that one village is expected to have ready in one week. kg_cv : deviation over kg; 0 once weighed."""

    product: Named
    village: Named
    week: int
    kg: float
    kg_cv: float
    weighed: bool


def newest_plan() -> PlanFacts:
    """Raises NoPlan before the first."""
    plan = Plan.objects.order_by("-id").first()
    if plan is None:
        raise NoPlan("no plan has been made yet; make one with: pinfold plan")
    facts = {plan.method: plan.facts} | plan.baselines
    methods = tuple(
        MethodFacts(name, facts[name]["objective"], facts[name]["sold_share"], facts[name]["spoiled_share"], name == plan.method)
        for name in METHODS
        if name in facts
    )
    weather, ahead = weather_of(plan.weather), tuple(_sold_ahead(plan))
    return PlanFacts(plan.pk, plan.as_of, plan.made_at, plan.objective, plan.bound, methods, weather, ahead)


def _sold_ahead(plan: Plan) -> Iterator[SoldAhead]:
    grown = Product.objects.filter(pk__in=[row["product_id"] for row in plan.sold_ahead])
    named = {row.pk: Named(row.pk, row.name, row.name_zh) for row in grown}
    for row in plan.sold_ahead:
        if row["product_id"] in named:
            yield SoldAhead(named[row["product_id"]], row["share"], yuan_to_fen(row["gain_per_kg"]), yuan_to_fen(row["loss_per_kg"]))


@dataclass(frozen=True)
class BookedTrucks:
    """Whole trucks that the plan books from a hub to a region in one week. full_share : of what they carry, the part that is planned."""

    hub: Named
    region: Named
    trucks: int
    full_share: float


def booked_trucks(plan_id: int, week: int) -> list[BookedTrucks]:
    """The trucks of a week's deliveries, by hub and region; none where the plan pays trucks per kg."""
    booked: dict[str, int] = Plan.objects.get(pk=plan_id).trucks
    sent = dict(Shipment.objects.filter(plan=plan_id).values_list("lane_id").annotate(kg=Sum("kg")))
    lanes = Lane.objects.filter(lane_id__in=booked, week=week).select_related("hub", "region").order_by("hub_id", "region_id")
    return [
        BookedTrucks(
            _named(lane.hub),
            _named(lane.region),
            booked[lane.lane_id],
            sent.get(lane.lane_id, 0.0) / (booked[lane.lane_id] * lane.truck_kg),
        )
        for lane in lanes
    ]


def parcels(season: int, ready_weeks: Collection[int]) -> list[Parcel]:
    """All that is sold or planned of the lots that are ready in these weeks, by week, the largest first."""
    lots = Q(lot__season=season, lot__ready_week__in=ready_weeks, kg__gt=0)
    found = [*_in_pins(lots), *_in_bids(lots), *_only_planned(lots)]
    return sorted(found, key=lambda parcel: (parcel.ready_week, -parcel.kg, parcel.lot_id, parcel.region.id))


def ripening_weeks(season: int) -> list[Ripe]:
    """Kilograms by product, village and week, all grades together: they are shares of one forecast, with one spread."""
    rows = (
        Lot.objects.filter(season=season, kg__gt=0)
        .values("product_id", "product__name", "product__name_zh", "village_id", "village__name", "village__name_zh", "ready_week")
        .annotate(all_kg=Sum("kg"), cv=Max("kg_cv"), real_kg=Sum("kg_real"))
        .order_by("product_id", "village_id", "ready_week")
    )
    return [_ripe(row) for row in rows]


def unsold(plan_id: int) -> list[tuple[int, Unsold]]:
    """(ready week, why) of every lot of which the plan leaves kg, by product and week."""
    plan = Plan.objects.get(pk=plan_id)
    stays = [Unsold(**row) for row in plan.unsold]
    week = dict(Lot.objects.filter(pk__in=[each.lot_id for each in stays]).values_list("lot_id", "ready_week"))
    return sorted(((week[str(each.lot_id)], each) for each in stays if each.lot_id in week), key=lambda pair: (pair[1].product_id, pair[0]))


def last_week_looked_at(plan_id: int) -> int | None:
    """The last week whose customers the plan knew; what ripens later is planned later."""
    return Want.objects.filter(plan=plan_id, kind="pin").aggregate(last=Max("week"))["last"]


def names(chinese: bool) -> Names:
    """Names for spoken reasons: products by their crop, since "the mango" keeps and not "the Late mango, 5 kg"."""
    crops = {product_id: names_of(crop)[chinese] for product_id, crop in Product.objects.values_list("product_id", "crop")}
    return Names(crops, dict(Region.objects.values_list("region_id", "name_zh" if chinese else "name")))


def _ripe(row: dict[str, Any]) -> Ripe:
    # Dispatch replaces a lot's forecast by what was weighed; until then its weighings are only a part of the week.
    weighed = row["real_kg"] is not None and abs(row["real_kg"] - row["all_kg"]) < SAME_KG
    return Ripe(
        Named(row["product_id"], row["product__name"], row["product__name_zh"]),
        Named(row["village_id"], row["village__name"], row["village__name_zh"]),
        row["ready_week"],
        row["all_kg"],
        0.0 if weighed else row["cv"],
        weighed,
    )


def _in_pins(lots: Q) -> Iterator[Parcel]:
    rows = PinLot.objects.filter(lots, pin__state__in=[Pin.State.OPEN, Pin.State.FILLED])
    rows = rows.select_related("pin__region", "lot__hub", "lot__village", "lot__product")
    reasons = _reasons(lots, {row.pin.plan_id for row in rows})
    for row in rows:
        pin = row.pin
        prices = [pin.price_fen] if pin.price_fen else [fen for _, fen in pin.ladder]
        yield _parcel(
            row.lot, row.lot.hub, pin.region, pin.region, kind="pin", state=str(pin.state), week=pin.week, kg=row.kg, kept=row.kept,
            low_per_kg=min(prices) / 100 / pin.pack_kg, high_per_kg=max(prices) / 100 / pin.pack_kg,
            share_code=pin.share_code if pin.kind == Pin.Kind.PUBLIC else "",
            reason=reasons.get((pin.plan_id, row.lot_id, pin.region_id, pin.week)),
        )  # fmt: skip


def _in_bids(lots: Q) -> Iterator[Parcel]:
    rows = BidLot.objects.filter(lots, bid__state=Bid.State.CHOSEN)
    for row in rows.select_related("bid__merchant", "bid__region", "lane__hub", "lot__village", "lot__product"):
        price = row.bid.price_per_kg
        yield _parcel(
            row.lot, row.lane.hub, row.bid.region, row.bid.merchant, kind="bid", state=CHOSEN, week=row.bid.week, kg=row.kg, kept=row.kept,
            low_per_kg=price, high_per_kg=price, share_code="", reason=None,
        )  # fmt: skip


def _only_planned(lots: Q) -> Iterator[Parcel]:
    """Shipments of the newest plan for which no pin has been opened yet and no bid chosen."""
    plan_id = Plan.objects.order_by("-id").values_list("id", flat=True).first()
    rows = Shipment.objects.filter(lots, plan=plan_id)
    pinned = set(Pin.objects.filter(plan=plan_id).values_list("product_id", "grade", "lane_id"))
    rules = read_rules(MatchRules, "match", settings_given())
    for row in rows.select_related("want__region", "want__bid__merchant", "lane__hub", "lot__village", "lot__product"):
        lot, want = row.lot, row.want
        if (want.kind == "pin" and (lot.product_id, lot.grade, row.lane_id) in pinned) or (
            want.bid and want.bid.state != Bid.State.OFFERED
        ):
            continue
        old = row.age_days / lot.product.shelf_life_days
        price = want.price_1 if want.bid else want.price_1 * (1 - rules.grade_discount[lot.grade] - rules.freshness_discount * old)
        yield _parcel(
            lot, row.lane.hub, want.region, want.bid.merchant if want.bid else want.region, kind=want.kind, state=PLANNED, week=want.week,
            kg=row.kg, kept=row.kept, low_per_kg=price, high_per_kg=price, share_code="", reason=Reason(**row.reason),
        )  # fmt: skip


def _reasons(lots: Q, plan_ids: set[int | None]) -> dict[tuple[int, str, str, int], Reason]:
    rows = Shipment.objects.filter(lots, plan__in=[plan_id for plan_id in plan_ids if plan_id])
    rows = rows.annotate(region_id=F("want__region_id"), to_week=F("want__week"))
    return {(row.plan_id, row.lot_id, row.region_id, row.to_week): Reason(**row.reason) for row in rows}


def _parcel(lot: Lot, hub: object, region: object, buyer: object, **more: object) -> Parcel:
    return Parcel(
        lot_id=lot.lot_id,
        village=_named(lot.village),
        product=_named(lot.product),
        crop=lot.product.crop,
        grade=lot.grade,
        ready_week=lot.ready_week,
        hub=_place(hub),
        region=_place(region),
        buyer=_named(buyer),
        **more,  # type: ignore[arg-type]
    )


def _named(row: object) -> Named:
    return Named(row.pk, row.name, row.name_zh)  # type: ignore[attr-defined]


def _place(row: object) -> Place:
    return Place(row.pk, row.name, row.name_zh, row.latitude, row.longitude)  # type: ignore[attr-defined]
