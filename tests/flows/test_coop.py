from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import small_season
from small_season import MONDAY, NOON, WEEK

from pinfold.basics.errors import InputError, KeyReused, NotAllowed, NotFound, Refused, SoldOut, WrongStep
from pinfold.flows.coop import (
    choose_bid,
    distributable_fen,
    list_bids,
    offer_bid,
    pay_dividends,
    receive_bid_payment,
    share_investment,
    withdraw_bid,
)
from pinfold.flows.harvest import dispatch_week, record_harvest
from pinfold.flows.settle import settle
from pinfold.store.coop import BidOffer
from pinfold.store.models import Bid, BidLot, Choice, Household, Lot, Merchant, Setting

pytestmark = pytest.mark.django_db

BEFORE = datetime(2026, 9, 8, 4, tzinfo=UTC)  # week 0
AFTER_SEASON = datetime(2026, 11, 16, 4, tzinfo=UTC)  # week 10
BID = BidOffer("b", "m", "mango", grade=1, region_id="r", week=WEEK, kg=18, kg_min=9, price_per_kg=8)


@pytest.fixture(autouse=True)
def season(db):
    small_season.found()
    Merchant.objects.create(merchant_id="m", name="Merchant", name_zh="商", region_id="r")


def choose(bid_id: str = "b", votes_for: int = 2, votes_against: int = 0, choice_id: str = "choice"):
    return choose_bid(choice_id, bid_id, votes_for, votes_against, None, BEFORE)


def sure_lot(kg: float, grade: int = 0) -> Lot:
    """A lot that is sold ahead to its last kg: its forecast has no spread."""
    lot = small_season.lot(kg=kg, grade=grade)
    Lot.objects.filter(pk=lot.pk).update(kg_cv=0, sellable_share=1)
    return lot


def test_the_same_bid_sent_twice_is_one_bid():
    offer_bid(BID, BEFORE)
    assert offer_bid(BID, BEFORE).offer == BID
    assert Bid.objects.count() == 1


def test_the_same_bid_id_with_another_price_is_refused():
    offer_bid(BID, BEFORE)
    with pytest.raises(KeyReused):
        offer_bid(replace(BID, price_per_kg=9), BEFORE)


@pytest.mark.parametrize("wrong", [{"kg": 0}, {"price_per_kg": -1}, {"kg_min": 19}, {"grade": 3}, {"week": 0}, {"week": 10}])
def test_an_impossible_bid_is_refused(wrong):
    with pytest.raises(InputError):
        offer_bid(replace(BID, **wrong), BEFORE)


def test_a_bid_of_an_unknown_merchant_is_refused():
    with pytest.raises(NotFound, match="merchant 'nobody'"):
        offer_bid(replace(BID, merchant_id="nobody"), BEFORE)


def test_the_highest_bid_is_proposed_and_listed_first():
    offer_bid(BID, BEFORE)
    offer_bid(replace(BID, bid_id="higher", price_per_kg=8.5), BEFORE)
    assert [(bid.offer.bid_id, bid.proposed) for bid in list_bids()] == [("higher", True), ("b", False)]


def test_the_members_choice_takes_the_kg_of_their_lots():
    """18 kg are to arrive and 9 of 10 kg keep (a little less after 3 days): the worst grade that is accepted goes first."""
    sure_lot(15), sure_lot(8, grade=1), sure_lot(50, grade=2)
    offer_bid(BID, BEFORE)
    facts = choose()
    given = {lot.lot_id: lot.kg for lot in BidLot.objects.all()}
    assert facts.accepted and facts.was_proposed
    assert given["2026-v-mango-1-1"] == pytest.approx(8)
    assert set(given) == {"2026-v-mango-0-1", "2026-v-mango-1-1"}, "grade 3 is worse than the merchant takes"
    assert sum(lot.kg * lot.kept for lot in BidLot.objects.all()) == pytest.approx(18)
    assert Lot.objects.get(pk="2026-v-mango-0-1").kg_promised == pytest.approx(given["2026-v-mango-0-1"])


def test_a_forecast_is_sold_to_a_merchant_only_as_far_as_it_is_sure():
    """20 kg are expected, of which the plan lets 7 of 8 be sold ahead: 17.5 kg."""
    small_season.lot(kg=20)
    offer_bid(BID, BEFORE)
    assert choose().kg_given == pytest.approx(17.5)


