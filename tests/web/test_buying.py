"""A customer joins a pin and pays, through the pages."""

import json
import re

import pytest
from django.test import Client

from pinfold.outside.payments import sandbox
from pinfold.settings import settings
from pinfold.store.models import Customer, Lot, Order, Payment, Person, Pin, PinMove, Village
from pinfold.web.shop import orders

ORDER, PAYMENT = "order-0001", "payment-0001"


@pytest.fixture(autouse=True)
def own_books(tmp_path, monkeypatch):
    """The practice provider keeps its books in this test's own folder."""
    monkeypatch.setattr(sandbox, "books_path", lambda: tmp_path / "sandbox.sqlite3")


@pytest.fixture
def posted(monkeypatch) -> list[dict]:
    """Notices that the practice provider would post, instead of posting them."""
    notices: list[dict] = []
    monkeypatch.setattr(sandbox, "announce", lambda body, url, times=1: notices.extend([body] * times))
    return notices


def join(browser: Client, seats: int = 2, order_id: str = ORDER):
    return browser.post("/pins/share0/join/", {"order_id": order_id, "seats": seats})


def start_to_pay(browser: Client, provider: str = "sandbox"):
    return browser.post(f"/orders/{ORDER}/pay/", {"payment_id": PAYMENT, "provider": provider})


def deliver(notices: list[dict]) -> list[dict]:
    """What the shop answers to each notice; a provider has no session and sends no CSRF token."""
    outside = Client(enforce_csrf_checks=True)
    answers = [outside.post("/payments/sandbox/notice/", json.dumps(notice), "application/json") for notice in notices]
    return [answer.json() | {"status": answer.status_code} for answer in answers]


def page_of(browser: Client, address: str = f"/orders/{ORDER}/") -> str:
    return re.sub(r"\s+", " ", browser.get(address).content.decode())


def test_joining_holds_the_seats_and_leads_to_the_order(buyer, season):
    assert join(buyer).url == f"/orders/{ORDER}/"
    assert Pin.objects.get(pk="pin-0").seats_taken == 3
    page = page_of(buyer)
    assert "Your places are held until" in page
    assert "¥84.00" in page


def test_a_double_click_is_one_order(buyer, season):
    join(buyer)
    join(buyer)
    assert Order.objects.count() == 1
    assert Pin.objects.get(pk="pin-0").seats_taken == 3


def test_the_form_carries_an_id_made_with_the_page(buyer, season):
    ids = {re.search(r'name="order_id" value="(\w+)"', page_of(buyer, "/pins/share0/")).group(1) for _ in range(2)}
    assert len(ids) == 2


def test_more_seats_than_are_left_is_a_page_that_says_sold_out_and_takes_nothing(buyer, season):
    Pin.objects.filter(pk="pin-0").update(seats_taken=9)
    answer = join(buyer)
    assert answer.status_code == 409
    assert "Just sold out" in answer.content.decode()
    assert not Order.objects.exists()


@pytest.mark.parametrize("seats", ["0", "-1", "many", "11", ""])
def test_a_number_of_packs_that_cannot_be_is_said_beside_the_field(buyer, season, seats):
    answer = buyer.post("/pins/share0/join/", {"order_id": ORDER, "seats": seats})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not Order.objects.exists()


def test_a_stranger_signs_in_first_and_comes_back_to_the_pin(english, season):
    answer = english.post("/pins/share0/join/", {"order_id": ORDER, "seats": 1}, headers={"referer": "http://testserver/pins/share0/"})
    assert answer.status_code == 302
    assert answer.url.startswith("/sign-in/?next=")
    assert "share0" in answer.url


def test_a_friends_pin_is_joined_by_its_link(buyer, season):
    answer = buyer.post("/pins/share2/join/", {"order_id": ORDER, "seats": 1})
    assert answer.url == f"/orders/{ORDER}/"
    assert Order.objects.get().pin_id == season.friends_pin.pin_id


def test_opening_a_pin_for_friends_takes_packs_from_the_public_one_and_stays_off_the_list(buyer, season):
    answer = buyer.post("/pins/share0/friends/", {"friends_pin_id": "friends-0001", "seats": "4"})
    made = Pin.objects.get(pk="friends-0001")
    assert answer.url == f"/pins/{made.share_code}/"
    assert (made.kind, made.seats_max, Pin.objects.get(pk="pin-0").seats_max) == ("friends", 4, 6)
    assert made.share_code not in page_of(buyer, "/")
    assert "only people with this link" in page_of(buyer, answer.url)


def test_paying_goes_to_the_provider_and_its_notice_makes_the_order_paid(buyer, season, posted):
    join(buyer)
    asked = start_to_pay(buyer)
    assert asked.url == f"/sandbox/pay/{PAYMENT}"
    assert "¥84.00" in page_of(buyer, asked.url)
    assert buyer.post(asked.url, {"choice": "pay"}).url == f"/orders/{ORDER}/"
    assert "We wait for the payment service" in page_of(buyer)
    assert deliver(posted) == [{"status": 200, "payment": "received", "order": "paid", "counted": True}]
    assert "Paid." in page_of(buyer)


def test_a_notice_that_comes_twice_is_counted_once(buyer, season, posted):
    join(buyer)
    buyer.post(start_to_pay(buyer).url, {"choice": "twice"})
    assert [answer["counted"] for answer in deliver(posted)] == [True, False]
    assert Pin.objects.get(pk="pin-0").seats_paid == 2


