"""What was really picked, shared out among those to whom it was promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor

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
    substitutes : kept by lot_id, for the lots that could stand in (same hub, product and grade, young enough, with a lane)
    """

    buyer_id: str
    kg_sold: float
    pack_kg: float
    kg_sold_min: float
    claims: tuple[Claim, ...]
    substitutes: Mapping[str, float]


@dataclass(frozen=True)
class Sent:
    """Kg of one lot that leave for one buyer, and what of them arrives and is paid; the difference spoils on the way."""

    buyer_id: str
    lot_id: str
    kg_sent: float
    kg_sold: float


def share_out(buyers: Sequence[Buyer], stocks: Iterable[Stock]) -> list[Sent]:
    """What leaves each lot for each buyer: never more than is there, whole packs for pins, nothing for a bid that would miss its least.

    A lot that holds less than it was promised is shared in proportion to the promises. What a buyer then misses is taken from what whole
    packs leave over, and from substitutes that have something to spare beyond later weeks, oldest first; buyers stand in the order given.
    """
    by_lot = {stock.lot_id: stock for stock in stocks}
    while True:
        sent = _sent_to_all(buyers, by_lot)
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


def not_weighed(buyers: Iterable[Buyer], weighed: Container[str], sent: Iterable[Sent]) -> list[str]:
    """Ids of buyers who would go short although nothing at all was weighed into the lots promised to them: perhaps it is still to come.

    weighed : lot_ids that anything was weighed into
    """
    arrived = arrived_kg(sent)
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


def _sent_to_all(buyers: Sequence[Buyer], stocks: Mapping[str, Stock]) -> list[Sent]:
    own = _own_lots(buyers, stocks)
    sent = {buyer.buyer_id: _no_more_than_sold(buyer, own[buyer.buyer_id], stocks) for buyer in buyers}
    left = {lot_id: stock.kg for lot_id, stock in stocks.items()}
    for parts in sent.values():
        _take(left, parts)
    for buyer in buyers:
        # Cutting to whole packs leaves a little in every lot: together it may fill another pack.
        _take(left, sent[buyer.buyer_id], sign=-1)
        parts = [*sent[buyer.buyer_id], *_more(buyer, sent[buyer.buyer_id], left, stocks)]
        sent[buyer.buyer_id] = _no_more_than_sold(buyer, parts, stocks)
        _take(left, sent[buyer.buyer_id])
    return [part for parts in sent.values() for part in parts]


def _take(left: dict[str, float], parts: Iterable[Sent], sign: int = 1) -> None:
    for part in parts:
        left[part.lot_id] -= sign * part.kg_sent


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


def _more(buyer: Buyer, parts: Sequence[Sent], left: Mapping[str, float], stocks: Mapping[str, Stock]) -> list[Sent]:
    """What the buyer still misses, from what is left of its own lots and from what others can spare; `left` counts `parts` as not taken."""
    kg_missing = buyer.kg_sold - sum(part.kg_sold for part in parts)
    taken = {part.lot_id: part.kg_sent for part in parts}
    own = {claim.lot_id: claim.kept for claim in buyer.claims if claim.lot_id in stocks}
    kept = {**buyer.substitutes, **own}
    more = []
    in_order = sorted(kept, key=lambda lot_id: (lot_id not in own, stocks[lot_id].ready_week, lot_id))
    for hub_id in dict.fromkeys(stocks[lot_id].hub_id for lot_id in in_order):
        kg_wanted = kg_missing
        for lot_id in (lot_id for lot_id in in_order if stocks[lot_id].hub_id == hub_id):
            spare = left[lot_id] - taken.get(lot_id, 0.0) - (0.0 if lot_id in own else stocks[lot_id].kg_later)
            kg_sent = min(spare, kg_wanted / kept[lot_id])
            if kg_sent > DUST_KG:
                kg_wanted -= kg_sent * kept[lot_id]
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
