"""A customer's own marks, and the switches of recording and of the own order, for programs."""

from __future__ import annotations

from pinfold.store.models import EventKey, Mark, Taste


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
