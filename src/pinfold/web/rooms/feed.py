"""The village's calendar on the coordinator's own phone: a private address to subscribe to, and what is answered there."""

from __future__ import annotations

from time import time
from urllib.parse import quote

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from pinfold.basics.errors import NotFound
from pinfold.flows import clock, feed
from pinfold.store import feeds
from pinfold.store.reads import village as villages
from pinfold.store.reads.calendar import Asked, calendar
from pinfold.store.season import current_season
from pinfold.web.api.guard import over
from pinfold.web.errors import too_many
from pinfold.web.roles import Role, only, open_to_all
from pinfold.web.rooms.phone_calendar import phone_calendar

# Somebody who tries addresses, by where they come from; and a phone that asks too often.
WRONG_A_MINUTE, READS_AN_HOUR = 10, 60
MINUTE, HOUR = 60, 3_600  # seconds
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@only(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Whether there is an address; a POST makes a new one, shown once, or ends it."""
    village = villages.village(over(request.user, "village_id"))
    address = ""
    if request.method == "POST" and request.POST.get("do") == "end":
        feed.end_token(request.user.pk)
    elif request.method == "POST":
        address = request.build_absolute_uri(reverse("rooms:phone-calendar", args=[feed.make_token(request.user.pk, clock.now())]))
    facts = {"village": village, "made_at": feeds.made_at(request.user.pk), "address": address, "subscribe": _subscribe(address)}
    return _private(render(request, "rooms/feed.html", facts))


@open_to_all
@require_safe
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar, to whoever knows the address: a phone's calendar cannot sign in."""
    caller = get_adapter().get_client_ip(request)
    if _count(f"calendar-wrong:{caller}", MINUTE, add=0) >= WRONG_A_MINUTE:
        return too_many(request)
    try:
        reader = feed.reader_of(token)
    except NotFound:
        _count(f"calendar-wrong:{caller}", MINUTE)
        raise
    if _count(f"calendar-read:{quote(reader.village_id)}:{caller}", HOUR) > READS_AN_HOUR:
        return too_many(request)
    season = current_season()
    with override(reader.language):
        text = phone_calendar(season, villages.village(reader.village_id), calendar(season, Asked(village_id=reader.village_id)))
    told = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    told["Content-Disposition"] = 'inline; filename="pinfold.ics"'
    return _private(told)


def _private(told: HttpResponse) -> HttpResponse:
    for name, value in PRIVATE.items():
        told[name] = value
    return told


def _subscribe(address: str) -> str:
    """The same address as phones open it in their calendar."""
    return f"webcal{address.removeprefix('https').removeprefix('http')}" if address else ""


def _count(key: str, seconds: int, add: int = 1) -> int:
    """How often this has happened in the present minute or hour, with this time; of two at once one may be missed, which does no harm."""
    now_key = f"{key}:{int(time() // seconds)}"
    count = int(cache.get(now_key, 0)) + add
    if add:
        cache.set(now_key, count, seconds)
    return count
