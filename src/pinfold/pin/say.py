"""Why a pin has its size and price, as one sentence that can be read aloud, in English and Simplified Chinese."""

from __future__ import annotations

from math import floor

from pinfold.match.say import Language
from pinfold.pin.choosing import Choice

SENTENCES: dict[Language, dict[str, str]] = {
    "en": {
        "why": (
            "About {wanted} packs are likely to be wanted and {packs} are offered in {pins}; from {least} paid packs on, serving them is "
            "worth the work; {price}; growers may expect {more} yuan more than if nothing is sold."
        ),
        "one pin": "one pin",
        "pins": "{count} pins",
        "list price": "the price stays, because a lower one would bring growers less",
        "lower": "the price is {percent} % lower, because so many more will join that growers get more",
        "falling": "the price falls by up to {percent} % as packs are taken, because the last packs would find too few buyers otherwise",
    },
    "zh-hans": {
        "why": "预计大约需要{wanted}份，{pins}共提供{packs}份；付款满{least}份就值得送货；{price}；预计农户比不卖多得{more}元。",
        "one pin": "一个拼单",
        "pins": "{count}个拼单",
        "list price": "价格不降，因为降价会让农户少得",
        "lower": "价格降低{percent}%，因为来的人多，农户得到的更多",
        "falling": "随着份数增加，价格最多降{percent}%，否则最后的几份难以卖出",
    },
}


def say(choice: Choice, language: Language) -> str:
    """One sentence for `choice`.

    >>> say(Choice(1, 40, 3, 0.0, 0.0, 90_000.0, 28.4, 30.0, 8_000.0), "en")  # doctest: +ELLIPSIS
    'About 30 packs are likely to be wanted and 40 are offered in one pin; from 3 paid packs on, serving them is worth the work; ...'
    """
    words = SENTENCES[language]
    kind = "list price" if choice.last_discount == 0 else "lower" if choice.first_discount == choice.last_discount else "falling"
    return words["why"].format(
        wanted=_whole(choice.wanted_packs),
        packs=choice.packs,
        pins=words["one pin" if choice.pins == 1 else "pins"].format(count=choice.pins),
        least=choice.seats_min,
        price=words[kind].format(percent=_whole(100 * choice.last_discount)),
        more=_whole((choice.expected_fen - choice.unsold_fen) / 100),
    )


def _whole(number: float) -> str:
    """Half upwards."""
    return f"{floor(number + 0.5):,}"
