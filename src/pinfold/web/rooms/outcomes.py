"""Forecasts against what came of them: was the 80 % right 80 % of the time?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pinfold.basics.quantiles import COLUMNS
from pinfold.flows import clock
from pinfold.forecast.outcomes import Outcome, outcomes
from pinfold.store.reads.outcomes import judged
from pinfold.store.season import current_season
from pinfold.web.charts.answer import picture
from pinfold.web.charts.reliability import draw_reliability, height_px
from pinfold.web.roles import only
from pinfold.web.rooms.calendar import READERS
from pinfold.web.rooms.exports import csv_answer, short


@only(*READERS)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """By crop and kind of forecast, then by model, then by how far ahead it was."""
    found = _found()
    together = _together(found)
    facts = {
        "crops": [(crop, list(each)) for crop, each in groupby(together, key=lambda each: each.crop)],
        "by_model": [each for each in found if each.model],
        "by_lead": [each for each in found if each.lead_days is not None],
        "picture_height": height_px(len(together)),
    }
    return render(request, "rooms/outcomes.html", facts)


@only(*READERS)
@require_safe
def reliability_picture(request: HttpRequest) -> HttpResponseBase:
    """How often outcomes were below each quantile."""
    found = _together(_found())
    return picture(request, found, lambda: draw_reliability(found))


@only(*READERS)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """All of it as CSV; an empty model is all of them, an empty lead the usual one."""
    return outcomes_answer(f"outcomes-{current_season().number}", _found())


def outcomes_answer(name: str, found: Sequence[Outcome]) -> HttpResponse:
    """What came of forecasts as CSV."""
    header = [*(field for field in Outcome.__dataclass_fields__ if field != "below"), *(f"below_{column}" for column in COLUMNS)]
    rows = [[*(short(value) for field, value in asdict(each).items() if field != "below"), *map(short, each.below)] for each in found]
    return csv_answer(name, header, rows)


def _found() -> list[Outcome]:
    return outcomes(judged(current_season(), clock.today()))


def _together(found: list[Outcome]) -> list[Outcome]:
    return [each for each in found if not each.model and each.lead_days is None]
