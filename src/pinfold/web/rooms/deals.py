"""Parcels put together as people speak of them: who buys how much of what, for which price and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pinfold.basics.money import yuan_to_fen
from pinfold.match.explain import Unsold
from pinfold.match.say import Language, Names, say
from pinfold.store.reads.plan import FILLED, OPEN, PLANNED, Parcel
from pinfold.store.reads.shop import Named
from pinfold.web.charts.lanes import LaneLoad


@dataclass(frozen=True)
class Deal:
    """All parcels of one product for one buyer in one week.

    kg : leaving the villages; low_fen, high_fen : price of a kg, over all grades; worth_fen : at the highest prices, if all is sold
    why : the sentence of its largest parcel that has one
    """

    product: Named
    crop: str
    buyer: Named
    kind: str
    week: int
    states: tuple[str, ...]
    kg: float
    low_fen: int
    high_fen: int
    worth_fen: int
    villages: tuple[Named, ...]
    grades: tuple[int, ...]
    share_codes: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Outlook:
    """A week's picking in figures. sure_kg : in filled pins and chosen bids; worth_fen : at the highest prices, if all is sold."""

    kg: float
    sure_kg: float
    worth_fen: int
    regions: int
    merchants: int
    by_product: tuple[Picked, ...]


@dataclass(frozen=True)
class Picked:
    """A product's part of a week's picking. sure_kg : of these in filled pins and chosen bids."""

    product: Named
    crop: str
    kg: float
    sure_kg: float

    @property
    def sure_share(self) -> float:
        return self.sure_kg / self.kg


@dataclass(frozen=True)
class Stays:
    """Kilograms of a product that stay for one reason. from_week, to_week : when they ripen."""

    product: Named | None
    kg: float
    from_week: int
    to_week: int
    why: str


def deals(parcels: Iterable[Parcel], names: Names, language: Language) -> list[Deal]:
    """One deal per product, buyer and week of delivery, the largest first."""
    groups: dict[tuple[str, str, str, int], list[Parcel]] = defaultdict(list)
    for parcel in parcels:
        groups[parcel.product.id, parcel.kind, parcel.buyer.id, parcel.week].append(parcel)
    return sorted((_deal(group, names, language) for group in groups.values()), key=lambda deal: (-deal.kg, deal.product.id, deal.buyer.id))


def outlook(parcels: Sequence[Parcel]) -> Outlook:
    """The whole week in figures."""
    groups: dict[Named, list[Parcel]] = defaultdict(list)
    for parcel in parcels:
        groups[parcel.product].append(parcel)
    by_product = [Picked(product, group[0].crop, _kg(group), _sure_kg(group)) for product, group in groups.items()]
    return Outlook(
        kg=_kg(parcels),
        sure_kg=_sure_kg(parcels),
        worth_fen=sum(_worth_fen(parcel) for parcel in parcels),
        regions=len({parcel.region.id for parcel in parcels if parcel.kind == "pin"}),
        merchants=len({parcel.buyer.id for parcel in parcels if parcel.kind == "bid"}),
        by_product=tuple(sorted(by_product, key=lambda each: -each.kg)),
    )


def lane_loads(parcels: Iterable[Parcel]) -> list[LaneLoad]:
    """Kilograms by hub and region, the most first."""
    loads: dict[tuple[str, str], LaneLoad] = {}
    for parcel in parcels:
        key = parcel.hub.id, parcel.region.id
        load = loads.get(key, LaneLoad(parcel.hub, parcel.region, 0.0))
        loads[key] = replace(load, kg=load.kg + parcel.kg)
    return sorted(loads.values(), key=lambda load: -load.kg)


def stays(unsold: Iterable[tuple[int, Unsold]], products: dict[str, Named], names: Names, language: Language) -> list[Stays]:
    """What stays, by product and reason, the most first; kg of one reason and one best place are added up."""
    ordered = sorted(unsold, key=lambda pair: _reason_key(pair[1]))
    found = []
    for _, group in groupby(ordered, key=lambda pair: _reason_key(pair[1])):
        lots = list(group)
        whole = replace(lots[0][1], kg=sum(each.kg for _, each in lots))
        weeks = [week for week, _ in lots]
        found.append(Stays(products.get(whole.product_id), whole.kg, min(weeks), max(weeks), say(whole, names, language)))
    return sorted(found, key=lambda each: -each.kg)


def _reason_key(unsold: Unsold) -> tuple[str, str, str, str]:
    # A gap in price differs from lot to lot, so its figure is spoken to the tenth of a yuan that it lies in.
    gap = f"{unsold.short_per_kg:.1f}" if unsold.why in ("pays less", "shared") and unsold.short_per_kg is not None else ""
    return unsold.product_id, unsold.full or unsold.why, unsold.region_id or "", gap


def _kg(parcels: Iterable[Parcel]) -> float:
    return sum(parcel.kg for parcel in parcels)


def _sure_kg(parcels: Iterable[Parcel]) -> float:
    return _kg(parcel for parcel in parcels if parcel.state not in (OPEN, PLANNED))


def _worth_fen(parcel: Parcel) -> int:
    return yuan_to_fen(parcel.kg_kept * parcel.high_per_kg)


def _deal(group: list[Parcel], names: Names, language: Language) -> Deal:
    first = max(group, key=lambda parcel: parcel.kg)
    told = max((parcel for parcel in group if parcel.reason), key=lambda parcel: parcel.kg, default=None)
    states = {parcel.state for parcel in group}
    return Deal(
        product=first.product,
        crop=first.crop,
        buyer=first.buyer,
        kind=first.kind,
        week=first.week,
        states=tuple(state for state in (FILLED, "chosen", OPEN, PLANNED) if state in states),
        kg=sum(parcel.kg for parcel in group),
        low_fen=yuan_to_fen(min(parcel.low_per_kg for parcel in group)),
        high_fen=yuan_to_fen(max(parcel.high_per_kg for parcel in group)),
        worth_fen=sum(_worth_fen(parcel) for parcel in group),
        villages=tuple(dict.fromkeys(parcel.village for parcel in group)),
        grades=tuple(sorted({parcel.grade for parcel in group})),
        share_codes=tuple(dict.fromkeys(parcel.share_code for parcel in group if parcel.share_code)),
        why=say(told.reason, names, language) if told and told.reason else "",
    )
