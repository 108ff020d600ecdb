"""The coordinator's pages: what to pick this week, reports and weighings to enter, money to count and to hand over.

All of it works without script. Every form carries an id that was made with the page, or is about something that can happen only once,
so a form that is sent again on a bad line counts once.
"""

from __future__ import annotations

from itertools import groupby
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pinfold.basics.units import to_kg
from pinfold.fields.conditions import CANOPY, CONDITIONS, ConditionReport
from pinfold.fields.crop_reports import CropReport
from pinfold.fields.crops import PICKING_OVER, crop, known_crops
from pinfold.fields.words import FRUITS_PER_PLANT_MAX, KINDS, LOSSES
from pinfold.flows import clock
from pinfold.store.reads import village as reads
from pinfold.store.reads.household import PlotFacts
from pinfold.store.reads.owners import household_of_plot, household_of_settlement
from pinfold.store.season import current_season
from pinfold.web.api.guard import over
from pinfold.web.roles import Role, only, require_household
from pinfold.web.rooms.plan import asked_week, this_week_of
from pinfold.web.templatetags.pinfold import kg, yuan
from pinfold.web.templatetags.rooms import crop_called, word

CERTAINTIES = (("1.0", gettext_lazy("sure: seen and counted")), ("0.8", gettext_lazy("fairly sure")), ("0.5", gettext_lazy("not sure")))
UNITS = (
    ("kg", gettext_lazy("kg")),
    ("jin", gettext_lazy("jin (500 g)")),
    ("dan", gettext_lazy("dan (50 kg)")),
    ("t", gettext_lazy("tonnes")),
)
GRADES = ((0, gettext_lazy("best grade")), (1, gettext_lazy("second grade")), (2, gettext_lazy("third grade")))
CASH_A_PAGE = 30
PER_CENT = 100


def day_field(label: str) -> forms.DateField:
    """A day, typed or picked."""
    # The browser's own picker speaks only this format.
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


def number_field(label: str, low: float, high: float) -> forms.FloatField:
    """A number, typed on a phone's number keys."""
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
    return forms.FloatField(label=label, min_value=low, max_value=high, widget=widget)


class PlotForm(forms.Form):
    """Something about one of the plots that are given."""

    plot = forms.ChoiceField(label=gettext_lazy("Plot"))

    def __init__(self, plots: list[PlotFacts], *given: object, **named: object) -> None:
        super().__init__(*given, **named)
        self.fields["plot"].choices = plot_choices(plots)


class ReportForm(PlotForm):
    """What somebody saw on a plot."""

    stage = forms.ChoiceField(label=gettext_lazy("What was seen"))
    on = day_field(gettext_lazy("Day on which it was seen"))
    certainty = forms.ChoiceField(label=gettext_lazy("How sure"), choices=CERTAINTIES, widget=forms.RadioSelect)

    def __init__(self, plots: list[PlotFacts], *given: object, **named: object) -> None:
        super().__init__(plots, *given, **named)
        self.fields["stage"].choices = [(name, word(name, "stage")) for name in stages_of(plots)]


class CropReportForm(PlotForm):
    """Fruit that was counted on a plot, or lost there."""

    prefix = "crop"
    kind = forms.ChoiceField(label=gettext_lazy("What happened"), choices=lambda: [(kind, word(kind, "crop report")) for kind in KINDS])
    number = number_field(gettext_lazy("How much: fruits on one plant, or per cent of the fruit lost"), 0, FRUITS_PER_PLANT_MAX)
    on = day_field(gettext_lazy("Day on which it was seen"))
    certainty = forms.ChoiceField(label=gettext_lazy("How sure"), choices=CERTAINTIES)

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        if given.get("kind") in LOSSES and given.get("number", 0) > PER_CENT:
            self.add_error("number", _("No more than 100 per cent can be lost."))
        return given


class ConditionForm(PlotForm):
    """What is known of a plot before its harvest, beside its fruit."""

    prefix = "condition"
    name = forms.ChoiceField(label=gettext_lazy("What is told"), choices=lambda: [(name, word(name, "condition")) for name in CONDITIONS])
    number = number_field(
        gettext_lazy("How much: per cent of the ground shaded at noon, or kg put on the plot this season"), 0, max(CONDITIONS.values())
    )

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        if given.get("name") == CANOPY and given.get("number", 0) > PER_CENT:
            self.add_error("number", _("No more than 100 per cent can be shaded."))
        return given


class WeighingForm(PlotForm):
    """What was weighed of one plot."""

    request_id = forms.SlugField(widget=forms.HiddenInput, min_length=8, max_length=64)
    weight = number_field(gettext_lazy("Weight"), 0.01, 100_000)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=UNITS)
    grade = forms.TypedChoiceField(label=gettext_lazy("Grade"), choices=GRADES, coerce=int)
    picked_on = day_field(gettext_lazy("Picked on"))


