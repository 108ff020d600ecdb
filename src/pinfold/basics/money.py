"""Money: whole minor units (fen) and a currency. Never a float."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pinfold.basics.errors import InputError

MINOR_UNITS = {"CNY": 100}
SIGNS = {"CNY": "¥"}


@dataclass(frozen=True, order=True)
class Money:
    """An amount in whole minor units.

    >>> Money(1250) + Money(50)
    Money(minor=1300, currency='CNY')
    >>> print(Money(-5))
    -¥0.05
    """

    minor: int
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise InputError(f"money {self.minor!r} is not a whole number of minor units; give fen as int, or use yuan_to_fen")
        if self.currency not in MINOR_UNITS:
            raise InputError(f"currency {self.currency!r} is not known; use one of {', '.join(MINOR_UNITS)}")

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise InputError(f"cannot add {self.currency} and {other.currency}; convert one of them first")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise InputError(f"money times {times!r}: only whole multiples keep every fen; use split_fen for shares")
        return Money(self.minor * times, self.currency)

    def __str__(self) -> str:
        unit = MINOR_UNITS[self.currency]
        whole, rest = divmod(abs(self.minor), unit)
        return f"{'-' if self.minor < 0 else ''}{SIGNS[self.currency]}{whole:,}.{rest:02d}"


def yuan_to_fen(yuan: Decimal | str | int | float) -> int:
    """Whole fen nearest to an amount in yuan; half a fen rounds away from zero.

    >>> yuan_to_fen("9.585"), yuan_to_fen(407600)
    (959, 40760000)
    """
    return int((Decimal(str(yuan)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def split_fen(total_fen: int, weights: Sequence[int], odd_to: int = 0) -> list[int]:
    """Shares of `total_fen` in proportion to `weights`; they sum to the whole, and the odd fen go to the share at index `odd_to`.

    total_fen : fen, >= 0
    weights : whole numbers >= 0, at least one > 0 (basis points, kg in grams, seats)
    odd_to : index of who gets what floor division leaves over
    Raises InputError on negative or all-zero weights.

    >>> split_fen(1000, [1, 1, 1])
    [334, 333, 333]
    """
    if total_fen < 0:
        raise InputError(f"cannot split {total_fen} fen; split the positive amount and reverse the posting")
    if any(weight < 0 for weight in weights) or sum(weights) <= 0:
        raise InputError(f"weights {list(weights)} cannot share out money; give whole numbers >= 0 with at least one > 0")
    whole = sum(weights)
    # Floor division only ever loses fen; one named party gets them, so that the shares add up to the payment.
    shares = [total_fen * weight // whole for weight in weights]
    shares[odd_to] += total_fen - sum(shares)
    return shares
