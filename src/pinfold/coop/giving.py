"""Which lots a chosen bid is served from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DUST_KG = 1e-6


@dataclass(frozen=True)
class FreeLot:
    """A lot that could serve a bid over one lane.

    kept : kg sold per kg sent; kg_free : may still be promised; kg_planned : what the latest plan sends from it to this bid
    """

    lot_id: str
    grade: int
    ready_week: int
    lane_id: str
    kept: float
    kg_free: float
    kg_planned: float


def kg_from_each(kg_sold: float, lots: Sequence[FreeLot]) -> dict[str, float]:
    """Kg to send from each lot, by lot_id, so that `kg_sold` arrive, or as much as there is.

    First what the plan meant for this bid; then the worst grade first, because the merchant pays one price for all, and the oldest first.

    >>> kg_from_each(90, [FreeLot("a", 0, 3, "", 0.9, 200, 0), FreeLot("b", 2, 4, "", 0.9, 50, 0)])
    {'b': 50.0, 'a': 50.0}
    """
    given: dict[str, float] = {}
    missing = kg_sold
    for limit in ("kg_planned", "kg_free"):
        for lot in sorted(lots, key=lambda lot: (-lot.grade, lot.ready_week, lot.lot_id)):
            left = min(getattr(lot, limit), lot.kg_free) - given.get(lot.lot_id, 0.0)
            kg = min(left, missing / lot.kept)
            if kg > DUST_KG:
                given[lot.lot_id] = given.get(lot.lot_id, 0.0) + kg
                missing -= kg * lot.kept
    return given