def test_a_refused_payment_leaves_the_seats_held_and_may_be_tried_again(buyer, season, posted):
    join(buyer)
    buyer.post(start_to_pay(buyer).url, {"choice": "refuse"})
    assert deliver(posted)[0]["payment"] == "refused"
    assert Order.objects.get().state == "held"
    assert "Pay by phone" in page_of(buyer)


def test_a_kept_back_notice_is_sent_when_the_customer_says_so(buyer, season, posted):
    join(buyer)
    address = start_to_pay(buyer).url
    assert "the notice is kept back" in buyer.post(address, {"choice": "late"}).content.decode()
    assert posted == []
    buyer.post(address, {"choice": "send"})
    assert deliver(posted)[0]["order"] == "paid"


def test_a_notice_that_the_provider_did_not_sign_is_refused(buyer, season, posted):
    join(buyer)
    buyer.post(start_to_pay(buyer).url, {"choice": "refuse"})
    forged = posted[0] | {"paid": True}
    assert deliver([forged])[0]["status"] == 403
    assert Order.objects.get().state == "held"


@pytest.mark.parametrize("body", ["", "[]", "null", "{}", '{"signature": 1}', "\x00"])
def test_a_notice_that_cannot_be_read_is_refused_without_a_crash(client, season, body):
    assert client.post("/payments/sandbox/notice/", body, "application/json").status_code in (403, 422)


def test_cash_tells_whom_to_pay_and_until_when(buyer, season):
    join(buyer)
    assert start_to_pay(buyer, "cash").url == f"/orders/{ORDER}/"
    assert "Pay ¥84.00 to the coordinator before" in page_of(buyer)
    assert Payment.objects.get().provider == "cash"


def test_a_provider_that_is_not_offered_starts_no_payment(buyer, season):
    join(buyer)
    start_to_pay(buyer, "bank")
    assert not Payment.objects.exists()


def test_without_practice_payments_their_page_does_not_exist(buyer, season, monkeypatch):
    join(buyer)
    address = start_to_pay(buyer).url
    monkeypatch.setattr("pinfold.web.shop.sandbox.settings", lambda: type("S", (), {"payment_providers": ("cash",)}))
    assert buyer.get(address).status_code == 404


def test_held_places_can_be_given_back_and_paid_ones_not(buyer, season, posted):
    join(buyer)
    buyer.post(f"/orders/{ORDER}/cancel/")
    assert Pin.objects.get(pk="pin-0").seats_taken == 1
    assert "You gave the places back" in page_of(buyer)
    join(buyer, order_id="order-0002")
    address = buyer.post("/orders/order-0002/pay/", {"payment_id": "payment-0002", "provider": "sandbox"}).url
    buyer.post(address, {"choice": "pay"})
    deliver(posted)
    assert buyer.post("/orders/order-0002/cancel/").status_code == 409


def test_my_orders_shows_mine_and_nobody_elses(buyer, season):
    join(buyer)
    other = Person.objects.create_user(
        "13800000109", language="en", customer=Customer.objects.create(customer_id="customer-2", region_id="chengdu")
    )
    stranger = Client()
    stranger.cookies["django_language"] = "en"
    stranger.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert ORDER in page_of(buyer, "/orders/")
    assert "You have not joined a pin yet" in page_of(stranger, "/orders/")
    for address in (f"/orders/{ORDER}/", f"/orders/{ORDER}/state/"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"/orders/{ORDER}/pay/", {"payment_id": "payment-0003", "provider": "cash"}).status_code == 404
    assert stranger.post(f"/orders/{ORDER}/cancel/").status_code == 403
    assert Order.objects.get().state == "held"


def test_the_state_is_asked_for_until_nothing_can_change_by_itself(buyer, season):
    join(buyer)
    assert buyer.get(f"/orders/{ORDER}/state/").status_code == 200
    buyer.post(f"/orders/{ORDER}/cancel/")
    assert buyer.get(f"/orders/{ORDER}/state/").status_code == orders.STOP_POLLING


def test_offered_ways_to_pay_are_those_of_this_installation(buyer, season):
    join(buyer)
    page = page_of(buyer)
    assert ("practice money" in page) is ("sandbox" in settings().payment_providers)
    assert ("in cash" in page) is ("cash" in settings().payment_providers)


def test_a_member_whose_packs_come_from_another_village_can_have_the_money_back_on_the_page(buyer, season, posted, now):
    join(buyer)
    buyer.post(start_to_pay(buyer).url, {"choice": "pay"})
    deliver(posted)
    assert buyer.post(f"/orders/{ORDER}/decline/").status_code == 409, "nothing moved"
    village = Village.objects.get(pk="conggang")
    village.pk, village.name = "nankang", "Nankang"
    village.save(force_insert=True)
    lot = Lot.objects.get(pk="lot-0")
    lot.pk, lot.village_id = "lot-other", "nankang"
    lot.save(force_insert=True)
    PinMove.objects.create(
        move_id="m", pin_id="pin-0", lot_from_id="lot-0", lot_to_id="lot-other", kg_from=1, kg_to=1, from_held_kg=0, from_promised_kg=60,
        carry_more_fen=30, moved_at=now,
    )  # fmt: skip
    page = page_of(buyer)
    assert "Less is picked in Conggang than was expected, so packs come from Nankang." in page
    assert "Have my money back" in page
    assert page_of(buyer, f"/api/orders/{ORDER}").count("nankang") == 1
    assert buyer.post(f"/orders/{ORDER}/decline/").status_code == 302
    assert "All your money, ¥84.00, came back." in page_of(buyer)
    assert (Pin.objects.get(pk="pin-0").seats_taken, Pin.objects.get(pk="pin-0").seats_paid) == (1, 0)
