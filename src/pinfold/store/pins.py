"""Pins, orders, payments and refunds: rows to facts and back. What is scarce is taken in store/scarce.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from itertools import starmap

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable

from pinfold.basics.errors import NotFound
from pinfold.basics.weeks import week_index
from pinfold.pin.facts import OrderFacts, PaymentFacts, PinFacts, RefundFacts
from pinfold.pin.opening import Deadline, FriendsPinToOpen, LotShare, PinToOpen, PlannedShipment, Wanted
from pinfold.pin.rescue import Waiting
from pinfold.store.models import (
    Customer,
    DemandForecast,
    Lane,
    Notice,
    Order,
    Payment,
    Pin,
    PinLot,
    PinMove,
    Plan,
    Refund,
    Season,
    Shipment,
)

DEVIATIONS_P90 = 1.2816

SHIPMENT = {
    "want_id": "want__want_id",
    "lot_id": "lot_id",
    "lane_id": "lane_id",
    "product_id": "lot__product_id",
    "region_id": "want__region_id",
    "grade": "lot__grade",
    "week": "want__week",
    "ready_week": "lot__ready_week",
    "kg": "kg",
    "kept": "kept",
    "age_days": "age_days",
    "want_kg_min": "want__kg_min",
    "price_per_kg": "want__price_1",
    "floor_price_per_kg": "lot__floor_price_per_kg",
    "collect_cost_per_kg": "lot__collect_cost_per_kg",
    "pack_kg": "lot__product__pack_kg",
    "shelf_life_days": "lot__product__shelf_life_days",
    "kg_real": "lot__kg_real",
}
ORDER = [
    "order_id", "pin_id", "customer_id", "seats", "price_fen", "amount_fen", "refunded_fen", "state", "held_at", "held_until", "paid_at",
]  # fmt: skip
PAYMENT = ["payment_id", "order_id", "provider", "amount_fen", "state", "order__state"]
REFUND = ["refund_id", "payment_id", "payment__provider", "amount_fen"]


def latest_plan_id() -> int | None:
    """The plan that is being sold; None before the first."""
    return Plan.objects.order_by("-id").values_list("id", flat=True).first()


def planned_shipments(plan_id: int) -> list[PlannedShipment]:
    """What a plan sends to customers' wants, with what the outlook of its day says of those."""
    rows = Shipment.objects.filter(plan=plan_id, want__kind="pin").annotate(truck_cost_per_kg=F("lane__truck_cost") / F("lane__truck_kg"))
    names, spreads = [*SHIPMENT, "truck_cost_per_kg"], _outlook_spreads(plan_id)
    of_want = ("want__kg_1", "want__open_cost", "lot__salvage_per_kg")
    shipments = []
    for kg, open_cost, salvage_per_kg, *values in rows.values_list(*of_want, *SHIPMENT.values(), "truck_cost_per_kg"):
        facts = dict(zip(names, values, strict=True))
        spread = spreads.get((facts["product_id"], facts["region_id"], facts["week"]))
        wanted = Wanted(kg, spread, open_cost, salvage_per_kg) if spread is not None else None
        shipments.append(PlannedShipment(**facts, wanted=wanted))
    return shipments


def _outlook_spreads(plan_id: int) -> dict[tuple[str, str, int], float]:
    """Standard deviation over mean of the outlook that was issued on the plan's day, by product, region and week of the season.

    As of a normal quantity, 80 % of which lies within 1.2816 deviations (Johnson, Kotz & Balakrishnan 1994, chapter 13).
    """
    as_of, number = Plan.objects.values_list("as_of", "season").get(pk=plan_id)
    starts_on = Season.objects.values_list("starts_on", flat=True).get(pk=number)
    rows = DemandForecast.objects.filter(issued_on=as_of, mean__gt=0).values_list("product_id", "region_id", "week", "mean", "p10", "p90")
    return {
        (product_id, region_id, week_index(week, starts_on)): (p90 - p10) / (2 * DEVIATIONS_P90) / mean
        for product_id, region_id, week, mean, p10, p90 in rows
    }


def pin_ids_of(plan_id: int) -> set[str]:
    """Every pin that was opened for a plan."""
    return set(Pin.objects.filter(plan=plan_id).values_list("pin_id", flat=True))


