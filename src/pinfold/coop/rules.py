"""The rules of the cooperative: what it guarantees, and how surplus goes back to its members."""

from __future__ import annotations

from dataclasses import dataclass

from pinfold.basics.rules import rule


@dataclass(frozen=True)
class CoopRules:
    """The law that binds them: Law of the People's Republic of China on Farmers' Specialised Cooperatives (revised 27 December 2017)."""

    guarantee_grade_worst: int = rule(2, "grade", "worst grade that counts as qualified crop, bought at the floor price when unsold", 0, 2)
    guarantee_after_weeks: int = rule(2, "weeks", "unsold crop is bought so long after the week in which it was picked", 0, 60)
    reserve_bp: int = rule(
        1_000, "basis points of surplus", "set aside before dividends, as the members' assembly decides (art. 42)", 0, 10_000
    )
    dividend_by_trade_bp: int = rule(
        6_000, "basis points of what is distributed", "shared by what each member sold; at least 60 % by law (art. 44)", 6_000, 10_000
    )
