"""A customer's own data: looked at, switched off, deleted."""

from __future__ import annotations

import csv
import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from pinfold.demand.events import Event, Impression, shown_in_order
from pinfold.flows.erasing import forget_ended_sessions
from pinfold.store.events import records, write
from pinfold.store.models import Customer, Order, Person, Session, Taste
from pinfold.web.sessions import SessionStore
from pinfold.web.shop.account import erase


def test_the_page_says_what_is_kept_how_long_and_how_to_end_it(buyer, season):
    page = buyer.get("/account/").content.decode()
    for said in ("for 400 days", "Recording is on.", "Turn it off and delete what was recorded", "Delete my account"):
        assert said in page, said


def test_recording_can_be_turned_off_and_on_again(buyer, season):
    buyer.post("/account/recording/", {"records": "0"})
    assert not records("customer-1")
    assert "Recording is off." in buyer.get("/account/").content.decode()
    buyer.post("/account/recording/", {"records": "1"})
    assert records("customer-1")


def test_a_customer_takes_away_all_that_is_kept_and_nobody_elses(buyer, season, now):
    buyer.post("/pins/share0/join/", {"order_id": "order-0001", "seats": 2})
    buyer.post("/pins/share0/mark/", {"mark": "favourite"})
    Taste.objects.create(customer_id="customer-1", learned_on=now.date(), chances=[["mango", 0.25]])
    other = Customer.objects.create(customer_id="customer-2", region_id="chengdu")
    shown = Impression("shown-1", now, "customer-1", "list", "kunming", "", "closes-first", 1, shown_in_order(["pin-0"]))
    with transaction.atomic():
        write([shown, Event("view", now, "pin-0", "customer-1"), Event("view", now, "pin-1", other.pk)], 0, now)
    answer = buyer.get("/account/my-data.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.csv"'
    rows = csv.DictReader(answer.content.decode("utf-8-sig").splitlines())
    told = {(row["what"], row["pin_id"], row["packs"] or row["chance"]) for row in rows}
    recorded = {("shown", "pin-0", ""), ("view", "pin-0", ""), ("mark", "pin-0", "")}
    assert told == {("order", "pin-0", "2"), ("taste", "", "0.25")} | recorded


def test_deleting_is_asked_for_first_and_says_what_stays_and_why(buyer, season):
    page = buyer.get("/account/erase/").content.decode()
    assert "What stays, and why" in page
    assert "the law makes sellers keep their accounts" in page
    assert Person.objects.filter(phone="13800000101").exists(), "looking deletes nothing"


def test_who_deletes_the_account_is_signed_out_and_gone(buyer, season):
    buyer.post("/pins/share0/join/", {"order_id": "order-0001", "seats": 2})
    after = buyer.post("/account/erase/now/", follow=True)
    assert "Your account and your data are gone." in after.content.decode()
    assert "_auth_user_id" not in buyer.session
    assert not Person.objects.filter(phone="13800000101").exists()
    assert not Customer.objects.filter(pk="customer-1").exists()
    assert not Order.objects.exists()


def test_no_other_browser_keeps_the_number_of_who_deletes_the_account(buyer, season, capsys):
    tablet, half_signed_in, stranger = Client(), Client(), Client()
    for browser in (tablet, half_signed_in):
        browser.post("/sign-in/", {"phone": "13800000101"})
    tablet_code = re.findall(r"\b\d{6}\b", capsys.readouterr().err)[0]
    tablet.post("/sign-in/code/", {"code": tablet_code})
    stranger.post("/sign-in/", {"phone": "13800000199"})
    assert tablet.session["_auth_user_id"] == buyer.session["_auth_user_id"]
    assert sessions_with("13800000101") == 2, "the tablet's, and the one that waits for its code"
    buyer.post("/account/erase/now/")
    assert sessions_with("13800000101") == 0
    assert sessions_with("13800000199") == 1, "somebody else's"
    assert tablet.get("/account/").status_code == 302


def sessions_with(phone: str) -> int:
    return sum(phone in str(SessionStore().decode(data)) for data in Session.objects.values_list("session_data", flat=True))


def test_a_session_that_is_over_goes_and_a_running_one_stays(buyer, season):
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(seconds=1))
    assert forget_ended_sessions() == 1
    assert buyer.get("/account/").status_code == 200


def test_who_never_chose_a_region_can_delete_the_account_too(english, season):
    english.force_login(Person.objects.create_user("13800000103"), backend="django.contrib.auth.backends.ModelBackend")
    english.post("/account/erase/now/")
    assert not Person.objects.filter(phone="13800000103").exists()


def test_who_is_still_to_receive_something_is_told_so_and_stays(buyer, season):
    buyer.post("/pins/share0/join/", {"order_id": "order-0001", "seats": 1})
    Order.objects.update(state="paid")
    page = buyer.get("/account/erase/").content.decode()
    assert "Not yet: 1 order of yours is still to come" in page
    assert "Delete everything now" not in page
    assert buyer.post("/account/erase/now/").status_code == 409
    assert Person.objects.filter(phone="13800000101").exists()


@pytest.mark.parametrize("address", ["/account/erase/now/", "/account/recording/", "/account/order/"])
def test_a_link_alone_changes_nothing(buyer, season, address):
    assert buyer.get(address).status_code == 405
    assert erase.open_to == {"customer"}
