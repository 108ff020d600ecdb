"""How money, weights, weeks and moments are written on pages, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext

from pinfold.basics.money import Money
from pinfold.basics.weeks import week_monday

register = template.Library()


@register.filter
def yuan(fen: int) -> str:
    """Whole fen as yuan.

    >>> yuan(4250)
    '¥42.50'
    """
    return str(Money(int(fen)))


@register.filter
def kg(weight_kg: float) -> str:
    """Kilograms with as many digits as a scale shows: under 10 kg to the gram's tens, above to whole kilograms.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     kg(0.5), kg(12.4), kg(1234.6)
    ('0.5 kg', '12 kg', '1,235 kg')
    """
    figure = f"{weight_kg:,.0f}" if weight_kg >= 10 else f"{weight_kg:.2f}".rstrip("0").rstrip(".")
    return f"{figure} 公斤" if _chinese() else f"{figure} kg"


@register.filter
def percent(share: float) -> str:
    """A share of 1 in per cent.

    >>> percent(0.734)
    '73 %'
    """
    return f"{share * 100:.0f} %"


@register.filter
def odds(probability: float) -> str:
    """Odds as sure as they are: to the nearest 5 %, and never certain.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     odds(0.73), odds(0.999), odds(0.0)
    ('about 75 %', 'more than 95 %', 'less than 5 %')
    """
    if probability > 0.95:
        return gettext("more than %(n)d %%") % {"n": 95}
    if probability < 0.05:
        return gettext("less than %(n)d %%") % {"n": 5}
    return gettext("about %(n)d %%") % {"n": 5 * round(probability * 20)}


@register.filter
def percent_number(share: float) -> int:
    """A share of 1 as a whole number out of 100, for bars."""
    return round(share * 100)


@register.filter
def grade_name(grade: int) -> str:
    """Grade 0 is the best."""
    return {0: gettext("best grade"), 1: gettext("second grade"), 2: gettext("third grade")}[grade]


@register.filter
def called(thing: Any) -> str:
    """The name of a product, region, village, merchant ... in the reader's language."""
    return thing.name_zh if _chinese() and thing.name_zh else thing.name


@register.filter
def day(on: date | datetime) -> str:
    """A day of this season, without the year."""
    on = localtime(on) if isinstance(on, datetime) else on
    return f"{on.month}月{on.day}日" if _chinese() else f"{on.day} {formats.date_format(on, 'M')}"


@register.filter
def moment(at: datetime) -> str:
    """A day and the time on the growers' clock."""
    return f"{day(at)} {localtime(at):%H:%M}"


@register.filter
def week_days(week: int, starts_on: date) -> str:
    """Monday to Sunday of week number `week` of the season that starts on `starts_on`."""
    monday = week_monday(week, starts_on)
    return f"{day(monday)} – {day(monday + timedelta(days=6))}"


@register.filter
def time_left(until: datetime, now: datetime) -> str:
    """How long it is from `now` to `until`, in the largest unit that still says something."""
    minutes = max(int((until - now).total_seconds() // 60), 0)
    if minutes >= 2 * 24 * 60:
        return ngettext("%(n)d day", "%(n)d days", minutes // 1440) % {"n": minutes // 1440}
    if minutes >= 120:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes} if minutes else gettext("less than a minute")


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
