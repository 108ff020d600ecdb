"""One pin: how far it is, what it costs, who grows it, and how to join it."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any
from uuid import uuid4

import segno
from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from pinfold.demand.events import LINK, SHARE, SKIP, VIEW
from pinfold.flows import clock
from pinfold.flows.events import mark_pin
from pinfold.flows.join import hold_seats
from pinfold.flows.pins import open_friends_pin, pin_rules
from pinfold.store.events import marks_of
from pinfold.store.reads import shop
from pinfold.store.season import current_season
from pinfold.web.roles import Role, only, open_to_all
from pinfold.web.shop import telling
from pinfold.web.shop.seen import customer_of, happened, impression_of

STOP_POLLING = 286  # htmx: take the content and ask no more


class JoinForm(forms.Form):
    """order_id is made with the page: a double click, or a click repeated on a bad line, is one order."""

    order_id = forms.SlugField(widget=forms.HiddenInput, min_length=8, max_length=64)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    seats = forms.IntegerField(label=gettext_lazy("Packs"), min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        seats_max = pin_rules().seats_per_order_max
        self.fields["seats"].max_value = seats_max
        self.fields["seats"].validators.append(MaxValueValidator(seats_max))
        self.fields["seats"].widget.attrs["max"] = seats_max


@open_to_all
@require_safe
def show_pin(request: HttpRequest, share_code: str) -> HttpResponse:
    code_now = shop.code_now(share_code)
    if code_now != share_code:
        messages.info(request, _("The pin that you opened had too few members, so they were brought together with those of this one."))
        return redirect("shop:pin", code_now)
    seen = request.GET.get("seen", "")
    pin = shop.pin_facts(share_code)
    if "via" in request.GET:
        happened(request, LINK, pin.card.pin_id)
    happened(request, VIEW, pin.card.pin_id, seen)
    return _page(request, pin, JoinForm(initial={"order_id": uuid4().hex, "seats": 1, "seen": seen}), 200)


@open_to_all
@require_safe
def show_progress(request: HttpRequest, share_code: str) -> HttpResponse:
    """The moving part alone, asked for every few seconds while the pin is open."""
    card, now = shop.pin_card(share_code), clock.now()
    answer = render(request, "shop/progress.html", _moving(card, now))
    answer.status_code = 200 if card.is_open and now < card.closes_at else STOP_POLLING
    return answer


class FriendsForm(forms.Form):
    """friends_pin_id is made with the page, as an order's id is."""

    friends_pin_id = forms.SlugField(widget=forms.HiddenInput, min_length=8, max_length=64)
    seats = forms.TypedChoiceField(label=gettext_lazy("Packs for your friends and you"), coerce=int)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        rules = pin_rules()
        self.fields["seats"].choices = [(n, str(n)) for n in range(rules.friends_seats_min, rules.friends_seats_max + 1)]


@only(Role.CUSTOMER)
@require_POST
def join(request: HttpRequest, share_code: str) -> HttpResponse:
    """Holds seats and goes on to the order, where they are paid."""
    if request.user.customer_id is None:
        return redirect(f"{reverse('shop:region')}?next={reverse('shop:pin', args=[share_code])}")
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _page(request, shop.pin_facts(share_code), form, 422)
    asked = form.cleaned_data
    seen = impression_of(request, asked["seen"])
    order = hold_seats(asked["order_id"], share_code, request.user.customer_id, asked["seats"], clock.now(), seen)
    return redirect("shop:order", order.order_id)


@only(Role.CUSTOMER)
@require_POST
def open_for_friends(request: HttpRequest, share_code: str) -> HttpResponse:
    """Opens a pin of the same goods that only people with its link can see."""
    if request.user.customer_id is None:
        return redirect(f"{reverse('shop:region')}?next={reverse('shop:pin', args=[share_code])}")
    form = FriendsForm(request.POST)
    if not form.is_valid():
        return redirect("shop:pin", share_code)
    beside = shop.pin_card(share_code)
    asked = form.cleaned_data
    made = open_friends_pin(asked["friends_pin_id"], beside.pin_id, request.user.customer_id, asked["seats"], clock.now())
    happened(request, SHARE, made.pin_id)
    return redirect("shop:pin", made.share_code)


@only(Role.CUSTOMER)
@require_POST
def mark(request: HttpRequest, share_code: str) -> HttpResponse:
    """Makes a pin a favourite, takes it off the customer's own list, or neither any more."""
    if request.user.customer_id is None:
        return redirect(f"{reverse('shop:region')}?next={reverse('shop:pin', args=[share_code])}")
    kind, card = request.POST.get("mark", ""), shop.pin_card(share_code)
    mark_pin(request.user.customer_id, card.pin_id, kind)
    if kind:
        happened(request, kind, card.pin_id, request.POST.get("seen", ""))
    return redirect("shop:list") if kind == SKIP else redirect("shop:pin", share_code)


@open_to_all
@require_POST
def shared(request: HttpRequest, share_code: str) -> HttpResponse:
    """Somebody copied the link to a pin."""
    happened(request, SHARE, shop.pin_card(share_code).pin_id)
    return HttpResponse(status=204)


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


def _page(request: HttpRequest, pin: shop.PinFacts, form: JoinForm, status: int) -> HttpResponse:
    now = clock.now()
    money = telling.money_of_a_pack(pin)
    facts = _moving(pin.card, now) | {
        "pin": pin,
        "form": form,
        "season": current_season(),
        "steps": telling.steps(pin.card),
        "money": money,
        "growers_share": money.growers_fen / money.paid_fen if money.paid_fen else 0.0,
        "address": _address(request, pin.card.share_code),
        "mark": marks_of(request.user.customer_id).get(pin.card.pin_id, "") if customer_of(request) else None,
        "friends_form": FriendsForm(initial={"friends_pin_id": uuid4().hex}) if pin.card.is_public else None,
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
    """What is passed on to friends; it says that it was, so that what links bring can be told from what the list brings."""
    return request.build_absolute_uri(f"{reverse('shop:pin', args=[share_code])}?via=link")