def new_pin(pin_id: str, season: int, plan_id: int, wanted: PinToOpen, share_code: str, now: datetime) -> bool:
    """Keeps a public pin and its lots; False if it stood there already. The kg are taken in store/scarce.py."""
    _, made = Pin.objects.get_or_create(
        pin_id=pin_id,
        defaults={
            "season": season, "plan_id": plan_id, "product_id": wanted.product_id, "grade": wanted.grade, "region_id": wanted.region_id,
            "lane_id": wanted.lane_id, "week": wanted.week, "share_code": share_code, "opened_at": now, "closes_at": wanted.closes_at,
            "pack_kg": wanted.pack_kg, "seats_min": wanted.seats_min, "seats_max": wanted.seats_max, "ladder": wanted.ladder,
            "floor_fen": wanted.floor_fen, "why": asdict(wanted.why) if wanted.why else None,
        },
    )  # fmt: skip
    if made:
        _give_lots(pin_id, wanted.lots)
    return made


def new_friends_pin(new: FriendsPinToOpen, beside: str, now: datetime) -> bool:
    """Keeps a friends' pin with the terms of the public pin `beside`, at that pin's first price; False if it stood there already."""
    public = Pin.objects.get(pk=beside)
    _, made = Pin.objects.get_or_create(
        pin_id=new.pin_id,
        defaults={
            "season": public.season, "plan_id": public.plan_id, "product_id": public.product_id, "grade": public.grade,
            "region_id": public.region_id, "lane_id": public.lane_id, "week": public.week, "kind": Pin.Kind.FRIENDS,
            "opened_by_id": new.opened_by, "share_code": new.share_code, "opened_at": now, "closes_at": public.closes_at,
            "pack_kg": public.pack_kg, "seats_min": new.seats_min, "seats_max": new.seats_max,
            "ladder": [[new.seats_min, public.ladder[0][1]]], "floor_fen": public.floor_fen,
        },
    )  # fmt: skip
    if made:
        _give_lots(new.pin_id, new.lots)
    return made


def lane_of_share(column: Combinable) -> Subquery:
    """A column of the lane over which a row of PinLot reaches its pin's region: that of the lot's own hub."""
    lanes = Lane.objects.filter(hub=OuterRef("lot__hub"), region=OuterRef("pin__region"), week=OuterRef("pin__week"))
    return Subquery(lanes.values_list(column))


def has_pin(pin_id: str) -> bool:
    return Pin.objects.filter(pk=pin_id).exists()


def unpaid_friends_pins(customer_id: str, now: datetime) -> int:
    """How many friends' pins that a customer opened can still be joined and have no paid seat."""
    return Pin.objects.filter(opened_by=customer_id, state=Pin.State.OPEN, closes_at__gt=now, seats_paid=0).count()


def unpaid_holds(customer_id: str, now: datetime) -> int:
    """How many orders a customer holds that are not over at `now` and not paid."""
    return Order.objects.filter(customer=customer_id, state=Order.State.HELD, held_until__gt=now).count()


def _give_lots(pin_id: str, lots: Iterable[LotShare]) -> None:
    PinLot.objects.bulk_create(PinLot(pin_id=pin_id, **asdict(share)) for share in lots)


def pin_facts(pin_id: str) -> PinFacts:
    """A pin by its id. Raises NotFound."""
    return _pin(Pin.objects.filter(pk=pin_id).first(), pin_id)


def joinable_pin(pin_or_code: str) -> PinFacts:
    """A public pin by its id, or any pin by its share code: a friends' pin is joined only by those who were given the code.

    A pin that was merged answers as the one that took its members.

    Raises NotFound.
    """
    public = Q(pin_id=pin_or_code, kind=Pin.Kind.PUBLIC)
    found = Pin.objects.filter(public | Q(share_code=pin_or_code)).first()
    while found is not None and found.merged_into_id:
        found = found.merged_into
    return _pin(found, pin_or_code)


def lots_of(pin_id: str) -> list[LotShare]:
    """What a pin has been given, in the order of lots."""
    return [LotShare(*row) for row in PinLot.objects.filter(pin=pin_id).order_by("lot_id").values_list("lot_id", "kg", "kept")]


def set_lots(pin_id: str, lots: Iterable[LotShare]) -> None:
    """Writes down what a pin keeps after it gave kg back."""
    for share in lots:
        PinLot.objects.filter(pin=pin_id, lot=share.lot_id).update(kg=share.kg)


