"""Words for states, crops and stages on the rooms' pages, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from pinfold.basics.units import UNITS_M2
from pinfold.fields.crops import names_of
from pinfold.forecast.outcomes import LEADS_DAYS, Outcome
from pinfold.forecast.say import Language, model_called
from pinfold.store.reads.shop import Named
from pinfold.web.templatetags.pinfold import called, day, kg

register = template.Library()

WORDS = {
    "parcel": {
        "planned": (gettext_noop("planned"), ""),
        "open": (gettext_noop("being sold"), ""),
        "filled": (gettext_noop("sold"), "good"),
        "chosen": (gettext_noop("sold to a merchant"), "good"),
    },
    "bid": {
        "offered": (gettext_noop("waits for the members"), ""),
        "chosen": (gettext_noop("chosen"), "good"),
        "declined": (gettext_noop("declined"), "bad"),
        "withdrawn": (gettext_noop("withdrawn"), ""),
        "delivered": (gettext_noop("delivered"), "good"),
        "missed": (gettext_noop("not enough was picked"), "bad"),
    },
    "method": {
        "optimal": (gettext_noop("Best plan"), ""),
        "greedy": (gettext_noop("Dearest first"), ""),
        "first-come": (gettext_noop("First come, first served"), ""),
    },
    "stage": {
        "flowering": (gettext_noop("flowering"), ""),
        "bloom": (gettext_noop("flowering"), ""),
        "fruit set": (gettext_noop("fruit set"), ""),
        "ripe": (gettext_noop("ripe"), ""),
        "picking over": (gettext_noop("picking over"), ""),
    },
    "condition": {
        "canopy_percent": (gettext_noop("ground shaded at noon, per cent"), ""),
        "fertiliser_kg": (gettext_noop("fertiliser put on the plot this season, kg"), ""),
    },
    "crop report": {
        "fruit count": (gettext_noop("fruit counted on one plant"), ""),
        "hail": (gettext_noop("lost to hail"), ""),
        "frost": (gettext_noop("lost to frost"), ""),
        "other loss": (gettext_noop("lost to something else"), ""),
    },
    "account": {
        "provider": (gettext_noop("held by payment providers and in cash boxes"), ""),
        "customers": (gettext_noop("customers' money until their packs ship or it is given back"), ""),
        "lot": (gettext_noop("growers' money of lots not settled yet"), ""),
        "household": (gettext_noop("owed to households"), ""),
        "cooperative": (gettext_noop("the cooperative's own"), ""),
        "reserve": (gettext_noop("reserve"), ""),
        "carrier": (gettext_noop("owed to carriers"), ""),
        "platform": (gettext_noop("Pinfold's part"), ""),
        "merchants": (gettext_noop("owed by merchants"), ""),
        "investment": (gettext_noop("what the investment bought"), ""),
        "equity": (gettext_noop("members' equity"), ""),
    },
    "posting": {
        "receipt": (gettext_noop("payment received"), ""),
        "refund": (gettext_noop("refund"), ""),
        "shipment": (gettext_noop("order shipped"), ""),
        "shortfall": (gettext_noop("refund, the harvest fell short"), ""),
        "delivery": (gettext_noop("bid delivered"), ""),
        "settlement": (gettext_noop("settlement"), ""),
        "payout": (gettext_noop("paid out"), ""),
        "guarantee": (gettext_noop("bought under the guarantee"), ""),
        "investment": (gettext_noop("investment"), ""),
        "dividend": (gettext_noop("dividends"), ""),
        "reversal": (gettext_noop("reversal"), ""),
    },
    "refund": {
        "expired": (gettext_noop("too few joined in time"), ""),
        "price fell": (gettext_noop("the price fell"), ""),
        "late": (gettext_noop("the money came too late for the places"), ""),
        "harvest short": (gettext_noop("the harvest fell short"), ""),
        "declined": (gettext_noop("crop of another village was declined"), ""),
    },
    "verdict": {
        "right": (gettext_noop("as promised"), "good"),
        "too few": (gettext_noop("too few to tell"), ""),
        "too sure": (gettext_noop("too sure of itself"), "bad"),
        "too unsure": (gettext_noop("surer than it says"), ""),
    },
    "kind": {
        "ripening": (gettext_noop("when it ripens"), ""),
        "yield": (gettext_noop("how much it yields"), ""),
        "demand": (gettext_noop("what customers want"), ""),
    },
}


@register.filter
def word(value: str, kind: str) -> str:
    """The word for a state, method or stage; what has no word stands as it is."""
    return _(WORDS[kind][value][0]) if value in WORDS[kind] else value


@register.filter
def tag(value: str, kind: str) -> SafeString:
    """The same as a small coloured tag."""
    tone = WORDS[kind].get(value, ("", ""))[1]
    return format_html('<span class="tag {}">{}</span>', tone, word(value, kind))


@register.filter
def days_moved(by_days: float) -> str:
    """How far a day has moved; above 0 is later.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     days_moved(-3.8), days_moved(1.2), days_moved(0.3)
    ('4 days earlier', '1 day later', 'as before')
    """
    n = round(abs(by_days))
    if not n:
        return _("as before")
    says = ngettext("%(n)d day later", "%(n)d days later", n) if by_days > 0 else ngettext("%(n)d day earlier", "%(n)d days earlier", n)
    return says % {"n": n}


@register.filter
def crop_called(name: str) -> str:
    """A crop's name; crops without a file are called by their own name."""
    return called(Named(name, *names_of(name)))


