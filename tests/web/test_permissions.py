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
    "rooms:bids": BOARD,
    "rooms:vote": BOARD,
    "rooms:members": BOARD,
    "rooms:books": BOARD,
    "rooms:books-csv": BOARD,
    "rooms:dividends": BOARD,
    "rooms:impact": EVERYBODY,
    "rooms:money-picture": EVERYBODY,
    "rooms:incomes": OFFICER | BOARD,
    "rooms:incomes-csv": OFFICER | BOARD,
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
    "GET /api/cooperative/members": BOARD,
    "GET /api/cooperative/accounts": BOARD,
    "GET /api/cooperative/postings": BOARD,
    "GET /api/households": OFFICER,
    "GET /api/incomes": OFFICER | BOARD,
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


def everything_told(world: World, role: str) -> dict[str, str]:
    """What a role is told by every page and every list that answers it, by address."""
    browser = world.browsers[role]
    addresses = [address_of(name, each) for name, each in patterns() if not name.startswith("admin:")]
    addresses += [path.format(**NAMED) for method, path in operations() if method == "GET"]
    answers = {address: browser.get(address) for address in addresses}
    return {address: answer.content.decode() for address, answer in answers.items() if answer.status_code == 200 and not answer.streaming}


@pytest.mark.parametrize("role", [NOBODY, "customer", "merchant", "packhouse", "operator"])
def test_those_who_do_not_look_after_households_never_see_one(world, role):
    for address, told in everything_told(world, role).items():
        assert not [each for each in HOUSEHOLDS if each in told], address


@pytest.mark.parametrize("role", ["household", "coordinator", "board"])
def test_those_who_look_after_households_see_their_own_and_no_other(world, role):
    told = everything_told(world, role)
    assert any(HOUSEHOLDS[0] in each for each in told.values())
    for address, each in told.items():
        assert HOUSEHOLDS[1] not in each, address


@pytest.mark.parametrize("role", [*Role.values, NOBODY])
def test_only_a_board_and_the_officer_are_told_who_is_registered_poor(world, role):
    told = everything_told(world, role)
    found = {address for address, each in told.items() if "registered_poor" in each or "Registered poor" in each}
    found -= {"/api/openapi.json"}
    assert bool(found) is (role in ("board", "officer")), found


def in_yuan(fen: int) -> str:
    return f"{fen / 100:,.2f}"


def test_a_household_sees_its_own_money_and_never_anothers(world):
    own, other = world.browsers[Role.HOUSEHOLD], world.household_beta
    pages = ["/household/", "/api/household", "/api/settlements"]
    for browser, mine, theirs in ((own, *HOUSEHOLDS), (other, *reversed(HOUSEHOLDS))):
        told = " ".join(browser.get(page).content.decode() for page in pages)
        assert in_yuan(OWED_FEN[mine]) in told
        assert str(OWED_FEN[mine]) in told
        assert in_yuan(OWED_FEN[theirs]) not in told
        assert str(OWED_FEN[theirs]) not in told
        assert browser.get(f"/households/{theirs}/").status_code == 403


@pytest.mark.parametrize("who", ["coordinator", "board"])
def test_another_cooperatives_people_are_not_let_in(world, who):
    own, other = (world.browsers[who], world.coordinator_beta if who == "coordinator" else world.board_beta)
    assert [browser.get("/households/household-alpha/").status_code for browser in (own, other)] == [200, 403]
    assert [browser.get("/households/household-beta/").status_code for browser in (own, other)] == [403, 200]


def test_a_board_sees_its_own_members_and_books_alone(world):
    members = {each["household_id"] for browser in [world.board_beta] for each in browser.get("/api/cooperative/members").json()["items"]}
    assert members == {"household-beta"}
    for page in ("/api/cooperative/postings", "/cooperative/members/", "/cooperative/money/", "/cooperative/money/entries.csv"):
        assert "household-alpha" not in world.board_beta.get(page).content.decode(), page


def test_the_officer_sees_every_household(world):
    households = world.browsers[Role.OFFICER].get("/api/households").json()["items"]
    assert [(each["household_id"], each["registered_poor"]) for each in households] == [(each, True) for each in HOUSEHOLDS]


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("stages", {"plot_id": "plot-of-household-alpha", "stage": "flowering", "on": "2026-10-01"}),
        (
            "village/weighings",
            {"request_id": "weighing-1", "plot_id": "plot-of-household-alpha", "kg": 5, "grade": 0, "picked_on": "2026-10-06"},
        ),
        ("settlements/settlement:2026:3:household-alpha/pay-out", {}),
    ],
)
def test_a_coordinator_works_for_the_own_village_alone(world, address, sent):
    answers = [
        browser.post(f"/api/{address}", sent, content_type="application/json")
        for browser in (world.coordinator_beta, world.browsers[Role.COORDINATOR])
    ]
    assert [answer.status_code for answer in answers] == [403, 200], answers[1].content


def test_a_household_reports_its_own_plots_alone(world):
    report = {"plot_id": "plot-of-household-alpha", "stage": "flowering", "on": "2026-10-01"}
    browsers = (world.household_beta, world.browsers[Role.HOUSEHOLD])
    assert [browser.post("/api/stages", report, content_type="application/json").status_code for browser in browsers] == [403, 200]


def test_a_merchant_sees_and_withdraws_own_bids_alone(world):
    browser = world.browsers[Role.MERCHANT]
    assert [each["bid_id"] for each in browser.get("/api/bids").json()["items"]] == ["bid-of-merchant-1"]
    for address, told in everything_told(world, Role.MERCHANT).items():
        assert "bid-of-merchant-2" not in told, address
        assert "Merchant two" not in told, address
    assert browser.post("/api/bids/bid-of-merchant-2/withdraw").status_code == 403
    assert browser.post("/api/bids/bid-of-merchant-1/withdraw").json()["state"] == "withdrawn"
