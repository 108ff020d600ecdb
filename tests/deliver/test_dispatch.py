from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinfold.deliver.dispatch import Buyer, Claim, Stock, arrived_kg, not_weighed, share_out


def stock(lot_id: str, kg: float, ready_week: int = 3, kg_later: float = 0.0, hub_id: str = "hub") -> Stock:
    return Stock(lot_id, hub_id, "mango", 0, ready_week, kg, kg_later)


def pin(name: str, packs: int, lot_id: str = "lot", kept: float = 1.0, pack_kg: float = 2.0, substitutes: dict[str, float] | None = None):
    claim = Claim(name, lot_id, packs * pack_kg / kept, kept)
    return Buyer(name, packs * pack_kg, pack_kg, 0.0, (claim,), substitutes or {})


def bid(name: str, kg: float, kg_min: float, lot_id: str = "lot") -> Buyer:
    return Buyer(name, kg, 0.0, kg_min, (Claim(name, lot_id, kg, 1.0),), {})


def test_enough_is_sent_to_everybody_and_no_more():
    sent = share_out([pin("a", 5), bid("m", 30, 10)], [stock("lot", 100)])
    assert arrived_kg(sent) == {"a": 10, "m": 30}


def test_a_lot_that_fell_short_is_shared_in_proportion_to_the_promises():
    sent = share_out([bid("m", 30, 0), bid("n", 10, 0)], [stock("lot", 20)])
    assert arrived_kg(sent) == {"m": 15, "n": 5}


def test_a_pin_gets_whole_packs_only():
    """Half of 5 packs of 2 kg are 5 kg: 2 packs."""
    assert arrived_kg(share_out([pin("a", 5)], [stock("lot", 5)])) == {"a": pytest.approx(4)}


def test_what_whole_packs_leave_over_fills_another_pack():
    """Two pins of 3 packs of 2 kg: of 9 kg each gets 2 packs and 1 kg is too little for another; of 10 kg one gets a third pack."""
    assert arrived_kg(share_out([pin("a", 3), pin("b", 3)], [stock("lot", 9)])) == {"a": 4, "b": 4}
    assert arrived_kg(share_out([pin("a", 3), pin("b", 3)], [stock("lot", 10)])) == {"a": 6, "b": 4}


def two_hubs(packs_here: int, packs_there: int) -> Buyer:
    """A pin of packs of 2 kg, so many of each hub's lot."""
    claims = (Claim("a", "here", 2.0 * packs_here, 1.0), Claim("a", "there", 2.0 * packs_there, 1.0))
    return Buyer("a", 2.0 * (packs_here + packs_there), 2.0, 0.0, claims, {})


def test_no_pack_is_filled_half_at_one_hub_and_half_at_another():
    """3 kg here and 3 kg there are one pack and one pack, not three packs."""
    sent = share_out([two_hubs(2, 2)], [stock("here", 3), stock("there", 3, hub_id="other")])
    assert {part.lot_id: part.kg_sold for part in sent} == {"here": pytest.approx(2), "there": pytest.approx(2)}


def test_what_one_hub_cannot_fill_the_other_fills_where_it_has_more():
    sent = share_out([two_hubs(2, 2)], [stock("here", 3), stock("there", 30, hub_id="other")])
    assert {part.lot_id: part.kg_sold for part in sent} == {"here": pytest.approx(2), "there": pytest.approx(6)}


def test_goods_that_spoil_on_the_way_must_be_sent_too():
    (part,) = share_out([pin("a", 4, kept=0.8)], [stock("lot", 100)])
    assert (part.kg_sent, part.kg_sold) == (pytest.approx(10), pytest.approx(8))


def test_a_bid_that_would_miss_its_least_gets_nothing_and_leaves_its_kg_to_the_others():
    sent = share_out([pin("a", 10), bid("m", 20, 15)], [stock("lot", 20)])
    assert arrived_kg(sent) == {"a": 20}


def test_what_is_missing_comes_from_another_lot_the_oldest_first():
    buyer = pin("a", 5, substitutes={"new": 1.0, "old": 1.0})
    sent = share_out([buyer], [stock("lot", 4), stock("old", 3, ready_week=1), stock("new", 50, ready_week=2)])
    assert {part.lot_id: part.kg_sent for part in sent} == {"lot": 4, "old": 3, "new": 3}


