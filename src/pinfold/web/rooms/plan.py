"""The plan: what will be picked in a week, who buys it, at what price and why; what ripens when; what stays."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pinfold.basics.weeks import week_index
from pinfold.flows import clock
from pinfold.match.say import Language
from pinfold.store.models import Season
from pinfold.store.reads import plan as reads
from pinfold.store.season import current_season
from pinfold.web.charts.answer import picture
from pinfold.web.charts.lanes import draw_lanes
from pinfold.web.roles import Role, only
from pinfold.web.rooms.deals import deals, lane_loads, outlook, stays
from pinfold.web.rooms.exports import csv_answer

READERS = (Role.BOARD, Role.COORDINATOR, Role.PACKHOUSE, Role.OFFICER, Role.OPERATOR)
# What each choice costs whom is for those who make the choice.
FAIRNESS_READERS = (Role.BOARD, Role.OFFICER, Role.OPERATOR)
DEALS_FIRST = 6


@only(*READERS)
@require_safe
def show_plan(request: HttpRequest) -> HttpResponse:
    """The newest plan with next week's picking, or that of ?week=."""
    season, language = current_season(), reader_language()
    plan, week, this_week = reads.newest_plan(), asked_week(request, season), this_week_of(season)
    parcels = reads.parcels(season.number, [week])
    names = reads.names(chinese=language == "zh-hans")
    found = deals(parcels, names, language)
    last_week = reads.last_week_looked_at(plan.plan_id)
    left = reads.unsold(plan.plan_id)
    products = {each.product.id: each.product for each in reads.ripening_weeks(season.number)}
    facts = {
        "season": season,
        "plan": plan,
        "week": week,
        "when": _when(week, this_week),
        "weeks_beside": [other for other in (week - 1, week + 1) if 0 <= other < season.weeks],
        "outlook": outlook(parcels),
        "deals": found[:DEALS_FIRST],
        "more_deals": found[DEALS_FIRST:],
        "loads": lane_loads(parcels),
        "trucks": reads.booked_trucks(plan.plan_id, week),
        "stays": stays(((ready, each) for ready, each in left if last_week is None or ready <= last_week), products, names, language),
        "later_kg": sum(each.kg for ready, each in left if last_week is not None and ready > last_week),
        "last_week": last_week,
        "sees_fairness": request.user.role in FAIRNESS_READERS,
    }
    return render(request, "rooms/plan.html", facts)


@only(*READERS)
@require_safe
def export_plan(request: HttpRequest) -> HttpResponse:
    """Every parcel of the season that is still to come, as CSV."""
    season = current_season()
    parcels = reads.parcels(season.number, range(this_week_of(season), season.weeks))
    header = [
        "lot_id", "village_id", "product_id", "grade", "ready_week", "hub_id", "region_id", "buyer", "kind", "state", "week", "kg",
        "kept", "low_per_kg", "high_per_kg",
    ]  # fmt: skip
    rows = [
        [
            each.lot_id, each.village.id, each.product.id, each.grade, each.ready_week, each.hub.id, each.region.id, each.buyer.id,
            each.kind, each.state, each.week, round(each.kg, 3), round(each.kept, 4), round(each.low_per_kg, 2), round(each.high_per_kg, 2),
        ]
        for each in parcels
    ]  # fmt: skip
    return csv_answer(f"plan-{season.number}", header, rows)


@only(*READERS)
@require_safe
def lanes_picture(request: HttpRequest, week: int) -> HttpResponseBase:
    """The lane map of what is picked in a week."""
    season = current_season()
    loads = lane_loads(reads.parcels(season.number, [week])) if week < season.weeks else []
    # What is sold changes by the hour, so the picture is kept under the loads themselves.
    return picture(request, loads, lambda: draw_lanes(loads))


def reader_language() -> Language:
    """The reader's language as spoken reasons know it."""
    return "zh-hans" if (get_language() or "").startswith("zh") else "en"


def this_week_of(season: Season) -> int:
    """The season's week that holds today; before its start 0."""
    return max(week_index(clock.today(), season.starts_on), 0)


def asked_week(request: HttpRequest, season: Season, ahead: int = 1) -> int:
    """The week that ?week= asks for, else the one that is `ahead` of today's; always one of the season."""
    text = request.GET.get("week", "")
    week = int(text) if text.isdigit() and len(text) < 4 else this_week_of(season) + ahead
    return min(week, season.weeks - 1)


def _when(week: int, this_week: int) -> str:
    return {-1: "past", 0: "this", 1: "next"}.get(max(week - this_week, -1), "later")
