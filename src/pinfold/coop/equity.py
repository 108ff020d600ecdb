"""Members' equity from the one-off investment that founded the cooperative."""

from __future__ import annotations

from collections.abc import Mapping

from pinfold.basics.errors import InputError
from pinfold.basics.money import split_fen


def share_investment(cooperative_id: str, invested_fen: int, given_fen: Mapping[str, int]) -> dict[str, int]:
    """Fen of equity by household; they sum to the investment.

    given_fen : equity that each member household has already, 0 for none
    What is not given yet is shared equally, odd fen to the first household by id: subsidies and donations are counted to the members'
    accounts in equal parts (Law on Farmers' Specialised Cooperatives of the PRC, revised 2017, art. 44: 平均量化到成员).
    Raises InputError when more is given than was invested.

    >>> share_investment("c", 1000, {"h1": 0, "h2": 0, "h3": 0})
    {'h1': 334, 'h2': 333, 'h3': 333}
    """
    rest_fen = invested_fen - sum(given_fen.values())
    if rest_fen < 0:
        raise InputError(
            f"members of cooperative {cooperative_id} hold {sum(given_fen.values())} fen of equity, of {invested_fen} fen invested; "
            "correct invested_fen in cooperatives or equity_fen in households"
        )
    if not given_fen:
        return {}
    households = sorted(given_fen)
    equal = split_fen(rest_fen, [1] * len(households))
    return {household: given_fen[household] + fen for household, fen in zip(households, equal, strict=True)}
