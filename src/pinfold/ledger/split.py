"""One payment, split to the last fen between growers, cooperative, carrier and platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from pinfold.basics.errors import InputError
from pinfold.basics.money import split_fen, yuan_to_fen
from pinfold.ledger.rules import WHOLE_BP, SplitRules


@dataclass(frozen=True)
class Split:
    """Parts of one payment; their sum is the payment. `cooperative_fen` is negative when the cooperative makes up a floor price."""

    growers_fen: int
    cooperative_fen: int
    carrier_fen: int
    platform_fen: int

    @property
    def paid_fen(self) -> int:
        return self.growers_fen + self.cooperative_fen + self.carrier_fen + self.platform_fen

    def __add__(self, other: Split) -> Split:
        return Split(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


NOTHING = Split(0, 0, 0, 0)


def split_payment(paid_fen: int, carrier_fen: int, floor_fen: int, rules: SplitRules) -> Split:
    """The parts of a payment. Growers get the rest and every odd fen, and never less than the floor.

    carrier_fen : what carrying these goods costs, >= 0; paid first
    floor_fen : what the growers are guaranteed for these goods, >= 0. Where the price cannot cover it, the platform gives up its part, then
        the cooperative gives up its own and pays what is still missing from its means.
    Raises InputError on negative amounts.

    >>> split_payment(1001, 100, 0, SplitRules(platform_bp=300, cooperative_bp=700))
    Split(growers_fen=801, cooperative_fen=70, carrier_fen=100, platform_fen=30)
    >>> split_payment(1001, 100, 900, SplitRules(platform_bp=300, cooperative_bp=700))
    Split(growers_fen=900, cooperative_fen=1, carrier_fen=100, platform_fen=0)
    """
    if min(paid_fen, carrier_fen, floor_fen) < 0:
        raise InputError(f"paid {paid_fen}, carrier {carrier_fen}, floor {floor_fen} fen: none may be negative; reverse a posting instead")
    platform_fen = paid_fen * rules.platform_bp // WHOLE_BP
    cooperative_fen = paid_fen * rules.cooperative_bp // WHOLE_BP
    growers_fen = paid_fen - carrier_fen - platform_fen - cooperative_fen
    missing_fen = max(0, floor_fen - growers_fen)
    from_platform_fen = min(missing_fen, platform_fen)
    return Split(
        growers_fen=growers_fen + missing_fen,
        cooperative_fen=cooperative_fen - (missing_fen - from_platform_fen),
        carrier_fen=carrier_fen,
        platform_fen=platform_fen - from_platform_fen,
    )


@dataclass(frozen=True)
class LotPart:
    """What one lot gave to one payment.

    carry_per_kg : yuan for bringing a kg from the village to the buyer's region
    """

    lot_id: str
    kg_sent: float
    carry_per_kg: float
    floor_price_per_kg: float


def split_over_lots(paid_fen: int, parts: Sequence[LotPart], rules: SplitRules) -> list[Split]:
    """One split for each lot, in the order given. What was paid is shared by kg sent; odd fen go to the first lot.

    Raises InputError when nothing was sent.
    """
    paid = split_fen(paid_fen, [milligrams(part.kg_sent) for part in parts])
    return [
        split_payment(
            lot_paid_fen, yuan_to_fen(part.kg_sent * part.carry_per_kg), yuan_to_fen(part.kg_sent * part.floor_price_per_kg), rules
        )
        for lot_paid_fen, part in zip(paid, parts, strict=True)
    ]


def milligrams(kg: float) -> int:
    """A weight in whole milligrams, fine enough to share money by: weights of split_fen are whole numbers.

    >>> milligrams(0.0005)
    500
    """
    return round(kg * 1_000_000)
