"""What was really picked, shared out among those to whom it was promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor, inf
from types import MappingProxyType

DUST_KG = 1e-6


@dataclass(frozen=True)
class Stock:
    """What one lot holds when a week is dispatched.

    kg : weighed and not yet sent, kg of product
    kg_later : promised to weeks that come after, kg
    """

    lot_id: str
    hub_id: str
    product_id: str
    grade: int
    ready_week: int
    kg: float
    kg_later: float


@dataclass(frozen=True)
class Claim:
    """Kg of one lot promised to one buyer. kept: kg that arrive sellable per kg sent, 0..1."""

    buyer_id: str
    lot_id: str
    kg: float
    kept: float


@dataclass(frozen=True)
class Buyer:
    """A filled pin (pack_kg > 0; wants whole packs) or a chosen bid (pack_kg 0; takes any amount from kg_sold_min).

    kg_sold : kg that are to arrive: paid packs, or what the merchant was promised
    substitutes : kept by lot_id, for the lots that could stand in (same product, no worse grade, young enough, with a lane)
    region_id, hubs : where it goes, and the hubs whose trucks were meant for it; none: whichever trucks there are
    """

    buyer_id: str
    kg_sold: float
    pack_kg: float
    kg_sold_min: float
    claims: tuple[Claim, ...]
    substitutes: Mapping[str, float]
    region_id: str = ""
    hubs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sent:
    """Kg of one lot that leave for one buyer, and what of them arrives and is paid; the difference spoils on the way."""

    buyer_id: str
    lot_id: str
    kg_sent: float
    kg_sold: float


Rooms = Mapping[tuple[str, str], float]
"""Kg that the trucks from a hub to a region hold, and, with region "", that the hub's pack house can pack; without a name no limit."""


def share_out(buyers: Sequence[Buyer], stocks: Iterable[Stock], rooms: Rooms = MappingProxyType({})) -> list[Sent]:
    """What leaves each lot for each buyer: never more than is there, whole packs for pins, nothing for a bid that would miss its least.

    A lot that holds less than it was promised is shared in proportion to the promises. What a buyer then misses is taken from what whole
    packs leave over, and from substitutes that have something to spare beyond later weeks: those of its own hubs before those of others,
    which must find room, the worst grade that will do first, and the oldest first; buyers stand in the order given.
    """
    by_lot = {stock.lot_id: stock for stock in stocks}
    while True:
        sent = _sent_to_all(buyers, by_lot, rooms)
        arrived = arrived_kg(sent)
        refused = {buyer.buyer_id for buyer in buyers if arrived.get(buyer.buyer_id, 0.0) < buyer.kg_sold_min - DUST_KG}
        if not refused:
            return sent
        # A merchant who would get less than his least gets nothing, and the others are shared out again with what that leaves.
        buyers = [buyer for buyer in buyers if buyer.buyer_id not in refused]


def arrived_kg(sent: Iterable[Sent]) -> dict[str, float]:
    """Kg that arrive for each buyer who gets any."""
    arrived: dict[str, float] = defaultdict(float)
    for part in sent:
        arrived[part.buyer_id] += part.kg_sold
    return dict(arrived)


def not_weighed(buyers: Sequence[Buyer], weighed: Mapping[str, Stock], sent: Iterable[Sent]) -> list[str]:
    """Ids of buyers who would go short, or get another hub's crop, although nothing at all was weighed into the lots promised to them:
    perhaps it is still to come.

    weighed : by lot_id, what anything was weighed into
    """
    hubs = {buyer.buyer_id: buyer.hubs for buyer in buyers}
    arrived = arrived_kg(part for part in sent if not hubs[part.buyer_id] or weighed[part.lot_id].hub_id in hubs[part.buyer_id])
    return [
        buyer.buyer_id
        for buyer in buyers
        if arrived.get(buyer.buyer_id, 0.0) < buyer.kg_sold - DUST_KG and not any(claim.lot_id in weighed for claim in buyer.claims)
    ]


def whole_packs(kg: float, pack_kg: float) -> int:
    """How many packs can be filled from `kg`; a few grams of rounding do not cost a pack.

    >>> whole_packs(9.9999999, 2.5), whole_packs(9.9, 2.5)
    (4, 3)
    """
    return floor(kg / pack_kg + 1e-6)


def _sent_to_all(buyers: Sequence[Buyer], stocks: Mapping[str, Stock], rooms: Rooms) -> list[Sent]:
    own = _own_lots(buyers, stocks)
    sent = {buyer.buyer_id: _no_more_than_sold(buyer, own[buyer.buyer_id], stocks) for buyer in buyers}
    left = _Left(stocks, {lot_id: stock.kg for lot_id, stock in stocks.items()}, dict(rooms))
    for buyer in buyers:
        left.take(buyer, sent[buyer.buyer_id])
    for buyer in buyers:
        # Cutting to whole packs leaves a little in every lot: together it may fill another pack.
        left.take(buyer, sent[buyer.buyer_id], sign=-1)
        parts = [*sent[buyer.buyer_id], *_more(buyer, sent[buyer.buyer_id], left)]
        sent[buyer.buyer_id] = _no_more_than_sold(buyer, parts, stocks)
        left.take(buyer, sent[buyer.buyer_id])
    return [part for parts in sent.values() for part in parts]


