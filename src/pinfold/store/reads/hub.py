"""What a pack house's page shows: what arrives from the villages in a week, and what is to leave for customers and merchants."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Sum

from pinfold.basics.errors import NotFound
from pinfold.store.models import Bid, BidLot, Hub, Lot, Pin, PinLot
from pinfold.store.reads.shop import Named


@dataclass(frozen=True)
class Arriving:
    """A lot that comes in. forecast_kg : None once the weighed kg stand in its place; weighed_kg : so far."""

    lot_id: str
    village: Named
    product: Named
    grade: int
    kg: float
    weighed_kg: float | None
    promised_kg: float


@dataclass(frozen=True)
class Leaving:
    """A pin or bid that leaves. kind : pin or bid; packs : 0 for a bid; kg : on arrival, as sold."""

    id: str
    kind: str
    state: str
    product: Named
    grade: int
    buyer: Named
    packs: int
    pack_kg: float
    kg: float


def hub(hub_id: str) -> Named:
    """Raises NotFound."""
    row = Hub.objects.filter(pk=hub_id).values_list("hub_id", "name", "name_zh").first()
    if row is None:
        raise NotFound(f"hub {hub_id!r} is not known; give a hub_id of the hubs table")
    return Named(*row)


def arriving(season: int, hub_id: str, week: int) -> list[Arriving]:
    """Lots of the hub that are ready in a week and of which something is expected, by village and product."""
    rows = Lot.objects.filter(season=season, hub=hub_id, ready_week=week).select_related("village", "product")
    return [
        Arriving(row.pk, _named(row.village), _named(row.product), row.grade, row.kg, row.kg_real, row.kg_promised)
        for row in rows.order_by("village_id", "product_id", "grade")
        if row.kg >= 1 or row.kg_real
    ]


def leaving(season: int, hub_id: str, week: int) -> list[Leaving]:
    """Filled pins and chosen bids that leave the hub in a week, and those that have left, by buyer."""
    pins = Pin.objects.filter(season=season, week=week, state__in=[Pin.State.FILLED, Pin.State.DISPATCHED])
    shares = PinLot.objects.filter(pin__in=pins).values_list("pin_id")
    kg_of, kg_here = (dict(some.annotate(arriving=Sum(F("kg") * F("kept")))) for some in (shares, shares.filter(lot__hub=hub_id)))
    packs = {pin.pk: round(pin.seats_paid * kg_here[pin.pk] / kg_of[pin.pk]) for pin in pins.filter(pk__in=kg_here) if kg_of[pin.pk]}
    found = [
        Leaving(pin.pk, "pin", pin.state, _named(pin.product), pin.grade, _named(pin.region), packs[pin.pk], pin.pack_kg,
                packs[pin.pk] * pin.pack_kg)
        for pin in pins.filter(pk__in=packs).select_related("product", "region")
    ]  # fmt: skip
    kg = dict(BidLot.objects.filter(lane__hub=hub_id, bid__week=week).values_list("bid_id").annotate(all_kg=Sum("kg")))
    bids = Bid.objects.filter(pk__in=list(kg), state__in=[Bid.State.CHOSEN, Bid.State.DELIVERED, Bid.State.MISSED])
    found += [
        Leaving(bid.pk, "bid", bid.state, _named(bid.product), bid.grade, _named(bid.merchant), 0, 0.0, kg[bid.pk])
        for bid in bids.select_related("product", "merchant")
    ]
    return sorted(found, key=lambda each: (each.state not in (Pin.State.FILLED, Bid.State.CHOSEN), each.buyer.name, each.id))


def _named(row: object) -> Named:
    return Named(row.pk, row.name, row.name_zh)  # type: ignore[attr-defined]