def test_a_first_basket_does_not_make_the_whole_forecast_sure():
    """1 of 20 kg has been weighed: as much as before is sold ahead."""
    small_season.lot(kg=20)
    offer_bid(BID, BEFORE)
    record_harvest("first basket", "plot-h1", 1, 0, MONDAY, NOON)
    assert choose().kg_given == pytest.approx(17.5)


def test_crop_weighed_after_the_dispatch_does_not_keep_the_rest_from_being_sold():
    """Until the next settlement has looked, the lot offers what the dispatch has seen."""
    small_season.lot(kg=20)
    record_harvest("in time", "plot-h1", 20, 0, MONDAY, NOON)
    dispatch_week(WEEK, NOON)
    record_harvest("late", "plot-h1", 5, 0, MONDAY, NOON)
    offer_bid(replace(BID, kg=100, week=2), NOON)
    assert choose_bid("choice", "b", 2, 0, None, NOON).kg_given == pytest.approx(20)


def test_a_bid_whose_week_is_over_is_not_accepted_but_can_be_declined():
    sure_lot(50)
    offer_bid(BID, BEFORE)
    with pytest.raises(WrongStep, match="week 1"):
        choose_bid("choice", "b", 2, 0, None, AFTER_SEASON)
    assert not choose_bid("choice", "b", 0, 2, None, AFTER_SEASON).accepted


def test_a_vote_recorded_twice_counts_once():
    sure_lot(50)
    offer_bid(BID, BEFORE)
    first = choose()
    again = choose()
    assert again == replace(first, kg_given=again.kg_given)
    assert again.kg_given == pytest.approx(first.kg_given)
    assert Choice.objects.count() == 1


def test_the_same_choice_with_other_votes_is_refused():
    sure_lot(50)
    offer_bid(BID, BEFORE)
    choose(votes_for=2)
    with pytest.raises(KeyReused):
        choose(votes_for=1)


def test_the_same_choice_for_two_bids_at_once_is_refused_once(monkeypatch):
    """Both have looked for the choice before either had written it."""
    sure_lot(50)
    for bid_id in ("b", "b2"):
        offer_bid(replace(BID, bid_id=bid_id), BEFORE)
    monkeypatch.setattr("pinfold.store.coop.choice", lambda choice_id: None)
    choose("b")
    with pytest.raises(KeyReused, match="choice choice is recorded for bid b;"):
        choose("b2")
    assert (Choice.objects.get().bid_id, Bid.objects.get(pk="b2").state) == ("b", "offered")
    assert not BidLot.objects.filter(bid="b2").exists()


def test_a_vote_against_declines_the_bid_and_takes_nothing():
    sure_lot(50)
    offer_bid(BID, BEFORE)
    assert not choose(votes_for=0, votes_against=2).accepted
    assert Bid.objects.get().state == "declined"
    assert Lot.objects.get().kg_promised == 0


def test_two_households_cannot_cast_three_votes():
    sure_lot(50)
    offer_bid(BID, BEFORE)
    with pytest.raises(InputError, match="2 member households"):
        choose(votes_for=3)


def test_a_bid_that_was_decided_is_not_chosen_again():
    sure_lot(50)
    offer_bid(BID, BEFORE)
    choose()
    with pytest.raises(WrongStep, match="chosen"):
        choose(choice_id="another")


def test_less_than_the_merchants_least_refuses_the_choice_and_leaves_the_bid_open():
    sure_lot(9)
    offer_bid(BID, BEFORE)
    with pytest.raises(SoldOut, match="no less than 9 kg"):
        choose()
    assert Bid.objects.get().state == "offered"
    assert Lot.objects.get().kg_promised == 0


def test_a_merchant_withdraws_only_his_own_open_bid():
    offer_bid(BID, BEFORE)
    with pytest.raises(NotAllowed):
        withdraw_bid("b", "somebody else")
    assert withdraw_bid("b", "m").state == "withdrawn"
    assert withdraw_bid("b", "m").state == "withdrawn"


def delivered_bid(picked_kg: float = 30) -> None:
    sure_lot(50)
    offer_bid(BID, BEFORE)
    choose()
    record_harvest("weigh", "plot-h1", picked_kg, 0, MONDAY, NOON)
    dispatch_week(WEEK, NOON)