@register.filter
def yuan_whole(amount_yuan: float) -> str:
    """Yuan of a plan, to the whole yuan.

    >>> yuan_whole(508646.3)
    '¥508,646'
    """
    return f"{'-' if amount_yuan <= -0.5 else ''}¥{abs(amount_yuan):,.0f}"


@register.filter
def mu(area_m2: float) -> str:
    """Square metres as mu, to the tenth.

    >>> mu(1000)
    '1.5'
    """
    return f"{area_m2 / UNITS_M2['mu']:.1f}"


@register.filter
def basis_points(share_bp: int) -> str:
    """Hundredths of a per cent, in per cent.

    >>> basis_points(6000), basis_points(250)
    ('60 %', '2.5 %')
    """
    return f"{share_bp / 100:g} %"


@register.filter
def fen_whole(amount_fen: int) -> str:
    """Fen as whole yuan, where the fen themselves say nothing.

    >>> fen_whole(60000049)
    '¥600,000'
    """
    return yuan_whole(amount_fen / 100)


@register.filter
def forecast_of(subject: str) -> str:
    """What a backtest was about: a crop, a crop and a stage, or all products."""
    if subject == "all":
        return _("all products")
    crop_name, _space, stage = subject.partition(" ")
    return f"{crop_called(crop_name)}{', ' + word(stage, 'stage') if stage else ''}"


@register.filter
def what_called(what: str) -> str:
    """What a forecast is about: a stage, the kilograms of a plot, or those of a village's or a region's week."""
    return {"kg": _("harvest of a plot"), "kg a week": _("kg of a week"), "kg wanted": _("kg wanted in a week")}.get(what) or word(
        what, "stage"
    )


@register.filter
def outcome_called(found: Outcome) -> str:
    """Crop and what was forecast of it."""
    return f"{forecast_of(found.crop)} · {what_called(found.what)}"


@register.filter
def error_called(found: Outcome) -> str:
    """Mean distance between forecast and outcome, in days or kilograms."""
    if found.what.startswith("kg"):
        return kg(found.error_mean)
    return ngettext("%(n)s day", "%(n)s days", round(found.error_mean)) % {"n": f"{found.error_mean:.1f}"}


@register.filter
def worth_called(found: Outcome) -> str:
    """How many independent weeks or seasons the cases are worth."""
    n = found.weeks
    says = ngettext("%(n)d season", "%(n)d seasons", n) if found.what == "kg" else ngettext("worth %(n)d week", "worth %(n)d weeks", n)
    return says % {"n": n}


@register.filter
def lead_called(lead_days: int) -> str:
    """The span of days under which a forecast is counted.

    >>> lead_called(15), lead_called(60)
    ('15–29', '60+')
    """
    longer = [each for each in LEADS_DAYS if each > lead_days]
    return f"{lead_days}–{longer[0] - 1}" if longer else f"{lead_days}+"


@register.filter
def share_moved(share: float) -> str:
    """A relative change with its sign, in whole per cent.

    >>> share_moved(0.123), share_moved(-0.2), share_moved(0.001)
    ('+12 %', '−20 %', '±0 %')
    """
    n = round(abs(share) * 100)
    return f"{'±' if not n else '+' if share > 0 else '−'}{n} %"


@register.filter
def monday_called(monday: date) -> str:
    """Monday to Sunday of a week."""
    return f"{day(monday)} – {day(monday + timedelta(days=6))}"


@register.filter
def kg_figure(weight_kg: float) -> str:
    """A weight in a column of weights, without their unit.

    >>> kg_figure(1234.6)
    '1,235'
    """
    return f"{weight_kg:,.0f}"


@register.simple_tag
def span_kg(low_kg: float, high_kg: float) -> str:
    """Two weights in one column of weights, without their unit.

    >>> span_kg(4.2, 1234.6)
    '4–1,235'
    """
    return f"{kg_figure(low_kg)}–{kg_figure(high_kg)}"


@register.filter
def all_called(things: Sequence[Named]) -> str:
    """Names in a row."""
    return _(", ").join(called(thing) for thing in things)


@register.filter
def models_called(names: str) -> str:
    """Models' names in the reader's language."""
    language: Language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    return ("、" if language == "zh-hans" else ", ").join(model_called(name, language) for name in names.split(", "))
