"""Why a forecast says what it says, and why it moved: one sentence that can be read aloud, in English and Simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Language = Literal["en", "zh-hans"]
What = Literal["when", "how much"]
# Smaller moves are those of rounding.
SAME_DAYS, SAME_SHARE = 0.5, 0.005
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Spoken:
    """How a model is called in Chinese, and what it looks at beside past seasons: a sentence names nothing that was not looked at."""

    name_zh: str
    reports: bool = False
    weather: bool = False


# A model that is not here is called by its own name, and only its past seasons are named.
MODELS: Mapping[str, Spoken] = {
    "climatology": Spoken("常年平均"),
    "recent seasons": Spoken("近年平均"),
    "trend": Spoken("历年趋势"),
    "days since the stage before": Spoken("上一物候期后的天数", reports=True),
    "degree-days": Spoken("积温", reports=True, weather=True),
    "chill, then degree-days": Spoken("需冷量和积温", reports=True, weather=True),
    "this season's reports": Spoken("本季报告", reports=True),
    "neighbours' reports": Spoken("邻近地块报告", reports=True),
    "mean of models": Spoken("几种模型的平均"),
    "mean of models with reports": Spoken("几种模型的平均（含报告）", reports=True),
    "mean of models with reports and weather": Spoken("几种模型的平均（含报告和天气）", reports=True, weather=True),
    "own mean": Spoken("本地块平均"),
    "last season": Spoken("上一季"),
    "pooled alternate bearing": Spoken("大小年"),
    "pooled alternate bearing with covariates": Spoken("大小年加已知条件"),
    "mix of models": Spoken("多模型加权"),
    "mix of models, by age": Spoken("多模型加权（按树龄）"),
    "mix of models with covariates": Spoken("多模型加权（含天气和地块情况）", weather=True),
    "mix of models with covariates, by age": Spoken("多模型加权（含天气和地块情况，按树龄）", weather=True),
}


@dataclass(frozen=True)
class SeenOnPlants:
    """What was seen on the plants and changed the kilograms. factor : kg after over before; plots : on how many, the factor their mean"""

    cause: str
    on: date
    factor: float
    plots: int = 1


@dataclass(frozen=True)
class WeatherUsed:
    """The weather that a forecast knew. until : last measured day; source : who measured it, "" for a station of our own

    ahead_until, ahead_source : last day of the weather forecast that was joined to it, and whose that was; None without one
    """

    until: date
    source: str = ""
    ahead_until: date | None = None
    ahead_source: str = ""


@dataclass(frozen=True)
class Grounds:
    """What a forecast was made from.

    model : the one that served, for most of the plots if it is about several
    seasons : past seasons on record; reports : of this season, from the same village and crop, known on the day of issue
    weather : None without any
    on_plants : what was seen on the plants, of kilograms only; showers : rains that brought its flowers, of days only
    """

    what: What
    model: str
    seasons: int
    reports: int = 0
    weather: WeatherUsed | None = None
    on_plants: tuple[SeenOnPlants, ...] = ()
    showers: tuple[date, ...] = ()


@dataclass(frozen=True)
class Moved:
    """How a forecast differs from an earlier one.

    by : days (above 0: later) or share of the earlier kg (above 0: more)
    seen : plots on which it has happened since; reports : those that came in since, of any stage
    """

    since: date
    by: float
    seen: int = 0
    reports: int = 0
    model_before: str = ""
    weather_before: date | None = None


SENTENCES: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "when": "When: by {model}, from {from_what}{flowered}{moved}.", "flowered": "; it flowered after the rain of {days}",
        "how much": "How much: by {model}, from {from_what}{moved}{on_plants}.",
        "hail": "hail", "frost": "frost", "other loss": "damage", "frost in the weather": "frost in the weather",
        "fruit count": "fruit counted", "weighed": "what was weighed",
        "on plants": "; {move} because of {cause} on {day}", "on several": "; {move} on {n} plots because of {cause}, last on {day}",
        "unchanged": "unchanged",
        "seasons": "{n} past seasons", "season": "one past season", "none": "no past season of its own",
        "reports": "{n} reports of this season", "report": "one report of this season",
        "weather": "the weather until {day}{source}", "ahead": "the weather forecast until {day}{source}", "source": " ({source})",
        "comma": ", ", "and": " and ", "moved": "; {move}{why}",
        "same": "as on {day}", "same since": "Since {day}: no change.", "since": "Since {day}: {moves}.", "than": "{move} than on {day}",
        "days earlier": "{n} days earlier", "day earlier": "one day earlier", "days later": "{n} days later", "day later": "one day later",
        "more": "{n} % more", "less": "{n} % less",
        "model": ", because another model serves now (before: {model})",
        "seen": ", because it was seen on {n} plots since", "seen one": ", because it was seen on one plot since",
        "new": ", because {n} reports came in since", "new one": ", because one report came in since",
        "waiting": ", because nobody has seen it yet", "new weather": ", because of the weather since",
    },
    "zh-hans": {
        "when": "时间：依据“{model}”模型和{from_what}{flowered}{moved}。", "flowered": "；{days}雨后开花",
        "how much": "数量：依据“{model}”模型和{from_what}{moved}{on_plants}。",
        "hail": "冰雹", "frost": "霜冻", "other loss": "受损", "frost in the weather": "天气中的霜冻", "fruit count": "数果",
        "weighed": "过秤",
        "on plants": "；因{day}的{cause}{move}", "on several": "；{n}块地因{cause}（最近在{day}）{move}",
        "unchanged": "没有变化",
        "seasons": "{n}个往季", "season": "1个往季", "none": "其他地块的往季",
        "reports": "本季{n}条报告", "report": "本季1条报告",
        "weather": "截至{day}的天气{source}", "ahead": "到{day}的天气预报{source}", "source": "（{source}）",
        "comma": "、", "and": "、", "moved": "；{move}{why}",
        "same": "与{day}相同", "same since": "自{day}以来：没有变化。", "since": "自{day}以来：{moves}。", "than": "比{day}{move}",
        "days earlier": "提早{n}天", "day earlier": "提早1天", "days later": "推迟{n}天", "day later": "推迟1天",
        "more": "增加{n}%", "less": "减少{n}%",
        "model": "，因为换了模型（原为“{model}”）",
        "seen": "，因为此后在{n}块地上已经看到", "seen one": "，因为此后在1块地上已经看到",
        "new": "，因为此后来了{n}条报告", "new one": "，因为此后来了1条报告",
        "waiting": "，因为还没有人看到", "new weather": "，因为此后的天气",
    },
}  # fmt: skip


def say(grounds: Grounds, moved: Moved | None, language: Language) -> str:
    """One sentence: by which model, from what, how it moved since an earlier forecast, and why."""
    words, from_what = SENTENCES[language], _from_what(grounds, language)
    move = "" if moved is None else words["moved"].format(move=_than(grounds.what, moved, language), why=_why(grounds, moved, language))
    seen = "".join(_on_plants(each, language) for each in grounds.on_plants)
    flowered = words["flowered"].format(days=_listed([day_called(on, language) for on in grounds.showers], language))
    return words[grounds.what].format(
        model=model_called(grounds.model, language), from_what=from_what, moved=move, on_plants=seen,
        flowered=flowered if grounds.showers else "",
    )  # fmt: skip


def say_since(when: Moved | None, how_much: Moved | None, language: Language) -> str:
    """How both forecasts moved since the same earlier day, in a few words; "" when there is no earlier one.

    >>> say_since(Moved(date(2026, 9, 3), -4.2), Moved(date(2026, 9, 3), -0.12), "en")
    'Since 3 Sep: 4 days earlier, 12 % less.'
    """
    words = SENTENCES[language]
    pairs: tuple[tuple[What, Moved | None], ...] = (("when", when), ("how much", how_much))
    known = [(what, moved) for what, moved in pairs if moved is not None]
    if not known:
        return ""
    day = day_called(known[0][1].since, language)
    moves = [move for what, moved in known if (move := _move(what, moved.by, language))]
    return words["since"].format(day=day, moves=words["comma"].join(moves)) if moves else words["same since"].format(day=day)


def model_called(name: str, language: Language) -> str:
    """The model's name in the language that is spoken."""
    return MODELS[name].name_zh if language == "zh-hans" and name in MODELS else name


