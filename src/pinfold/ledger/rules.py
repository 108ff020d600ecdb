"""The rules of the ledger: who gets which part of a payment."""

from __future__ import annotations

from dataclasses import dataclass

from pinfold.basics.errors import InputError
from pinfold.basics.rules import rule

WHOLE_BP = 10_000


@dataclass(frozen=True)
class SplitRules:
    """The carrier is paid what carrying costs; the growers get all that is not named here."""

    platform_bp: int = rule(300, "basis points of the price", "what the platform keeps of a payment", 0, WHOLE_BP)
    cooperative_bp: int = rule(700, "basis points of the price", "what the cooperative keeps of a payment", 0, WHOLE_BP)

    def __post_init__(self) -> None:
        if self.platform_bp + self.cooperative_bp > WHOLE_BP:
            raise InputError(
                f"split.platform_bp {self.platform_bp} and split.cooperative_bp {self.cooperative_bp} take more than the whole price; "
                f"lower one of them, so that they sum to {WHOLE_BP} or less"
            )