def test_a_delivered_bid_is_owed_by_the_merchant_and_split_like_any_payment():
    """18 kg at 8 yuan: 144 yuan, of which 3 % and 7 % stay with platform and cooperative."""
    delivered_bid()
    books = small_season.books()
    assert (books["merchants:m"], books["platform"], books["cooperative:c"]) == (14400, -432, -1008)
    assert sum(books.values()) == 0
    assert receive_bid_payment("b", "c", "board", NOON) == receive_bid_payment("b", "c", "another", NOON) == 14400
    assert "merchants:m" not in small_season.books()


def test_a_bid_is_not_paid_before_it_is_delivered():
    offer_bid(BID, BEFORE)
    with pytest.raises(WrongStep):
        receive_bid_payment("b", "c", "board", NOON)


def test_only_the_cooperative_that_delivered_counts_the_merchants_money():
    delivered_bid()
    with pytest.raises(NotAllowed, match="not delivered by cooperative other"):
        receive_bid_payment("b", "other", "board", NOON)
    assert not list_bids("m")[0].is_paid


def test_what_merchants_have_not_paid_is_not_shared_out():
    """The bid gave the cooperative 1008 fen, but its merchant owes 14400 until he pays."""
    delivered_bid(picked_kg=19)
    for week in range(1, 10):
        settle(week, AFTER_SEASON)
    surplus_fen = -small_season.books()["cooperative:c"]
    assert distributable_fen("c") == surplus_fen - 14400 < 0
    with pytest.raises(Refused, match=r"no surplus to share: .* without what merchants still owe"):
        pay_dividends("d", "c", "board", AFTER_SEASON)
    receive_bid_payment("b", "c", "board", AFTER_SEASON)
    assert list_bids("m")[0].is_paid
    assert pay_dividends("d", "c", "board", AFTER_SEASON).surplus_fen == surplus_fen


def test_a_bid_that_would_miss_its_least_is_closed_without_goods_or_money():
    delivered_bid(picked_kg=5)
    assert Bid.objects.get().state == "missed"
    assert small_season.books() == {}


def test_the_investment_becomes_equal_equity_with_the_odd_fen_stated():
    assert share_investment("c", BEFORE) == {"h1": 500, "h2": 500}
    share_investment("c", BEFORE)
    assert small_season.books() == {"investment:c": 1000, "equity:c:h1": -500, "equity:c:h2": -500}
    assert Household.objects.get(pk="h1").equity_fen == 500


def test_dividends_wait_for_the_end_of_the_season():
    delivered_bid()
    settle(WEEK, NOON)
    with pytest.raises(Refused, match="2026-11-16"):
        pay_dividends("d", "c", "board", NOON + timedelta(days=1))


def test_surplus_goes_to_reserve_and_members_to_the_last_fen_and_once():
    """All 30 kg are picked by h1. Bid: 1008 fen to the cooperative; what is left over is bought at 4 yuan a kg, which uses that up."""
    delivered_bid(picked_kg=19)
    receive_bid_payment("b", "c", "board", NOON)
    for week in range(1, 10):
        settle(week, AFTER_SEASON)
    surplus = -small_season.books()["cooperative:c"]
    first = pay_dividends("d", "c", "board", AFTER_SEASON)
    assert first.surplus_fen == surplus == first.reserve_fen + sum(first.paid_fen.values())
    assert first.reserve_fen == surplus // 10
    assert first.paid_fen["h1"] > 4 * first.paid_fen["h2"] > 0, "60 % by trade goes to h1 alone, 40 % by equity to both"
    books = small_season.books()
    assert pay_dividends("d", "c", "board", AFTER_SEASON) == first
    assert small_season.books() == books
    with pytest.raises(Refused, match="no surplus"):
        pay_dividends("another", "c", "board", AFTER_SEASON)


def test_members_may_put_all_of_the_surplus_into_the_reserve():
    delivered_bid(picked_kg=19)
    receive_bid_payment("b", "c", "board", NOON)
    for week in range(1, 10):
        settle(week, AFTER_SEASON)
    Setting.objects.create(name="coop.reserve_bp", value="10000")
    paid = pay_dividends("d", "c", "board", AFTER_SEASON)
    assert paid.reserve_fen == paid.surplus_fen > 0 == sum(paid.paid_fen.values())


def test_crumbs_worth_less_than_half_a_fen_do_not_stop_the_dispatch():
    sure_lot(50)
    offer_bid(replace(BID, kg_min=0), BEFORE)
    choose()
    record_harvest("crumbs", "plot-h1", 0.0004, 0, MONDAY, NOON)
    assert dispatch_week(WEEK, NOON).bids_delivered == 1
    assert small_season.books() == {}