def day_called(on: date, language: Language) -> str:
    """A day of the season, without the year."""
    return f"{on.month}月{on.day}日" if language == "zh-hans" else f"{on.day} {MONTHS[on.month - 1]}"


def _from_what(grounds: Grounds, language: Language) -> str:
    words, looks_at = SENTENCES[language], MODELS.get(grounds.model, Spoken(""))
    parts = [_counted("season", grounds.seasons, language) if grounds.seasons else words["none"]]
    if looks_at.reports and grounds.reports:
        parts.append(_counted("report", grounds.reports, language))
    if looks_at.weather and grounds.weather:
        parts += _weather_parts(grounds.weather, language)
    return _listed(parts, language)


def _listed(parts: list[str], language: Language) -> str:
    words = SENTENCES[language]
    return words["comma"].join(parts[:-1]) + (words["and"] if len(parts) > 1 else "") + "".join(parts[-1:])


def _weather_parts(used: WeatherUsed, language: Language) -> list[str]:
    """What was measured, and what was forecast of the days after it, each with who served it."""
    words, told = SENTENCES[language], [("weather", used.until, used.source)]
    if used.ahead_until is not None:
        told.append(("ahead", used.ahead_until, used.ahead_source))
    return [
        words[kind].format(day=day_called(until, language), source=words["source"].format(source=source) if source else "")
        for kind, until, source in told
    ]


