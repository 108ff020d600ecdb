"""Reasons as one sentence that can be read aloud, in English and Simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor
from string import Formatter
from typing import Literal

import polars as pl

from pinfold.match.explain import Reason, Unsold

Language = Literal["en", "zh-hans"]
# Nobody can be paid less than a fen; differences below half a fen are none.
HALF_FEN_YUAN = 0.005

SENTENCES: dict[Language, dict[str, str]] = {
    "en": {
        "ahead": "{region} pays {yuan} yuan per kg more after freight than the next best place, {next}, and the {product} {days}.",
        "equal": "{region} pays as much after freight as the next best place, {next}, and the {product} {days}.",
        "behind": "{next} would pay {yuan} yuan per kg more after freight than {region}, where the {product} {days}.",
        "only": "Only {region} still has room for this {product}; it brings {yuan} yuan per kg more than staying unsold, and {days}.",
        "only behind": "Only {region} still has room for this {product}; it brings {yuan} yuan per kg less than unsold, and {days}.",
        "days": "will keep {count} more days there",
        "day": "will keep one more day there",
        "too far": "{kg} kg of {product} stay unsold: no customers can be reached before it is too old.",
        "pays less": "{kg} kg of {product} stay unsold: after freight the best place, {region}, brings {yuan} yuan per kg less than home.",
        "shared": "{kg} kg of {product} stay unsold: {region} would pay {yuan} yuan per kg more than home, but villages share sales.",
        "customers": "{kg} kg of {product} stay unsold: the customers in {region}, the best place, already have all they want.",
        "trucks": "{kg} kg of {product} stay unsold: the trucks to {region}, the best place, are full.",
        "hub": "{kg} kg of {product} stay unsold: the hub can pack no more for {region}, the best place, that week.",
        "truck": "{kg} kg of {product} stay unsold: one more truck to {region}, the best place, costs {truck} yuan, "
        "and what waits for it would bring at most {waits} more than at home.",
        "shut": "{kg} kg of {product} stay unsold: this plan opens no sale of it in {region}, the best place, that week.",
        "booked": "{kg} kg of {product} stay unsold: the trucks that are booked to {region}, the best place, are full.",
    },
    "zh-hans": {
        "ahead": "扣除运费后，{region}每公斤比次优的{next}多卖{yuan}元，{product}到那里{days}。",
        "equal": "扣除运费后，{region}和次优的{next}卖得一样多，{product}到那里{days}。",
        "behind": "扣除运费后，{next}每公斤会比{region}多卖{yuan}元；{product}到{region}{days}。",
        "only": "只有{region}还能收这批{product}，每公斤比留着不卖多得{yuan}元，到那里{days}。",
        "only behind": "只有{region}还能收这批{product}，不过每公斤比留着不卖少得{yuan}元，到那里{days}。",
        "days": "还能放{count}天",
        "day": "还能放1天",
        "too far": "有{kg}公斤{product}没有卖出：送到任何顾客那里都会太旧。",
        "pays less": "有{kg}公斤{product}没有卖出：扣除运费后，最好的{region}每公斤也比在当地卖少得{yuan}元。",
        "shared": "有{kg}公斤{product}没有卖出：{region}每公斤会比在当地卖多得{yuan}元，但各村要按份额一起卖。",
        "customers": "有{kg}公斤{product}没有卖出：最好的{region}的顾客已经买够了。",
        "trucks": "有{kg}公斤{product}没有卖出：去最好的{region}的车已经装满。",
        "hub": "有{kg}公斤{product}没有卖出：那一周集货点已经来不及为最好的{region}装更多货。",
        "truck": "有{kg}公斤{product}没有卖出：去最好的{region}再加一辆车要{truck}元，而等车的货比在当地最多只多卖{waits}元。",
        "shut": "有{kg}公斤{product}没有卖出：这份计划那一周不在最好的{region}开卖这种货。",
        "booked": "有{kg}公斤{product}没有卖出：去最好的{region}所订的车已经装满。",
    },
}


@dataclass(frozen=True)
class Names:
    """Names of products and regions by id, in the language that is spoken; an id without a name is read as it stands."""

    products: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)


def say(reason: Reason | Unsold, names: Names, language: Language) -> str:
    """One sentence for `reason`."""
    if isinstance(reason, Unsold):
        return _say_unsold(reason, names, SENTENCES[language])
    return _say_sent(reason, names, SENTENCES[language])


def sentences_of_shipments(reasons: pl.DataFrame, names: Names, language: Language) -> pl.Series:
    """What `say` says of each shipment of `explain.reasons`, many at once."""
    ahead = pl.coalesce(pl.col("earns_per_kg") - pl.col("next_earns_per_kg"), pl.col("above_unsold_per_kg"))
    alone, level = pl.col("next_region_id").is_null(), ahead.abs() < HALF_FEN_YUAN
    only = pl.when(ahead > -HALF_FEN_YUAN).then(pl.lit("only")).otherwise(pl.lit("only behind"))
    beside = pl.when(level).then(pl.lit("equal")).when(ahead > 0).then(pl.lit("ahead")).otherwise(pl.lit("behind"))
    words, count = SENTENCES[language], pl.col("days_left").cast(pl.Int64)
    days = pl.when(count == 1).then(pl.lit(words["day"])).otherwise(_filled(words["days"], {"count": count.cast(pl.String)}))
    filling = {
        "region": _named("region_id", names.regions),
        "next": _named("next_region_id", names.regions),
        "product": _named("product_id", names.products),
        "yuan": _two_places(ahead),
        "days": days,
    }
    return _sentences(reasons, pl.when(alone).then(only).otherwise(beside), words, filling)


def sentences_of_unsold(reasons: pl.DataFrame, names: Names, language: Language) -> pl.Series:
    """What `say` says of each lot of `explain.reasons` that stays, many at once."""
    filling = {
        "region": _named("region_id", names.regions),
        "product": _named("product_id", names.products),
        "kg": _thousands((pl.col("kg") + 0.5).floor().cast(pl.Int64)),
        "yuan": _two_places(pl.col("short_per_kg")),
        "truck": _thousands((pl.col("truck_yuan") + 0.5).floor().cast(pl.Int64)),
        "waits": _thousands((pl.col("waits_yuan") + 0.5).floor().cast(pl.Int64)),
    }
    return _sentences(reasons, pl.coalesce("full", "why"), SENTENCES[language], filling)


def _sentences(reasons: pl.DataFrame, kind: pl.Expr, words: Mapping[str, str], filling: Mapping[str, pl.Expr]) -> pl.Series:
    """The sentence of each row, of which `kind` says which of `words` it is; each is put together for its own rows alone."""
    rows = reasons.with_row_index("row").with_columns(kind=kind)
    told = [each.select("row", sentence=_filled(words[each["kind"][0]], filling)) for each in rows.partition_by("kind")]
    return pl.concat(told).sort("row")["sentence"] if told else pl.Series("sentence", [], pl.String)


def _filled(sentence: str, filling: Mapping[str, pl.Expr]) -> pl.Expr:
    """`sentence` with its gaps filled, for every row."""
    parts: list[pl.Expr] = []
    for text, gap, _, _ in Formatter().parse(sentence):
        parts += [pl.lit(text)] * bool(text) + ([filling[gap]] if gap else [])
    return pl.concat_str(parts)


def _named(column: str, names: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace(dict(names)) if names else pl.col(column)


def _two_places(yuan: pl.Expr) -> pl.Expr:
    fen = (yuan.abs() * 100 + 0.5).floor().cast(pl.Int64)
    return pl.concat_str((fen // 100).cast(pl.String), pl.lit("."), (fen % 100).cast(pl.String).str.zfill(2))


def _thousands(whole: pl.Expr) -> pl.Expr:
    """1234567 as 1,234,567."""
    last = (whole % 1000).cast(pl.String).str.zfill(3)
    middle = (whole // 1000 % 1000).cast(pl.String)
    millions = pl.concat_str((whole // 1_000_000).cast(pl.String), pl.lit(","), middle.str.zfill(3), pl.lit(","), last)
    thousands = pl.concat_str(middle, pl.lit(","), last)
    return pl.when(whole >= 1_000_000).then(millions).when(whole >= 1000).then(thousands).otherwise(whole.cast(pl.String))


def _say_sent(reason: Reason, names: Names, sentences: Mapping[str, str]) -> str:
    following = reason.next_region_id
    if following is None or reason.next_earns_per_kg is None:
        ahead = reason.above_unsold_per_kg
        kind = "only" if ahead > -HALF_FEN_YUAN else "only behind"
    else:
        ahead = reason.earns_per_kg - reason.next_earns_per_kg
        kind = "equal" if abs(ahead) < HALF_FEN_YUAN else "ahead" if ahead > 0 else "behind"
    count = int(reason.days_left)
    return sentences[kind].format(
        region=names.regions.get(reason.region_id, reason.region_id),
        next=names.regions.get(following, following) if following else "",
        product=names.products.get(reason.product_id, reason.product_id),
        yuan=_yuan(ahead),
        days=sentences["day" if count == 1 else "days"].format(count=count),
    )


def _say_unsold(unsold: Unsold, names: Names, sentences: Mapping[str, str]) -> str:
    region = unsold.region_id
    return sentences[unsold.full or unsold.why].format(
        region=names.regions.get(region, region) if region else "",
        product=names.products.get(unsold.product_id, unsold.product_id),
        kg=f"{floor(unsold.kg + 0.5):,}",
        yuan=_yuan(unsold.short_per_kg or 0.0),
        truck=f"{floor((unsold.truck_yuan or 0.0) + 0.5):,}",
        waits=f"{floor((unsold.waits_yuan or 0.0) + 0.5):,}",
    )


def _yuan(amount: float) -> str:
    """Without sign, to the fen, half a fen upwards."""
    fen = floor(abs(amount) * 100 + 0.5)
    return f"{fen // 100}.{fen % 100:02d}"
