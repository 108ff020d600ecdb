"""Who gets packs when less arrives than was sold. One Protocol, one list; every rule passes tests/pin/test_every_shortfall_rule.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pinfold.basics.errors import InputError


@dataclass(frozen=True)
class Claim:
    """A paid order: how many seats, and when it was paid (UTC)."""

    order_id: str
    seats: int
    paid_at: datetime


class ShortfallRule(Protocol):
    def __call__(self, claims: Sequence[Claim], seats_left: int) -> list[int]:
        """Seats that each claim keeps, in the order of `claims`, which is that of payment; 0 <= seats_left < the sum of their seats."""


def first_come(claims: Sequence[Claim], seats_left: int) -> list[int]:
    """Who paid first is served first; the last one served may get part of what was ordered."""
    kept = []
    for claim in claims:
        kept.append(min(claim.seats, seats_left))
        seats_left -= kept[-1]
    return kept


def pro_rata(claims: Sequence[Claim], seats_left: int) -> list[int]:
    """Everybody keeps the same share in whole seats; what rounding down leaves goes to the largest remainders, first paid first.

    Source: Hamilton's method of largest remainders (Balinski & Young, Fair Representation, 2nd ed. 2001, ch. 3).
    """
    whole = sum(claim.seats for claim in claims)
    kept = [claim.seats * seats_left // whole for claim in claims]
    by_remainder = sorted(range(len(claims)), key=lambda row: -(claims[row].seats * seats_left % whole))
    for row in by_remainder[: seats_left - sum(kept)]:
        kept[row] += 1
    return kept


def smallest_first(claims: Sequence[Claim], seats_left: int) -> list[int]:
    """The smallest orders are served first, so that the most members get all they ordered; of equal ones the earliest paid."""
    kept = [0] * len(claims)
    for row in sorted(range(len(claims)), key=lambda row: claims[row].seats):
        kept[row] = min(claims[row].seats, seats_left)
        seats_left -= kept[row]
    return kept


SHORTFALL_RULES: Mapping[str, ShortfallRule] = {
    "first come": first_come,
    "pro rata": pro_rata,
    "smallest first": smallest_first,
}


def share_out(rule_name: str, claims: Sequence[Claim], seats_left: int) -> dict[str, int]:
    """Seats that each order keeps, by order_id; together exactly as many as arrived, or all of them when enough did.

    seats_left : whole packs that really arrived, >= 0
    Raises InputError when the rule is not on the list or seats_left is negative.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    >>> share_out("pro rata", [Claim("a", 4, noon), Claim("b", 2, noon)], 5)
    {'a': 3, 'b': 2}
    """
    if rule_name not in SHORTFALL_RULES:
        raise InputError(f"setting pin.shortfall_rule is {rule_name!r}; use one of {', '.join(SHORTFALL_RULES)}")
    if seats_left < 0:
        raise InputError(f"{seats_left} packs cannot be shared out; give 0 or more")
    claims = sorted(claims, key=lambda claim: (claim.paid_at, claim.order_id))
    whole = sum(claim.seats for claim in claims)
    if seats_left >= whole:
        return {claim.order_id: claim.seats for claim in claims}
    kept = SHORTFALL_RULES[rule_name](claims, seats_left)
    assert sum(kept) == seats_left, f"{rule_name} kept {sum(kept)} of {seats_left} seats"
    assert all(0 <= seats <= claim.seats for seats, claim in zip(kept, claims, strict=True)), f"{rule_name} kept {kept}"
    return {claim.order_id: seats for claim, seats in zip(claims, kept, strict=True)}
