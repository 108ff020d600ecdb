"""The site's own addresses, and a few that set a race up, start a sweep or a merge and count what is left of it.

With PINFOLD_TEST_UNGUARDED=1, which nothing outside this folder reads, the guards are taken out: the negative control.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta

from django.db.models import Sum
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from pin_market import make_pin

from pinfold.deliver.moving import Move
from pinfold.flows import clock
from pinfold.flows.moving import move_pin
from pinfold.flows.pins import sweep
from pinfold.flows.rescue import merge_pins
from pinfold.ledger.accounts import CUSTOMERS_HELD
from pinfold.store.models import Entry, Event, Lot, Order, Payment, Pin, PinLot, Refund
from pinfold.web.roles import open_to_all
from pinfold.web.urls import handler400, handler403, handler404, urlpatterns  # noqa: F401

if os.environ.get("PINFOLD_TEST_UNGUARDED") == "1":
    import unguarded

    unguarded.take_guards_out()


@csrf_exempt
@open_to_all
def new_pin(request: HttpRequest) -> JsonResponse:
    make_pin(**json.loads(request.body))
    return JsonResponse({})


@csrf_exempt
@open_to_all
def make_overdue(request: HttpRequest) -> JsonResponse:
    """The hold of an order is over by now."""
    Order.objects.filter(pk=json.loads(request.body)["order_id"]).update(held_until=clock.now() - timedelta(seconds=1))
    return JsonResponse({})


@csrf_exempt
@open_to_all
def sweep_now(request: HttpRequest) -> JsonResponse:
    sweep(clock.now())
    return JsonResponse({})


@csrf_exempt
@open_to_all
def merge(request: HttpRequest) -> JsonResponse:
    merge_pins(**json.loads(request.body), now=clock.now())
    return JsonResponse({})


@csrf_exempt
@open_to_all
def new_shortage(request: HttpRequest) -> JsonResponse:
    """Pins of 5 packs of 2 kg each, whose lot holds nothing any more, and a lot that can fill one of them."""
    asked = json.loads(request.body)
    for kind, kg, promised in (("failed", 0.0, 10.0 * len(asked["pin_ids"])), ("spare", 10.0, 0.0)):
        lot = Lot.objects.get(pk="lot")
        lot.pk, lot.kg, lot.kg_promised = f"{kind}-{asked['number']}", kg, promised
        lot.ready_week = 3 + 2 * asked["number"] + (kind == "spare")  # a village has one lot of a product and grade in a week
        lot.save(force_insert=True)
    for pin_id in asked["pin_ids"]:
        make_pin(pin_id, 5, 5)
        PinLot.objects.filter(pin=pin_id).update(lot=f"failed-{asked['number']}")
    return JsonResponse({})


@csrf_exempt
@open_to_all
def move(request: HttpRequest) -> JsonResponse:
    """Moves all packs of a pin to the lot that can fill one."""
    asked = json.loads(request.body)
    whole = Move(asked["pin_id"], f"failed-{asked['number']}", f"spare-{asked['number']}", 10.0, 10.0, 1.0)
    return JsonResponse({"moved": move_pin([whole], 2.0, clock.now())})


@open_to_all
def lots(request: HttpRequest, number: int) -> JsonResponse:
    """Of both lots: kg that they hold, that are promised, and that pins wait for."""
    found = {}
    for kind in ("failed", "spare"):
        lot = Lot.objects.get(pk=f"{kind}-{number}")
        found[kind] = [lot.kg, lot.kg_promised, PinLot.objects.filter(lot=lot).aggregate(kg=Sum("kg"))["kg"] or 0.0]
    return JsonResponse(found)


@open_to_all
def count(request: HttpRequest, pin_id: str) -> JsonResponse:
    """What the tables say about one pin: seats and orders by state, refunds, and the fen that its payments hold in the ledger."""
    pin, orders, payments = Pin.objects.get(pk=pin_id), Order.objects.filter(pin=pin_id), Payment.objects.filter(order__pin=pin_id)
    refunds = Refund.objects.filter(payment__in=payments)
    postings = [f"receipt:{pk}" for pk in payments.values_list("pk", flat=True)] + [
        f"refund:{pk}" for pk in refunds.values_list("pk", flat=True)
    ]
    held = Entry.objects.filter(posting__in=postings, account=CUSTOMERS_HELD).aggregate(fen=Sum("amount_fen"))["fen"]
    return JsonResponse(
        {
            "state": pin.state,
            "kg": PinLot.objects.filter(pin=pin_id).aggregate(kg=Sum("kg"))["kg"] or 0,
            "seats_max": pin.seats_max,
            "seats_taken": pin.seats_taken,
            "seats_paid": pin.seats_paid,
            "seats": dict(orders.values_list("state").annotate(Sum("seats"))),
            "orders": list(orders.order_by("order_id").values_list("order_id", flat=True)),
            "refunds": refunds.count(),
            "held_fen": -(held or 0),
        }
    )


@open_to_all
def joins_kept(request: HttpRequest, pin_id: str) -> JsonResponse:
    """How many joins of a pin stand in the table of events."""
    return JsonResponse({"joins": Event.objects.filter(pin_id=pin_id, kind="join").count()})


urlpatterns = [
    *urlpatterns,
    path("race/pins", new_pin),
    path("race/overdue", make_overdue),
    path("race/sweep", sweep_now),
    path("race/merge", merge),
    path("race/shortages", new_shortage),
    path("race/move", move),
    path("race/lots/<int:number>", lots),
    path("race/pins/<str:pin_id>", count),
    path("race/events/<str:pin_id>", joins_kept),
]
