"""A household's own page, in words that somebody can read aloud: its plots, when they are picked, every fen and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pinfold.fields.crops import harvest_stage_of
from pinfold.flows import clock
from pinfold.forecast.say import Language, say_since
from pinfold.forecast.say import say as say_forecast
from pinfold.ledger.reasons import Reason, say
from pinfold.store.models import Household
from pinfold.store.reads import household as reads
from pinfold.store.reads.calendar import issue_days
from pinfold.store.reads.grounds import Known
from pinfold.store.reads.household import HouseholdFacts, PlotFacts
from pinfold.store.reads.shop import Named
from pinfold.store.season import current_season
from pinfold.web.api.guard import over
from pinfold.web.charts.answer import picture
from pinfold.web.charts.bands import PickBand, draw_pick_bands
from pinfold.web.roles import Role, only, require_household
from pinfold.web.rooms.plan import reader_language
from pinfold.web.rooms.words import how_much, picked_when
from pinfold.web.templatetags.rooms import crop_called


@only(Role.HOUSEHOLD)
@require_safe
def show_own(request: HttpRequest) -> HttpResponse:
    """The page of the household that is signed in."""
    return _page(request, reads.household(over(request.user, "household_id")))


@only(Role.HOUSEHOLD, Role.COORDINATOR, Role.BOARD, Role.OFFICER)
@require_safe
def show(request: HttpRequest, household_id: str) -> HttpResponse:
    """The same page for those who look after the household: its coordinator, its board, the officer."""
    return _page(request, _guarded(request, household_id))


@only(Role.HOUSEHOLD, Role.COORDINATOR, Role.BOARD, Role.OFFICER)
@require_safe
def picking_picture(request: HttpRequest, household_id: str) -> HttpResponseBase:
    """When each plot will be picked, as bands on one line of days."""
    row, today = _guarded(request, household_id), clock.today()
    bands = _bands(reads.facts_of(row, current_season().number))
    return picture(request, bands and (today, bands), lambda: draw_pick_bands(bands, today))


def _guarded(request: HttpRequest, household_id: str) -> Household:
    row = reads.household(household_id)
    require_household(request.user, row)
    return row


def _page(request: HttpRequest, row: Household) -> HttpResponse:
    season, today, language = current_season(), clock.today(), reader_language()
    facts = reads.facts_of(row, season.number)
    bands = _bands(facts)
    since_and_why = _since_and_why(facts, season.number, language)
    return render(
        request,
        "rooms/household.html",
        {
            "season": season,
            "home": facts,
            "told": [(plot, picked_when(plot, today), how_much(plot), since_and_why(plot)) for plot in facts.plots],
            "settled": [
                (each, _by_product(each.reasons), [say(reason, language) for reason in each.reasons]) for each in facts.settlements
            ],
            "bands": bands,
            "picture_height": 38 * len(bands) + 30,
        },
    )


def _since_and_why(facts: HouseholdFacts, season: int, language: Language) -> Callable[[PlotFacts], tuple[str, list[str]]]:
    """For each plot how its forecasts moved since those before, in a few words, and a sentence on each of them."""
    days = issue_days(season)
    if not days:
        return lambda plot: ("", [])
    known = Known(season, days[0], days[1] if len(days) > 1 else None, facts.village.id)

    def told(plot: PlotFacts) -> tuple[str, list[str]]:
        place = facts.village.id, plot.crop
        when_moved, how_much_moved = known.when_moved(place, plot.plot_id), known.how_much_moved(place, plot.plot_id)
        grounds = ((known.when(place, plot.plot_id), when_moved), (known.how_much(place, plot.plot_id), how_much_moved))
        reasons = [say_forecast(each, moved, language) for each, moved in grounds if each is not None]
        return say_since(when_moved, how_much_moved, language), reasons

    return told


@dataclass(frozen=True)
class Part:
    """What a settlement credits for one product."""

    product: Named
    kg: float
    amount_fen: int


def _by_product(reasons: Iterable[Reason]) -> list[Part]:
    parts: dict[str, Part] = {}
    for each in reasons:
        before = parts.get(each.product, Part(Named(each.product, each.product, each.product_zh), 0.0, 0))
        parts[each.product] = replace(before, kg=before.kg + each.kg, amount_fen=before.amount_fen + each.amount_fen)
    return list(parts.values())


def _bands(facts: HouseholdFacts) -> list[PickBand]:
    """The plots of which a picking day is known or forecast. Plots of one crop are told apart by the end of their id."""
    found = []
    for plot in facts.plots:
        stage = harvest_stage_of(plot.crop)
        seen, coming = plot.seen.get(stage), plot.coming.get(stage)
        label = f"{crop_called(plot.crop)} {plot.plot_id.removeprefix(plot.crop).strip('-')}"
        if seen:
            found.append(PickBand(label, seen, seen, seen, seen, seen))
        elif coming:
            found.append(PickBand(label, coming.p10, coming.p25, coming.p50, coming.p75, coming.p90))
    return found
