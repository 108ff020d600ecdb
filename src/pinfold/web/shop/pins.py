"""One pin: how far it is, what it costs, who grows it, and how to join it."""

from __future__ import annotations

import io
from datetime import datetime
from uuid import uuid4

import segno
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pinfold.flows import clock
from pinfold.store.reads import shop
from pinfold.store.season import current_season
from pinfold.web.roles import Role, only, open_to_all
from pinfold.web.shop import telling

STOP_POLLING = 286  # htmx: take the content and ask no more


class JoinForm(forms.Form):
    """order_id is made with the page: a double click, or a click repeated on a bad line, is one order."""

    order_id = forms.SlugField(widget=forms.HiddenInput, min_length=8, max_length=64)
    seats = forms.IntegerField(label=_("Packs"), min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))


@open_to_all
@require_safe
def show_pin(request: HttpRequest, share_code: str) -> HttpResponse:
    form = JoinForm(initial={"order_id": uuid4().hex, "seats": 1})
    return _page(request, share_code, form, 200)


@open_to_all
@require_safe
def show_progress(request: HttpRequest, share_code: str) -> HttpResponse:
    """The moving part alone, asked for every few seconds while the pin is open."""
    card, now = shop.pin_card(share_code), clock.now()
    answer = render(request, "shop/progress.html", _moving(card, now))
    answer.status_code = 200 if card.is_open and now < card.closes_at else STOP_POLLING
    return answer


@only(Role.CUSTOMER)
@require_POST
def join(request: HttpRequest, share_code: str) -> HttpResponse:
    """Holds seats and goes on to the order, where they are paid."""
    from pinfold.flows.join import hold_seats

    if request.user.customer_id is None:
        return redirect(f"{reverse('shop:region')}?next={reverse('shop:pin', args=[share_code])}")
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _page(request, share_code, form, 422)
    card = shop.pin_card(share_code)
    order = hold_seats(form.cleaned_data["order_id"], card.pin_id, request.user.customer_id, form.cleaned_data["seats"], clock.now())
    return redirect("shop:order", order.order_id)


@open_to_all
@require_safe
def qr_code(request: HttpRequest, share_code: str) -> HttpResponse:
    """The pin's address as an SVG to hold up to a friend's phone."""
    drawing = io.BytesIO()
    address = _address(request, shop.pin_card(share_code).share_code)
    segno.make(address, error="m").save(
        drawing, kind="svg", scale=5, border=2, dark="#2a1c12", light="#ffffff", svgclass=None, lineclass=None
    )
    answer = HttpResponse(drawing.getvalue(), content_type="image/svg+xml")
    answer["Cache-Control"] = "public, max-age=86400"
    return answer


def _page(request: HttpRequest, share_code: str, form: JoinForm, status: int) -> HttpResponse:
    pin, now = shop.pin_facts(share_code), clock.now()
    money = telling.money_of_a_pack(pin)
    facts = _moving(pin.card, now) | {
        "pin": pin,
        "form": form,
        "season": current_season(),
        "steps": telling.steps(pin.card),
        "money": money,
        "growers_share": money.growers_fen / money.paid_fen if money.paid_fen else 0.0,
        "address": _address(request, share_code),
    }
    return render(request, "shop/pin.html", facts, status=status)


def _moving(card: shop.PinCard, now: datetime) -> dict[str, object]:
    can_join = card.is_open and now < card.closes_at and card.seats_left > 0
    return {
        "card": card,
        "now": now,
        "can_join": can_join,
        "price_fen": telling.price_now_fen(card),
        "next_step": telling.next_step(card),
        "odds": telling.odds(card, now) if can_join else None,
    }


def _address(request: HttpRequest, share_code: str) -> str:
    return request.build_absolute_uri(reverse("shop:pin", args=[share_code]))
