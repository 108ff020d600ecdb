"""What each household of a lot is credited for what was sold of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pinfold.basics.money import split_fen
from pinfold.ledger.split import milligrams


@dataclass(frozen=True)
class Picked:
    """Kg of product that one household brought into a lot with one weighing."""

    lot_id: str
    household_id: str
    kg: float
    weighed_at: datetime


@dataclass(frozen=True)
class Sold:
    """Kg that left a lot, and what its growers earned with them."""

    delivery_id: str
    lot_id: str
    kg: float
    growers_fen: int
    delivered_at: datetime


@dataclass(frozen=True)
class Credit:
    """One household's part of one sale."""

    delivery_id: str
    lot_id: str
    household_id: str
    kg: float
    amount_fen: int


def household_credits(sold: Iterable[Sold], picked: Sequence[Picked], credited_kg: Mapping[tuple[str, str], float]) -> list[Credit]:
    """Each household's part of each sale; the parts of a sale sum to its kg and to its fen.

    picked : every weighing of the lots that were sold from
    credited_kg : kg by (lot_id, household_id) that earlier settlements have credited
    A sale is shared by the kg that each household had in the lot at that moment and that no earlier sale took: crop weighed after a
    dispatch has no part in it, and all of a later one. Odd fen go to the household with the most kg, of equals to the first by id.
    """
    left: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (lot_id, household_id), kg in credited_kg.items():
        left[lot_id][household_id] -= kg
    waiting = sorted(picked, key=lambda weighing: weighing.weighed_at, reverse=True)
    found: list[Credit] = []
    for sale in sorted(sold, key=lambda sale: (sale.delivered_at, sale.delivery_id)):
        while waiting and waiting[-1].weighed_at <= sale.delivered_at:
            weighing = waiting.pop()
            left[weighing.lot_id][weighing.household_id] += weighing.kg
        parts = _parts(sale, left[sale.lot_id])
        for part in parts:
            left[sale.lot_id][part.household_id] -= part.kg
        found += parts
    return found


def _parts(sale: Sold, kg_left: Mapping[str, float]) -> list[Credit]:
    weights = {household: milligrams(kg) for household, kg in sorted(kg_left.items()) if milligrams(kg) > 0}
    assert weights, f"{sale.delivery_id} sold {sale.kg} kg of lot {sale.lot_id}, from which no household has anything left"
    households = sorted(weights, key=lambda household: (-weights[household], household))
    fen = split_fen(sale.growers_fen, [weights[household] for household in households])
    whole = sum(weights.values())
    return [
        Credit(sale.delivery_id, sale.lot_id, household, sale.kg * weights[household] / whole, amount_fen)
        for household, amount_fen in zip(households, fen, strict=True)
    ]
