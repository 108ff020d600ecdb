"""What the customer's pages show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import F, Min, Sum
from django.db.models.functions import Greatest

from pinfold.basics.errors import NotFound
from pinfold.basics.rules import read_rules
from pinfold.pin.rules import PinRules
from pinfold.store import moves
from pinfold.store.models import Customer, Lane, Lot, Order, Payment, Pin, PinLot, Refund, Region
from pinfold.store.reads.offers import joinable
from pinfold.store.season import settings_given

SOON_WEEKS = 4


@dataclass(frozen=True)
class Named:
    """Something with a name in both languages."""

    id: str
    name: str
    name_zh: str


@dataclass(frozen=True)
class PinCard:
    """One pin as a list shows it. Seats are packs; ladder: (seats, fen a pack) from the smallest size that fills."""

    pin_id: str
    share_code: str
    product: Named
    crop: str
    region: Named
    grade: int
    week: int
    state: str
    kind: str
    opened_at: datetime
    closes_at: datetime
    pack_kg: float
    seats_min: int
    seats_max: int
    seats_taken: int
    seats_paid: int
    ladder: tuple[tuple[int, int], ...]
    floor_fen: int
    price_fen: int | None

    @property
    def seats_left(self) -> int:
        return self.seats_max - self.seats_taken

    @property
    def seats_missing(self) -> int:
        """Seats that must still be paid before it fills at all."""
        return max(self.seats_min - self.seats_paid, 0)

    @property
    def is_open(self) -> bool:
        return self.state == Pin.State.OPEN

    @property
    def is_public(self) -> bool:
        """Joined by friends and strangers alike; a friends' pin by those who have its link."""
        return self.kind == Pin.Kind.PUBLIC

    @property
    def first_price_fen(self) -> int:
        return self.ladder[0][1]

    @property
    def last_price_fen(self) -> int:
        return self.ladder[-1][1]


@dataclass(frozen=True)
class Source:
    """Where a pin's kilograms come from, when they are picked there, and what bringing them costs.

    hub : where it is packed; lane_days : from there to the region
    kg : leaving the village; kept : kg that arrive sellable per kg sent
    carry_per_kg : yuan for collecting a kg and driving it to the region
    """

    lot_id: str
    village: Named
    cooperative: Named
    hub: Named
    lane_days: int
    altitude_m: float
    road_km: float
    walk_minutes: float
    ready_week: int
    collect_days: int
    kg: float
    kept: float
    carry_per_kg: float
    floor_price_per_kg: float


@dataclass(frozen=True)
class PinFacts:
    """One pin with what stands behind it."""

    card: PinCard
    shelf_life_days: float
    sources: tuple[Source, ...]

    @property
    def hubs(self) -> list[Named]:
        """Where it is packed."""
        return list(dict.fromkeys(source.hub for source in self.sources))

    @property
    def lane_days(self) -> int:
        """On the road, at worst."""
        return max((source.lane_days for source in self.sources), default=0)

    @property
    def days_left_on_arrival(self) -> int:
        """Shelf life left when it arrives, at worst: collecting and driving are behind it."""
        behind_days = max((source.collect_days + source.lane_days for source in self.sources), default=0)
        return max(int(self.shelf_life_days - behind_days), 0)


@dataclass(frozen=True)
class Ripening:
    """Kilograms of a product that ripen in a week and that no pin has been given yet."""

    product: Named
    crop: str
    week: int
    kg: float


@dataclass(frozen=True)
class PaymentFacts:
    payment_id: str
    order_id: str
    provider: str
    amount_fen: int
    state: str


@dataclass(frozen=True)
class CashBack:
    """Cash that a coordinator gives back for an order. why : as on refunds; given_at : when it was handed over, None while it waits"""

    amount_fen: int
    why: str
    given_at: datetime | None


@dataclass(frozen=True)
class MovedFacts:
    """Crop of one village that stands in for that of another. until : when the order can no longer be given back for it"""

    village: Named
    instead: Named
    until: datetime


