"""Pins that were paid to the last pack: how much more was wanted nobody saw."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import small_season

from pinfold.flows.demand import issue_demand
from pinfold.store import models as store
from pinfold.store.market import sold_out_so_far

pytestmark = pytest.mark.django_db
LAST_PACK_ON = date(2026, 9, 11)


@pytest.fixture(autouse=True)
def a_pin_paid_to_the_last_pack(db) -> None:
    small_season.found()
    small_season.filled_pin(small_season.lot(100).pk, {"ann": 2, "bo": 3})


def beside(**changes: object) -> None:
    """A pin of the same mangoes in the same place, with seats left while the full one took its last order."""
    pin = store.Pin.objects.get()
    opened, closed = small_season.NOON - timedelta(days=9), small_season.NOON
    given = {"pk": "beside", "share_code": "beside", "opened_at": opened, "closed_at": closed, "seats_max": 9} | changes
    for name, value in given.items():
        setattr(pin, name, value)
    pin.save(force_insert=True)


def test_the_day_on_which_the_last_pack_was_paid_counts_as_sold_out() -> None:
    assert sold_out_so_far().rows() == [(LAST_PACK_ON, "mango", "r")]


def test_it_does_not_while_another_pin_of_the_same_goods_has_packs_left() -> None:
    beside()
    assert sold_out_so_far().is_empty()


@pytest.mark.parametrize(
    "changes", [{"closed_at": small_season.NOON - timedelta(days=8)}, {"opened_at": small_season.NOON - timedelta(days=1)}]
)
def test_one_that_was_over_or_not_open_yet_was_no_help(changes) -> None:
    beside(**changes)
    assert sold_out_so_far().rows() == [(LAST_PACK_ON, "mango", "r")]


def test_where_those_who_found_no_seats_are_counted_nothing_is_guessed() -> None:
    store.Unserved.objects.create(date=LAST_PACK_ON, customer_id="ann", region_id="r", product_id="mango", quantity=1)
    assert sold_out_so_far().is_empty()


def test_a_pin_that_ran_out_does_not_lower_the_outlook() -> None:
    for week in range(10):
        on = date(2026, 9, 7) - timedelta(weeks=week + 1)
        store.Sale.objects.create(date=on, product_id="mango", region_id="r", kg=40, price_per_kg=10)
    # The pin had 5 kg in the newest whole week. As an ordinary one after weeks of 40 it would make 35.6 of the usual 40.
    assert issue_demand(small_season.NOON)["usual_kg"].unique().to_list() == [40]