def move_lots(source: str, into: str) -> None:
    """Gives what one pin has been given to another, with how it came to that; kg of a lot that both have are added."""
    for share in lots_of(source):
        if not PinLot.objects.filter(pin=into, lot=share.lot_id).update(kg=F("kg") + share.kg):
            PinLot.objects.create(pin_id=into, **asdict(share))
    PinLot.objects.filter(pin=source).delete()
    PinMove.objects.filter(pin=source).update(pin=into)


def move_orders(source: str, into: str) -> None:
    """Moves the orders that hold seats, have paid them, or may still be paid late."""
    movable = [Order.State.HELD, Order.State.PAID, Order.State.LAPSED]
    Order.objects.filter(pin=source, state__in=movable).update(pin=into)


def pins_with_due_holds(now: datetime) -> list[str]:
    """Pins with holds that end at `now` or before."""
    due = Order.objects.filter(state=Order.State.HELD, held_until__lte=now)
    return list(due.values_list("pin_id", flat=True).distinct().order_by("pin_id"))


def short_pins(after: datetime, before: datetime) -> list[str]:
    """Open public pins that close in a time and lack paid seats, those with the most paid seats first."""
    closing = Pin.objects.filter(state=Pin.State.OPEN, kind=Pin.Kind.PUBLIC, closes_at__gt=after, closes_at__lte=before)
    return list(closing.filter(seats_paid__lt=F("seats_min")).order_by("-seats_paid", "pin_id").values_list("pin_id", flat=True))


def waiting_pins(now: datetime) -> list[Waiting]:
    """Every open public pin by id, with the week before which its goods are ordered; its odds are left at 0."""
    rows = list(Pin.objects.filter(state=Pin.State.OPEN, kind=Pin.Kind.PUBLIC, closes_at__gt=now).order_by("pin_id"))
    of_pins = PinLot.objects.filter(pin__in=rows).values_list("pin_id", "lot__ready_week", "lot__kg_real")
    ready: dict[str, int] = {}
    for pin_id, ready_week, kg_real in of_pins:
        if kg_real is None:
            ready[pin_id] = min(ready.get(pin_id, ready_week), ready_week)
    return [
        Waiting(
            facts=_pin(row, row.pin_id),
            goods=(row.product_id, row.grade, row.region_id, row.lane_id, row.week, row.pack_kg),
            order_week=ready.get(row.pin_id, row.week),
            extended=row.extended_at is not None,
            odds=0.0,
        )
        for row in rows
    ]


def sellers_of(pin_id: str) -> set[str]:
    """Cooperatives whose crop a pin has been given."""
    return set(PinLot.objects.filter(pin=pin_id).values_list("lot__village__cooperative_id", flat=True))


def deadlines() -> tuple[Deadline, ...]:
    """Of every open public pin."""
    open_pins = Pin.objects.filter(state=Pin.State.OPEN, kind=Pin.Kind.PUBLIC)
    return tuple(starmap(Deadline, open_pins.values_list("product_id", "region_id", "week", "closes_at")))


def pins_due(now: datetime) -> list[str]:
    """Open pins whose time is up."""
    return list(Pin.objects.filter(state=Pin.State.OPEN, closes_at__lte=now).order_by("pin_id").values_list("pin_id", flat=True))


def new_order(facts: OrderFacts) -> bool:
    """Keeps an order; False if its id stood there already."""
    _, made = Order.objects.get_or_create(order_id=facts.order_id, defaults=asdict(facts))
    return made


def is_code_of(share_code: str, pin_or_code: str) -> bool:
    """Whether a share code is that of the pin with this id (or code)."""
    return Pin.objects.filter(Q(pin_id=pin_or_code) | Q(share_code=pin_or_code), share_code=share_code).exists()


def find_order(order_id: str) -> OrderFacts | None:
    row = Order.objects.filter(pk=order_id).values(*ORDER).first()
    return OrderFacts(**row) if row else None


def order_facts(order_id: str) -> OrderFacts:
    """An order as it stands. Raises NotFound."""
    found = find_order(order_id)
    if found is None:
        raise NotFound(f"there is no order {order_id!r}; look at the list of your orders")
    return found


