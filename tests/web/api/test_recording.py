"""A customer's own marks, and the switches of recording and of the own order, for programs."""

from __future__ import annotations

import pytest

from pinfold.demand.events import Event, Shown
from pinfold.flows import events
from pinfold.store.models import EventKey, Mark, Taste
from pinfold.web.shop import seen


@pytest.fixture
def recorded(monkeypatch) -> list:
    taken: list = []
    monkeypatch.setattr(seen, "record", taken.append)
    monkeypatch.setattr(events, "record", taken.append)
    return taken


def post(client, address, **body):
    return client.post(f"/api/{address}", body, content_type="application/json")


def test_a_mark_takes_the_place_of_the_one_before_and_can_be_taken_away(buyer):
    assert post(buyer, "pins/pin-0/mark", mark="favourite").json() == {"pin_id": "pin-0", "mark": "favourite"}
    post(buyer, "pins/pin-0/mark", mark="skip")
    assert Mark.objects.get().kind == "skip"
    post(buyer, "pins/pin-0/mark", mark="")
    assert not Mark.objects.exists()
    assert post(buyer, "pins/pin-0/mark", mark="hated").status_code == 422


def test_recording_is_on_until_it_is_turned_off(buyer):
    assert buyer.get("/api/recording").json() == {"records": True}
    assert post(buyer, "recording", records=False).json() == {"records": False}
    assert buyer.get("/api/recording").json() == {"records": False}
    assert EventKey.objects.get().records is False


def test_the_own_order_is_on_until_it_is_turned_off(buyer):
    assert buyer.get("/api/order").json() == {"personal": True}
    assert post(buyer, "order", personal=False).json() == {"personal": False}
    assert buyer.get("/api/order").json() == {"personal": False}
    assert Taste.objects.get().wanted is False


def test_a_list_that_a_program_shows_is_recorded_as_the_page_is(buyer, season, now, recorded):
    answer = buyer.get("/api/pins?product_id=green-beans").json()
    (shown,) = recorded
    assert (shown.page, shown.customer_id, shown.product_id, shown.shown) == ("api", "customer-1", "green-beans", (Shown("pin-0", 0, 1.0),))
    assert answer["seen"].startswith(shown.impression_id)
    assert answer["order"] == "closes first"


def test_what_comes_of_the_list_refers_to_it(buyer, season, now, recorded):
    token = buyer.get("/api/pins").json()["seen"]
    buyer.get("/api/pins/pin-0", {"seen": token})
    post(buyer, "pins/pin-0/mark", mark="favourite", seen=token)
    post(buyer, "pins/pin-0/mark", mark="favourite", seen=f"x{token}")
    shown = recorded[0].impression_id
    assert recorded[1:] == [
        Event("view", now, "pin-0", "customer-1", shown),
        Event("favourite", now, "pin-0", "customer-1", shown),
        Event("favourite", now, "pin-0", "customer-1", ""),  # a made-up one counts for nothing
    ]


def test_a_pin_that_was_skipped_is_on_no_list_of_the_customer(buyer, season):
    post(buyer, "pins/pin-0/mark", mark="skip")
    assert buyer.get("/api/pins").json()["count"] == 0


@pytest.mark.parametrize("header", ["HTTP_SEC_GPC", "HTTP_DNT"])
def test_nothing_is_recorded_of_a_program_that_asks_not_to_be_tracked(buyer, season, recorded, header):
    assert buyer.get("/api/pins", **{header: "1"}).json()["seen"] == ""
    assert recorded == []
