"""The pack house's page: what comes in this week, what leaves, and the button that sends it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pinfold.basics.errors import InputError, WrongStep
from pinfold.flows import clock
from pinfold.store.deliver import dispatched
from pinfold.store.reads import hub as reads
from pinfold.store.season import current_season
from pinfold.web.api.guard import over
from pinfold.web.roles import Role, only
from pinfold.web.rooms.plan import asked_week, this_week_of
from pinfold.web.templatetags.pinfold import kg, yuan

WAITING = ("filled", "chosen")


@only(Role.PACKHOUSE)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """One week of the hub: this one, or that of ?week=."""
    season, hub_id = current_season(), over(request.user, "hub_id")
    week, this_week = asked_week(request, season, ahead=0), this_week_of(season)
    leaving = reads.leaving(season.number, hub_id, week)
    facts = {
        "season": season,
        "hub": reads.hub(hub_id),
        "week": week,
        "weeks_beside": [other for other in (week - 1, week + 1) if 0 <= other < season.weeks],
        "arriving": reads.arriving(season.number, hub_id, week),
        "waiting": [each for each in leaving if each.state in WAITING],
        "gone": [each for each in leaving if each.state not in WAITING],
        "can_dispatch": week <= this_week,
        "done": dispatched(season.number, week),
    }
    return render(request, "rooms/packhouse.html", facts)


@only(Role.PACKHOUSE)
@require_POST
def dispatch(request: HttpRequest, week: int) -> HttpResponse:
    """Sends the week's filled pins and chosen bids, of all hubs together: a pin may be picked in several villages."""
    from pinfold.flows.harvest import dispatch_week

    over(request.user, "hub_id")
    if week >= current_season().weeks:
        raise InputError(f"week {week} is not one of the season; it has {current_season().weeks}, from 0 on")
    try:
        done = dispatch_week(week, clock.now(), nothing_came="nothing_came" in request.POST)
    except WrongStep:
        messages.error(request, _("Nothing was sent: for part of it nothing is weighed yet. Weigh first, or tick that nothing more comes."))
    else:
        words = {"pins": done.pins_dispatched, "orders": done.orders_shipped, "kg": kg(done.kg_sent), "back": yuan(done.refunded_fen)}
        messages.success(request, _("Sent: %(pins)d pins, %(orders)d orders, %(kg)s. %(back)s went back because less was picked.") % words)
    return redirect(f"{reverse('rooms:packhouse')}?week={week}")
