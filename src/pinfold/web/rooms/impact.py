"""What the season brings to whom: for everybody to read, with the method beside each figure; incomes for the officer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from pinfold.flows import clock
from pinfold.store.reads.names import villages
from pinfold.store.season import has_season
from pinfold.web.charts.answer import picture
from pinfold.web.charts.shares import Part, draw_shares
from pinfold.web.roles import Role, only, open_to_all, sees_poverty
from pinfold.web.rooms.exports import csv_answer
from pinfold.web.rooms.plan import reader_language
from pinfold.web.templatetags.pinfold import called

if TYPE_CHECKING:
    from pinfold.impact.incomes import Group
    from pinfold.impact.report import Figure, ImpactFacts

LABELS = {
    "growers_share": gettext_noop("The growers' share"),
    "carrier_share": gettext_noop("Collecting and driving"),
    "cooperative_share": gettext_noop("Their cooperative"),
    "platform_share": gettext_noop("Pinfold"),
    "growers_yuan": gettext_noop("Money to the growers"),
    "guarantee_yuan": gettext_noop("Paid under the guarantee"),
    "sold_share": gettext_noop("Sold"),
    "guaranteed_share": gettext_noop("Bought by the cooperative under its guarantee"),
    "unsold_share": gettext_noop("Picked and not sold yet"),
    "spoiled_share": gettext_noop("Spoiled on the way"),
    "refunded_share": gettext_noop("Money given back"),
    "per_head_yuan": gettext_noop("Income per head of the members"),
    "below_line_share": gettext_noop("People below the poverty line"),
}
MONEY = ("growers_share", "carrier_share", "cooperative_share", "platform_share")


@dataclass(frozen=True)
class Shown:
    """A figure with its words in the reader's language."""

    figure: Figure
    label: str
    method: str


@open_to_all
@require_safe
def show_impact(request: HttpRequest) -> HttpResponse:
    """Every figure with its method, and beside it the same harvest sold first come, first served, where that can be known."""
    if not has_season():
        return render(request, "shop/no_season.html")
    facts = _impact()
    shown = _shown(facts)
    words = {
        "facts": facts,
        "growers_share": facts.figure("growers_share"),
        "money": [each for each in shown if each.figure.name in MONEY],
        "others": [each for each in shown if each.figure.name not in MONEY],
    }
    return render(request, "rooms/impact.html", words)


@open_to_all
@require_safe
def money_picture(request: HttpRequest) -> HttpResponseBase:
    """Where the customers' money went so far."""
    facts = _impact()
    parts = [Part(_(LABELS[name]), value) for name in MONEY if (value := facts.figure(name).value) is not None]
    return picture(request, parts, lambda: draw_shares(parts))


@only(Role.OFFICER, Role.BOARD)
@require_safe
def show_incomes(request: HttpRequest) -> HttpResponse:
    """Income per head against the poverty line: all members, by village, by registration; groups of too few people are not shown."""
    facts = _impact()
    by_kind = [(kind, [group for group in facts.groups if group.kind == kind]) for kind in _kinds(request)]
    names = {key: called(village) for key, village in villages().items()}
    told = [(kind, [(_group_name(group, names), group) for group in found]) for kind, found in by_kind if found]
    return render(request, "rooms/incomes.html", {"facts": facts, "told": told})


@only(Role.OFFICER, Role.BOARD)
@require_safe
def export_incomes(request: HttpRequest) -> HttpResponse:
    """The same groups, and every public figure, as CSV."""
    facts = _impact()
    header = ["kind", "name", "households", "people", "value", "unit", "beside_first_come", "method"]
    rows: list[list[object]] = [["figure", each.name, "", "", each.value, each.unit, each.beside, each.method] for each in facts.figures]
    for group in facts.groups:
        if group.kind in _kinds(request):
            who = [group.kind, group.name, group.households, group.people]
            rows += [[*who, group.per_head_fen, "fen per head", "", ""], [*who, group.below_line_share, "share below the line", "", ""]]
    return csv_answer(f"impact-{facts.season}", header, rows)


def _kinds(request: HttpRequest) -> tuple[str, ...]:
    return ("all", "village", "poverty") if sees_poverty(request.user) else ("all", "village")


def _impact() -> ImpactFacts:
    from pinfold.flows.impact import impact

    return impact(clock.now())


def _shown(facts: ImpactFacts) -> list[Shown]:
    chinese = reader_language() == "zh-hans"
    return [Shown(each, _(LABELS[each.name]), each.method_zh if chinese else each.method) for each in facts.figures]


def _group_name(group: Group, village_names: dict[str, str]) -> str:
    if group.kind == "village":
        return village_names.get(group.name, group.name)
    return {"all": _("All members"), "registered": _("Registered poor"), "others": _("Others")}[group.name]
