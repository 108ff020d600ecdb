"""Who may open what: every address of the site and every operation of the API, asked by every role and by somebody who has not signed in.

The tables say what must be; a page or an operation that is not in them fails the test, so nobody adds one without deciding whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import two_cooperatives
from django.http import HttpResponse
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from two_cooperatives import HOUSEHOLDS, NOBODY, OWED_FEN, World

from pinfold.web.api.site import api
from pinfold.web.roles import Role

SIGNED_IN = frozenset(Role.values)
EVERYBODY = SIGNED_IN | {NOBODY}
CUSTOMER, COORDINATOR, HOUSEHOLD, BOARD = {"customer"}, {"coordinator"}, {"household"}, {"board"}
MERCHANT, PACKHOUSE, OFFICER, OPERATOR = {"merchant"}, {"packhouse"}, {"officer"}, {"operator"}
PLAN_READERS = BOARD | COORDINATOR | PACKHOUSE | OFFICER | OPERATOR
# Those who look after a household; each is let through to its own ones alone.
CARERS = HOUSEHOLD | COORDINATOR | BOARD | OFFICER

PAGES = {
    "account_request_login_code": EVERYBODY,
    "account_confirm_login_code": EVERYBODY,
    "account_login": EVERYBODY,
    "account_inactive": EVERYBODY,
    "account_logout": EVERYBODY,
    "home": SIGNED_IN,
    "language": EVERYBODY,
    "shop:list": EVERYBODY,
    "shop:pin": EVERYBODY,
    "shop:progress": EVERYBODY,
    "shop:qr": EVERYBODY,
    "shop:join": CUSTOMER,
    "shop:friends": CUSTOMER,
    "shop:region": CUSTOMER,
    "shop:orders": CUSTOMER,
    "shop:order": CUSTOMER,
    "shop:state": CUSTOMER,
    "shop:pay": CUSTOMER,
    "shop:cancel": CUSTOMER,
    "shop:sandbox": CUSTOMER,
    "shop:notice": EVERYBODY,  # but only the provider can sign one
    "rooms:plan": PLAN_READERS,
    "rooms:plan-csv": PLAN_READERS,
    "rooms:calendar-picture": PLAN_READERS,
    "rooms:lanes-picture": PLAN_READERS,
    "rooms:household": HOUSEHOLD,
    "rooms:household-of": CARERS,
    "rooms:picking-picture": CARERS,
    "rooms:village": COORDINATOR,
    "rooms:reports": COORDINATOR,
    "rooms:weighings": COORDINATOR,
    "rooms:money": COORDINATOR,
    "rooms:count": COORDINATOR,
    "rooms:hand-over": COORDINATOR,
    "api:openapi-json": EVERYBODY,
    "api:openapi-view": EVERYBODY,
    "api:api-root": EVERYBODY,
}
OPERATIONS = {
    "GET /api/regions": EVERYBODY,
    "GET /api/products": EVERYBODY,
    "GET /api/ripening": EVERYBODY,
    "GET /api/pins": EVERYBODY,
    "GET /api/pins/{pin_id}": EVERYBODY,
    "GET /api/plan": EVERYBODY,
    "GET /api/plan/ripening": EVERYBODY,
    "GET /api/impact": EVERYBODY,
    "POST /api/payments/sandbox/notice": EVERYBODY,  # but only the provider can sign one
    "POST /api/region": CUSTOMER,
    "GET /api/orders": CUSTOMER,
    "POST /api/orders": CUSTOMER,
    "GET /api/orders/{order_id}": CUSTOMER,
    "POST /api/orders/{order_id}/cancel": CUSTOMER,
    "POST /api/pins/{pin_id}/friends": CUSTOMER,
    "POST /api/payments": CUSTOMER,
    "GET /api/household": HOUSEHOLD,
    "GET /api/settlements": HOUSEHOLD,
    "POST /api/stages": HOUSEHOLD | COORDINATOR,
    "GET /api/village/picking": COORDINATOR,
    "GET /api/village/plots": COORDINATOR,
    "GET /api/village/to-ask": COORDINATOR,
    "GET /api/village/settlements": COORDINATOR,
    "POST /api/village/weighings": COORDINATOR,
    "POST /api/settlements/{settlement_id}/pay-out": COORDINATOR,
    "GET /api/cash": COORDINATOR,
    "POST /api/cash/{payment_id}": COORDINATOR,
    "GET /api/bids": MERCHANT,
    "POST /api/bids": MERCHANT,
    "POST /api/bids/{bid_id}/withdraw": MERCHANT,
    "GET /api/cooperative/bids": BOARD,
    "POST /api/cooperative/choices": BOARD,
    "POST /api/cooperative/dividends/{dividend_id}": BOARD,
    "POST /api/weeks/{week}/dispatch": PACKHOUSE,
    "GET /api/plan/parcels": PLAN_READERS,
    "POST /api/plan": OPERATOR,
    "POST /api/pins/open": OPERATOR,
    "POST /api/pins/sweep": OPERATOR,
    "POST /api/weeks/{week}/settle": OPERATOR,
    "GET /api/gate-scores": OPERATOR,
}
# What an address names is the role's own, so that a refusal is about the role and nothing else.
NAMED = {
    "share_code": "share0",
    "order_id": "order-0001",
    "payment_id": "payment-0001",
    "provider_name": "sandbox",
    "pin_id": "pin-0",
    "household_id": "household-alpha",
    "settlement_id": "settlement:2026:3:household-alpha",
    "bid_id": "bid-of-merchant-1",
    "dividend_id": "dividend-2026",
    "week": 3,
    "plan_id": 1,
}


@pytest.fixture
def world(season, now) -> World:
    return two_cooperatives.make_world(now)


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """Every address by its name, e.g. shop:pin; those of the API's operations are left to the API's own table."""

    def walk(found, space):
        for each in found:
            if isinstance(each, URLPattern):
                yield f"{space}{each.name}", each
            else:
                inner = getattr(each, "namespace", None)
                yield from walk(each.url_patterns, f"{space}{inner}:" if inner else space)

    docs = {"api:openapi-json", "api:openapi-view", "api:api-root"}
    return ((name, each) for name, each in walk(get_resolver().url_patterns, "") if not name.startswith("api:") or name in docs)


def operations() -> Iterator[tuple[str, str]]:
    """(method, path) of every operation of the API."""
    for path, methods in api.get_openapi_schema(path_prefix="/api/")["paths"].items():
        for method in methods:
            yield method.upper(), path


def who_passes(world: World, method: str, address: str) -> frozenset[str]:
    """Those who are neither sent to the sign-in page nor told that it is not theirs. An answer of 5xx is nobody's."""
    return frozenset(role for role, browser in world.browsers.items() if passes(browser.generic(method, address, "{}", "application/json")))


