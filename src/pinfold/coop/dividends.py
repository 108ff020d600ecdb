"""Surplus back to the members, as the law asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pinfold.basics.errors import Refused
from pinfold.basics.money import split_fen
from pinfold.coop.rules import CoopRules

WHOLE_BP = 10_000


@dataclass(frozen=True)
class Member:
    """equity_fen : share of the investment; traded_fen : what the household was credited for its crop this season."""

    household_id: str
    equity_fen: int
    traded_fen: int


@dataclass(frozen=True)
class Dividends:
    """surplus_fen = reserve_fen + the sum of every household's two parts."""

    surplus_fen: int
    reserve_fen: int
    by_trade_fen: dict[str, int]
    by_equity_fen: dict[str, int]

    def of(self, household_id: str) -> int:
        """Fen that one household gets."""
        return self.by_trade_fen[household_id] + self.by_equity_fen[household_id]


def share_surplus(surplus_fen: int, members: Sequence[Member], rules: CoopRules) -> Dividends:
    """Who gets which part of a season's surplus, to the last fen; odd fen go to the member who traded most.

    Source: Law of the PRC on Farmers' Specialised Cooperatives (revised 27 December 2017), art. 42 (reserve) and 44: at least 60 % of the
    distributable surplus by the members' volume or value of trade with the cooperative, the rest by their shares of its capital. Trade is
    counted by value, because kg of coffee and of mango do not add.
    surplus_fen : the cooperative's own means, without what merchants still owe it
    Raises Refused when there is no surplus, or no member has traded.
    """
    if surplus_fen <= 0:
        raise Refused(
            f"there is no surplus to share: {surplus_fen} fen are left of the cooperative's account without what merchants still owe"
        )
    ordered = sorted(members, key=lambda member: (-member.traded_fen, member.household_id))
    if not ordered or not ordered[0].traded_fen:
        raise Refused("no member has been credited for any crop this season; settle its weeks first")
    reserve_fen = surplus_fen * rules.reserve_bp // WHOLE_BP
    # Rounded up: by trade is the part that the law sets a lower limit to.
    by_trade_fen = -(-(surplus_fen - reserve_fen) * rules.dividend_by_trade_bp // WHOLE_BP)
    by_equity_fen = surplus_fen - reserve_fen - by_trade_fen
    equity = [member.equity_fen for member in ordered]
    names = [member.household_id for member in ordered]
    return Dividends(
        surplus_fen,
        reserve_fen,
        dict(zip(names, split_fen(by_trade_fen, [member.traded_fen for member in ordered]), strict=True)),
        dict(zip(names, split_fen(by_equity_fen, equity if any(equity) else [1] * len(names)), strict=True)),
    )
