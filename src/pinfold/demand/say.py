"""What an outlook is made of and why it moved: sentences that can be read aloud, in English and Simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import floor
from typing import Literal

Language = Literal["en", "zh-hans"]
# Smaller moves are those of rounding.
SAME_SHARE = 0.005
# A part of less than this share of the kilograms is not worth a word. Assumed.
PART_SHARE = 0.01
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Moved:
    """How an outlook differs from an earlier one, and what has been seen between them.

    since : day of issue of the earlier one
    kg, kg_before : what both expect of the same `weeks` coming weeks
    weeks_over : weeks that were still to come in the earlier one and are over now; wanted_kg and expected_kg : of those weeks
    models : those that serve now; models_before : those that served then
    """

    since: date
    weeks: int
    kg: float
    kg_before: float
    weeks_over: int = 0
    wanted_kg: float = 0.0
    expected_kg: float = 0.0
    models: frozenset[str] = frozenset()
    models_before: frozenset[str] = frozenset()


SENTENCES: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "same": "For the next {weeks} the outlook is as on {day}.",
        "moved": "For the next {weeks} it is {n} % {more} than on {day}: {kg} kg instead of {kg_before}.",
        "more": "higher",
        "less": "lower",
        "from nothing": "On {day} nothing was expected; now it is {kg} kg for the next {weeks}.",
        "over": " In the {weeks} since then {wanted} kg were wanted where {expected} were expected.",
        "week": "week",
        "weeks": "{n} weeks",
        "model": " Another model serves now.",
        "made of": "{kg} kg for the next {weeks}: {usual} as in the last 8 weeks{parts}.",
        "more kg": ", {kg} more {why}",
        "less kg": ", {kg} less {why}",
        "recent": "because of the newest weeks",
        "season": "because of the time of the year",
        "festival": "because of festivals and days off",
        "price": "because of prices",
        "alike": "because products alike sell",
        "errors": "by what earlier outlooks missed",
    },
    "zh-hans": {
        "same": "今后{weeks}的预估与{day}相同。",
        "moved": "今后{weeks}的预估比{day}{more}{n}%：{kg_before}公斤变为{kg}公斤。",
        "more": "高",
        "less": "低",
        "from nothing": "{day}时预计没有需求；现在今后{weeks}预计{kg}公斤。",
        "over": "此后{weeks}实际需要{wanted}公斤，原来预计{expected}公斤。",
        "week": "一周",
        "weeks": "{n}周",
        "model": "现在由另一个模型预估。",
        "made of": "今后{weeks}共{kg}公斤：按最近8周为{usual}公斤{parts}。",
        "more kg": "，{why}多{kg}公斤",
        "less kg": "，{why}少{kg}公斤",
        "recent": "因最近几周的变化",
        "season": "因时令",
        "festival": "因节日和假日",
        "price": "因价格",
        "alike": "因相似产品的销售",
        "errors": "按以往预估的偏差",
    },
}


def say(moved: Moved, language: Language) -> str:
    """How far it moved, what was wanted meanwhile, and whether another model serves.

    >>> say(Moved(date(2026, 9, 28), weeks=3, kg=120, kg_before=100, weeks_over=1, wanted_kg=44, expected_kg=30), "en")
    'For the next 3 weeks it is 20 % higher than on 28 Sep: 120 kg instead of 100. In the week since then 44 kg were wanted ...'
    """
    words = SENTENCES[language]
    facts = {"day": day_called(moved.since, language), "weeks": _weeks(moved.weeks, language), "kg": _whole(moved.kg)}
    share = moved.kg / moved.kg_before - 1 if moved.kg_before else 0.0
    if not moved.kg_before and moved.kg:
        told = words["from nothing"].format(**facts)
    elif abs(share) < SAME_SHARE:
        told = words["same"].format(**facts)
    else:
        direction = words["more" if share > 0 else "less"]
        told = words["moved"].format(**facts, n=_whole(100 * abs(share)), more=direction, kg_before=_whole(moved.kg_before))
    if moved.weeks_over:
        over = _weeks(moved.weeks_over, language)
        told += words["over"].format(weeks=over, wanted=_whole(moved.wanted_kg), expected=_whole(moved.expected_kg))
    return told + (words["model"] if moved.models_before and moved.models != moved.models_before else "")


def say_parts(parts: Mapping[str, float], weeks: int, language: Language) -> str:
    """What the kilograms of the coming weeks are made of, the largest part first.

    parts : kg of each of demand.moved.PARTS, which sum to what is expected

    >>> say_parts({"usual": 40.0, "recent": 3.0, "festival": 6.0, "price": 0.1, "errors": -1.1}, 2, "en")
    '48 kg for the next 2 weeks: 40 as in the last 8 weeks, 6 more because of festivals and days off, 3 more because of the newest weeks,
    1 less by what earlier outlooks missed.'
    """
    words, kg = SENTENCES[language], sum(parts.values())
    others = sorted(((why, part) for why, part in parts.items() if why != "usual"), key=lambda each: -abs(each[1]))
    told = (
        words["more kg" if part > 0 else "less kg"].format(kg=_whole(abs(part)), why=words[why])
        for why, part in others
        if abs(part) >= max(PART_SHARE * abs(kg), 0.5)
    )
    return words["made of"].format(kg=_whole(kg), weeks=_weeks(weeks, language), usual=_whole(parts["usual"]), parts="".join(told))


def day_called(on: date, language: Language) -> str:
    """A day of the season, without the year."""
    return f"{on.month}月{on.day}日" if language == "zh-hans" else f"{on.day} {MONTHS[on.month - 1]}"


def _weeks(n: int, language: Language) -> str:
    words = SENTENCES[language]
    return words["week"] if n == 1 else words["weeks"].format(n=n)


def _whole(number: float) -> str:
    """Half upwards."""
    return f"{floor(number + 0.5):,}"
