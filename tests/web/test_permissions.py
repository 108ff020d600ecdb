"""Who may open what: every address of the site and every operation of the API, asked by every role and by somebody who has not signed in.

The tables say what must be; a page or an operation that is not in them fails the test, so nobody adds one without deciding whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable

import crawl
import pytest
from crawl import Answer
from two_cooperatives import HOUSEHOLDS, NOBODY, OWED_FEN

from pinfold.store.models import Person
from pinfold.web.roles import Role

pytestmark = pytest.mark.django_db
SIGNED_IN = frozenset(Role.values)
EVERYBODY = SIGNED_IN | {NOBODY}
CUSTOMER, COORDINATOR, HOUSEHOLD, BOARD = {"customer"}, {"coordinator"}, {"household"}, {"board"}
MERCHANT, PACKHOUSE, OFFICER, OPERATOR = {"merchant"}, {"packhouse"}, {"officer"}, {"operator"}
CALENDAR_READERS = BOARD | COORDINATOR | MERCHANT | PACKHOUSE | OFFICER | OPERATOR
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
    "shop:mark": CUSTOMER,
    "shop:shared": EVERYBODY,
    "shop:account": CUSTOMER,
    "shop:own-data": CUSTOMER,
    "shop:recording": CUSTOMER,
    "shop:own-order": CUSTOMER,
    "shop:ask-to-erase": CUSTOMER,
    "shop:erase": CUSTOMER,
    "shop:region": CUSTOMER,
    "shop:orders": CUSTOMER,
    "shop:order": CUSTOMER,
    "shop:state": CUSTOMER,
    "shop:pay": CUSTOMER,
    "shop:cancel": CUSTOMER,
    "shop:decline": CUSTOMER,
    "shop:sandbox": CUSTOMER,
    "shop:notice": EVERYBODY,  # but only the provider can sign one
    "rooms:plan": PLAN_READERS,
    "rooms:plan-csv": PLAN_READERS,
    "rooms:what-if": PLAN_READERS,
    "rooms:fairness": BOARD | OFFICER | OPERATOR,
    "rooms:frontier-picture": BOARD | OFFICER | OPERATOR,
    "rooms:calendar": CALENDAR_READERS,
    "rooms:calendar-csv": CALENDAR_READERS,
    "rooms:calendar-picture": CALENDAR_READERS,
    "rooms:phone-calendar": EVERYBODY,  # but only a coordinator can make its address
    "rooms:feed": COORDINATOR,
    "rooms:outcomes": CALENDAR_READERS,
    "rooms:outcomes-csv": CALENDAR_READERS,
    "rooms:reliability-picture": CALENDAR_READERS,
    "rooms:demand": OPERATOR,
    "rooms:demand-csv": OPERATOR,
    "rooms:demand-outcomes-csv": OPERATOR,
    "rooms:demand-picture": OPERATOR,
    "rooms:demand-reliability": OPERATOR,
    "rooms:cities": BOARD,
    "rooms:cities-csv": BOARD,
    "rooms:cities-picture": BOARD,
    "rooms:lanes-picture": PLAN_READERS,
    "rooms:household": HOUSEHOLD,
    "rooms:household-of": CARERS,
    "rooms:picking-picture": CARERS,
    "rooms:village": COORDINATOR,
    "rooms:reports": COORDINATOR,
    "rooms:crop-report": COORDINATOR,
    "rooms:condition": COORDINATOR,
    "rooms:weighings": COORDINATOR,
    "rooms:money": COORDINATOR,
    "rooms:count": COORDINATOR,
    "rooms:hand-over": COORDINATOR,
    "rooms:give-back": COORDINATOR,
    "rooms:bids": BOARD,
    "rooms:vote": BOARD,
    "rooms:short-pins": BOARD,
    "rooms:accept-short": BOARD,
    "rooms:take-back": BOARD,
    "rooms:bid-paid": BOARD,
    "rooms:members": BOARD,
    "rooms:books": BOARD,
    "rooms:books-csv": BOARD,
    "rooms:dividends": BOARD,
    "rooms:impact": EVERYBODY,
    "rooms:money-picture": EVERYBODY,
    "rooms:incomes": OFFICER | BOARD,
    "rooms:incomes-csv": OFFICER | BOARD,
    "rooms:merchant": MERCHANT,
    "rooms:withdraw": MERCHANT,
    "rooms:prices-picture": MERCHANT,
    "rooms:packhouse": PACKHOUSE,
    "rooms:dispatch": PACKHOUSE,
    "rooms:operator": OPERATOR,
    "rooms:plan-now": OPERATOR,
    "rooms:open-pins": OPERATOR,
    "rooms:settle": OPERATOR,
    "rooms:export": OPERATOR,
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
    "POST /api/pins/{pin_id}/mark": CUSTOMER,
    "GET /api/recording": CUSTOMER,
    "POST /api/recording": CUSTOMER,
    "GET /api/order": CUSTOMER,
    "POST /api/order": CUSTOMER,
    "GET /api/orders": CUSTOMER,
    "POST /api/orders": CUSTOMER,
    "GET /api/orders/{order_id}": CUSTOMER,
    "POST /api/orders/{order_id}/cancel": CUSTOMER,
    "POST /api/orders/{order_id}/decline": CUSTOMER,
    "POST /api/pins/{pin_id}/friends": CUSTOMER,
    "POST /api/payments": CUSTOMER,
    "GET /api/household": HOUSEHOLD,
    "GET /api/settlements": HOUSEHOLD,
    "POST /api/stages": HOUSEHOLD | COORDINATOR,
    "POST /api/crop-reports": HOUSEHOLD | COORDINATOR,
    "POST /api/conditions": HOUSEHOLD | COORDINATOR,
    "GET /api/village/crop-reports": COORDINATOR,
    "GET /api/village/picking": COORDINATOR,
    "GET /api/village/plots": COORDINATOR,
    "GET /api/village/to-ask": COORDINATOR,
    "GET /api/village/settlements": COORDINATOR,
    "GET /api/village/stages": COORDINATOR,
    "GET /api/village/weighings": COORDINATOR,
    "POST /api/village/weighings": COORDINATOR,
    "POST /api/settlements/{settlement_id}/pay-out": COORDINATOR,
    "GET /api/cash": COORDINATOR,
    "GET /api/refunds": COORDINATOR,
    "POST /api/refunds/{refund_id}/hand-back": COORDINATOR,
    "POST /api/cash/{payment_id}": COORDINATOR,
    "GET /api/lots": MERCHANT,
    "GET /api/prices": MERCHANT,
    "GET /api/bids": MERCHANT,
    "POST /api/bids": MERCHANT,
    "POST /api/bids/{bid_id}/withdraw": MERCHANT,
    "GET /api/cooperative/bids": BOARD,
    "POST /api/cooperative/bids/{bid_id}/payment": BOARD,
    "GET /api/cooperative/choices": BOARD,
    "POST /api/cooperative/choices": BOARD,
    "GET /api/cooperative/guaranteed": BOARD,
    "POST /api/cooperative/dividends/{dividend_id}": BOARD,
    "GET /api/cooperative/members": BOARD,
    "GET /api/cooperative/accounts": BOARD,
    "GET /api/cooperative/postings": BOARD,
    "GET /api/households": OFFICER,
    "GET /api/incomes": OFFICER | BOARD,
    "GET /api/hub/arriving": PACKHOUSE,
    "GET /api/hub/leaving": PACKHOUSE,
    "POST /api/weeks/{week}/dispatch": PACKHOUSE,
    "GET /api/calendar/weeks": CALENDAR_READERS,
    "GET /api/calendar/reasons": CALENDAR_READERS,
    "GET /api/demand/weeks": OPERATOR,
    "GET /api/demand/products": OPERATOR,
    "GET /api/cooperative/demand": BOARD,
    "GET /api/plan/parcels": PLAN_READERS,
    "POST /api/plan": OPERATOR,
    "POST /api/pins/open": OPERATOR,
    "POST /api/pins/sweep": OPERATOR,
    "POST /api/weeks/{week}/settle": OPERATOR,
    "GET /api/gate-scores": OPERATOR,
    "GET /api/outcomes": CALENDAR_READERS,
    "GET /api/health": OPERATOR,
    "GET /api/settings": OPERATOR,
}
OFFICE_DOORS = {"admin:login", "admin:logout"}
Answers = dict[str, dict[str, Answer]]


def let_in(asked: Answers, names: Iterable[str]) -> dict[str, frozenset[str]]:
    """Those who were let in, by name of page or operation."""
    return {name: frozenset(role for role, answer in asked[name].items() if answer.is_let_in) for name in names}


def told(asked: Answers, role: str) -> dict[str, str]:
    """All that a role was told, by address."""
    return {answers[role].address: answers[role].text for answers in asked.values() if role in answers and answers[role].status == 200}


def test_every_page_is_in_the_table():
    assert crawl.pages().keys() == PAGES.keys()


def test_every_operation_is_in_the_table():
    assert crawl.operations().keys() == OPERATIONS.keys()


def test_every_page_opens_to_its_roles_and_to_nobody_else(asked):
    assert let_in(asked, crawl.pages()) == PAGES


def test_every_operation_answers_its_roles_and_nobody_else(asked):
    """What is sent is empty: an operation that lets somebody through says what is missing (422), and the others say who is not let in."""
    assert let_in(asked, crawl.operations()) == OPERATIONS


def test_the_tables_open_to_operators_alone(asked):
    names = crawl.office().keys() - OFFICE_DOORS
    assert len(names) > 100
    passed = let_in(asked, names)
    assert {name for name in names if not passed[name] <= OPERATOR} == set()
    lists = {name for name in names if name.endswith(("_changelist", "index"))}
    assert {name: passed[name] for name in lists} == dict.fromkeys(lists, OPERATOR)


def test_an_operator_who_is_not_staff_is_kept_from_the_tables(world):
    Person.objects.filter(role=Role.OPERATOR).update(is_staff=False)
    assert world.browsers[Role.OPERATOR].get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("role", [NOBODY, "customer", "merchant", "packhouse"])
def test_those_who_do_not_look_after_households_never_see_one(asked, role):
    found = told(asked, role)
    assert found
    assert [address for address, text in found.items() if any(each in text for each in HOUSEHOLDS)] == []


@pytest.mark.parametrize("role", ["household", "coordinator", "board"])
def test_those_who_look_after_households_see_their_own_and_no_other(asked, role):
    found = told(asked, role)
    assert [address for address, text in found.items() if HOUSEHOLDS[0] in text]
    assert [address for address, text in found.items() if HOUSEHOLDS[1] in text] == []


@pytest.mark.parametrize("role", [*Role.values, NOBODY])
def test_only_a_board_and_the_officer_are_told_who_is_registered_poor(asked, role):
    """A column is called registered_poor, the heading over one Registered poor; the API's own description names it to everybody."""
    found = [address for address, text in told(asked, role).items() if "registered_poor" in text or "Registered poor" in text]
    found = [address for address in found if address != "/api/openapi.json"]
    assert bool(found) is (role in ("board", "officer")), found


