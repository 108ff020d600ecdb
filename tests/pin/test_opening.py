from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinfold.match.rules import MatchRules
from pinfold.pin.ladder import PackCosts, lowest_price_fen
from pinfold.pin.opening import PlannedShipment, Terms, is_due, pins_to_open
from pinfold.pin.rules import PinRules

STARTS_ON = date(2026, 9, 7)
TERMS = Terms(STARTS_ON, shares_bp=1000, pin=PinRules(), match=MatchRules())
MANGO = PlannedShipment(
    want_id="want", lot_id="lot", lane_id="lane", product_id="mango", region_id="city", grade=0, week=3, ready_week=2, kg=100.0, kept=0.9,
    age_days=0.0, want_kg_min=0.0, price_per_kg=20.0, floor_price_per_kg=6.0, collect_cost_per_kg=0.5, truck_cost_per_kg=0.5, pack_kg=2.0,
    shelf_life_days=14.0,
)  # fmt: skip

shipments = st.lists(
    st.builds(
        replace,
        st.just(MANGO),
        want_id=st.sampled_from(["a", "b"]),
        lot_id=st.sampled_from(["l1", "l2", "l3"]),
        grade=st.integers(0, 2),
        ready_week=st.integers(1, 3),
        kg=st.floats(0.1, 500),
    ),
    max_size=8,
    unique_by=lambda row: (row.want_id, row.grade, row.lot_id),
)


@given(rows=shipments)
def test_pins_take_no_more_of_a_lot_than_the_plan_ships_and_leave_less_than_a_pin_of_each_shipment(rows):
    pins = pins_to_open(rows, TERMS)
    taken, shipped = defaultdict(float), defaultdict(float)
    for pin in pins:
        for share in pin.lots:
            taken[share.lot_id] += share.kg
        assert sum(share.kg * share.kept for share in pin.lots) == pytest.approx(pin.seats_max * pin.pack_kg)
    for row in rows:
        shipped[row.lot_id] += row.kg
    assert all(kg <= shipped[lot_id] + 1e-6 for lot_id, kg in taken.items())
    groups = {(row.want_id, row.grade) for row in rows}
    left_kg = sum(row.kg_kept for row in rows) - sum(pin.seats_max * pin.pack_kg for pin in pins)
    assert left_kg <= len(groups) * TERMS.pin.pin_seats_min * MANGO.pack_kg


@given(rows=shipments)
def test_opening_twice_names_the_same_pins(rows):
    assert pins_to_open(rows, TERMS) == pins_to_open(reversed(rows), TERMS)


@given(rows=shipments)
def test_every_pin_keeps_the_rules(rows):
    for number, pin in enumerate(pins_to_open(rows, TERMS)):
        assert pin.number == number
        assert 1 <= pin.seats_min <= pin.seats_max <= TERMS.pin.pin_seats_max
        assert pin.ladder[0][0] == pin.seats_min
        carrier_fen = round(100 * sum(share.kg for share in pin.lots) * 1.0 / pin.seats_max)
        assert pin.ladder[-1][1] >= lowest_price_fen(PackCosts(pin.floor_fen, carrier_fen, TERMS.shares_bp)) - 2


def test_ninety_kg_that_arrive_open_45_seats_in_two_pins():
    pins = pins_to_open([MANGO], TERMS)
    assert [(pin.seats_max, pin.seats_min) for pin in pins] == [(23, 12), (22, 11)]
    assert sum(share.kg for pin in pins for share in pin.lots) == pytest.approx(100)


def test_a_pin_spans_lots_and_closes_before_the_first_of_them_is_picked():
    rows = [replace(MANGO, kg=20.0), replace(MANGO, lot_id="early", kg=20.0, ready_week=1)]
    (pin,) = pins_to_open(rows, TERMS)
    assert [share.lot_id for share in pin.lots] == ["early", "lot"]
    assert pin.closes_at == datetime(2026, 9, 11, 12, tzinfo=UTC)


def test_grades_are_sold_apart_and_a_lower_grade_costs_less():
    best, third = pins_to_open([replace(MANGO, kg=40.0), replace(MANGO, lot_id="third", grade=2, kg=40.0)], TERMS)
    assert (best.ladder[0][1], third.ladder[0][1]) == (4000, 2480)


def test_a_want_below_its_least_opens_no_pin():
    assert pins_to_open([replace(MANGO, want_kg_min=91.0)], TERMS) == []
    assert pins_to_open([replace(MANGO, kg=5.0)], TERMS) == []


def test_where_the_list_price_does_not_cover_the_growers_floor_the_pin_asks_for_what_does():
    (pin,) = pins_to_open([replace(MANGO, kg=40.0, kept=1.0, price_per_kg=5.0)], TERMS)
    assert pin.ladder == ((10, 1556),)  # (12 + 2 yuan) / 0.9


def test_a_pin_is_due_neither_too_early_nor_too_late():
    pin, *_ = pins_to_open([MANGO], TERMS)
    days = [days for days in range(60) if is_due(pin, pin.closes_at - timedelta(days=days), TERMS.pin)]
    assert (days[0], days[-1]) == (TERMS.pin.days_open_min, TERMS.pin.days_open_max)


def test_goods_that_are_picked_already_can_be_joined_until_they_are_packed():
    """Ripe in week 2, delivered in week 3: what is still to be picked is ordered before week 2, what lies in the store before week 3."""
    (hanging,) = {pin.closes_at for pin in pins_to_open([MANGO], TERMS)}
    (stored,) = {pin.closes_at for pin in pins_to_open([replace(MANGO, kg_real=100.0)], TERMS)}
    assert stored - hanging == timedelta(weeks=1)