def plot_choices(plots: list[PlotFacts]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Plots under the names of their crops."""
    by_crop = groupby(plots, key=lambda plot: plot.crop)
    return [(crop_called(name), [(plot.plot_id, f"{plot.plot_id} · {plot.household_id}") for plot in group]) for name, group in by_crop]


def stages_of(plots: list[PlotFacts]) -> list[str]:
    """Every stage that a crop of these plots has, in their order, and the end of picking."""
    names = [stage.name for name in sorted({plot.crop for plot in plots}) if name in known_crops() for stage in crop(name).stages]
    return [*dict.fromkeys(names), PICKING_OVER]


@only(Role.COORDINATOR)
@require_safe
def show_week(request: HttpRequest) -> HttpResponse:
    """What to pick on each plot in this week, or that of ?week=, and how much else waits."""
    from pinfold.flows.harvest import pick_list

    season, village_id = current_season(), over(request.user, "village_id")
    week = asked_week(request, season, ahead=0)
    lines = pick_list(village_id, week)
    plots = reads.plots(village_id, season.number)
    facts = {
        "season": season,
        "village": reads.village(village_id),
        "week": week,
        "is_this_week": week == this_week_of(season),
        "weeks_beside": [other for other in (week - 1, week + 1) if 0 <= other < season.weeks],
        "crops": [(name, list(group)) for name, group in groupby(lines, key=lambda line: line.crop)],
        "pick_kg": sum(line.pick_kg for line in lines),
        "ripe_kg": sum(line.ripe_kg for line in lines),
        "to_ask": len(reads.to_ask(plots, clock.today())),
        "cash": len(reads.cash_waiting()),
        "to_pay_out": len(reads.to_pay_out(village_id)),
        "to_give_back": len(reads.cash_to_give_back()),
    }
    return render(request, "rooms/village.html", facts)


@only(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Reports to ask for, the form, and the newest reports. ?plot= and ?stage= fill the form in."""
    from pinfold.flows.field import report_stage

    season, village_id, today = current_season(), over(request.user, "village_id"), clock.today()
    plots = reads.plots(village_id, season.number)
    start = {"plot": request.GET.get("plot"), "stage": request.GET.get("stage"), "on": today, "certainty": "1.0"}
    form = ReportForm(plots, request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        require_household(request.user, household_of_plot(given["plot"]))
        told = report_stage(given["plot"], given["stage"], given["on"], request.user.phone, float(given["certainty"]), clock.now())
        words = {"plot": given["plot"], "stage": word(given["stage"], "stage")}
        if told.serves:
            messages.success(request, _("Kept: %(stage)s on plot %(plot)s. The next forecast uses it.") % words)
        else:
            messages.info(request, _("Kept beside a surer report of %(stage)s on plot %(plot)s, which stays in use.") % words)
        return redirect("rooms:reports")
    return _reports_page(request, plots, form=form)


@only(Role.COORDINATOR)
@require_POST
def report_crop(request: HttpRequest) -> HttpResponse:
    """Fruit was counted on a plot, or lost there."""
    from pinfold.flows import field

    season, today = current_season(), clock.today()
    plots = reads.plots(over(request.user, "village_id"), season.number)
    form = CropReportForm(plots, request.POST)
    if not form.is_valid():
        return _reports_page(request, plots, crop_form=form)
    given = form.cleaned_data
    require_household(request.user, household_of_plot(given["plot"]))
    amount = given["number"] / PER_CENT if given["kind"] in LOSSES else given["number"]
    told = CropReport(given["plot"], season.number, given["kind"], given["on"], max(given["on"], today), amount, request.user.phone,
                      float(given["certainty"]))  # fmt: skip
    field.report_crop(told, clock.now())
    words = {"kind": word(told.kind, "crop report"), "plot": told.plot_id}
    messages.success(request, _("Kept: %(kind)s, plot %(plot)s. The next forecast of the harvest uses it.") % words)
    return redirect("rooms:reports")


@only(Role.COORDINATOR)
@require_POST
def report_condition(request: HttpRequest) -> HttpResponse:
    """How much a plot's plants shade, or what was put on it."""
    from pinfold.flows import field

    season = current_season()
    plots = reads.plots(over(request.user, "village_id"), season.number)
    form = ConditionForm(plots, request.POST)
    if not form.is_valid():
        return _reports_page(request, plots, condition_form=form)
    given = form.cleaned_data
    require_household(request.user, household_of_plot(given["plot"]))
    field.report_condition(ConditionReport(given["plot"], season.number, given["name"], given["number"], clock.today(), request.user.phone))
    words = {"what": word(given["name"], "condition"), "plot": given["plot"]}
    messages.success(request, _("Kept: %(what)s, plot %(plot)s. Forecasts use it once past seasons have it, too.") % words)
    return redirect("rooms:reports")


def _reports_page(request: HttpRequest, plots: list[PlotFacts], **filled_in: forms.Form) -> HttpResponse:
    """All forms, of which `filled_in` came back with errors, what to ask for, and the newest of each."""
    season, village_id, today = current_season(), over(request.user, "village_id"), clock.today()
    start = {"on": today, "certainty": "1.0"}
    empty = {"form": ReportForm, "crop_form": CropReportForm, "condition_form": ConditionForm}
    forms_shown = {name: kind(plots, initial=start) for name, kind in empty.items()} | filled_in
    facts = forms_shown | {
        "asked": reads.to_ask(plots, today),
        "newest": reads.newest_reports(village_id, season.number),
        "newest_of_crop": reads.newest_crop_reports(village_id, season.number),
    }
    return render(request, "rooms/reports.html", facts, status=422 if any(each.errors for each in forms_shown.values()) else 200)


@only(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def weigh(request: HttpRequest) -> HttpResponse:
    """The form for a weighing, and the newest ones."""
    from pinfold.flows.harvest import record_harvest

    season, village_id = current_season(), over(request.user, "village_id")
    start = {"request_id": uuid4().hex, "plot": request.GET.get("plot"), "unit": "kg", "grade": 0, "picked_on": clock.today()}
    form = WeighingForm(reads.plots(village_id, season.number), request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        require_household(request.user, household_of_plot(given["plot"]))
        weight_kg = to_kg(given["weight"], given["unit"])
        kept = record_harvest(given["request_id"], given["plot"], weight_kg, given["grade"], given["picked_on"], clock.now())
        words = {"kg": kg(kept.kg), "plot": kept.plot_id}
        says = _("Counted: %(kg)s from plot %(plot)s.") if kept.new else _("Counted before, and only once: %(kg)s from plot %(plot)s.")
        messages.success(request, says % words)
        return redirect("rooms:weighings")
    facts = {"form": form, "newest": reads.newest_weighings(village_id, season.number)}
    return render(request, "rooms/weighings.html", facts, status=422 if form.errors else 200)


@only(Role.COORDINATOR)
@require_safe
def show_money(request: HttpRequest) -> HttpResponse:
    """Cash to count for customers and to give back to them, and settlements to hand over to households. ?number= finds an order."""
    number = request.GET.get("number", "").strip()[:64]
    facts = {
        "season": current_season(),
        "number": number,
        "cash": Paginator(reads.cash_waiting(number), CASH_A_PAGE).get_page(request.GET.get("page")),
        "settlements": reads.to_pay_out(over(request.user, "village_id")),
        "refunds": reads.cash_to_give_back(),
    }
    return render(request, "rooms/money.html", facts)


@only(Role.COORDINATOR)
@require_POST
def count(request: HttpRequest, payment_id: str) -> HttpResponse:
    """A customer's cash was counted."""
    from pinfold.flows.pay import count_cash

    payment = count_cash(payment_id, request.user.phone, clock.now())
    if payment.state == "received":
        messages.success(request, _("Counted: %(sum)s. The places are paid.") % {"sum": yuan(payment.amount_fen)})
    else:
        messages.warning(request, _("Too late: the places are gone. Give the %(sum)s back.") % {"sum": yuan(payment.amount_fen)})
    return redirect("rooms:money")


@only(Role.COORDINATOR)
@require_POST
def hand_over(request: HttpRequest, settlement_id: str) -> HttpResponse:
    """A household has its money in hand."""
    from pinfold.flows.settle import pay_out

    require_household(request.user, household_of_settlement(settlement_id))
    settled = pay_out(settlement_id, request.user.phone, clock.now())
    words = {"sum": yuan(settled.amount_fen), "household": settled.household_id}
    messages.success(request, _("Handed over: %(sum)s to household %(household)s.") % words)
    return redirect("rooms:money")


@only(Role.COORDINATOR)
@require_POST
def give_back(request: HttpRequest, refund_id: str) -> HttpResponse:
    """A customer has the cash of a refund in hand."""
    from pinfold.flows.refunds import hand_back

    refund = hand_back(refund_id, request.user.phone, clock.now())
    messages.success(request, _("Given back: %(sum)s.") % {"sum": yuan(refund.amount_fen)})
    return redirect("rooms:money")
