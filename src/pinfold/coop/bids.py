"""Bids in the order in which the members should look at them, and what a vote decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pinfold.basics.errors import InputError


@dataclass(frozen=True)
class Offer:
    """A merchant's open bid."""

    bid_id: str
    product_id: str
    kg: float
    price_per_kg: float
    offered_on: date


def ranked(offers: Iterable[Offer]) -> list[Offer]:
    """Offers by product, and of one product the highest price first; of equal prices the one for more kg, then the earlier one."""
    return sorted(offers, key=lambda offer: (offer.product_id, -offer.price_per_kg, -offer.kg, offer.offered_on, offer.bid_id))


def proposed(offers: Iterable[Offer]) -> set[str]:
    """Ids of the bids that are proposed to the members: the highest of each product."""
    highest: dict[str, str] = {}
    for offer in ranked(offers):
        highest.setdefault(offer.product_id, offer.bid_id)
    return set(highest.values())


def accepted(votes_for: int, votes_against: int, members: int) -> bool:
    """Whether more members voted for than against; every member household has one vote.

    Source: Law of the PRC on Farmers' Specialised Cooperatives (revised 2017), art. 22: one member, one vote.
    Raises InputError when the votes cannot be right.

    >>> accepted(12, 3, 30), accepted(5, 5, 30)
    (True, False)
    """
    if min(votes_for, votes_against) < 0 or not 0 < votes_for + votes_against <= members:
        raise InputError(
            f"{votes_for} votes for and {votes_against} against cannot come from {members} member households; count one vote for each"
        )
    return votes_for > votes_against
