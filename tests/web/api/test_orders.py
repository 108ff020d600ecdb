"""A customer orders, pays and follows it."""

from __future__ import annotations

import pytest
from django.test import Client

from pinfold.outside.payments import sandbox
from pinfold.outside.payments.provider import Notice
from pinfold.store.models import Customer, Person, Pin
from pinfold.web.roles import Role

BACKEND = "django.contrib.auth.backends.ModelBackend"


def post(client: Client, address: str, **body: object):
    return client.post(f"/api/{address}", body, content_type="application/json")


def order(client: Client, order_id: str = "order-0001", **more: object):
    return post(client, "orders", **({"order_id": order_id, "pin_id": "pin-0", "seats": 2} | more))


@pytest.fixture
def coordinator(season) -> Client:
    client = Client()
    client.force_login(Person.objects.create_user("13800000301", role=Role.COORDINATOR, village_id="conggang"), backend=BACKEND)
    return client


def test_an_order_holds_seats_and_a_retry_holds_no_more(buyer):
    first, again = order(buyer), order(buyer)
    assert first.status_code == 200, first.content
    assert first.json() == again.json()
    assert (first.json()["state"], first.json()["amount_fen"]) == ("held", 8400)
    assert Pin.objects.get(pk="pin-0").seats_taken == 3


def test_the_same_id_for_other_seats_is_refused(buyer):
    order(buyer)
    answer = order(buyer, seats=3)
    assert (answer.status_code, answer.json()["error"]) == (409, "KeyReused")


def test_more_seats_than_are_left_are_refused_and_none_is_taken(buyer):
    Pin.objects.filter(pk="pin-0").update(seats_taken=9)
    answer = order(buyer)
    assert (answer.status_code, answer.json()["error"]) == (409, "SoldOut")
    assert Pin.objects.get(pk="pin-0").seats_taken == 9


def test_a_friends_pin_is_joined_with_its_code_and_not_without(buyer):
    assert order(buyer, pin_id="pin-2").status_code == 404
    assert order(buyer, pin_id="pin-2", share_code="share0").status_code == 404
    assert order(buyer, pin_id="pin-2", share_code="share2").json()["pin"]["pin_id"] == "pin-2"


def test_friends_get_a_pin_of_their_own(buyer):
    made = post(buyer, "pins/pin-0/friends", friends_pin_id="friends-01", seats=3).json()
    assert (made["kind"], made["seats_max"]) == ("friends", 3)
    assert made["pin_id"] not in str(buyer.get("/api/pins").json())


def test_a_cancelled_order_gives_its_seats_back(buyer):
    order(buyer)
    assert post(buyer, "orders/order-0001/cancel").json()["state"] == "cancelled"
    assert Pin.objects.get(pk="pin-0").seats_taken == 1
    assert [each["state"] for each in buyer.get("/api/orders").json()["items"]] == ["cancelled"]


def test_cash_is_paid_once_a_coordinator_has_counted_it(buyer, coordinator):
    order(buyer)
    told = post(buyer, "payments", payment_id="payment-01", order_id="order-0001", provider="cash").json()
    assert told == {"payment_id": "payment-01", "provider": "cash", "amount_fen": 8400, "redirect_url": None}
    assert post(buyer, "cash/payment-01").status_code == 403
    first, again = post(coordinator, "cash/payment-01").json(), post(coordinator, "cash/payment-01").json()
    assert (first["counted"], again["counted"]) == (True, False)
    assert buyer.get("/api/orders/order-0001").json()["state"] == "paid"


def test_a_signed_notice_needs_no_session_and_counts_once(buyer, client):
    order(buyer)
    post(buyer, "payments", payment_id="payment-01", order_id="order-0001", provider="sandbox")
    provider = Client(enforce_csrf_checks=True)
    notice = sandbox.signed(Notice("notice-1", "payment-01", paid=True, amount_fen=8400))
    first, again = post(provider, "payments/sandbox/notice", **notice), post(provider, "payments/sandbox/notice", **notice)
    assert (first.json()["order_state"], first.json()["counted"], again.json()["counted"]) == ("paid", True, False)


@pytest.mark.parametrize("changed", [{"amount_fen": 1}, {"signature": "0" * 64}, {"payment_id": "payment-02"}])
def test_a_notice_that_the_provider_did_not_sign_is_refused(buyer, client, changed):
    order(buyer)
    post(buyer, "payments", payment_id="payment-01", order_id="order-0001", provider="sandbox")
    notice = sandbox.signed(Notice("notice-1", "payment-01", paid=True, amount_fen=8400)) | changed
    assert post(Client(), "payments/sandbox/notice", **notice).status_code == 403
    assert buyer.get("/api/orders/order-0001").json()["state"] == "held"


def test_another_customers_order_is_neither_seen_nor_paid_nor_cancelled(buyer, season):
    order(buyer)
    other = Client()
    row = Customer.objects.create(customer_id="customer-2", region_id="kunming")
    other.force_login(Person.objects.create_user("13800000102", customer=row), backend=BACKEND)
    assert other.get("/api/orders/order-0001").status_code == 404
    assert post(other, "payments", payment_id="payment-02", order_id="order-0001", provider="cash").status_code == 404
    assert post(other, "orders/order-0001/cancel").status_code == 403
    assert other.get("/api/orders").json()["count"] == 0


def test_a_newcomer_chooses_a_region_before_the_first_order(season):
    newcomer = Client()
    newcomer.force_login(Person.objects.create_user("13800000103"), backend=BACKEND)
    assert order(newcomer).status_code == 403
    assert post(newcomer, "region", region_id="nowhere").status_code == 404
    assert post(newcomer, "region", region_id="kunming").json()["customer_id"].startswith("customer-")
    assert order(newcomer).status_code == 200
