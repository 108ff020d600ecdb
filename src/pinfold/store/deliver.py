"""The real harvest in and out of the database: weighings into lots, lots to pins and bids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Coalesce

from pinfold.basics.errors import InputError, KeyReused, NotFound
from pinfold.fields.crops import crop as crop_facts
from pinfold.ledger.split import Split
from pinfold.store import scarce
from pinfold.store.models import (
    Bid,
    BidLot,
    Delivery,
    Harvest,
    Household,
    Intake,
    Lot,
    Order,
    Pin,
    PinLot,
    Plot,
    Product,
    Refund,
)


@dataclass(frozen=True)
class Field:
    """Where a plot lies and what grows there."""

    plot_id: str
    crop: str
    village_id: str
    household_id: str


@dataclass(frozen=True)
class Weighing:
    """One weighing as it was first recorded. lots : kg of product by lot_id; new : False for a repeated request."""

    request_id: str
    plot_id: str
    kg: float
    grade: int
    picked_on: date
    lots: dict[str, float]
    new: bool


@dataclass(frozen=True)
class LotFacts:
    """A weighed lot. kg_real : weighed; kg_sent : of it gone; kg_later : of it promised to those who are still to be served."""

    lot_id: str
    hub_id: str
    village_id: str
    cooperative_id: str
    product_id: str
    grade: int
    ready_week: int
    collect_days: int
    collect_cost_per_kg: float
    floor_price_per_kg: float
    shelf_life_days: float
    kg_real: float
    kg_sent: float
    kg_later: float

    @property
    def kg_left(self) -> float:
        return max(0.0, self.kg_real - self.kg_sent)


@dataclass(frozen=True)
class Dispatched:
    """What a week's dispatch did; the same whenever it is asked."""

    week: int
    pins_dispatched: int
    orders_shipped: int
    orders_shortened: int
    orders_refunded: int
    refunded_fen: int
    bids_delivered: int
    bids_missed: int
    kg_sent: float
    kg_sold: float
    paid_fen: int
    growers_fen: int

    @property
    def kg_spoiled(self) -> float:
        return self.kg_sent - self.kg_sold


def field(plot_id: str) -> Field:
    """Raises NotFound."""
    row = Plot.objects.filter(pk=plot_id).values_list("plot_id", "crop", "village_id", "household_id").first()
    if row is None:
        raise NotFound(f"plot {plot_id!r} is not known; give a plot_id of the plots table")
    return Field(*row)


def keep_weighing(request_id: str, season: int, where: Field, kg: float, grade: int, picked_on: date) -> tuple[int, bool]:
    """The weighing's number and whether it is new. Raises KeyReused when the request id stands for another weighing."""
    content = {"plot_id": where.plot_id, "season": season, "kg": kg, "grade": grade, "picked_on": picked_on}
    row, new = Harvest.objects.get_or_create(request_id=request_id, defaults=content)
    if not new and any(getattr(row, name) != value for name, value in content.items()):
        raise KeyReused(
            f"request {request_id} has recorded {row.kg} kg of grade {row.grade} from plot {row.plot_id} on {row.picked_on}; "
            "give another weighing its own id"
        )
    return row.pk, new


def weighing(request_id: str, new: bool) -> Weighing:
    """The weighing as it was recorded."""
    row = Harvest.objects.get(request_id=request_id)
    lots = dict(Intake.objects.filter(harvest=row).values_list("lot_id", "kg"))
    return Weighing(request_id, row.plot_id, row.kg, row.grade or 0, row.picked_on, lots, new)  # type: ignore[arg-type]


def lots_of_field(season: int, where: Field, grade: int, week: int) -> list[tuple[str, float, float]]:
    """(lot_id, kg forecast, kg_per_harvest_kg) of the lots that crop of this grade, picked there in that week, belongs to.

    A lot that no forecast foresaw is made, with 0 kg forecast. Raises InputError when no product is made from the crop.
    """
    products = Product.objects.filter(crop=where.crop).order_by("product_id")
    if not products:
        raise InputError(f"no product is made from {where.crop}; add one to products, so that its harvest can be sold")
    lots = Lot.objects.filter(season=season, village=where.village_id, product__in=products, grade=grade, ready_week=week)
    if not lots:
        for product in products:
            _unforeseen_lot(season, where, product.product_id, grade, week)
    return list(lots.all().order_by("lot_id").values_list("lot_id", "kg", "product__kg_per_harvest_kg"))


