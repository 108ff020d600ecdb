"""The harvest calendar: what each village has ready in each week, how sure that is, and how it moved since an earlier forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pinfold.basics.weeks import week_monday
from pinfold.flows import clock
from pinfold.forecast.say import Language, say, say_since
from pinfold.store.reads import calendar as reads
from pinfold.store.reads.calendar import Asked, VillageCrop
from pinfold.store.season import current_season
from pinfold.web.charts.answer import picture
from pinfold.web.charts.calendar import draw_calendar, height_px
from pinfold.web.roles import Role, only
from pinfold.web.rooms.exports import csv_answer
from pinfold.web.rooms.plan import reader_language

# Villages, weeks and kilograms; of households and plots only how many there are.
READERS = (Role.COORDINATOR, Role.BOARD, Role.MERCHANT, Role.PACKHOUSE, Role.OFFICER, Role.OPERATOR)


@dataclass(frozen=True)
class Told:
    """One crop in one village, with the sentences about it."""

    part: VillageCrop
    since: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class CropTold:
    """A crop with all its villages; `query` asks for its picture."""

    crop: str
    villages: tuple[Told, ...]
    query: str
    picture_height: int

    @property
    def has_days(self) -> bool:
        return any(told.part.days for told in self.villages)


@only(*READERS)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """All crops and villages, or those that ?crop= and ?village= ask for, compared with the forecast of ?since=."""
    season, asked, language = current_season(), _asked(request.GET), reader_language()
    found = reads.calendar(season, asked)
    crops = [_crop_told(crop, list(parts), asked, language) for crop, parts in groupby(found.parts, key=lambda part: part.crop)]
    facts = {"season": season, "found": found, "asked": asked, "crops": crops, "query": _query(asked)}
    return render(request, "rooms/calendar.html", facts)


@only(*READERS)
@require_safe
def crop_picture(request: HttpRequest, crop: str) -> HttpResponseBase:
    """The weeks of one crop in the villages that are asked for."""
    season, today, asked = current_season(), clock.today(), _asked(request.GET)
    found = reads.calendar(season, Asked(crop, asked.village_id, asked.since))
    weeks = [week for part in found.parts for week in part.weeks]
    return picture(request, weeks and (today, weeks), lambda: draw_calendar(weeks, season.starts_on, today))


@only(*READERS)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The same weeks as CSV."""
    season = current_season()
    found = reads.calendar(season, _asked(request.GET))
    header = [
        "village_id", "product_id", "crop", "week", "monday", "issued_on", "kg", "p10_kg", "p90_kg", "ripening_model", "yield_model",
        "before_issued_on", "before_kg", "weighed_kg",
    ]  # fmt: skip
    rows = [
        [
            each.village.id, each.product.id, each.crop, each.week, week_monday(each.week, season.starts_on), each.issued_on,
            round(each.kg, 1), round(each.p10_kg, 1), round(each.p90_kg, 1), each.ripening_model, each.yield_model,
            "" if each.before_kg is None else found.since, _rounded(each.before_kg), _rounded(each.weighed_kg),
        ]
        for part in found.parts
        for each in part.weeks
    ]  # fmt: skip
    return csv_answer(f"calendar-{season.number}", header, rows)


def _rounded(kg: float | None) -> float | str:
    return "" if kg is None else round(kg, 1)


def _asked(given: Mapping[str, str]) -> Asked:
    """What the address asks for; a day that is none is left out."""
    try:
        since = date.fromisoformat(given.get("since", ""))
    except ValueError:
        since = None
    return Asked(given.get("crop", "")[:40], given.get("village", "")[:80], since)


def _query(asked: Asked) -> str:
    given = {"crop": asked.crop, "village": asked.village_id, "since": asked.since.isoformat() if asked.since else ""}
    return urlencode({name: value for name, value in given.items() if value})


def _crop_told(crop: str, parts: list[VillageCrop], asked: Asked, language: Language) -> CropTold:
    panels = len({(week.village.id, week.product.id) for part in parts for week in part.weeks})
    query = _query(Asked("", asked.village_id, asked.since))
    return CropTold(crop, tuple(_told(part, language) for part in parts), query, height_px(panels))


def _told(part: VillageCrop, language: Language) -> Told:
    grounds = ((part.when, part.when_moved), (part.how_much, part.how_much_moved))
    reasons = tuple(say(each, moved, language) for each, moved in grounds if each is not None)
    return Told(part, say_since(part.when_moved, part.how_much_moved, language), reasons)