def _counted(name: str, n: int, language: Language) -> str:
    return SENTENCES[language][name if n == 1 else f"{name}s"].format(n=n)


def _move(what: What, by: float, language: Language) -> str:
    """By how much, "" for no more than rounding."""
    words = SENTENCES[language]
    if abs(by) <= (SAME_DAYS if what == "when" else SAME_SHARE):
        return ""
    if what == "how much":
        return words["more" if by > 0 else "less"].format(n=round(abs(by) * 100))
    days = round(abs(by))
    return words[f"{'day' if days == 1 else 'days'} {'later' if by > 0 else 'earlier'}"].format(n=days)


def _on_plants(seen: SeenOnPlants, language: Language) -> str:
    words = SENTENCES[language]
    return words["on plants" if seen.plots == 1 else "on several"].format(
        move=_move("how much", seen.factor - 1, language) or words["unchanged"],
        cause=words[seen.cause],
        day=day_called(seen.on, language),
        n=seen.plots,
    )


def _than(what: What, moved: Moved, language: Language) -> str:
    words, day = SENTENCES[language], day_called(moved.since, language)
    move = _move(what, moved.by, language)
    return words["than"].format(move=move, day=day) if move else words["same"].format(day=day)


def _why(grounds: Grounds, moved: Moved, language: Language) -> str:
    """The first of the reasons that holds, in the order in which they weigh; nothing where none is known or nothing moved."""
    words, looks_at = SENTENCES[language], MODELS.get(grounds.model, Spoken(""))
    if not _move(grounds.what, moved.by, language):
        return ""
    if moved.seen:
        return words["seen one" if moved.seen == 1 else "seen"].format(n=moved.seen)
    if grounds.on_plants:
        return ""  # what was seen on the plants says it
    if moved.model_before and moved.model_before != grounds.model:
        return words["model"].format(model=model_called(moved.model_before, language))
    if looks_at.reports and moved.reports:
        return words["new one" if moved.reports == 1 else "new"].format(n=moved.reports)
    if looks_at.weather and grounds.weather and grounds.weather.until != moved.weather_before:
        return words["new weather"]
    return words["waiting"] if grounds.what == "when" and moved.by > 0 else ""
