"""The practice payment provider's own page, and the address to which providers send their notices."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from pinfold.basics.errors import InputError, NotFound, PinfoldError
from pinfold.flows import clock
from pinfold.flows.pay import receive_notice
from pinfold.outside.payments import sandbox
from pinfold.settings import settings
from pinfold.store.reads import shop
from pinfold.web.errors import status_of
from pinfold.web.roles import Role, only, open_to_all

# What the page's buttons do: whether the money is paid, and how often its notice is sent now (0: kept back until "send").
CHOICES = {"pay": (True, 1), "refuse": (False, 1), "twice": (True, 2), "late": (True, 0), "send": (True, 1)}


@only(Role.CUSTOMER)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Pay, refuse, pay with a late notice or with one that comes twice; notices go out from a thread, as a provider's would."""
    if "sandbox" not in settings().payment_providers:
        raise NotFound("practice payments are not offered here")
    payment = shop.payment_of(payment_id, request.user.customer_id)
    facts = {"payment": payment, "amount_fen": sandbox.amount_asked_fen(payment_id), "kept_back": False}
    if request.method != "POST":
        return render(request, "shop/sandbox.html", facts)
    choice = request.POST.get("choice", "")
    if choice not in CHOICES:
        raise InputError(f"choice {choice!r} is not known; use one of {', '.join(CHOICES)}")
    paid, times = CHOICES[choice]
    word = sandbox.decide(payment_id, paid)
    if not times:
        return render(request, "shop/sandbox.html", facts | {"kept_back": True})
    sandbox.announce(word, request.build_absolute_uri(reverse("shop:notice", args=["sandbox"])), times)
    return redirect("shop:order", payment.order_id)


@csrf_exempt
@open_to_all
@require_POST
def notice(request: HttpRequest, provider_name: str) -> HttpResponse:
    """A provider's signed word about a payment; it needs no sign-in, because only the provider can sign it."""
    try:
        told = receive_notice(_body(request), clock.now(), provider_name)
    except PinfoldError as problem:
        return JsonResponse({"problem": str(problem)}, status=status_of(problem))
    return JsonResponse({"payment": told.state, "order": told.order_state, "counted": told.counted})


def _body(request: HttpRequest) -> dict[str, object]:
    try:
        body = json.loads(request.body)
    except ValueError as problem:
        raise InputError(f"the notice is not JSON ({problem}); send an object") from None
    if not isinstance(body, dict):
        raise InputError(f"the notice is a {type(body).__name__}; send an object")
    return body