@dataclass(frozen=True)
class _Left:
    """What lots, trucks and pack houses have left while kg are shared out."""

    stocks: Mapping[str, Stock]
    kg: dict[str, float]
    rooms: dict[tuple[str, str], float]

    def take(self, buyer: Buyer, parts: Iterable[Sent], sign: int = 1) -> None:
        for part in parts:
            self.kg[part.lot_id] -= sign * part.kg_sent
            for place in self._places(buyer, part.lot_id):
                self.rooms[place] -= sign * part.kg_sent

    def room_kg(self, buyer: Buyer, lot_id: str) -> float:
        """What more of a lot can go to a buyer; its own hubs' trucks were ordered for it."""
        if not buyer.hubs or self.stocks[lot_id].hub_id in buyer.hubs:
            return inf
        return min((self.rooms[place] for place in self._places(buyer, lot_id)), default=inf)

    def _places(self, buyer: Buyer, lot_id: str) -> list[tuple[str, str]]:
        hub_id = self.stocks[lot_id].hub_id
        return [place for place in ((hub_id, buyer.region_id), (hub_id, "")) if place in self.rooms]


def _own_lots(buyers: Sequence[Buyer], stocks: Mapping[str, Stock]) -> dict[str, list[Sent]]:
    """What each buyer gets of the lots promised to it."""
    claimed: dict[str, float] = defaultdict(float)
    for buyer in buyers:
        for claim in buyer.claims:
            claimed[claim.lot_id] += claim.kg
    share = {lot_id: min(1.0, stocks[lot_id].kg / kg) if lot_id in stocks and kg > 0 else 0.0 for lot_id, kg in claimed.items()}
    parts: dict[str, list[Sent]] = defaultdict(list)
    for buyer in buyers:
        for claim in buyer.claims:
            kg_sent = claim.kg * share[claim.lot_id]
            if kg_sent > DUST_KG:
                parts[buyer.buyer_id].append(Sent(buyer.buyer_id, claim.lot_id, kg_sent, kg_sent * claim.kept))
    return parts


def _more(buyer: Buyer, parts: Sequence[Sent], left: _Left) -> list[Sent]:
    """What the buyer still misses, from what is left of its own lots and from what others can spare; `left` counts `parts` as not taken."""
    stocks = left.stocks
    kg_missing = buyer.kg_sold - sum(part.kg_sold for part in parts)
    taken = {part.lot_id: part.kg_sent for part in parts}
    own = {claim.lot_id: claim.kept for claim in buyer.claims if claim.lot_id in stocks}
    kept = {**buyer.substitutes, **own}
    more: list[Sent] = []

    def rank(lot_id: str) -> tuple[bool, bool, int, int, str]:
        stock = stocks[lot_id]
        return lot_id not in own, bool(buyer.hubs) and stock.hub_id not in buyer.hubs, -stock.grade, stock.ready_week, lot_id

    in_order = sorted(kept, key=rank)
    for hub_id in dict.fromkeys(stocks[lot_id].hub_id for lot_id in in_order):
        kg_wanted = kg_missing
        kg_here = 0.0
        for lot_id in (lot_id for lot_id in in_order if stocks[lot_id].hub_id == hub_id):
            spare = left.kg[lot_id] - taken.get(lot_id, 0.0) - (0.0 if lot_id in own else stocks[lot_id].kg_later)
            kg_sent = min(spare, kg_wanted / kept[lot_id], left.room_kg(buyer, lot_id) - kg_here)
            if kg_sent > DUST_KG:
                kg_wanted, kg_here = kg_wanted - kg_sent * kept[lot_id], kg_here + kg_sent
                more.append(Sent(buyer.buyer_id, lot_id, kg_sent, kg_sent * kept[lot_id]))
        # What is less than a pack at one hub leaves it to the next to fill that pack.
        kg_missing -= whole_packs(kg_missing - kg_wanted, buyer.pack_kg) * buyer.pack_kg if buyer.pack_kg else kg_missing - kg_wanted
    return more


def _no_more_than_sold(buyer: Buyer, parts: Sequence[Sent], stocks: Mapping[str, Stock]) -> list[Sent]:
    """The parts cut down together to what the buyer was sold: to whole packs, if packs are what it takes, each packed at one hub."""
    arriving: dict[str, float] = defaultdict(float)
    packed_at = {part.lot_id: stocks[part.lot_id].hub_id if buyer.pack_kg else "" for part in parts}
    for part in parts:
        arriving[packed_at[part.lot_id]] += part.kg_sold
    share: dict[str, float] = {}
    kg_left = buyer.kg_sold
    for hub_id, kg in arriving.items():
        kg_sold = min(kg_left, whole_packs(kg, buyer.pack_kg) * buyer.pack_kg if buyer.pack_kg else kg)
        share[hub_id] = min(1.0, kg_sold / kg) if kg > DUST_KG else 0.0
        kg_left -= kg_sold
    merged: dict[str, Sent] = {}
    for part in parts:
        before, cut = merged.get(part.lot_id, Sent(part.buyer_id, part.lot_id, 0.0, 0.0)), share[packed_at[part.lot_id]]
        merged[part.lot_id] = replace(before, kg_sent=before.kg_sent + part.kg_sent * cut, kg_sold=before.kg_sold + part.kg_sold * cut)
    return [part for part in merged.values() if part.kg_sent > DUST_KG]
