"""Promises that their lots cannot keep any more, and the lots that keep them instead: `moves`.

What is sold is sold: a pin's kg come from other lots at the price that its members pay. The match says from which,
so that they arrive in time, by lanes, trucks and pack houses that have room; what no other lot can bring stays short where it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

import polars as pl

from pinfold.deliver.dispatch import DUST_KG, whole_packs
from pinfold.match.plan import plan_season
from pinfold.match.rules import MatchRules, with_fairness
from pinfold.match.season import build_season
from pinfold.match.tables import Tables
from pinfold.pin.opening import LotShare


@dataclass(frozen=True)
class Promised:
    """What an open or filled pin has been given.

    price_fen : of a pack, the least that its members may pay
    seats_taken : held or paid; seats_spare : of an open pin, that nobody has taken and that it does not need to fill
    """

    pin_id: str
    product_id: str
    region_id: str
    week: int
    grade: int
    pack_kg: float
    price_fen: int
    seats_taken: int
    seats_spare: int
    lots: tuple[LotShare, ...]

    @property
    def price_per_kg(self) -> float:
        """Yuan."""
        return self.price_fen / 100 / self.pack_kg

    @property
    def kg_kept(self) -> float:
        return sum(share.kg * share.kept for share in self.lots)


@dataclass(frozen=True)
class Left:
    """What a pin no longer gets of one lot: packs, as they would arrive."""

    pin: Promised
    lot: LotShare
    packs: int


@dataclass(frozen=True)
class Move:
    """Packs of one pin that come from another lot. kg_from : given back to the one; kg_to : taken of the other; kept : of those"""

    pin_id: str
    lot_from: str
    lot_to: str
    kg_from: float
    kg_to: float
    kept: float


@dataclass(frozen=True)
class GivenUp:
    """Seats of an open pin that its lot cannot fill and that nobody has taken; kg : leaving the village, given back to the lot"""

    pin_id: str
    lot_id: str
    seats: int
    kg: float


def given_up(promised: Sequence[Promised], short_kg: Mapping[str, float]) -> Iterator[GivenUp]:
    """Seats that are not sold any longer, because the crop for them will not come: of pins with the fewest members first.

    promised, short_kg : as `moves`, and what is left of both after it
    """
    short = dict(short_kg)
    for pin in _fewest_members_first(promised):
        spare = pin.seats_spare
        for share in pin.lots:
            seats = min(_packs_short(pin, share, short), spare)
            if seats:
                kg = seats * pin.pack_kg / share.kept
                spare, short[share.lot_id] = spare - seats, short[share.lot_id] - kg
                yield GivenUp(pin.pin_id, share.lot_id, seats, kg)


def moves(
    promised: Sequence[Promised], short_kg: Mapping[str, float], tables: Tables, rules: MatchRules, refund_cost_share: float
) -> list[Move]:
    """Which packs of which pins come from another lot of the same product and the same or a better grade, whole packs each.

    promised : every pin that waits for one of the short lots
    short_kg : by lot_id, kg leaving the village by which its promises pass what it holds
    tables : lots with the kg that are promised to nobody; lanes and hub_weeks with what they can still take; wants are not looked at
    refund_cost_share : what giving money back costs beside that money, as a share of the price
    """
    dear = _at_one_price(rules)
    reached = _ways_lead_to(promised, tables, dear)
    left = list(_left([pin for pin in promised if pin.pin_id in reached], short_kg))
    if not left or tables.lots.is_empty():
        return []
    season = build_season(replace(tables, wants=_wants(left, tables.products, dear, refund_cost_share)), dear)
    sent: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for lot_id, pin_id, kg, kept in plan_season(season).shipments.select("lot_id", "want_id", "kg", "kept").sort("lot_id").iter_rows():
        sent[pin_id].append((lot_id, kg, kept))
    of_pin: dict[str, list[Left]] = defaultdict(list)
    for each in left:
        of_pin[each.pin.pin_id].append(each)
    return [move for pin_id, parts in of_pin.items() for move in _paired(parts, sent[pin_id])]


def _at_one_price(rules: MatchRules) -> MatchRules:
    """The rules of a match whose wants pay one price for every grade and age: then a better grade costs what it would bring elsewhere."""
    worst = max(rules.grade_discount)
    best, second, third = (worst - discount for discount in rules.grade_discount)
    plain = with_fairness(rules, "none")
    return replace(plain, grade_discount_best=best, grade_discount_second=second, grade_discount_third=third, freshness_discount=0.0)


def _ways_lead_to(promised: Sequence[Promised], tables: Tables, rules: MatchRules) -> set[str]:
    """Pins that any of the lots can reach in time, so that nobody is kept from moving by one who cannot."""
    whole = [Left(pin, share, 1) for pin in promised for share in pin.lots[:1]]
    if not whole or tables.lots.is_empty():
        return set()
    season = build_season(replace(tables, wants=_wants(whole, tables.products, rules, 0.0)), rules)
    return set(season.tables.wants["want_id"].gather(season.ways.want).unique())


def _left(promised: Sequence[Promised], short_kg: Mapping[str, float]) -> Iterator[Left]:
    """The packs that leave each short lot: those of pins with the fewest members first, so that the fewest have to be told."""
    short = dict(short_kg)
    for pin in _fewest_members_first(promised):
        for share in pin.lots:
            packs = _packs_short(pin, share, short)
            if packs:
                short[share.lot_id] -= packs * pin.pack_kg / share.kept
                yield Left(pin, share, packs)


def _fewest_members_first(promised: Sequence[Promised]) -> list[Promised]:
    return sorted(promised, key=lambda pin: (pin.seats_taken, pin.pin_id))


def _packs_short(pin: Promised, share: LotShare, short_kg: Mapping[str, float]) -> int:
    """Packs of one lot that a pin waits for and the lot cannot fill."""
    kg = max(min(short_kg.get(share.lot_id, 0.0), share.kg), 0.0)
    return min(ceil(kg * share.kept / pin.pack_kg - DUST_KG), whole_packs(share.kg * share.kept, pin.pack_kg))


def _wants(left: Sequence[Left], products: pl.DataFrame, rules: MatchRules, refund_cost_share: float) -> pl.DataFrame:
    """One want of each pin: first the packs that somebody has taken, whose refund would cost something beside, then the others."""
    list_price = dict(products.select("product_id", "price_per_kg").iter_rows())
    packs: dict[str, int] = defaultdict(int)
    for each in left:
        packs[each.pin.pin_id] += each.packs
    rows = []
    for pin in {each.pin.pin_id: each.pin for each in left}.values():
        staying = whole_packs(pin.kg_kept, pin.pack_kg) - packs[pin.pin_id]
        taken = min(packs[pin.pin_id], max(0, pin.seats_taken - staying))
        # The lots of the pin's own grade cost nothing beside: what _at_one_price takes off for them is laid on here.
        on_top = rules.grade_discount[pin.grade] * list_price[pin.product_id]
        rows.append(
            {
                "want_id": pin.pin_id,
                "product_id": pin.product_id,
                "region_id": pin.region_id,
                "week": pin.week,
                "kind": "pin",
                "price_1": pin.price_per_kg * (1 + refund_cost_share) + on_top,
                "kg_1": taken * pin.pack_kg,
                "price_2": pin.price_per_kg + on_top,
                "kg_2": (packs[pin.pin_id] - taken) * pin.pack_kg,
                "price_3": 0.0,
                "kg_3": 0.0,
                "kg_min": 0.0,
                "open_cost": 0.0,
                "grade_worst": pin.grade,
            }
        )
    return pl.DataFrame(rows)


def _paired(left: Sequence[Left], sent: Sequence[tuple[str, float, float]]) -> Iterator[Move]:
    """The packs of one pin that leave its lots, and the lots (lot_id, kg, kept) that send them instead, each in the order given."""
    waiting = [each.packs for each in left]
    for lot_id, kg, kept in sent:
        packs = whole_packs(kg * kept, left[0].pin.pack_kg)
        for place, each in enumerate(left):
            some = min(packs, waiting[place])
            if some:
                kg_kept = some * each.pin.pack_kg
                yield Move(each.pin.pin_id, each.lot.lot_id, lot_id, kg_kept / each.lot.kept, kg_kept / kept, kept)
                waiting[place], packs = waiting[place] - some, packs - some