def here_only(packs: int, **kept: float) -> Buyer:
    """A pin of packs of 2 kg for the city, whose lot and trucks are those of the hub; `kept` of what could stand in."""
    return Buyer("a", 2.0 * packs, 2.0, 0.0, (Claim("a", "lot", 2.0 * packs, 1.0),), kept, "city", frozenset({"hub"}))


def test_another_hub_stands_in_for_what_no_lot_of_the_own_hub_can_fill():
    sent = share_out([here_only(5, far=1.0, near=1.0)], [stock("lot", 2), stock("far", 50, 1, hub_id="other"), stock("near", 4)])
    assert {part.lot_id: part.kg_sent for part in sent} == {"lot": 2, "near": 4, "far": 4}


def test_another_hub_stands_in_as_far_as_its_trucks_and_pack_house_have_room():
    """Its truck to the city holds 20 kg, of which another pin's 15 are loaded: 5 kg are two packs; so for the pack house."""
    other = Buyer("b", 15.0, 0.0, 0.0, (Claim("b", "far", 15.0, 1.0),), {}, "city", frozenset({"other"}))
    stocks = [stock("far", 100, hub_id="other")]
    for full in ({("other", "city"): 20.0}, {("other", ""): 20.0}):
        assert arrived_kg(share_out([other, here_only(5, far=1.0)], stocks, full)) == {"b": 15, "a": pytest.approx(4)}, full


def test_trucks_that_were_meant_for_a_buyer_take_all_of_it():
    assert arrived_kg(share_out([here_only(5)], [stock("lot", 100)], {("hub", "city"): 1.0})) == {"a": 10}


def test_a_better_grade_stands_in_only_for_what_the_same_grade_cannot_fill():
    best, same = replace(stock("best", 50), grade=0), replace(stock("same", 4), grade=1)
    sent = share_out([here_only(5, best=1.0, same=1.0)], [best, same])
    assert {part.lot_id: part.kg_sent for part in sent} == {"same": 4, "best": 6}


def test_a_buyer_whose_lot_was_not_weighed_is_named_though_another_hub_could_stand_in():
    stocks = {"far": stock("far", 100, hub_id="other")}
    buyers = [here_only(5, far=1.0)]
    assert not_weighed(buyers, stocks, share_out(buyers, stocks.values())) == ["a"]


def test_what_later_weeks_were_promised_is_left_alone():
    sent = share_out([pin("a", 5, substitutes={"other": 1.0})], [stock("other", 12, kg_later=8)])
    assert {part.lot_id: part.kg_sent for part in sent} == {"other": 4}


def test_a_lot_without_harvest_sends_nothing():
    assert share_out([pin("a", 5)], []) == []


lots = st.dictionaries(st.sampled_from("pqrs"), st.floats(0, 200), min_size=1)
wanted = st.lists(
    st.tuples(st.sampled_from("pqrs"), st.integers(1, 40), st.floats(0.5, 1), st.sampled_from([0.0, 0.5, 2.5]), st.floats(0, 1)),
    max_size=6,
)  # fmt: skip


@given(lots, wanted)
def test_nothing_is_sent_that_is_not_there_and_nobody_gets_more_than_was_sold(holds, asked):
    buyers = [
        Buyer(f"b{number}", kg_sold, pack_kg, 0.0 if pack_kg else kg_sold * least, (Claim(f"b{number}", lot, kg_sold / kept, kept),),
              dict.fromkeys(holds, 0.9))
        for number, (lot, packs, kept, pack_kg, least) in enumerate(asked)
        for kg_sold in [packs * (pack_kg or 1.0)]
    ]  # fmt: skip
    sent = share_out(buyers, [stock(lot, kg) for lot, kg in holds.items()])
    for lot, kg in holds.items():
        assert sum(part.kg_sent for part in sent if part.lot_id == lot) <= kg + 1e-6
    arrived = arrived_kg(sent)
    for buyer in buyers:
        kg = arrived.get(buyer.buyer_id, 0.0)
        assert kg <= buyer.kg_sold + 1e-6
        assert kg == 0 or kg >= buyer.kg_sold_min - 1e-5
        if buyer.pack_kg:
            assert kg / buyer.pack_kg == pytest.approx(round(kg / buyer.pack_kg), abs=1e-5)
    assert all(part.kg_sold <= part.kg_sent + 1e-9 for part in sent)
