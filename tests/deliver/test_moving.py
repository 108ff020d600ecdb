"""Packs that their lot cannot fill come from another lot, whole, in time and at the price that was asked."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.deliver.moving import Promised, given_up, moves
from pinfold.match.rules import MatchRules
from pinfold.match.tables import Tables
from pinfold.pin.opening import LotShare

RULES = MatchRules(loss_base=0.0, loss_at_full_age=0.0)


def pin(name: str, packs: int, lot_id: str = "here", **more) -> Promised:
    """A pin of packs of 2 kg at 20 yuan, all of them taken, that wait for one lot."""
    facts = {"seats_taken": packs, "seats_spare": 0, "grade": 0, "week": 3, "region_id": "city"} | more
    return Promised(name, "mango", pack_kg=2.0, price_fen=2000, lots=(LotShare(lot_id, 2.0 * packs, 1.0),), **facts)


def lot(lot_id: str, kg: float, **more) -> dict[str, object]:
    facts = {"village_id": lot_id, "hub_id": "hub", "product_id": "mango", "grade": 0, "ready_week": 3, "kg": kg, "kg_cv": 0.2}
    costs = {"floor_price_per_kg": 4.0, "poverty_weight": 1.0, "collect_cost_per_kg": 0.3, "collect_days": 1, "salvage_per_kg": 1.0}
    return {"lot_id": lot_id} | facts | costs | more


def world(*lots: dict[str, object], trucks: float = 2.0, hub_kg: float = 1e6, hubs: tuple[str, ...] = ("hub",)) -> Tables:
    """Lanes of 1,000 kg trucks from every hub to the city and the town in weeks 2 to 4; 0.50 yuan a kg."""
    lanes = [
        {"lane_id": f"{hub}-{region}-{week}", "hub_id": hub, "region_id": region, "week": week, "days": 1, "truck_kg": 1000.0,
         "truck_cost": 500.0, "trucks_max": trucks}
        for hub in hubs for region in ("city", "town") for week in (2, 3, 4)
    ]  # fmt: skip
    return Tables(
        products=pl.DataFrame({"product_id": ["mango"], "shelf_life_days": [18.0], "price_per_kg": [10.0]}),
        lots=pl.DataFrame(list(lots), schema=None if lots else dict.fromkeys(lot("none", 0), pl.String)),
        wants=pl.DataFrame(),
        lanes=pl.DataFrame(lanes),
        hub_weeks=pl.DataFrame([{"hub_id": hub, "week": week, "kg_max": hub_kg} for hub in hubs for week in (2, 3, 4)]),
    )


def told(found) -> dict[tuple[str, str, str], float]:
    return {(move.pin_id, move.lot_from, move.lot_to): move.kg_to for move in found}


def test_what_a_lot_cannot_fill_comes_from_the_one_that_has_plenty():
    assert told(moves([pin("a", 5)], {"here": 10.0}, world(lot("there", 100)), RULES, 0.3)) == {("a", "here", "there"): pytest.approx(10)}


def test_only_what_is_short_moves_in_whole_packs():
    """3 kg short of 10: 2 packs of 2 kg."""
    assert told(moves([pin("a", 5)], {"here": 3.0}, world(lot("there", 100)), RULES, 0.3)) == {("a", "here", "there"): pytest.approx(4)}


def test_what_the_other_lot_cannot_fill_stays_short():
    """5 kg there are 2 packs of the 5."""
    assert told(moves([pin("a", 5)], {"here": 10.0}, world(lot("there", 5)), RULES, 0.3)) == {("a", "here", "there"): pytest.approx(4)}


def test_the_pin_with_the_fewest_members_moves_so_that_the_fewest_are_told():
    found = moves([pin("many", 6), pin("few", 5, seats_taken=1)], {"here": 10.0}, world(lot("there", 100)), RULES, 0.3)
    assert {move.pin_id for move in found} == {"few"}


def test_a_pin_that_no_other_lot_reaches_leaves_its_place_to_one_that_can_move():
    far = pin("far", 5, region_id="island", seats_taken=1)
    found = moves([far, pin("near", 5)], {"here": 10.0}, world(lot("there", 100)), RULES, 0.3)
    assert told(found) == {("near", "here", "there"): pytest.approx(10)}


@pytest.mark.parametrize(
    "other", [{"grade": 1}, {"ready_week": 4}, {"ready_week": 1, "collect_days": 9}, {"product_id": "pea"}, {"hub_id": "nowhere"}]
)
def test_a_lot_of_a_worse_grade_another_crop_too_late_too_old_or_without_a_road_does_not_do(other):
    tables = world(lot("there", 100, **other))
    pea = pl.DataFrame({"product_id": ["pea"], "shelf_life_days": [18.0], "price_per_kg": [10.0]})
    tables = Tables(pl.concat([tables.products, pea]), tables.lots, tables.wants, tables.lanes, tables.hub_weeks)
    assert moves([pin("a", 5)], {"here": 10.0}, tables, RULES, 0.3) == []


def test_the_same_grade_is_taken_before_a_better_one_and_a_better_one_before_none():
    second = pin("a", 5, grade=1)
    best, same = lot("best", 100), lot("same", 6, grade=1)
    found = moves([second], {"here": 10.0}, world(best, same), RULES, 0.3)
    assert told(found) == {("a", "here", "same"): pytest.approx(6), ("a", "here", "best"): pytest.approx(4)}


def test_goods_move_only_as_far_as_trucks_and_pack_houses_have_room():
    for full in ({"trucks": 0.005}, {"hub_kg": 5.0}):
        found = moves([pin("a", 5)], {"here": 10.0}, world(lot("there", 100), **full), RULES, 0.3)
        assert told(found) == {("a", "here", "there"): pytest.approx(4)}, full


def test_packs_that_somebody_has_taken_move_before_packs_that_nobody_has():
    """Two pins of 5 packs lose all; there is room for 5 packs: the pin whose packs are taken gets them."""
    found = moves([pin("empty", 5, seats_taken=0), pin("full", 5)], {"here": 20.0}, world(lot("there", 10)), RULES, 0.3)
    assert {move.pin_id for move in found} == {"full"}


def test_nothing_moves_to_bring_growers_less_than_at_home():
    """10 yuan a kg, and 3 beside for the refund; the other lot's kg are worth 20 at home."""
    assert moves([pin("a", 5)], {"here": 10.0}, world(lot("there", 100, salvage_per_kg=20.0)), RULES, 0.3) == []