def _unforeseen_lot(season: int, where: Field, product_id: str, grade: int, week: int) -> None:
    village = Plot.objects.select_related("village").get(pk=where.plot_id).village
    registered_poor = list(Household.objects.filter(village=village).values_list("registered_poor", flat=True))
    crop = crop_facts(where.crop)
    grades = crop.grades
    Lot.objects.get_or_create(
        season=season,
        village=village,
        product_id=product_id,
        grade=grade,
        ready_week=week,
        defaults={
            # The same form of id as match.supply gives, so that a later forecast names the same lot.
            "lot_id": f"{season}-{village.pk}-{product_id}-{grade}-{week}",
            "hub_id": village.hub_id,
            "kg": 0.0,
            "kg_cv": 0.0,
            "floor_price_per_kg": grades[min(grade, len(grades) - 1)].floor_price_per_kg.value,
            "poverty_weight": sum(registered_poor) / len(registered_poor),
            "collect_cost_per_kg": village.collect_cost_per_kg,
            "collect_days": village.collect_days,
            "salvage_per_kg": crop.salvage_per_kg.value,
        },
    )


def take_in(harvest: int, kg_by_lot: dict[str, float], weighed_at: datetime) -> None:
    """Adds one weighing's kg of product to its lots."""
    Intake.objects.bulk_create(Intake(harvest_id=harvest, lot_id=lot_id, kg=kg, weighed_at=weighed_at) for lot_id, kg in kg_by_lot.items())
    for lot_id, kg in sorted(kg_by_lot.items()):
        Lot.objects.filter(pk=lot_id).update(kg_real=Coalesce(F("kg_real"), 0.0) + kg)


def weighed_lots(season: int, week: int, promised_from: int) -> list[LotFacts]:
    """Every lot ready by `week` that anything was weighed into, by id. All lots until then are locked: what was weighed replaces what was
    forecast, so that nothing more is sold than there is.

    promised_from : kg_later counts what is promised to this week of delivery and later ones, and has not left yet
    """
    ready = Lot.objects.filter(season=season, ready_week__lte=week)
    # Locked in the order of their ids, as everywhere, before the statement below takes them in any order.
    locked = list(ready.order_by("lot_id").select_for_update(of=("self",)).select_related("village", "product"))
    ready.exclude(kg=Coalesce(F("kg_real"), 0.0)).update(kg=Coalesce(F("kg_real"), 0.0))
    lots = [lot for lot in locked if lot.kg_real]
    sent = dict(Delivery.objects.filter(lot__in=lots).values_list("lot_id").annotate(kg=Sum("kg_sent")))
    later = _promised_later(promised_from)
    return [
        LotFacts(
            lot.lot_id, lot.hub_id, lot.village_id, lot.village.cooperative_id, lot.product_id, lot.grade, lot.ready_week, lot.collect_days,
            lot.collect_cost_per_kg, lot.floor_price_per_kg, lot.product.shelf_life_days, lot.kg_real or 0.0,
            sent.get(lot.lot_id, 0.0), later.get(lot.lot_id, 0.0),
        )
        for lot in lots
    ]  # fmt: skip


def _promised_later(from_week: int) -> dict[str, float]:
    later: dict[str, float] = defaultdict(float)
    pins = PinLot.objects.filter(pin__week__gte=from_week, pin__state__in=[Pin.State.OPEN, Pin.State.FILLED])
    bids = BidLot.objects.filter(bid__week__gte=from_week, bid__state=Bid.State.CHOSEN)
    for promised in (pins, bids):
        for lot_id, kg in promised.values_list("lot_id").annotate(sum_kg=Sum("kg")):
            later[lot_id] += kg
    return later