@dataclass(frozen=True)
class OrderCard:
    """One order of one customer, with its pin."""

    order_id: str
    customer_id: str
    card: PinCard
    state: str
    seats: int
    seats_kept: int | None
    price_fen: int
    amount_fen: int
    refunded_fen: int
    held_at: datetime
    held_until: datetime
    paid_at: datetime | None
    payments: tuple[PaymentFacts, ...] = ()
    cash_back: tuple[CashBack, ...] = ()
    moved: MovedFacts | None = None

    @property
    def waiting(self) -> PaymentFacts | None:
        """The newest payment that has neither come nor been refused."""
        return next((payment for payment in reversed(self.payments) if payment.state == Payment.State.STARTED), None)

    @property
    def refunded_in_cash(self) -> bool:
        """Whether refunded_fen goes back through a coordinator; a late payment is no part of it."""
        return any(back.why != "late" for back in self.cash_back)


def regions() -> list[Named]:
    """All regions, by their id."""
    return [Named(*row) for row in Region.objects.order_by("region_id").values_list("region_id", "name", "name_zh")]


def region_of(customer_id: str) -> str:
    """The region in which a customer picks up."""
    return Customer.objects.values_list("region_id", flat=True).get(pk=customer_id)


def cards_of(pin_ids: Sequence[str], now: datetime) -> list[PinCard]:
    """Those of these pins that can be joined now, in the order given."""
    pins = joinable(now).filter(pk__in=pin_ids).select_related("product", "region")
    cards = {pin.pin_id: _card(pin) for pin in pins}
    return [cards[pin_id] for pin_id in pin_ids if pin_id in cards]


def ripening(this_week: int) -> list[Ripening]:
    """What ripens from this week on and is not promised to anybody, by product: its next week, and the kg of the next SOON_WEEKS weeks."""
    soon = Lot.objects.filter(ready_week__gte=this_week, ready_week__lt=this_week + SOON_WEEKS)
    rows = (
        soon.values("product_id", "product__name", "product__name_zh", "product__crop")
        .annotate(week=Min("ready_week"), free_kg=Sum(Greatest(F("kg") - F("kg_promised"), 0.0)))
        .filter(free_kg__gte=1)
        .order_by("week", "product_id")
    )
    return [
        Ripening(Named(row["product_id"], row["product__name"], row["product__name_zh"]), row["product__crop"], row["week"], row["free_kg"])
        for row in rows
    ]


def pin_facts(share_code: str) -> PinFacts:
    """One pin by its share code. Raises NotFound."""
    pin = Pin.objects.select_related("product", "region").filter(share_code=share_code).first()
    if pin is None:
        raise NotFound(f"there is no pin {share_code!r}; look at the list of open pins")
    lots = PinLot.objects.filter(pin=pin).select_related("lot__village__cooperative", "lot__hub").order_by("lot__ready_week", "lot_id")
    lanes = {lane.hub_id: lane for lane in Lane.objects.filter(region=pin.region, week=pin.week)}
    sources = tuple(_source(given, lanes[given.lot.hub_id]) for given in lots)
    return PinFacts(_card(pin), pin.product.shelf_life_days, sources)


def code_now(share_code: str) -> str:
    """The share code under which the members of a pin are now: its own, or that of the pin with which it was merged."""
    pin = Pin.objects.filter(share_code=share_code).first()
    while pin is not None and pin.merged_into is not None:
        pin = pin.merged_into
    return share_code if pin is None else pin.share_code


def pin_card(share_code: str) -> PinCard:
    """One pin by its share code, without what stands behind it. Raises NotFound."""
    pin = Pin.objects.select_related("product", "region").filter(share_code=share_code).first()
    if pin is None:
        raise NotFound(f"there is no pin {share_code!r}; look at the list of open pins")
    return _card(pin)


def orders_of(customer_id: str) -> list[OrderCard]:
    """A customer's orders, newest first."""
    orders = Order.objects.filter(customer=customer_id).select_related("pin__product", "pin__region").order_by("-held_at", "order_id")
    return _with_payments(list(orders))


def order_of(order_id: str, customer_id: str) -> OrderCard:
    """One order of this customer. Raises NotFound for somebody else's as for none at all."""
    orders = Order.objects.filter(pk=order_id, customer=customer_id).select_related("pin__product", "pin__region")
    found = _with_payments(list(orders))
    if not found:
        raise NotFound(f"you have no order {order_id!r}; look at the list of your orders")
    return found[0]


def payment_of(payment_id: str, customer_id: str) -> PaymentFacts:
    """One payment of this customer. Raises NotFound for somebody else's as for none at all."""
    payment = Payment.objects.filter(pk=payment_id, order__customer=customer_id).first()
    if payment is None:
        raise NotFound(f"you have no payment {payment_id!r}; start it again from your order")
    return _payment(payment)


