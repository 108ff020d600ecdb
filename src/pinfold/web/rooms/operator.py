"""The operator's page: which models serve and why, health, settings, and the season's levers."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from pinfold.basics.rules import Declared, declared
from pinfold.coop.rules import CoopRules
from pinfold.demand.rules import DemandRules
from pinfold.fields.reports import ReportRules
from pinfold.fields.season import SeasonRules
from pinfold.fields.weather import WeatherRules
from pinfold.flows import clock
from pinfold.impact.rules import ImpactRules
from pinfold.ledger.rules import SplitRules
from pinfold.match.rules import MatchRules
from pinfold.match.uncertain.rules import UncertainRules
from pinfold.pin.rules import PinRules
from pinfold.replay.rules import ReplayRules
from pinfold.store.reads import goods
from pinfold.store.season import current_season, settings_given
from pinfold.web.roles import Role, only
from pinfold.web.rooms.plan import this_week_of
from pinfold.web.templatetags.pinfold import week_days, yuan
from pinfold.web.templatetags.rooms import yuan_whole

ROOMS = (
    ("season", SeasonRules), ("fields", ReportRules), ("weather", WeatherRules), ("uncertain", UncertainRules), ("demand", DemandRules),
    ("match", MatchRules), ("pin", PinRules), ("split", SplitRules), ("coop", CoopRules), ("impact", ImpactRules), ("replay", ReplayRules),
)  # fmt: skip


class WeekForm(forms.Form):
    """A week that has begun. After the last one there is one more settlement, for what was weighed or dispatched too late for it."""

    week = forms.TypedChoiceField(label=gettext_lazy("Week"), coerce=int)

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)
        season = current_season()
        begun = range(min(this_week_of(season), season.weeks), -1, -1)
        self.fields["week"].choices = [
            (week, _("After the season: what is still unsettled") if week == season.weeks else week_days(week, season.starts_on))
            for week in begun
        ]


@dataclass(frozen=True)
class SettingShown:
    """A rule and what it is set to. value : None while the default holds."""

    rule: Declared
    value: str | None


@only(Role.OPERATOR)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Everything the operator looks at."""
    from pinfold.flows.doctor import examine
    from pinfold.flows.weather import weather_state

    season = current_season()
    facts = {
        "season": season,
        "now": clock.now(),
        "scores": [(key, list(group)) for key, group in groupby(_newest_scores(), key=lambda each: (each.kind, each.crop))],
        "findings": list(examine()),
        "weather": weather_state(clock.now()),
        "settings": list(_settings()),
        "form": WeekForm(),
    }
    return render(request, "rooms/operator.html", facts)


@only(Role.OPERATOR)
@require_POST
def plan_now(request: HttpRequest) -> HttpResponse:
    """Issues today's forecasts and plans what is still to be sold."""
    from pinfold.flows.plan import forecast_and_plan

    plan = forecast_and_plan(clock.now())
    words = {"worth": yuan_whole(plan.objective_yuan), "n": plan.shipments, "gap": f"{plan.gap_percent:.3f} %"}
    messages.success(request, _("Planned: %(n)d shipments, worth %(worth)s, at most %(gap)s below the best possible.") % words)
    return redirect("rooms:operator")


@only(Role.OPERATOR)
@require_POST
def open_pins(request: HttpRequest) -> HttpResponse:
    """Opens every pin of the newest plan that is due."""
    from pinfold.flows import pins

    messages.success(request, _("Opened: %(n)d pins.") % {"n": pins.open_pins(clock.now())})
    return redirect("rooms:operator")


@only(Role.OPERATOR)
@require_POST
def settle_week(request: HttpRequest) -> HttpResponse:
    """Credits the households for all that was sold until a week."""
    from pinfold.flows.settle import settle

    form = WeekForm(request.POST)
    if form.is_valid():
        done = settle(form.cleaned_data["week"], clock.now())
        messages.success(request, _("Settled: %(sum)s for %(n)d households.") % {"sum": yuan(done.amount_fen), "n": done.households})
    else:
        messages.error(request, _("Choose a week that has begun."))
    return redirect("rooms:operator")


@only(Role.OPERATOR)
@require_safe
def export_season(request: HttpRequest) -> FileResponse:
    """Every table of the season as a zip of CSV files, without the column that says who is registered poor: that is the board's to give."""
    from pinfold.flows.season import export_season as export

    # The answer closes it when it has been sent.
    packed = tempfile.TemporaryFile()  # noqa: SIM115
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        export(Path(folder))
        for path in sorted(Path(folder).iterdir()):
            if path.stem == "households":
                _drop_column(path, "registered_poor")
            archive.write(path, path.name)
    packed.seek(0)
    return FileResponse(packed, as_attachment=True, filename=f"season-{current_season().number}.zip", content_type="application/zip")


def _drop_column(path: Path, column: str) -> None:
    import polars as pl

    # As text, so that no other column is changed by reading it.
    pl.read_csv(path, infer_schema=False).drop(column).write_csv(path)


def _newest_scores() -> list[goods.Score]:
    """Of every kind of model the scores of its newest backtest."""
    scores = goods.gate_scores()
    newest: dict[str, object] = {}
    for each in scores:
        newest.setdefault(each.kind, each.issued_on)
    return [each for each in scores if newest[each.kind] == each.issued_on]


def _settings() -> Iterator[SettingShown]:
    given = settings_given()
    for room, kind in ROOMS:
        for rule in declared(kind, room):
            yield SettingShown(rule, given.get(rule.name))