def keep_seats(order_id: str, seats_kept: int, now: datetime) -> None:
    """Writes what the harvest left to an order, and ships a paid one; an order without a seat has been refunded before."""
    if seats_kept:
        shipped = scarce.move_order(order_id, Order.State.PAID, Order.State.SHIPPED, seats_kept=seats_kept, ended_at=now)
        assert shipped, f"order {order_id} is locked and no longer paid"
    else:
        Order.objects.filter(pk=order_id).update(seats_kept=0)


def keep_bid(bid_id: str, delivered: bool) -> None:
    """Closes a chosen bid."""
    Bid.objects.filter(pk=bid_id, state=Bid.State.CHOSEN).update(state=Bid.State.DELIVERED if delivered else Bid.State.MISSED)


@dataclass(frozen=True)
class Left:
    """Kg that left one lot for one buyer, and what they brought."""

    kind: str
    buyer_id: str | None
    lot_id: str
    week: int
    kg_sent: float
    kg_sold: float
    split: Split


def keep_deliveries(left: Sequence[Left], now: datetime) -> None:
    """Writes what left the lots, each part no earlier than the last weighing of its lot.

    A weighing may be younger than `now`: the dispatch waited for its locks meanwhile, or the clock was set back. What left was weighed
    before, whatever the clocks say, and those who brought it have their part in it.
    """
    weighings = Intake.objects.filter(lot__in=[part.lot_id for part in left]).values_list("lot_id")
    weighed_at = dict(weighings.annotate(weighed_at=Max("weighed_at")))
    Delivery.objects.bulk_create(
        Delivery(
            delivery_id=":".join([part.kind, part.lot_id, part.buyer_id or str(part.week)]),
            kind=part.kind,
            lot_id=part.lot_id,
            pin_id=part.buyer_id if part.kind == Delivery.Kind.PIN else None,
            bid_id=part.buyer_id if part.kind == Delivery.Kind.BID else None,
            week=part.week,
            kg_sent=part.kg_sent,
            kg_sold=part.kg_sold,
            paid_fen=part.split.paid_fen,
            carrier_fen=part.split.carrier_fen,
            platform_fen=part.split.platform_fen,
            cooperative_fen=part.split.cooperative_fen,
            growers_fen=part.split.growers_fen,
            delivered_at=max(now, weighed_at.get(part.lot_id, now)),
        )
        for part in left
    )


def dispatched(season: int, week: int) -> Dispatched:
    """What the dispatch of a week did."""
    orders = Order.objects.filter(pin__season=season, pin__week=week, pin__state=Pin.State.DISPATCHED)
    shipped = Q(state=Order.State.SHIPPED)
    sums = (
        Delivery.objects.filter(lot__season=season, week=week)
        .exclude(kind=Delivery.Kind.GUARANTEE)
        .aggregate(**{name: Coalesce(Sum(name), 0) for name in ("paid_fen", "growers_fen")},
                   **{name: Coalesce(Sum(name), 0.0) for name in ("kg_sent", "kg_sold")})
    )  # fmt: skip
    refunded = Refund.objects.filter(why="harvest short", payment__order__pin__season=season, payment__order__pin__week=week)
    bids = Bid.objects.filter(week=week)
    return Dispatched(
        week=week,
        pins_dispatched=Pin.objects.filter(season=season, week=week, state=Pin.State.DISPATCHED).count(),
        orders_shipped=orders.filter(shipped).count(),
        orders_shortened=orders.filter(shipped, seats_kept__lt=F("seats")).count(),
        orders_refunded=orders.filter(state=Order.State.REFUNDED, seats_kept=0).count(),
        refunded_fen=refunded.aggregate(fen=Coalesce(Sum("amount_fen"), 0))["fen"],
        bids_delivered=bids.filter(state=Bid.State.DELIVERED).count(),
        bids_missed=bids.filter(state=Bid.State.MISSED).count(),
        **sums,
    )
