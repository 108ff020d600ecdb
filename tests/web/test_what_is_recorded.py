"""What a visit leaves behind for learning, and what it does not."""

from __future__ import annotations

import re
import threading
from uuid import uuid4

import pytest

from pinfold.demand.events import Event, Impression, Shown
from pinfold.flows import events
from pinfold.flows.recorder import Recorder
from pinfold.store.models import Customer, Mark, Person
from pinfold.web.shop import seen


@pytest.fixture
def recorded(monkeypatch) -> list:
    taken: list = []
    monkeypatch.setattr(seen, "record", taken.append)
    monkeypatch.setattr(events, "record", taken.append)
    return taken


def link_on_list(browser) -> str:
    return re.search(r'href="(/pins/share0/\?seen=[^"]+)"', browser.get("/").content.decode()).group(1)


def test_a_list_is_recorded_with_what_it_showed_where_and_with_which_chance(buyer, season, now, recorded):
    buyer.get("/?product=green-beans")
    (shown,) = recorded
    assert isinstance(shown, Impression)
    assert shown.shown == (Shown("pin-0", 0, 1.0),)
    assert (shown.customer_id, shown.region_id, shown.product_id) == ("customer-1", "kunming", "green-beans")
    assert (shown.page, shown.ranking, shown.version, shown.at) == ("list", "closes-first", 1, now)


def test_a_view_from_the_list_refers_to_it(buyer, season, now, recorded):
    buyer.get(link_on_list(buyer))
    shown, viewed = recorded
    assert viewed == Event("view", now, "pin-0", "customer-1", shown.impression_id)


def test_an_address_that_a_friend_passed_on_is_told_from_the_list(english, season, now, recorded):
    page = english.get("/pins/share0/").content.decode()
    address = re.search(r'value="http://testserver(/pins/share0/[^"]*)"', page).group(1)
    recorded.clear()
    english.get(address)
    assert [(event.kind, event.impression_id) for event in recorded] == [("link", ""), ("view", "")]


@pytest.mark.parametrize("forge", [lambda token: f"x{token}", lambda token: token[:-1], lambda token: "shown-1", lambda token: "shown:1:x"])
def test_a_forged_mark_of_a_list_counts_for_nothing(buyer, season, recorded, forge):
    token = link_on_list(buyer).partition("seen=")[2].replace("%3A", ":")
    buyer.get("/pins/share0/", {"seen": forge(token)})
    assert recorded[-1].impression_id == ""


def test_what_one_was_shown_counts_for_nobody_else(buyer, client, season, recorded):
    link = link_on_list(buyer)
    other = Person.objects.create_user("13800000102", customer=Customer.objects.create(customer_id="customer-2", region_id="kunming"))
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    client.get(link)
    assert recorded[-1] == Event("view", recorded[-1].at, "pin-0", "customer-2", "")


def test_a_join_refers_to_the_list_from_which_the_customer_came(buyer, season, recorded, django_capture_on_commit_callbacks):
    page = buyer.get(link_on_list(buyer)).content.decode()
    token = re.search(r'name="seen" value="([^"]+)"', page).group(1)
    with django_capture_on_commit_callbacks(execute=True):
        assert buyer.post("/pins/share0/join/", {"order_id": uuid4().hex, "seats": 2, "seen": token}).status_code == 302
    shown, _, joined = recorded
    assert (joined.kind, joined.seats, joined.impression_id) == ("join", 2, shown.impression_id)


def test_a_copied_link_and_a_friends_pin_are_shares(buyer, season, recorded):
    assert buyer.post("/pins/share0/shared/").status_code == 204
    buyer.post("/pins/share0/friends/", {"friends_pin_id": "friends-0001", "seats": 3})
    assert [(event.kind, event.pin_id) for event in recorded] == [("share", "pin-0"), ("share", "friends-0001")]


def test_a_skipped_pin_leaves_the_own_list_until_it_is_put_back(buyer, season, recorded):
    assert buyer.post("/pins/share0/mark/", {"mark": "skip"}).url == "/"
    page = buyer.get("/").content.decode()
    assert "/pins/share0/" not in page
    assert "One pin that you skipped is not shown." in page
    assert "/pins/share0/" in buyer.get("/?skipped=1").content.decode()
    buyer.post("/pins/share0/mark/", {"mark": ""})
    assert "/pins/share0/" in buyer.get("/").content.decode()
    assert [event.kind for event in recorded if isinstance(event, Event)] == ["skip"]


def test_a_favourite_is_marked_on_the_list(buyer, season, recorded):
    buyer.post("/pins/share0/mark/", {"mark": "favourite"})
    assert '<span class="tag good">favourite</span>' in buyer.get("/").content.decode()
    assert Mark.objects.get().kind == "favourite"
    assert recorded[0].kind == "favourite"


def test_an_unknown_mark_is_refused(buyer, season, recorded):
    assert buyer.post("/pins/share0/mark/", {"mark": "hated"}).status_code == 422
    assert recorded == []


@pytest.mark.parametrize("header", ["HTTP_SEC_GPC", "HTTP_DNT"])
def test_a_browser_that_asks_not_to_be_tracked_is_not(buyer, season, recorded, header):
    page = buyer.get("/", **{header: "1"}).content.decode()
    assert "/pins/share0/" in page
    assert "seen=" not in page
    buyer.get("/pins/share0/?via=link", **{header: "1"})
    assert recorded == []


def test_people_who_are_here_to_work_are_no_demand(world, recorded):
    world.browsers["coordinator"].get("/")
    world.browsers["operator"].get("/pins/share0/")
    assert recorded == []


def test_no_thread_of_this_process_writes_events_into_the_database_of_another_test():
    assert not events.recorder().is_on, "somebody imported web/wsgi.py, which is a server's"


# A page never waits


def test_a_page_comes_back_while_the_table_is_blocked(english, season, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def blocked(batch, lost):
        begun.set()
        go_on.wait(timeout=60)

    recorder = Recorder(blocked, 0.0, most=10)
    monkeypatch.setattr(events, "recorder", lambda: recorder)
    recorder.start()
    english.get("/")
    assert begun.wait(timeout=60)
    assert english.get("/pins/share0/").status_code == 200
    assert [event.kind for event in recorder.waiting] == ["view"], "it still waits, and the page does not"
    go_on.set()


def test_control_a_page_that_wrote_by_itself_would_wait(english, season, monkeypatch):
    class WouldWait(Exception):
        pass

    def write(batch, lost):
        raise WouldWait

    monkeypatch.setattr(seen, "record", lambda happened: write([happened], 0))
    with pytest.raises(WouldWait):
        english.get("/pins/share0/")
