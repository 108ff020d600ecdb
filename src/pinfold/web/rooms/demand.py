"""What customers will want, for the operator: the outlook by product, region and week, what moved it, and how right past ones were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pinfold.demand.say import say, say_parts
from pinfold.flows import clock
from pinfold.forecast.outcomes import Outcome, outcomes
from pinfold.store.reads import demand as reads
from pinfold.store.reads.demand import DemandWeek, ProductDemand
from pinfold.store.reads.outcomes import judged_outlooks
from pinfold.store.season import current_season
from pinfold.web.charts.answer import picture
from pinfold.web.charts.demand import bands_height_px, draw_bands
from pinfold.web.charts.reliability import draw_reliability, height_px
from pinfold.web.roles import Role, only
from pinfold.web.rooms.exports import csv_answer, short
from pinfold.web.rooms.outcomes import outcomes_answer
from pinfold.web.rooms.plan import reader_language

ALL = "all"
REGIONS_DRAWN = 12


@dataclass(frozen=True)
class Told:
    """One product with its sentences: what the outlook is made of, and how it moved."""

    found: ProductDemand
    made_of: str
    says: str

    @property
    def share_moved(self) -> float:
        """Of the earlier kilograms, above 0 is more."""
        moved = self.found.moved
        return moved.kg / moved.kg_before - 1 if moved and moved.kg_before else 0.0


@only(Role.OPERATOR)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """All products in a table, one of them (?product=, else the most wanted) by region and week, and how right past outlooks were."""
    found, language = reads.demand(clock.today(), _since(request.GET)), reader_language()
    told = [
        Told(each, say_parts(each.parts, each.weeks, language), say(each.moved, language) if each.moved else "") for each in found.products
    ]
    chosen = next((each for each in told if each.found.product.id == request.GET.get("product")), told[0] if told else None)
    weeks = reads.demand_weeks(clock.today(), found.since, chosen.found.product.id) if chosen else []
    judged = _judged()
    together = _together(judged)
    facts = {
        "found": found,
        "told": told,
        "chosen": chosen,
        "weeks": weeks,
        "bands_height": bands_height_px(len(_drawn(weeks))),
        "picture_query": urlencode({"since": found.since.isoformat()} if found.since else {}),
        "regions_drawn": REGIONS_DRAWN if len({week.region.id for week in weeks}) > REGIONS_DRAWN else 0,
        "all": next((each for each in together if each.crop == ALL), None),
        "by_crop": [each for each in together if each.crop != ALL],
        "by_lead": [each for each in judged if each.lead_days is not None and each.crop == ALL],
        "by_model": [each for each in judged if each.model and each.crop == ALL],
        "reliability_height": height_px(len(together)),
    }
    return render(request, "rooms/demand.html", facts)


@only(Role.OPERATOR)
@require_safe
def bands_picture(request: HttpRequest, product_id: str) -> HttpResponseBase:
    """The weeks of one product in the regions that want the most of it."""
    weeks = reads.demand_weeks(clock.today(), reads.compared_day(_since(request.GET)), product_id)
    drawn = _drawn(weeks)
    shown = [week for week in weeks if week.region.id in drawn]
    return picture(request, shown and (clock.today(), shown), lambda: draw_bands(shown, clock.today()))


@only(Role.OPERATOR)
@require_safe
def reliability_picture(request: HttpRequest) -> HttpResponseBase:
    """How often what was wanted was below each quantile of past outlooks."""
    found = _together(_judged())
    return picture(request, found, lambda: draw_reliability(found))


@only(Role.OPERATOR)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Every product, region and week as CSV."""
    since = reads.compared_day(_since(request.GET))
    names = [name for name in DemandWeek.__dataclass_fields__ if name not in ("product", "region")]
    rows = [
        [week.product.id, week.region.id, *(short(getattr(week, name)) for name in names)]
        for week in reads.demand_weeks(clock.today(), since)
    ]
    return csv_answer(f"demand-{current_season().number}", ["product_id", "region_id", *names], rows)


@only(Role.OPERATOR)
@require_safe
def export_past(request: HttpRequest) -> HttpResponse:
    """How right past outlooks were as CSV; an empty model is all of them, an empty lead the usual one."""
    return outcomes_answer(f"demand-outcomes-{current_season().number}", _judged())


def _judged() -> list[Outcome]:
    """Past outlooks by crop, and all together under the crop ALL."""
    counted = judged_outlooks(current_season(), clock.today())
    return outcomes([*counted, *(replace(each, crop=ALL) for each in counted)])


def _together(judged: list[Outcome]) -> list[Outcome]:
    return sorted((each for each in judged if not each.model and each.lead_days is None), key=lambda each: each.crop != ALL)


def _drawn(weeks: list[DemandWeek]) -> set[str]:
    """The regions that want the most."""
    kg: dict[str, float] = {}
    for week in weeks:
        kg[week.region.id] = kg.get(week.region.id, 0.0) + (week.kg or 0.0)
    return set(sorted(kg, key=lambda region_id: (-kg[region_id], region_id))[:REGIONS_DRAWN])


def _since(given: Mapping[str, str]) -> date | None:
    """The day that the address asks for; one that is none is left out."""
    try:
        return date.fromisoformat(given.get("since", ""))
    except ValueError:
        return None