def passes(answer: HttpResponse) -> bool:
    to_sign_in = answer.status_code == 302 and answer.url.startswith("/sign-in/?next=")
    return answer.status_code not in (401, 403) and answer.status_code < 500 and not to_sign_in


def address_of(name: str, pattern: URLPattern) -> str:
    names = pattern.pattern.converters
    try:
        return reverse(name, kwargs={each: NAMED[each] for each in names})
    except (NoReverseMatch, KeyError) as problem:
        raise AssertionError(f"add what {name} names to NAMED: {problem}") from None


def test_every_page_is_in_the_table():
    assert {name for name, _ in patterns() if not name.startswith("admin:")} == set(PAGES)


def test_every_operation_is_in_the_table():
    assert {f"{method} {path}" for method, path in operations()} == set(OPERATIONS)


def test_every_page_opens_to_its_roles_and_to_nobody_else(world):
    pages = {name: address_of(name, each) for name, each in patterns() if not name.startswith("admin:")}
    assert {name: who_passes(world, "GET", address) for name, address in pages.items()} == PAGES


def test_every_operation_answers_its_roles_and_nobody_else(world):
    """What is sent is empty: an operation that lets somebody through says what is missing (422), and the others say who is not let in."""
    found = {f"{method} {path}": who_passes(world, method, path.format(**NAMED)) for method, path in operations()}
    assert found == OPERATIONS
