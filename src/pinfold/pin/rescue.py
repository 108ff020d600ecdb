"""What to do for a pin that may not fill: join it with a neighbour, or give it more time once. Accepting it short is for its sellers.

Nobody pays more than was asked, no price falls below what covers the costs of either pin, and nobody's goods come later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pinfold.basics.weeks import week_monday
from pinfold.pin.facts import PinFacts
from pinfold.pin.ladder import Ladder
from pinfold.pin.opening import CLOSING_HOUR_UTC
from pinfold.pin.rules import PinRules


@dataclass(frozen=True)
class Waiting:
    """An open public pin. goods : product, grade, region, lane, week and pack; pins with the same sell the same.

    order_week : week before which it must be known whether the goods are wanted
    odds : that its smallest size is paid in time
    """

    facts: PinFacts
    goods: tuple[str, int, str, str, int, float]
    order_week: int
    extended: bool
    odds: float


@dataclass(frozen=True)
class MergedTerms:
    """Terms of a pin that took another's members: the larger of both smallest sizes, and a ladder that both can keep."""

    seats_min: int
    ladder: Ladder
    floor_fen: int


def merged_terms(one: PinFacts, other: PinFacts) -> MergedTerms | None:
    """Terms for the members of both pins together, or None when no price suits both.

    It begins at the lower of both first prices, so that nobody pays more than was asked, and ends at the higher of both last prices, which
    covers the costs of either.
    """
    first_fen = min(one.ladder[0][1], other.ladder[0][1])
    last_fen = max(one.ladder[-1][1], other.ladder[-1][1])
    if last_fen > first_fen:
        return None
    seats_min, seats_max = max(one.seats_min, other.seats_min), one.seats_max + other.seats_max
    ladder: Ladder = ((seats_min, first_fen),) if last_fen == first_fen else ((seats_min, first_fen), (seats_max, last_fen))
    return MergedTerms(seats_min, ladder, max(one.floor_fen, other.floor_fen))


def neighbour(pin: Waiting, open_pins: Sequence[Waiting], rules: PinRules) -> Waiting | None:
    """The pin that takes the members of `pin`: of those that sell the same and close with it, the one with the most paid seats.

    None when `pin` will probably fill by itself, has no member, or was accepted as it is.
    """
    if pin.odds > rules.merge_odds_max or pin.facts.seats_paid == 0 or pin.facts.accepted_short:
        return None
    # The one with fewer members moves, so that the fewest have to be told.
    standing = (pin.facts.seats_paid, pin.facts.pin_id)
    fitting = [
        other
        for other in open_pins
        if other.goods == pin.goods
        and (other.facts.seats_paid, other.facts.pin_id) > standing
        and not other.facts.accepted_short
        and other.facts.closes_at == pin.facts.closes_at
        and merged_terms(pin.facts, other.facts) is not None
    ]
    return max(fitting, key=lambda other: (other.facts.seats_paid, other.facts.pin_id), default=None)


def later_close(pin: Waiting, season_starts_on: date, rules: PinRules) -> datetime | None:
    """When the pin closes if it is given more time: `extend_days` later, but before the goods must be picked; None if it cannot be."""
    if pin.extended or pin.facts.accepted_short or not rules.extend_days:
        return None
    last_day = week_monday(pin.order_week, season_starts_on) - timedelta(days=rules.extend_days_before_week)
    last = datetime.combine(last_day, time(CLOSING_HOUR_UTC), UTC)
    later = min(pin.facts.closes_at + timedelta(days=rules.extend_days), last)
    return later if later > pin.facts.closes_at else None
