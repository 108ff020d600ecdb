"""What waits to be shipped in a week: filled pins and chosen bids, the lots that they were given, and the roads that lead to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pinfold.deliver.dispatch import Claim
from pinfold.store.models import Bid, BidLot, HubWeek, Lane, Order, Payment, Pin, PinLot


@dataclass(frozen=True)
class PaidOrder:
    """seats paid for, and the fen that are left of the payment after earlier refunds; provider holds them."""

    order_id: str
    seats: int
    net_fen: int
    paid_at: datetime
    provider: str


@dataclass(frozen=True)
class Road:
    """A lane as goods use it. truck_per_kg in yuan."""

    lane_id: str
    hub_id: str
    days: int
    truck_per_kg: float


@dataclass(frozen=True)
class PinToShip:
    """A filled pin that waits for its week's harvest; `roads` are the lanes to its region in that week.

    hubs, villages, cooperatives : of the lots that it was given
    """

    pin_id: str
    product_id: str
    grade: int
    shelf_life_days: float
    pack_kg: float
    region_id: str
    roads: tuple[Road, ...]
    claims: tuple[Claim, ...]
    orders: tuple[PaidOrder, ...]
    hubs: frozenset[str]
    villages: frozenset[str]
    cooperatives: frozenset[str]


@dataclass(frozen=True)
class BidToShip:
    """A chosen bid that waits for its week's harvest; `roads` are the lanes to its region in that week."""

    bid_id: str
    merchant_id: str
    product_id: str
    grade_worst: int
    shelf_life_days: float
    price_per_kg: float
    kg_max: float
    kg_min: float
    roads: tuple[Road, ...]
    claims: tuple[Claim, ...]


def pins_to_ship(season: int, week: int) -> list[PinToShip]:
    """Filled pins of the week, locked, those that filled first coming first."""
    pins = Pin.objects.filter(season=season, week=week, state=Pin.State.FILLED).order_by("pin_id")
    pins = list(pins.select_for_update(of=("self",)).select_related("product"))
    ids = [pin.pk for pin in pins]
    given = PinLot.objects.filter(pin__in=ids)
    claims = _claims(given.values_list("pin_id", "lot_id", "kg", "kept"))
    origins = [_grouped(given.values_list("pin_id", f"lot__{of}_id")) for of in ("hub", "village", "village__cooperative")]
    orders, lanes = _paid_orders(ids), {region_id: roads(region_id, week) for region_id in {pin.region_id for pin in pins}}
    return [
        PinToShip(
            pin.pin_id, pin.product_id, pin.grade, pin.product.shelf_life_days, pin.pack_kg, pin.region_id, lanes[pin.region_id],
            claims[pin.pk], orders[pin.pk], *(frozenset(of_pin[pin.pk]) for of_pin in origins),
        )
        for pin in sorted(pins, key=lambda pin: (pin.closed_at or pin.closes_at, pin.pin_id))
    ]  # fmt: skip


def bids_to_ship(week: int) -> list[BidToShip]:
    """Chosen bids of the week, locked, by id."""
    bids = list(
        Bid.objects.filter(week=week, state=Bid.State.CHOSEN).order_by("bid_id").select_for_update(of=("self",)).select_related("product")
    )
    claims = _claims(BidLot.objects.filter(bid__in=[bid.pk for bid in bids]).values_list("bid_id", "lot_id", "kg", "kept"))
    return [
        BidToShip(
            bid.bid_id, bid.merchant_id, bid.product_id, bid.grade, bid.product.shelf_life_days, bid.price_per_kg, bid.kg, bid.kg_min,
            roads(bid.region_id, week), claims[bid.pk],
        )
        for bid in bids
    ]  # fmt: skip


def rooms(week: int) -> dict[tuple[str, str], float]:
    """Kg that the trucks of each hub and region hold in a week, and, with region "", that each hub can pack."""
    lanes = Lane.objects.filter(week=week).values_list("hub_id", "region_id", "trucks_max", "truck_kg")
    packed = HubWeek.objects.filter(week=week).values_list("hub_id", "kg_max")
    return {(hub_id, region_id): trucks * kg for hub_id, region_id, trucks, kg in lanes} | {(hub_id, ""): kg for hub_id, kg in packed}


def _grouped(rows: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, value in rows:
        found[key].add(value)
    return found


def roads(region_id: str, week: int) -> tuple[Road, ...]:
    """The lanes that reach a region in one week."""
    lanes = Lane.objects.filter(region=region_id, week=week).order_by("lane_id")
    return tuple(Road(lane.lane_id, lane.hub_id, lane.days, lane.truck_cost / lane.truck_kg) for lane in lanes)


def _claims(rows: Iterable[tuple[str, str, float, float]]) -> dict[str, tuple[Claim, ...]]:
    found: dict[str, tuple[Claim, ...]] = defaultdict(tuple)
    for row in sorted(rows):
        found[row[0]] += (Claim(*row),)
    return found


def _paid_orders(pins: Sequence[str]) -> dict[str, tuple[PaidOrder, ...]]:
    orders = Order.objects.filter(pin__in=pins, state=Order.State.PAID).order_by("paid_at", "order_id").select_for_update(of=("self",))
    providers = dict(Payment.objects.filter(order__pin__in=pins, state=Payment.State.RECEIVED).values_list("order_id", "provider"))
    found: dict[str, tuple[PaidOrder, ...]] = defaultdict(tuple)
    for order in orders:
        assert order.paid_at is not None, f"order {order.pk} is paid without a moment"
        paid = PaidOrder(order.pk, order.seats, order.amount_fen - order.refunded_fen, order.paid_at, providers[order.pk])
        found[order.pin_id] += (paid,)
    return found
