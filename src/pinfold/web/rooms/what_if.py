"""What one change would bring to the plan: a truck, a buyer or a region more, a region less, merchants who take a lower grade."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from pinfold.basics.money import yuan_to_fen
from pinfold.basics.weeks import week_index
from pinfold.flows.what_if import Told, what_if_now
from pinfold.match.what_if import Ask, Buyer
from pinfold.store.models import Season
from pinfold.store.reads import plan as reads
from pinfold.store.reads.plan import PlanFacts
from pinfold.store.reads.what_if import offered_products, reached_regions, used_lanes, wanting_regions
from pinfold.store.season import current_season
from pinfold.web.roles import only
from pinfold.web.rooms.merchant import amount
from pinfold.web.rooms.plan import READERS
from pinfold.web.templatetags.pinfold import called, week_days


class BuyerForm(forms.Form):
    """A buyer who might come. Regions are those that lanes lead to, weeks those that the plan could still sell for."""

    product = forms.ChoiceField(label=gettext_lazy("Product"))
    region = forms.ChoiceField(label=gettext_lazy("Delivered to"))
    week = forms.TypedChoiceField(label=gettext_lazy("Week of delivery"), coerce=int)
    kg = amount(gettext_lazy("At most, kg"), 1)
    price_per_kg = amount(gettext_lazy("Price a kg, in yuan"), 0.01)

    def __init__(self, plan: PlanFacts, season: Season, *given: object, **named: object) -> None:
        super().__init__(*given, **named)
        first = max(week_index(plan.as_of, season.starts_on), 0)
        self.fields["product"].choices = [(each.id, called(each)) for each in offered_products(plan.plan_id)]
        self.fields["region"].choices = [(each.id, called(each)) for each in reached_regions()]
        self.fields["week"].choices = [(week, week_days(week, season.starts_on)) for week in range(first, season.weeks)]

    @property
    def buyer(self) -> Buyer:
        """The buyer that a valid form tells of."""
        given = self.cleaned_data
        return Buyer(given["product"], given["region"], given["week"], given["kg"], given["price_per_kg"])


@only(*READERS)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The questions, and the answer to the one that ?truck=LANE, ?opened=REGION, ?closed=REGION, ?lower=grade or ?buyer=new ask."""
    plan, season = reads.newest_plan(), current_season()
    lanes, regions = used_lanes(plan.plan_id), wanting_regions(plan.plan_id)
    form = BuyerForm(plan, season, request.GET if request.GET.get("buyer") else None)
    ask = _asked(request, form)
    facts = {
        "season": season,
        "plan": plan,
        "lanes": lanes,
        "regions": regions,
        "ask": ask,
        "form": form,
        "lane": next((lane for lane in lanes if ask and lane.lane_id == ask.which), None),
        "region": next((region for region in regions if ask and region.id == ask.which), None),
    }
    return render(request, "rooms/what_if.html", facts | (_answer(what_if_now(ask)) if ask else {}), status=422 if form.errors else 200)


def _asked(request: HttpRequest, form: BuyerForm) -> Ask | None:
    if form.is_valid():
        return Ask("buyer", form.buyer)
    if lane_id := request.GET.get("truck"):
        return Ask("truck", lane_id)
    if region_id := request.GET.get("opened"):
        return Ask("opened", region_id)
    if region_id := request.GET.get("closed"):
        return Ask("closed", region_id)
    return Ask("lower grade") if request.GET.get("lower") else None


def _answer(told: Told) -> dict[str, object]:
    """change_fen : without sign; way : "at most", "more", "less" or "same", to the fen"""
    answer, fen = told.answer, yuan_to_fen(told.answer.income_yuan)
    way = "same" if fen == 0 else "less" if fen < 0 else "at most" if answer.by == "prices" else "more"
    return {
        "answer": answer,
        "asked_fen": None if answer.asked_per_kg is None else yuan_to_fen(max(answer.asked_per_kg, 0.0)),
        "change_fen": abs(fen),
        "way": way,
        "income_fen": yuan_to_fen(told.income_yuan),
        "after_fen": yuan_to_fen(told.income_yuan) + fen,
    }
