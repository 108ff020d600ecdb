"""Prices a pack that fall with the size of a pin and never pass below what growers are guaranteed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from pinfold.basics.errors import InputError
from pinfold.pin.rules import PinRules

WHOLE_BP = 10_000

Ladder = tuple[tuple[int, int], ...]
"""(seats, price_fen a pack), sizes rising, prices falling; the first size is the smallest that fills."""


@dataclass(frozen=True)
class PackCosts:
    """What the price of one pack must cover.

    floor_fen : growers' guarantee, fen
    carrier_fen : collection and freight, fen
    shares_bp : what platform and cooperative take of the price together, basis points, 0 .. 9999
    """

    floor_fen: int
    carrier_fen: int
    shares_bp: int

    def __post_init__(self) -> None:
        if min(self.floor_fen, self.carrier_fen, self.shares_bp) < 0 or self.shares_bp >= WHOLE_BP:
            raise InputError(f"{self} cannot be covered by any price; give costs of 0 or more and shares below {WHOLE_BP} basis points")


def lowest_price_fen(costs: PackCosts) -> int:
    """The smallest price of a pack that leaves the growers their floor after freight and shares, fen.

    >>> lowest_price_fen(PackCosts(floor_fen=700, carrier_fen=200, shares_bp=1000))
    1000
    """
    return -(-(costs.floor_fen + costs.carrier_fen) * WHOLE_BP // (WHOLE_BP - costs.shares_bp))


def price_ladder(list_price_fen: int, seats_min: int, seats_max: int, costs: PackCosts, rules: PinRules) -> Ladder:
    """The ladder of a pin: the list price at the smallest size that fills, `full_discount` less when every seat is taken.

    Sizes between are spread evenly. No price is below the lowest that covers costs, even when the list price is; a step that would be no
    cheaper than the one before is left out.

    >>> price_ladder(2000, 10, 20, PackCosts(900, 300, 1000), PinRules())
    ((10, 2000), (15, 1900), (20, 1800))
    >>> price_ladder(2000, 10, 20, PackCosts(1410, 300, 1000), PinRules())
    ((10, 2000), (15, 1900))
    """
    if not 1 <= seats_min <= seats_max:
        raise InputError(f"a pin cannot fill with {seats_min} of {seats_max} seats; give 1 <= seats_min <= seats_max")
    lowest = lowest_price_fen(costs)
    steps = max(rules.ladder_steps - 1, 1)
    ladder: list[tuple[int, int]] = []
    for step in range(rules.ladder_steps):
        seats = seats_min + ceil((seats_max - seats_min) * step / steps)
        price = max(ceil(list_price_fen * (1 - rules.full_discount * step / steps) - 1e-9), lowest)
        if not ladder or (seats > ladder[-1][0] and price < ladder[-1][1]):
            ladder.append((seats, price))
    return tuple(ladder)


def price_at(ladder: Sequence[Sequence[int]], seats: int) -> int:
    """What everybody pays for a pack when `seats` are paid, fen; the first step's price below the smallest size.

    >>> price_at([[10, 2000], [15, 1900]], 14), price_at([[10, 2000], [15, 1900]], 15)
    (2000, 1900)
    """
    return min(price for size, price in ladder if size <= max(seats, ladder[0][0]))


def smaller_ladder(ladder: Ladder, seats_max: int) -> Ladder:
    """The ladder of a pin that has become smaller: no price is lost, its size only comes sooner.

    >>> smaller_ladder(((10, 2000), (15, 1900), (20, 1800)), 14)
    ((10, 2000), (14, 1800))
    """
    sizes = sorted({min(size, seats_max) for size, _ in ladder})
    return tuple((size, min(price for given, price in ladder if min(given, seats_max) <= size)) for size in sizes)
