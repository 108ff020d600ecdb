"""What fairness between villages costs: the poorest fifth's income beside the rest's, under one choice after another."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pinfold.basics.errors import NotFound
from pinfold.flows.what_if import frontier_now
from pinfold.store.reads import plan as reads
from pinfold.store.season import settings_given
from pinfold.web.charts.answer import picture
from pinfold.web.charts.frontier import draw_frontier
from pinfold.web.roles import only
from pinfold.web.rooms.plan import FAIRNESS_READERS


@only(*FAIRNESS_READERS)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The table of all choices, each the best plan of its kind for the newest plan's harvest and customers."""
    points = frontier_now()
    costs = [point.cost_of_a_point for point in points if point.cost_of_a_point is not None]
    told = {"least_cost": min(costs, default=None), "somebody_else": any(point.rest_income for point in points)}
    return render(request, "rooms/fairness.html", {"plan": reads.newest_plan(), "rows": [point.row for point in points]} | told)


@only(*FAIRNESS_READERS)
@require_safe
def frontier_picture(request: HttpRequest) -> HttpResponseBase:
    """The same as a chart."""
    # A frontier takes a dozen plans, so the picture is kept under what they are made from.
    made_from = reads.newest_plan().plan_id, sorted(settings_given().items())
    return picture(request, made_from, _drawn)


def _drawn() -> str:
    points = frontier_now()
    if not points:
        raise NotFound("this season is too large to be planned a dozen times while you wait; pinfold frontier draws it from its tables")
    return draw_frontier(points)
