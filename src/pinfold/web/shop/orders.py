"""A customer's orders: pay them, follow them, cancel them while they are only held."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from pinfold.flows import clock
from pinfold.flows.join import cancel_order
from pinfold.flows.moving import decline_move
from pinfold.flows.pay import start_payment
from pinfold.settings import settings
from pinfold.store.reads import shop
from pinfold.store.season import current_season
from pinfold.web.roles import Role, only
from pinfold.web.shop.words import story_of

STOP_POLLING = 286


class PayForm(forms.Form):
    """payment_id is made with the page, so that a double click starts one payment."""

    payment_id = forms.SlugField(widget=forms.HiddenInput, min_length=8, max_length=64)
    provider = forms.ChoiceField(choices=[])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["provider"].choices = [(name, name) for name in settings().payment_providers]


@only(Role.CUSTOMER)
@require_safe
def show_orders(request: HttpRequest) -> HttpResponse:
    orders = shop.orders_of(request.user.customer_id) if request.user.customer_id else []
    now = clock.now()
    return render(request, "shop/orders.html", {"told": [(order, story_of(order, now)) for order in orders], "now": now})


@only(Role.CUSTOMER)
@require_safe
def show_order(request: HttpRequest, order_id: str) -> HttpResponse:
    return render(request, "shop/order.html", _facts(request, order_id) | {"season": current_season()})


@only(Role.CUSTOMER)
@require_safe
def show_state(request: HttpRequest, order_id: str) -> HttpResponse:
    """The moving part alone, asked for while something can still happen by itself."""
    facts = _facts(request, order_id)
    answer = render(request, "shop/order_state.html", facts)
    answer.status_code = 200 if facts["story"].moving else STOP_POLLING
    return answer


@only(Role.CUSTOMER)
@require_POST
def pay(request: HttpRequest, order_id: str) -> HttpResponse:
    """Starts a payment and goes where it is made: to the provider's page, or back to the order, which says whom to pay."""
    order = shop.order_of(order_id, request.user.customer_id)
    form = PayForm(request.POST)
    if not form.is_valid():
        return redirect("shop:order", order_id)
    told = start_payment(form.cleaned_data["payment_id"], order.order_id, form.cleaned_data["provider"], clock.now())
    return redirect(told.redirect_url) if told.redirect_url else redirect("shop:order", order_id)


@only(Role.CUSTOMER)
@require_POST
def cancel(request: HttpRequest, order_id: str) -> HttpResponse:
    cancel_order(order_id, request.user.customer_id, clock.now())
    return redirect("shop:order", order_id)


@only(Role.CUSTOMER)
@require_POST
def decline(request: HttpRequest, order_id: str) -> HttpResponse:
    """All the money goes back to who does not want another village's crop."""
    decline_move(order_id, request.user.customer_id, clock.now())
    return redirect("shop:order", order_id)


def _facts(request: HttpRequest, order_id: str) -> dict[str, object]:
    now = clock.now()
    order = shop.order_of(order_id, request.user.customer_id)
    return {
        "order": order,
        "card": order.card,
        "story": story_of(order, now),
        "now": now,
        "payment_id": uuid4().hex,
        "providers": settings().payment_providers,
    }
