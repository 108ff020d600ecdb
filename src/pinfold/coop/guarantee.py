"""The guarantee: qualified crop that was picked and not sold is bought at the floor price."""

from __future__ import annotations

from dataclasses import dataclass

from pinfold.basics.money import yuan_to_fen
from pinfold.coop.rules import CoopRules

DUST_KG = 1e-3


@dataclass(frozen=True)
class Unsold:
    """A lot with kg that were weighed, not sent, and are not promised to a later week.

    keeps_weeks : whole weeks from ready_week in which it can still be sold (shelf life, less the longest way)
    """

    lot_id: str
    cooperative_id: str
    grade: int
    ready_week: int
    keeps_weeks: int
    kg: float
    floor_price_per_kg: float


def is_due(lot: Unsold, week: int, season_weeks: int, rules: CoopRules) -> bool:
    """Whether the cooperative buys the lot when `week` is settled.

    It waits guarantee_after_weeks for a buyer, less where the crop does not keep so long, and never past the season's last week.
    """
    waits_weeks = min(rules.guarantee_after_weeks, lot.keeps_weeks)
    ended = week >= season_weeks - 1
    return lot.kg > DUST_KG and lot.grade <= rules.guarantee_grade_worst and (week >= lot.ready_week + waits_weeks or ended)


def price_fen(lot: Unsold) -> int:
    """What the growers of the lot are paid for all of it.

    >>> price_fen(Unsold("l", "c", 0, 3, 50, 12.5, 9.6))
    12000
    """
    return yuan_to_fen(lot.kg * lot.floor_price_per_kg)
