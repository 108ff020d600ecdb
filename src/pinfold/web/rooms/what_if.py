"""What one change would bring to the plan: one more truck, a region that cannot be reached, merchants who take a lower grade."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pinfold.basics.money import yuan_to_fen
from pinfold.flows.what_if import Told, what_if_now
from pinfold.match.what_if import Ask
from pinfold.store.reads import plan as reads
from pinfold.store.reads.what_if import used_lanes, wanting_regions
from pinfold.store.season import current_season
from pinfold.web.roles import only
from pinfold.web.rooms.plan import READERS


@only(*READERS)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The questions, and the answer to the one that ?truck=LANE, ?closed=REGION or ?lower=grade asks."""
    plan = reads.newest_plan()
    lanes, regions = used_lanes(plan.plan_id), wanting_regions(plan.plan_id)
    ask = _asked(request)
    facts = {
        "season": current_season(),
        "plan": plan,
        "lanes": lanes,
        "regions": regions,
        "ask": ask,
        "lane": next((lane for lane in lanes if ask and lane.lane_id == ask.which), None),
        "region": next((region for region in regions if ask and region.id == ask.which), None),
    }
    return render(request, "rooms/what_if.html", facts | (_answer(what_if_now(ask)) if ask else {}))


def _asked(request: HttpRequest) -> Ask | None:
    if lane_id := request.GET.get("truck"):
        return Ask("truck", lane_id)
    if region_id := request.GET.get("closed"):
        return Ask("closed", region_id)
    return Ask("lower grade") if request.GET.get("lower") else None


def _answer(told: Told) -> dict[str, object]:
    """change_fen : without sign; way : "at most", "more", "less" or "same", to the fen"""
    fen = yuan_to_fen(told.answer.income_yuan)
    way = "same" if fen == 0 else "less" if fen < 0 else "at most" if told.answer.by == "prices" else "more"
    return {
        "change_fen": abs(fen),
        "way": way,
        "income_fen": yuan_to_fen(told.income_yuan),
        "after_fen": yuan_to_fen(told.income_yuan) + fen,
    }
