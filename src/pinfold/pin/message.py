"""What members of a pin are told of it, in English and Simplified Chinese; short enough for a text message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pinfold.match.say import Language

MERGED, EXTENDED, FILLED, EXPIRED, MOVED, STOOD_IN = KINDS = ("merged", "extended", "filled", "expired", "moved", "stood in")
Kind = Literal["merged", "extended", "filled", "expired", "moved", "stood in"]


@dataclass(frozen=True)
class News:
    """What happened to a pin. product : in both languages; price : of a pack, "" before it is known

    until : as read, when it closes or, of one whose crop comes from another village, until when money is given back for that
    village, instead : of such a pin, whose crop fell short and whose stands in
    """

    kind: str
    product: Mapping[Language, str]
    price: str
    until: Mapping[Language, str]
    village: Mapping[Language, str] = field(default_factory=dict)
    instead: Mapping[Language, str] = field(default_factory=dict)


SENTENCES: Mapping[Language, Mapping[str, str]] = {
    "en": {
        MERGED: (
            "Pinfold: too few had joined your pin for {product}, so it was brought together with another of the same goods, place and "
            "week. You pay no more than before; see My orders."
        ),
        EXTENDED: (
            "Pinfold: your pin for {product} needs more members and stays open until {until}. If it does not fill, all your money comes "
            "back."
        ),
        FILLED: "Pinfold: your pin for {product} is full. Everybody pays {price} a pack, and it will be picked; see My orders.",
        EXPIRED: "Pinfold: too few joined your pin for {product}. All the money that you paid goes back to you; see My orders.",
        MOVED: (
            "Pinfold: less will be picked in {village} than was expected, so packs of your pin for {product} come from {instead} instead. "
            "Price, place and week stay. Until {until} you can have your money back instead; see My orders."
        ),
        STOOD_IN: (
            "Pinfold: less was picked in {village} than was sold, so packs of your pin for {product} come from {instead} instead, which is "
            "of the same cooperative. Price, place and week stay."
        ),
    },
    "zh-hans": {
        MERGED: "Pinfold：您的{product}拼单人数不足，已与商品、地点和周次相同的另一拼单合并。价格不会高于原价，详见“我的订单”。",
        EXTENDED: "Pinfold：您的{product}拼单还差人，延长到{until}。如仍未拼成，全额退款。",
        FILLED: "Pinfold：您的{product}拼单已拼成，每份{price}，将为您采摘。详见“我的订单”。",
        EXPIRED: "Pinfold：您的{product}拼单人数不足，未能拼成。已付的钱全部退还，详见“我的订单”。",
        MOVED: (
            "Pinfold：{village}的采收量比预计少，您的{product}拼单改由{instead}供货。价格、地点和周次不变。"
            "如不愿意，{until}前可在“我的订单”里申请全额退款。"
        ),
        STOOD_IN: "Pinfold：{village}采收的不够，您的{product}拼单由同一合作社的{instead}补足。价格、地点和周次不变。",
    },
}


def say(news: News, language: Language) -> str:
    """The message in one language.

    >>> say(News("filled", {"en": "Late mango, 5 kg", "zh-hans": "晚熟芒果 5 公斤"}, "¥36.00", {"en": "", "zh-hans": ""}), "en")
    'Pinfold: your pin for Late mango, 5 kg is full. Everybody pays ¥36.00 a pack, and it will be picked; see My orders.'
    """
    said = {name: getattr(news, name).get(language, "") for name in ("product", "until", "village", "instead")}
    return SENTENCES[language][news.kind].format(price=news.price, **said)
