"""The plan against sums done by hand, and against another solver on another formulation."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pinfold.basics.errors import InputError
from pinfold.match import core
from pinfold.match.bound import Prices, bound
from pinfold.match.core import best_flow
from pinfold.match.kernel import Network
from pinfold.match.plan import METHODS, plan_season
from pinfold.match.rules import MatchRules
from pinfold.match.score import broken_limits
from pinfold.match.season import Season

from .seasons import MANGO, lane, lot, random_season, season, want

SEEDS = st.integers(0, 10_000)


def kg_by_want(plan) -> dict[str, float]:
    sums = plan.shipments.group_by("want_id").agg(pl.col("kg").sum())
    return {want_id: pytest.approx(kg) for want_id, kg in sums.iter_rows()}


def test_the_dearer_region_is_served_first_and_freight_counts():
    # Shanghai pays 10 but the truck takes 3 a kg; Kunming pays 8 and the truck takes nothing: 8 > 7.
    given_season = season(
        [lot("A", kg=150)],
        [want("shanghai", "Shanghai", 10, 100), want("kunming", "Kunming", 8, 100)],
        [lane("Shanghai", truck_cost=3000), lane("Kunming")],
    )
    plan = plan_season(given_season)
    assert kg_by_want(plan) == {"kunming": 100, "shanghai": 50}
    assert plan.objective == pytest.approx(100 * 8 + 50 * 7)
    assert plan.bound == pytest.approx(plan.objective)


def test_a_kg_is_worth_more_at_home_than_below_its_salvage():
    plan = plan_season(season([lot("A", kg=100, salvage_per_kg=5)], [want("W", "Kunming", 4, 100)], [lane("Kunming")]))
    assert plan.shipments.is_empty()
    assert plan.objective == pytest.approx(500)


def test_losses_discounts_and_costs_are_those_of_the_rules():
    rules = MatchRules()
    only = season([lot("A", grade=1)], [want("W", "Kunming", 10, 1000)], [lane("Kunming", truck_cost=500)], rules)
    # age 2 of 10 days: kept = 1 - 0.01 - 0.30 * 0.04; discount = 0.18 + 0.12 * 0.2; 2 days is not beyond a quarter of 10: no cooling.
    kept = 0.978
    assert only.ways.kept.tolist() == pytest.approx([kept])
    assert only.ways.cost_per_kg.tolist() == pytest.approx([0.18 + kept * 10 * 0.204 + 0.5])
    assert plan_season(only).objective == pytest.approx(100 * (kept * 10 - 0.18 - kept * 2.04 - 0.5))


@pytest.mark.parametrize(("days", "served"), [(8, True), (9, False)])
def test_goods_past_four_fifths_of_their_shelf_life_are_not_sent(days, served):
    given_season = season([lot("A")], [want("W", "Shanghai", 10, 100)], [lane("Shanghai", days=days)])
    assert plan_season(given_season).shipments.is_empty() is not served


def test_what_waits_a_week_pays_storage_and_is_a_week_older():
    waiting = season([lot("A")], [want("W", "Kunming", 10, 100, week=1)], [lane("Kunming", week=1, days=0)], MatchRules())
    assert waiting.ways.age_days.tolist() == [7]
    assert waiting.ways.cost_per_kg[0] == pytest.approx(0.18 + 0.05 + waiting.ways.kept[0] * 10 * 0.12 * 0.7)


def test_nothing_is_sold_before_it_is_ripe():
    early = season([lot("A", ready_week=1)], [want("W", "Kunming", 10, 100)], [lane("Kunming")])
    assert plan_season(early).shipments.is_empty()


@pytest.mark.parametrize("limit", [{"lane": 0.03}, {"hub": 30.0}])
def test_trucks_and_hubs_hold_what_they_hold(limit):
    plan = plan_season(
        season(
            [lot("A")],
            [want("W", "Kunming", 10, 100)],
            [lane("Kunming", trucks_max=limit.get("lane", 10.0))],
            hub_weeks=[{"hub_id": "H", "week": 0, "kg_max": limit.get("hub", 1e6)}],
        )
    )
    assert plan.shipments["kg"].sum() == pytest.approx(30)
    assert plan.bound == pytest.approx(plan.objective) == 300


def test_a_hub_week_without_a_row_has_no_limit():
    plan = plan_season(
        season([lot("A")], [want("W", "Kunming", 10, 100)], [lane("Kunming")], hub_weeks=[{"hub_id": "H", "week": 9, "kg_max": 0.0}])
    )
    assert plan.shipments["kg"].sum() == pytest.approx(100)
    assert plan.bound == pytest.approx(1000)


def test_a_merchant_who_wants_the_best_grade_gets_no_other():
    bid = want("B", "Kunming", 10, 100, kind="bid", grade_worst=0)
    pin = want("P", "Kunming", 5, 100, grade_worst=None)
    plan = plan_season(season([lot("best", kg=40), lot("second", kg=60, grade=1)], [bid, pin], [lane("Kunming")]))
    assert kg_by_want(plan) == {"B": 40, "P": 60}


def test_of_two_lots_in_a_pool_the_poorer_village_sells_first():
    rules = MatchRules(equity_bonus=0.15)
    given_season = season(
        [lot("rich"), lot("poor", poverty_weight=1.0, village_id="U")], [want("W", "Kunming", 10, 60)], [lane("Kunming")], rules
    )
    assert given_season.pools.height == 1
    assert plan_season(given_season).shipments["lot_id"].unique().to_list() == ["poor"]


def test_equal_lots_of_a_hub_sell_the_same_share():
    # Of 100 and 50 equal kg 60 are wanted: two fifths of each lot, whichever stands first in the table.
    plan = plan_season(season([lot("A"), lot("B", kg=50, village_id="U")], [want("W", "Kunming", 10, 60)], [lane("Kunming")]))
    assert dict(plan.shipments.group_by("lot_id").agg(pl.col("kg").sum()).iter_rows()) == {
        "A": pytest.approx(40),
        "B": pytest.approx(20),
    }


def test_a_better_lot_sells_out_before_equal_ones_share_the_rest():
    lots = [lot("A", collect_cost_per_kg=1.0), lot("cheap", kg=30), lot("B", collect_cost_per_kg=1.0)]
    plan = plan_season(season(lots, [want("W", "Kunming", 10, 50)], [lane("Kunming")]))
    assert dict(plan.shipments.group_by("lot_id").agg(pl.col("kg").sum()).iter_rows()) == {
        "A": pytest.approx(10),
        "B": pytest.approx(10),
        "cheap": pytest.approx(30),
    }


def test_a_season_without_wants_lots_or_lanes_sells_nothing():
    for given_season in (season([lot("A", salvage_per_kg=2)], [], []), season([lot("A", salvage_per_kg=2)], [want("W", "X", 9, 9)], [])):
        plan = plan_season(given_season)
        assert plan.shipments.is_empty() and plan.objective == plan.bound == 200
    assert plan_season(season([], [want("W", "Kunming", 9, 9)], [lane("Kunming")])).objective == 0


def test_an_unknown_method_is_refused():
    with pytest.raises(InputError, match="'fastest' is not known; use one of optimal, greedy, first-come"):
        plan_season(season([lot("A")], [], []), "fastest")


def brute_force_optimum(given_season: Season) -> float:
    """Objective of the same season written the long way: one variable per single lot and way, no pools, solved by scipy."""
    ways, steps = given_season.ways, given_season.step_kg.size
    pairs = [
        (one_lot, way) for one_lot in range(len(given_season.lot_kg)) for way in np.flatnonzero(ways.pool == given_season.lot_pool[one_lot])
    ]
    lots, wants = len(given_season.lot_kg), len(given_season.step_kg)
    lanes, hub_weeks = len(given_season.lane_kg_max), len(given_season.hub_week_kg_max)
    upper, balance = np.zeros((lots + lanes + hub_weeks, len(pairs) + steps)), np.zeros((wants, len(pairs) + steps))
    loss = np.concatenate([np.zeros(len(pairs)), -given_season.step_price_per_kg.ravel()])
    for column, (one_lot, way) in enumerate(pairs):
        upper[[one_lot, lots + ways.lane[way], lots + lanes + ways.hub_week[way]], column] = 1
        balance[ways.want[way], column] = ways.kept[way]
        loss[column] = ways.cost_per_kg[way] - given_season.lot_value_per_kg[one_lot]
    balance[np.repeat(np.arange(wants), 3), np.arange(len(pairs), len(pairs) + steps)] = -1
    limits = np.concatenate([given_season.lot_kg, given_season.lane_kg_max, given_season.hub_week_kg_max])
    bounds = [(0, None)] * len(pairs) + [(0, kg) for kg in given_season.step_kg.ravel()]
    if not len(loss):
        return given_season.unsold_worth
    found = linprog(loss, upper, limits, balance, np.zeros(wants), bounds)
    assert found.status == 0
    return given_season.unsold_worth - found.fun


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_pooling_loses_nothing(seed):
    given_season = random_season(seed)
    plan = plan_season(given_season)
    best = brute_force_optimum(given_season)
    assert plan.objective == pytest.approx(best, rel=1e-6, abs=0.5)
    assert plan.bound >= best - 1e-6 * abs(best)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_no_method_breaks_a_limit_or_beats_the_bound(seed):
    given_season = random_season(seed)
    for method in METHODS:
        plan = plan_season(given_season, method)
        assert broken_limits(given_season, plan.chosen) == []
        assert plan.objective <= plan.bound + 1e-6 * abs(plan.bound) + 1e-6


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(0, 5))
def test_any_prices_give_a_bound_and_the_solvers_give_the_least(seed, factor):
    given_season = random_season(seed)
    best_prices = best_flow(given_season)[1]
    rng = np.random.default_rng(seed)
    wrong = Prices(
        best_prices.want * rng.uniform(0, factor, len(best_prices.want)),
        best_prices.lane + rng.uniform(0, factor, len(best_prices.lane)),
        best_prices.hub_week * factor,
    )
    optimum = plan_season(given_season).objective
    assert bound(given_season, wrong) >= optimum - 1e-6 * abs(optimum)
    assert bound(given_season, wrong) >= bound(given_season, best_prices) - 1e-6 * abs(optimum)


def test_simplex_and_interior_point_agree(monkeypatch):
    given_season = random_season(7)
    small = given_season.unsold_worth + Network.of(given_season).gain(best_flow(given_season)[0])
    monkeypatch.setattr(core, "SIMPLEX_WAYS_MAX", 0)
    assert given_season.unsold_worth + Network.of(given_season).gain(best_flow(given_season)[0]) == pytest.approx(small)


def test_the_same_season_gives_the_same_plan():
    assert plan_season(random_season(3)).shipments.equals(plan_season(random_season(3)).shipments)


def test_ids_come_back_as_they_came():
    numbered = season([lot(7)], [want(8, "Kunming", 10, 100)], [lane("Kunming", lane_id=9)])
    assert plan_season(numbered).shipments.select("lot_id", "want_id", "lane_id").rows() == [(7, 8, 9)]


def test_a_product_that_nobody_grows_or_wants_needs_no_shelf_life():
    tea = {"product_id": "tea", "shelf_life_days": None, "price_per_kg": None}
    plan = plan_season(season([lot("A")], [want("W", "Kunming", 10, 100)], [lane("Kunming")], products=[MANGO, tea]))
    assert plan.objective == pytest.approx(1000)