def test_without_other_lots_or_promises_nothing_moves():
    assert moves([pin("a", 5)], {"here": 10.0}, world(), RULES, 0.3) == []
    assert moves([], {"here": 10.0}, world(lot("there", 100)), RULES, 0.3) == []


def test_seats_that_nobody_took_are_not_sold_any_longer_where_their_crop_will_not_come():
    """6 kg short of two pins of 5 packs of 2 kg: the emptier one gives up the 2 seats that it can spare, the other one."""
    empty, fuller = pin("empty", 5, seats_taken=0, seats_spare=2), pin("fuller", 5, seats_taken=2, seats_spare=3)
    assert [(each.pin_id, each.seats, each.kg) for each in given_up([fuller, empty], {"here": 6.0})] == [("empty", 2, 4), ("fuller", 1, 2)]


def test_seats_that_are_taken_or_needed_to_fill_are_not_given_up():
    assert list(given_up([pin("full", 5)], {"here": 10.0})) == []


packs = st.integers(1, 12)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(packs, st.sampled_from(["x", "y"]), st.integers(0, 12)), min_size=1, max_size=5),
       st.floats(0, 60), st.floats(0, 60),
       st.lists(st.tuples(st.floats(0.1, 60), st.integers(0, 1), st.sampled_from(["hub", "other"])), max_size=4))  # fmt: skip
def test_packs_are_neither_lost_nor_made_and_no_lot_gives_more_than_it_has(asked, short_x, short_y, others):
    pins = [pin(f"p{n}", size, lot_id, seats_taken=min(taken, size)) for n, (size, lot_id, taken) in enumerate(asked)]
    given_kg = {lot_id: sum(each.lots[0].kg for each in pins if each.lots[0].lot_id == lot_id) for lot_id in "xy"}
    short = {lot_id: min(kg, given_kg[lot_id]) for lot_id, kg in (("x", short_x), ("y", short_y))}
    lots = [lot(f"l{n}", kg, grade=grade, hub_id=hub_id) for n, (kg, grade, hub_id) in enumerate(others)]
    found = moves(pins, short, world(*lots, hubs=("hub", "other")), MatchRules(), 0.3)
    for move in found:
        assert move.kg_from == pytest.approx(move.kg_to * move.kept), "as many packs arrive as before"
        assert move.kg_from / 2.0 == pytest.approx(round(move.kg_from / 2.0)), "whole packs"
    for each in pins:
        assert sum(move.kg_from for move in found if move.pin_id == each.pin_id) <= each.lots[0].kg + 1e-6
    for lot_id in "xy":
        assert sum(move.kg_from for move in found if move.lot_from == lot_id) < short[lot_id] + 2.0 + 1e-6, (
            "no more than is short, and a pack"
        )
    for row in lots:
        assert sum(move.kg_to for move in found if move.lot_to == row["lot_id"]) <= row["kg"] + 1e-6
