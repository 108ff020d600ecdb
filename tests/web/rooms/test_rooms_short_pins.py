"""The board sees pins that may not fill, with what either way brings, and decides."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest

from pinfold.pin.choosing import Choice
from pinfold.store.models import Lot, Person, Pin, PinMove, Village

pytestmark = pytest.mark.django_db


@pytest.fixture
def short(world, now) -> Pin:
    """The season's first pin: 2 packs paid of 3 that it needs."""
    Pin.objects.filter(pk="pin-0").update(seats_taken=2, seats_paid=2, seats_min=3)
    return Pin.objects.get(pk="pin-0")


def page_of(client) -> str:
    return " ".join(client.get("/cooperative/pins/").content.decode().split())


def test_a_board_sees_what_is_paid_how_likely_it_fills_and_what_either_way_brings(world, short):
    page = page_of(world.browsers["board"])
    for said in (
        "2 of 3 needed packs paid",
        "Odds that it fills in time",
        "If it is accepted, growers get",
        "Serve the 2 packs that are paid",
    ):
        assert said in page, said


def test_a_pin_with_days_left_is_folded_away_until_it_closes_soon(world, short, now):
    Pin.objects.exclude(pk="pin-0").update(state="filled")
    Pin.objects.filter(pk="pin-0").update(closes_at=now + timedelta(days=4))
    page = page_of(world.browsers["board"])
    assert "Nothing to decide today" in page
    assert page.index("1 pin that still has time") < page.index("2 of 3 needed packs paid")
    Pin.objects.filter(pk="pin-0").update(closes_at=now + timedelta(days=3))
    assert "still has time" not in page_of(world.browsers["board"])


def test_a_board_reads_which_pins_customers_join_first(world, short):
    """Of the same product and region one delivers a week sooner, with 3 packs left of 5; the one that arrives later takes nobody away."""
    sooner = Pin.objects.get(pk="pin-1")
    goods = {
        "product_id": short.product_id,
        "region_id": short.region_id,
        "state": "open",
        "seats_max": 5,
        "seats_taken": 2,
        "seats_paid": 0,
        "closes_at": short.closes_at,
    }
    Pin.objects.exclude(pk__in=("pin-0", "pin-1")).update(state="filled")
    Pin.objects.filter(pk=sooner.pk).update(**goods, week=short.week - 1)
    assert "Another pin of this product there arrives sooner or is fuller (packs left: 3)" in page_of(world.browsers["board"])
    Pin.objects.filter(pk=sooner.pk).update(week=short.week + 1, seats_paid=2, seats_min=2)
    assert "Customers usually join" not in page_of(world.browsers["board"])


def test_a_board_reads_why_the_pin_has_its_size_and_price_and_a_customer_does_not(world, short):
    Pin.objects.filter(pk="pin-0").update(why=asdict(Choice(1, 40, 3, 0.0, 0.0, 90_000.0, 28.4, 30.0, 8_000.0)))
    assert "from 3 paid packs on, serving them is worth the work" in page_of(world.browsers["board"])
    assert "worth the work" not in world.browsers["customer"].get("/pins/share0/").content.decode()


def test_a_board_accepts_and_takes_it_back(world, short):
    board = world.browsers["board"]
    assert board.post("/cooperative/pins/pin-0/accept/").status_code == 302
    short.refresh_from_db()
    assert (short.seats_min, short.accepted_by_id) == (2, Person.objects.get(role="board", cooperative_id="coop").pk)
    assert "Take it back" in page_of(board)
    assert board.post("/cooperative/pins/pin-0/take-back/").status_code == 302
    short.refresh_from_db()
    assert (short.seats_min, short.accepted_by_id) == (3, None)


def test_another_cooperatives_board_neither_sees_nor_accepts_it(world, short):
    assert "needed packs paid" not in page_of(world.board_beta)
    assert world.board_beta.post("/cooperative/pins/pin-0/accept/").status_code == 403
    short.refresh_from_db()
    assert short.accepted_by_id is None


def test_a_page_without_such_pins_says_so(world):
    Pin.objects.all().update(state="filled")
    assert "Every open pin of your crop has enough paid packs" in page_of(world.browsers["board"])


def test_a_board_reads_what_moved_to_another_lot_why_and_what_carrying_costs_more(world, short, now):
    moved = {"lot_from_id": "lot-1", "from_held_kg": 0, "carry_more_fen": 160, "moved_at": now - timedelta(days=1)}
    village = Village.objects.get(pk="conggang")
    Village.objects.create(**{f.attname: getattr(village, f.attname) for f in Village._meta.fields} | {"village_id": "far", "name": "Far"})
    Lot.objects.filter(pk="lot-2").update(village="far")
    for pin_id, promised in (("pin-0", 120), ("pin-1", 90)):
        PinMove.objects.create(move_id=pin_id, pin_id=pin_id, lot_to_id="lot-2", kg_from=60, kg_to=61, from_promised_kg=promised, **moved)
    PinMove.objects.create(
        move_id="old",
        pin_id="pin-0",
        lot_to_id="lot-2",
        kg_from=7,
        kg_to=7,
        from_promised_kg=9,
        **moved | {"moved_at": now - timedelta(days=20)},
    )
    page = page_of(world.browsers["board"])
    assert "Moved 120 kg of Late mango, 2.5 kg from Conggang" in page
    assert "because Conggang has 120 kg less than was promised." in page
    assert "2 pins · carrying costs ¥3.20 more · members were told" in page
    assert "Moved 7 kg" not in page
    assert "Moved" not in page_of(world.board_beta)


def test_the_link_of_a_merged_pin_opens_the_one_that_took_its_members(world, short):
    Pin.objects.filter(pk="pin-1").update(state="merged", merged_into="pin-0")
    answer = world.browsers["customer"].get("/pins/share1/", follow=True)
    assert answer.redirect_chain == [("/pins/share0/", 302)]
    assert "brought together" in answer.content.decode()
