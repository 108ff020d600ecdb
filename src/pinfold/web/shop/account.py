"""A customer's own data: what is kept, the switch that ends recording, and the way out."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pinfold.flows import clock
from pinfold.flows.erasing import erase_account
from pinfold.flows.events import choose_recording
from pinfold.flows.ranking import choose_order
from pinfold.settings import settings
from pinfold.store.erasing import owed_to
from pinfold.store.events import events_of, marks_of, records
from pinfold.store.reads.shop import orders_of
from pinfold.store.tastes import is_personal, taste_of
from pinfold.web.roles import Role, only
from pinfold.web.rooms.exports import csv_answer, short


@only(Role.CUSTOMER)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    customer_id = request.user.customer_id
    facts = {
        "records": records(customer_id) if customer_id else None,
        "kept_days": settings().event_kept_days,
        "personal": is_personal(customer_id) if customer_id and settings().personal_ranking else None,
    }
    return render(request, "shop/account.html", facts)


@only(Role.CUSTOMER)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """All that is kept of the customer, as CSV: orders, what was recorded, own marks, and what was learned of the own taste."""
    customer_id = request.user.customer_id
    return csv_answer("my-data", OWN_COLUMNS, _own_rows(customer_id) if customer_id else [])


OWN_COLUMNS = ("what", "at", "pin_id", "product_id", "region_id", "packs", "fen", "state", "chance")


def _own_rows(customer_id: str) -> Iterator[tuple[object, ...]]:
    for order in orders_of(customer_id):
        of_pin = (order.card.pin_id, order.card.product.id, order.card.region.id)
        yield ("order", order.held_at.isoformat(), *of_pin, order.seats, order.amount_fen, order.state, "")
    for what, at, *of_pin in events_of(customer_id):
        yield (what, at.isoformat(), *of_pin, "", "", "", "")
    for pin_id, mark in sorted(marks_of(customer_id).items()):
        yield ("mark", "", pin_id, "", "", "", "", mark, "")
    taste = taste_of(customer_id)
    for product_id, chance in taste.chances.items() if taste else ():
        yield ("taste", "", "", product_id, "", "", "", "", short(chance))


@only(Role.CUSTOMER)
@require_POST
def recording(request: HttpRequest) -> HttpResponse:
    """Turns recording on or off."""
    if request.user.customer_id:
        choose_recording(request.user.customer_id, request.POST.get("records") == "1")
    return redirect("shop:account")


@only(Role.CUSTOMER)
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Turns the personal order of the list on or off."""
    if request.user.customer_id:
        choose_order(request.user.customer_id, request.POST.get("personal") == "1")
    return redirect("shop:account")


@only(Role.CUSTOMER)
@require_safe
def ask_to_erase(request: HttpRequest) -> HttpResponse:
    """What goes and what stays, and the button that does it, once nothing is owed to the customer."""
    customer_id = request.user.customer_id
    return render(request, "shop/erase.html", {"owed": len(owed_to(customer_id)) if customer_id else 0})


@only(Role.CUSTOMER)
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erases the account and everything that is the customer's."""
    erase_account(request.user.pk, request.user.customer_id, clock.now())
    logout(request)
    messages.success(request, _("Your account and your data are gone."))
    return redirect("shop:list")
