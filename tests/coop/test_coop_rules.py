from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinfold.basics.errors import InputError, Refused
from pinfold.basics.rules import read_rules
from pinfold.coop.bids import Offer, proposed, ranked
from pinfold.coop.dividends import Member, share_surplus
from pinfold.coop.equity import share_investment
from pinfold.coop.giving import FreeLot, kg_from_each
from pinfold.coop.guarantee import Unsold, is_due
from pinfold.coop.rules import CoopRules

RULES = CoopRules(reserve_bp=1000, dividend_by_trade_bp=6000)


def offer(bid_id: str, price: float, kg: float = 100, day: int = 1, product: str = "beans") -> Offer:
    return Offer(bid_id, product, kg, price, date(2026, 9, day))


def unsold(grade: int = 0, keeps_weeks: int = 50, kg: float = 5) -> Unsold:
    return Unsold("lot", "coop", grade, ready_week=3, keeps_weeks=keeps_weeks, kg=kg, floor_price_per_kg=9.6)


def test_the_highest_bid_of_each_product_is_proposed():
    assert proposed([offer("a", 9.5), offer("b", 9.7), offer("c", 30, product="tea")]) == {"b", "c"}


def test_of_equal_prices_more_kg_come_first_and_then_the_earlier_bid():
    order = ranked([offer("late", 9, day=5), offer("early", 9, day=2), offer("large", 9, kg=200, day=9)])
    assert [bid.bid_id for bid in order] == ["large", "early", "late"]


def test_equity_that_the_table_gives_stands_and_the_rest_is_shared_equally():
    assert share_investment("c", 1001, {"a": 500, "b": 0}) == {"a": 751, "b": 250}


def test_more_equity_than_was_invested_is_refused():
    with pytest.raises(InputError, match="1000 fen invested"):
        share_investment("c", 1000, {"a": 600, "b": 600})


@given(st.integers(0, 10**9), st.dictionaries(st.text(min_size=1, max_size=3), st.just(0), min_size=1, max_size=30))
def test_equity_sums_to_the_investment(invested_fen, members):
    assert sum(share_investment("c", invested_fen, members).values()) == invested_fen


def test_dividends_follow_trade_first_and_equity_with_the_rest():
    """10 000: 1 000 to the reserve; 60 % of 9 000 by trade 3 : 1, 40 % by equity 1 : 1."""
    shared = share_surplus(10_000, [Member("a", 500, 300), Member("b", 500, 100)], RULES)
    assert (shared.reserve_fen, shared.of("a"), shared.of("b")) == (1000, 4050 + 1800, 1350 + 1800)


@given(st.integers(1, 10**9), st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=1, max_size=20))
def test_surplus_is_shared_to_the_last_fen_and_at_least_sixty_percent_by_trade(surplus_fen, holdings):
    members = [Member(f"h{number}", equity, traded) for number, (equity, traded) in enumerate(holdings)]
    shared = share_surplus(surplus_fen, members, RULES)
    assert shared.reserve_fen + sum(shared.of(member.household_id) for member in members) == surplus_fen
    assert 10 * sum(shared.by_trade_fen.values()) >= 6 * (surplus_fen - shared.reserve_fen)


def test_the_law_lets_no_cooperative_share_less_than_sixty_percent_by_trade():
    with pytest.raises(InputError, match="between 6000 and 10000"):
        read_rules(CoopRules, "coop", {"coop.dividend_by_trade_bp": "5999"})


@pytest.mark.parametrize("surplus_fen", [0, -5])
def test_a_loss_is_not_shared(surplus_fen):
    with pytest.raises(Refused, match="no surplus"):
        share_surplus(surplus_fen, [Member("a", 1, 1)], RULES)


def test_the_guarantee_waits_two_weeks_for_a_buyer():
    assert not is_due(unsold(), week=4, season_weeks=26, rules=RULES)
    assert is_due(unsold(), week=5, season_weeks=26, rules=RULES)


def test_the_guarantee_does_not_wait_for_crop_that_spoils():
    assert is_due(unsold(keeps_weeks=0), week=3, season_weeks=26, rules=RULES)


def test_the_guarantee_leaves_nothing_when_the_season_ends():
    assert is_due(unsold(), week=3, season_weeks=4, rules=RULES)


def test_crop_that_does_not_qualify_is_not_bought():
    assert not is_due(unsold(grade=2), week=9, season_weeks=26, rules=CoopRules(guarantee_grade_worst=1))


def lot(lot_id: str, grade: int = 0, kg_free: float = 100, kg_planned: float = 0) -> FreeLot:
    return FreeLot(lot_id, grade, 3, "lane", 0.5, kg_free, kg_planned)


def test_a_bid_is_served_first_from_what_the_plan_meant_for_it():
    """50 kg are to arrive and half keeps: 100 kg leave, 60 as planned and 40 of the worse grade."""
    assert kg_from_each(50, [lot("planned", kg_planned=60), lot("worse", grade=1)]) == {"planned": 60, "worse": 40}


def test_a_plan_for_more_than_is_free_gives_what_is_free():
    assert kg_from_each(50, [lot("planned", kg_free=30, kg_planned=60)]) == {"planned": 30}
