"""How much of a lot arrives in a state to be sold."""

from __future__ import annotations

from pinfold.match.rules import MatchRules


def age_on_arrival_days(ready_week: int, week: int, collect_days: float, lane_days: float) -> float:
    """Days from ripe to delivered: as the match counts them.

    >>> age_on_arrival_days(3, 4, 1, 2)
    10.0
    """
    return 7.0 * (week - ready_week) + collect_days + lane_days


def kept_share(age_days: float, shelf_life_days: float, rules: MatchRules) -> float | None:
    """Kg that can be sold per kg sent, 0..1, or None when the goods would arrive too old to be delivered: as the match counts them.

    Source of the formula and its numbers: MatchRules (loss_base, loss_at_full_age, shelf_share_max).
    """
    old = age_days / shelf_life_days
    if age_days < 0 or old > rules.shelf_share_max:
        return None
    return 1 - rules.loss_base - rules.loss_at_full_age * old**2
