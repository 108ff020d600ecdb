"""The board's page of pins that may not fill: how likely each is, and whether to serve those who have paid all the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pinfold.flows import clock, rescue
from pinfold.pin.say import say
from pinfold.store.reads import cooperative as reads
from pinfold.store.reads import shop
from pinfold.store.reads.moves import moved_packs
from pinfold.store.reads.short_pins import ShortPin, short_pins
from pinfold.store.season import current_season
from pinfold.web.api.guard import over
from pinfold.web.roles import Role, only
from pinfold.web.rooms.plan import reader_language
from pinfold.web.shop import telling


@dataclass(frozen=True)
class Choice:
    """One pin and what either way brings the growers: accepted_fen with the seats that are paid, unsold_fen for the same kg unsold.

    why : a sentence on how its size and price were chosen; empty where they follow the stated rules
    """

    pin: ShortPin
    card: shop.PinCard
    odds: float
    accepted_fen: int
    unsold_fen: int
    why: str


SOON = timedelta(days=3)  # what closes later may well fill by itself; assumed
MOVED_WITHIN = timedelta(days=14)  # two plans' moves, of which the crop is on its way or just left


@only(Role.BOARD)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Pins that lack paid packs, those that close first at the top; those with time left folded away."""
    cooperative_id, now = over(request.user, "cooperative_id"), clock.now()
    choices = []
    for pin in short_pins(cooperative_id, now):
        facts = shop.pin_facts(pin.share_code)
        paid, growers_fen = facts.card.seats_paid, telling.money_of_a_pack(facts).growers_fen
        why = say(pin.why, reader_language()) if pin.why else ""
        choices.append(Choice(pin, facts.card, telling.odds(facts.card, now), paid * growers_fen, round(paid * pin.salvage_fen), why))
    facts_of_page = {
        "soon": [each for each in choices if each.card.closes_at <= now + SOON or each.pin.accepted],
        "later": [each for each in choices if each.card.closes_at > now + SOON and not each.pin.accepted],
        "soon_days": SOON.days,
        "moved": moved_packs(cooperative_id, now - MOVED_WITHIN),
        "cooperative": reads.cooperative(cooperative_id),
        "season": current_season(),
        "now": now,
    }
    return render(request, "rooms/short_pins.html", facts_of_page)


@only(Role.BOARD)
@require_POST
def accept(request: HttpRequest, pin_id: str) -> HttpResponse:
    """Those who have paid are served, however few they are."""
    pin = rescue.accept_short(pin_id, over(request.user, "cooperative_id"), request.user.pk, clock.now())
    messages.success(request, _("Accepted: the %(n)d packs that are paid will be picked.") % {"n": pin.seats_paid})
    return redirect("rooms:short-pins")


@only(Role.BOARD)
@require_POST
def take_back(request: HttpRequest, pin_id: str) -> HttpResponse:
    """The pin needs its smallest size again."""
    pin = rescue.take_acceptance_back(pin_id, over(request.user, "cooperative_id"), clock.now())
    messages.success(request, _("Taken back: it needs %(n)d paid packs again.") % {"n": pin.seats_min})
    return redirect("rooms:short-pins")
