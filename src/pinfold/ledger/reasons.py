"""Why a household is paid what it is paid, in sentences that can be read aloud."""

from __future__ import annotations

from dataclasses import dataclass

from pinfold.basics.errors import InputError
from pinfold.basics.money import Money

GRADES_ZH = ("一级", "二级", "三级")


@dataclass(frozen=True)
class Reason:
    """The facts behind one line of a settlement. Money and kg_sent are of the whole sale; kg and amount_fen are the household's.

    kind : pin, bid or guarantee
    grade : 0 is the best; spoken as grade 1
    buyer, buyer_zh : the region of a pin, the merchant of a bid, "" for a guarantee
    """

    kind: str
    product: str
    product_zh: str
    grade: int
    buyer: str
    buyer_zh: str
    week: int
    kg: float
    amount_fen: int
    kg_sent: float
    paid_fen: int
    growers_fen: int
    cooperative_fen: int
    carrier_fen: int
    platform_fen: int


def say(reason: Reason, language: str) -> str:
    """The reason in `language`: "en" or "zh-hans". Raises InputError for any other."""
    if language not in ("en", "zh-hans"):
        raise InputError(f"language {language!r} is not spoken here; use en or zh-hans")
    return _english(reason) if language == "en" else _chinese(reason)


def _english(reason: Reason) -> str:
    what = f"{reason.kg:.1f} kg of your {reason.product}, grade {reason.grade + 1}"
    yours = f"Your part is {Money(reason.amount_fen)}."
    if reason.kind == "guarantee":
        return f"The cooperative bought {what}, that nobody else had bought, at the guaranteed price. {yours}"
    buyer = f"customers in {reason.buyer}" if reason.kind == "pin" else reason.buyer
    made_up = f" The cooperative added {Money(-reason.cooperative_fen)} to keep the floor price." if reason.cooperative_fen < 0 else ""
    return (
        f"{what}, went to {buyer}. For all {reason.kg_sent:.1f} kg they paid {Money(reason.paid_fen)}: {Money(reason.growers_fen)} to the "
        f"growers, {Money(reason.carrier_fen)} for carrying, {Money(max(0, reason.cooperative_fen))} to the cooperative, "
        f"{Money(reason.platform_fen)} to the platform.{made_up} {yours}"
    )


def _chinese(reason: Reason) -> str:
    what = f"您的{GRADES_ZH[reason.grade]}{reason.product_zh} {reason.kg:.1f} 公斤"
    yours = f"您得 {Money(reason.amount_fen)}。"
    if reason.kind == "guarantee":
        return f"{what}没有别人买，由合作社按保底价收购。{yours}"
    buyer = f"{reason.buyer_zh}的顾客" if reason.kind == "pin" else reason.buyer_zh
    made_up = f"为保住保底价，合作社补了 {Money(-reason.cooperative_fen)}。" if reason.cooperative_fen < 0 else ""
    return (
        f"{what}卖给了{buyer}。这批共 {reason.kg_sent:.1f} 公斤，收款 {Money(reason.paid_fen)}：种植户得 {Money(reason.growers_fen)}，"
        f"运费 {Money(reason.carrier_fen)}，合作社留 {Money(max(0, reason.cooperative_fen))}，平台留 {Money(reason.platform_fen)}。"
        f"{made_up}{yours}"
    )