def paid_orders(pin_id: str) -> list[OrderFacts]:
    """A pin's paid orders, first paid first."""
    rows = Order.objects.filter(pin=pin_id, state=Order.State.PAID).order_by("paid_at", "order_id").values(*ORDER)
    return [OrderFacts(**row) for row in rows]


def has_customer(customer_id: str) -> bool:
    return Customer.objects.filter(pk=customer_id).exists()


def new_payment(payment_id: str, order_id: str, provider: str, amount_fen: int, now: datetime) -> bool:
    """Keeps a started payment; False if its id stood there already."""
    _, made = Payment.objects.get_or_create(
        payment_id=payment_id, defaults={"order_id": order_id, "provider": provider, "amount_fen": amount_fen, "started_at": now}
    )
    return made


def find_payment(payment_id: str) -> PaymentFacts | None:
    row = Payment.objects.filter(pk=payment_id).values_list(*PAYMENT).first()
    return PaymentFacts(*row, counted=False) if row else None


def payment_facts(payment_id: str) -> PaymentFacts:
    """A payment and its order as they stand. Raises NotFound."""
    found = find_payment(payment_id)
    if found is None:
        raise NotFound(f"there is no payment {payment_id!r}; start one from the order")
    return found


def received_payment(order_id: str) -> PaymentFacts:
    """The payment that paid an order."""
    payment_id = Payment.objects.filter(order=order_id, state=Payment.State.RECEIVED).values_list("payment_id", flat=True).get()
    return payment_facts(payment_id)


def new_notice(notice_id: str, payment_id: str, paid: bool, amount_fen: int, now: datetime) -> bool:
    """Keeps a notice; False if its id stood there already."""
    _, made = Notice.objects.get_or_create(
        notice_id=notice_id, defaults={"payment_id": payment_id, "paid": paid, "amount_fen": amount_fen, "received_at": now}
    )
    return made


def notice_content(notice_id: str) -> tuple[str, bool, int]:
    """payment_id, paid and amount_fen of a notice that came before."""
    return Notice.objects.values_list("payment_id", "paid", "amount_fen").get(pk=notice_id)


def new_refund(refund_id: str, payment_id: str, amount_fen: int, why: str, now: datetime) -> bool:
    """Keeps a refund that the provider is still to be told; False if it stood there already."""
    _, made = Refund.objects.get_or_create(
        refund_id=refund_id, defaults={"payment_id": payment_id, "amount_fen": amount_fen, "why": why, "made_at": now}
    )
    return made


def count_refund(order_id: str, amount_fen: int) -> None:
    """Adds to what went back of an order's money; a check in the database refuses more than was paid."""
    Order.objects.filter(pk=order_id).update(refunded_fen=F("refunded_fen") + amount_fen)


def refunds_to_tell() -> list[RefundFacts]:
    """Refunds that their providers have not confirmed, oldest first. Cash is not among them: a coordinator hands it back."""
    rows = Refund.objects.filter(told_at=None).exclude(payment__provider="cash").order_by("made_at", "refund_id")
    return [RefundFacts(*row) for row in rows.values_list(*REFUND)]


def refund_facts(refund_id: str) -> RefundFacts:
    """Raises NotFound."""
    row = Refund.objects.filter(pk=refund_id).values_list(*REFUND).first()
    if row is None:
        raise NotFound(f"there is no refund {refund_id!r}; look at the list of cash to give back")
    return RefundFacts(*row)


def mark_told(refund_id: str, now: datetime) -> bool:
    """Whether it was done now: the provider has answered, or the customer has the cash in hand."""
    return Refund.objects.filter(pk=refund_id, told_at=None).update(told_at=now) == 1


def _pin(pin: Pin | None, asked: str) -> PinFacts:
    if pin is None:
        raise NotFound(f"there is no pin {asked!r}; look at the list of open pins")
    return PinFacts(
        pin_id=pin.pin_id,
        season=pin.season,
        kind=pin.kind,
        state=pin.state,
        share_code=pin.share_code,
        seats_min=pin.seats_min,
        seats_max=pin.seats_max,
        seats_taken=pin.seats_taken,
        seats_paid=pin.seats_paid,
        ladder=tuple((int(seats), int(price_fen)) for seats, price_fen in pin.ladder),
        floor_fen=pin.floor_fen,
        price_fen=pin.price_fen,
        closes_at=pin.closes_at,
        opened_by=pin.opened_by_id,
        accepted_short=pin.accepted_by_id is not None,
    )