def _with_payments(orders: list[Order]) -> list[OrderCard]:
    payments: dict[str, list[PaymentFacts]] = defaultdict(list)
    for payment in Payment.objects.filter(order__in=orders).order_by("started_at", "payment_id"):
        payments[payment.order_id].append(_payment(payment))
    cash_back: dict[str, list[CashBack]] = defaultdict(list)
    refunds = Refund.objects.filter(payment__order__in=orders, payment__provider="cash").order_by("made_at", "refund_id")
    for order_id, *back in refunds.values_list("payment__order_id", "amount_fen", "why", "told_at"):
        cash_back[order_id].append(CashBack(*back))
    moved = _moved(orders)
    cards = [_order(order, payments[order.order_id], cash_back[order.order_id]) for order in orders]
    return [replace(card, moved=moved.get(card.order_id)) for card in cards]


def _moved(orders: Sequence[Order]) -> dict[str, MovedFacts]:
    """By order_id, the last move to another village's crop since the order was made, of those that wait for theirs."""
    waiting = {order.pin_id for order in orders if order.state == Order.State.PAID and order.pin.state in moves.WAITING}
    found = moves.to_other_villages().filter(pin__in=waiting).order_by("moved_at", "move_id")
    found = found.select_related("lot_from__village", "lot_to__village") if waiting else found.none()
    days = timedelta(days=read_rules(PinRules, "pin", settings_given()).decline_days)
    return {
        order.order_id: MovedFacts(_village(move.lot_from), _village(move.lot_to), move.moved_at + days)
        for move in found
        for order in orders
        if order.pin_id == move.pin_id and order.state == Order.State.PAID and order.held_at <= move.moved_at
    }


def _village(lot: Lot) -> Named:
    return Named(lot.village.village_id, lot.village.name, lot.village.name_zh)


def _order(order: Order, payments: Iterable[PaymentFacts], cash_back: Iterable[CashBack]) -> OrderCard:
    return OrderCard(
        order_id=order.order_id,
        customer_id=order.customer_id,
        card=_card(order.pin),
        state=order.state,
        seats=order.seats,
        seats_kept=order.seats_kept,
        price_fen=order.price_fen,
        amount_fen=order.amount_fen,
        refunded_fen=order.refunded_fen,
        held_at=order.held_at,
        held_until=order.held_until,
        paid_at=order.paid_at,
        payments=tuple(payments),
        cash_back=tuple(cash_back),
    )


def _payment(payment: Payment) -> PaymentFacts:
    return PaymentFacts(payment.payment_id, payment.order_id, payment.provider, payment.amount_fen, payment.state)


def _source(given: PinLot, lane: Lane) -> Source:
    lot, village, hub = given.lot, given.lot.village, given.lot.hub
    cooperative = village.cooperative
    return Source(
        lot_id=lot.lot_id,
        village=Named(village.village_id, village.name, village.name_zh),
        cooperative=Named(cooperative.cooperative_id, cooperative.name, cooperative.name_zh),
        hub=Named(hub.hub_id, hub.name, hub.name_zh),
        lane_days=lane.days,
        altitude_m=village.altitude_m,
        road_km=village.road_km,
        walk_minutes=village.walk_minutes,
        ready_week=lot.ready_week,
        collect_days=lot.collect_days,
        kg=given.kg,
        kept=given.kept,
        carry_per_kg=lot.collect_cost_per_kg + lane.truck_cost / lane.truck_kg,
        floor_price_per_kg=lot.floor_price_per_kg,
    )


def _card(pin: Pin) -> PinCard:
    return PinCard(
        pin_id=pin.pin_id,
        share_code=pin.share_code,
        product=Named(pin.product_id, pin.product.name, pin.product.name_zh),
        crop=pin.product.crop,
        region=Named(pin.region_id, pin.region.name, pin.region.name_zh),
        grade=pin.grade,
        week=pin.week,
        state=pin.state,
        kind=pin.kind,
        opened_at=pin.opened_at,
        closes_at=pin.closes_at,
        pack_kg=pin.pack_kg,
        seats_min=pin.seats_min,
        seats_max=pin.seats_max,
        seats_taken=pin.seats_taken,
        seats_paid=pin.seats_paid,
        ladder=tuple((int(seats), int(price_fen)) for seats, price_fen in pin.ladder),
        floor_fen=pin.floor_fen,
        price_fen=pin.price_fen,
    )
