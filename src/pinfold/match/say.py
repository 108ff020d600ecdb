"""Reasons as one sentence that can be read aloud, in English and Simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

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
        "customers": "{kg} kg of {product} stay unsold: the customers in {region}, the best place, already have all they want.",
        "trucks": "{kg} kg of {product} stay unsold: the trucks to {region}, the best place, are full.",
        "hub": "{kg} kg of {product} stay unsold: the hub can pack no more for {region}, the best place, that week.",
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
        "customers": "有{kg}公斤{product}没有卖出：最好的{region}的顾客已经买够了。",
        "trucks": "有{kg}公斤{product}没有卖出：去最好的{region}的车已经装满。",
        "hub": "有{kg}公斤{product}没有卖出：那一周集货点已经来不及为最好的{region}装更多货。",
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
        yuan=f"{abs(ahead):.2f}",
        days=sentences["day" if count == 1 else "days"].format(count=count),
    )


def _say_unsold(unsold: Unsold, names: Names, sentences: Mapping[str, str]) -> str:
    region = unsold.region_id
    return sentences[unsold.full or unsold.why].format(
        region=names.regions.get(region, region) if region else "",
        product=names.products.get(unsold.product_id, unsold.product_id),
        kg=f"{unsold.kg:,.0f}",
        yuan=f"{abs(unsold.short_per_kg or 0.0):.2f}",
    )