def test_a_merchant_never_sees_anothers_bid(asked):
    found = told(asked, Role.MERCHANT)
    assert [address for address, text in found.items() if "bid-of-merchant-1" in text]
    assert [address for address, text in found.items() if "bid-of-merchant-2" in text or "Merchant two" in text] == []


def in_yuan(fen: int) -> str:
    return f"{fen / 100:,.2f}"


def test_a_household_sees_its_own_money_and_never_anothers(world):
    own, other = world.browsers[Role.HOUSEHOLD], world.household_beta
    pages = ["/household/", "/api/household", "/api/settlements"]
    for browser, mine, theirs in ((own, *HOUSEHOLDS), (other, *reversed(HOUSEHOLDS))):
        shown = " ".join(browser.get(page).content.decode() for page in pages)
        assert in_yuan(OWED_FEN[mine]) in shown
        assert str(OWED_FEN[mine]) in shown
        assert in_yuan(OWED_FEN[theirs]) not in shown
        assert str(OWED_FEN[theirs]) not in shown
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


def test_a_merchant_withdraws_own_bids_alone(world):
    browser = world.browsers[Role.MERCHANT]
    assert browser.post("/api/bids/bid-of-merchant-2/withdraw").status_code == 403
    assert browser.post("/api/bids/bid-of-merchant-1/withdraw").json()["state"] == "withdrawn"
