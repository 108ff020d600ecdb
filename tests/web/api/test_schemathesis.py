"""Whatever the API is sent, in form or out of it, signed in or not: it answers as documented and never fails."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
import two_cooperatives
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from pinfold.store.models import Order, Payment
from pinfold.web.api.site import api

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
CSRF = "a" * 32
# Not the server's own: that begins to write events, in a thread that would meet other tests' databases.
application = get_wsgi_application()
# What is made up seldom exists; so everything is sent a second time about things that do.
THERE = {
    "plot_id": "plot-of-household-alpha",
    "stage": "flowering",
    "pin_id": "pin-0",
    "order_id": "order-0001",
    "payment_id": "payment-0001",
    "bid_id": "bid-of-merchant-1",
    "product_id": "green-beans",
    "region_id": "kunming",
    "settlement_id": "settlement:2026:3:household-alpha",
    "provider": "cash",
    "week": 3,
}


def described() -> dict[str, Any]:
    """The API's description; pages are the same in every list, so they are tried on the list of pins alone, for time."""
    description = deepcopy(api.get_openapi_schema(path_prefix="/api/"))
    for path, methods in description["paths"].items():
        for operation in methods.values():
            if path != "/api/pins":
                operation["parameters"] = [each for each in operation["parameters"] if each["name"] not in ("limit", "offset")]
    return description


schema = schemathesis.openapi.from_dict(described())
schema.app = application
# That other methods are refused is Django's doing, and the same everywhere; one of them is enough.
schema.config.phases.coverage.unexpected_methods = {"delete"}
ROLES = {
    (method, "/api/" + str(route).lstrip("/")): [role for auth in operation.auth_callbacks for role in auth.roles]
    for router in api._get_bound_routers()
    for route, view in router.path_operations.items()
    for operation in view.operations
    for method in operation.methods
}


@pytest.fixture
def world(world, season, now) -> two_cooperatives.World:
    """With an order that waits to be paid."""
    held = {"seats": 1, "price_fen": 4200, "amount_fen": 4200, "held_at": now, "held_until": now}
    order = Order.objects.create(order_id=THERE["order_id"], pin=season.open_pin, customer_id="customer-7", **held)
    Payment.objects.create(payment_id=THERE["payment_id"], order=order, provider="cash", amount_fen=4200, started_at=now)
    return world


@schema.parametrize()
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_operation_answers_as_documented(case, world):
    roles = ROLES[case.operation.method.upper(), case.operation.path] or [two_cooperatives.NOBODY]
    session = world.browsers[roles[0]].cookies.get("sessionid")
    cookies = {"csrftoken": CSRF} | ({"sessionid": session.value} if session else {})
    for sent in with_things_that_are_there(case):
        answer = sent.call(cookies=cookies, headers={"X-CSRFToken": CSRF})
        sent.validate_response(answer, checks=CHECKS)


def with_things_that_are_there(case: schemathesis.Case) -> Iterator[schemathesis.Case]:
    """The case as it was made up, then the same about things that are in the world, if it names any."""
    yield case
    named = [part for part in (case.path_parameters, case.body) if isinstance(part, dict) and THERE.keys() & part.keys()]
    for part in named:
        part.update({name: THERE[name] for name in THERE.keys() & part.keys()})
    if named:
        yield case
