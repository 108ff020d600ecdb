"""How much of a forecast lot may be sold before it is picked, and why."""

import numpy as np
import polars as pl
import pytest

from pinfold.match.supply import sellable
from pinfold.match.uncertain.rules import UncertainRules
from pinfold.match.uncertain.sellable import margins, sell_ahead, sellable_share

from .seasons import lane, lot, season, want

LOTS = pl.DataFrame({"lot_id": ["sure", "unsure"], "kg": [100.0, 100.0], "kg_cv": [0.0, 0.4]})
NOTHING = pl.DataFrame(schema={"lot_id": pl.String, "kg_promised": pl.Float64})
SHARES = pl.DataFrame({"lot_id": ["sure", "unsure"], "sellable_share": [1.0, 0.6]})
RULES = UncertainRules(late_price_share=0.6, refund_cost_share=0.3, spot_truck_factor=1.6)


def at_ten_yuan(truck_cost=0.0, **changes):
    """All 100 kg go to Kunming at 10 yuan."""
    return season([lot("A", **changes)], [want("W", "Kunming", 10, 100)], [lane("Kunming", truck_cost=truck_cost)])


def margin_of(given_season):
    found = margins(given_season, np.array([100.0]), RULES)
    return found.gain.item(), found.loss.item(), found.quantile.item()


def test_a_lot_is_sold_up_to_its_share():
    kg = dict(sellable(LOTS, NOTHING, SHARES).select("lot_id", "kg").iter_rows())
    assert kg == {"sure": 100.0, "unsure": pytest.approx(60.0)}


def test_promised_kg_are_not_sold_twice():
    promised = pl.DataFrame({"lot_id": ["sure"], "kg_promised": [70.0]})
    assert sellable(LOTS, promised).filter(lot_id="sure")["kg"].item() == pytest.approx(30.0)


def test_a_lot_promised_in_full_is_not_offered():
    promised = pl.DataFrame({"lot_id": ["sure"], "kg_promised": [100.0]})
    assert sellable(LOTS, promised, SHARES)["lot_id"].to_list() == ["unsure"]


def test_a_promise_gains_what_a_late_sale_loses_and_costs_a_refund_when_nothing_comes():
    # 10 yuan now or 6 late; 3 lost when it does not come.
    assert margin_of(at_ten_yuan()) == pytest.approx((4, 3, 4 / 7))


def test_goods_that_bring_more_at_home_than_late_gain_less_by_a_promise():
    # 10 yuan now or 7 at home.
    assert margin_of(at_ten_yuan(salvage_per_kg=7.0)) == pytest.approx((3, 3, 1 / 2))


def test_a_promise_saves_a_late_truck_and_may_leave_a_booked_one_empty():
    # 10 less 1 for the truck now; 6 less 1.6 late. What does not come costs its refund and the truck: 3 + 1.
    assert margin_of(at_ten_yuan(truck_cost=1000.0)) == pytest.approx((4.6, 4, 4.6 / 8.6))


def test_the_less_sure_a_lot_and_the_dearer_a_refund_the_less_is_sold_ahead():
    shares = sellable_share(np.array([0.0, 0.2, 0.4]), np.full(3, 0.25))
    assert shares.tolist() == pytest.approx([1.0, 0.8578, 0.7159], abs=1e-3) and (np.diff(shares) < 0).all()
    assert sellable_share(np.array([0.4]), np.array([0.1]))[0] < shares[2]


def test_never_more_is_sold_ahead_than_is_expected():
    assert sellable_share(np.array([0.4, 0.4]), np.array([0.9, 1.0])).tolist() == [1.0, 1.0]


def test_what_a_plan_says_of_a_product_is_the_mean_of_its_lots_that_are_not_picked():
    lots = [lot("A", kg_cv=0.4), lot("B", kg_cv=0.0)]
    given_season = season(lots, [want("W", "Kunming", 10, 200)], [lane("Kunming")])
    ahead = sell_ahead(given_season, RULES)
    assert ahead.by_lot.rows() == [("A", pytest.approx(ahead.share[0])), ("B", 1.0)]
    assert ahead.by_product.rows() == [("mango", pytest.approx(4), pytest.approx(3), pytest.approx(ahead.share[0]))]


def test_where_nothing_can_be_sent_nothing_is_said():
    ahead = sell_ahead(season([lot("A")], [], []), RULES)
    assert ahead.margins.gain.tolist() == [0.0] and 0 < ahead.share[0] <= 1
