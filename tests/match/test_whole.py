"""Whole trucks, and pins and bids that open or stay shut: sums done by hand, and HiGHS on the whole programme."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.basics.errors import InputError
from pinfold.basics.progress import silent
from pinfold.flows.match_whole import match_whole_from_folder
from pinfold.match.core import best_flow
from pinfold.match.explain import explained
from pinfold.match.rules import WholeRules
from pinfold.match.say import Names, say
from pinfold.match.season import Season, build_season
from pinfold.match.whole.bound import PlacePrices, common_bound, place_bounds, place_prices, relaxed
from pinfold.match.whole.plan import WholePlan, plan_whole_season
from pinfold.match.whole.problem import Problem, earned, problem_of
from pinfold.match.whole.programme import bound_of, model_of
from pinfold.match.whole.search import Search, decide_at_once
from pinfold.match.whole.solver import Dive, Limits, solve

from .seasons import lane, lot, random_season, season, tables, want

EXACT = Limits(gap=0.0, seconds_left=lambda: 60.0, stretch=4.0)
LOOKS = 200


def planned(given_season: Season, rules: WholeRules = WholeRules(gap_enough=0.0)) -> WholePlan:
    """The plan after a stated number of looks at the clock, so that no test depends on how fast the machine is."""
    left = iter(range(LOOKS, -1_000_000, -1))
    return plan_whole_season(given_season, rules, lambda: float(next(left)), silent)


def best_yuan(problem: Problem) -> float:
    """What HiGHS earns above leaving every lot unsold, on the programme as docs/match.md has it, without any further row."""
    found = solve(model_of(problem, tight=False), EXACT, np.zeros(len(problem.ways.pool)))
    assert found.settled
    return earned(problem, found.way_kg)


def kg_by_want(whole: WholePlan) -> dict[str, float]:
    sums = whole.plan.shipments.group_by("want_id").agg(pl.col("kg").sum())
    return {want_id: pytest.approx(kg) for want_id, kg in sums.iter_rows()}


def test_a_truck_that_does_not_pay_for_itself_stays_at_home():
    # 100 kg at 10 yuan bring 1000; the truck costs 1100 whole, though per kg it would be only 0.11.
    whole = planned(season([lot("A")], [want("W", "Kunming", 10, 100)], [lane("Kunming", truck_cost=1100)]))
    assert whole.trucks.tolist() == [0]
    assert whole.plan.objective == pytest.approx(0)


def test_two_half_trucks_become_one_full_one():
    # Both regions pay the same; sending 500 kg to each would book two trucks of 1000 kg, all to one books one.
    whole = planned(
        season(
            [lot("A", kg=1000)],
            [want("W", "Kunming", 10, 1000), want("X", "Chengdu", 10, 1000)],
            [lane("Kunming", truck_cost=2000), lane("Chengdu", truck_cost=2000)],
        )
    )
    assert whole.trucks.sum() == 1
    assert whole.plan.objective == pytest.approx(1000 * 10 - 2000)


def test_a_pin_that_cannot_reach_its_minimum_stays_shut():
    whole = planned(season([lot("A", kg=90)], [want("W", "Kunming", 10, 200, kg_min=100)], [lane("Kunming")]))
    assert whole.plan.shipments.is_empty()


def test_a_pin_at_exactly_its_minimum_opens():
    whole = planned(season([lot("A", kg=100)], [want("W", "Kunming", 10, 200, kg_min=100)], [lane("Kunming")]))
    assert kg_by_want(whole) == {"W": 100}


def test_opening_costs_once_and_not_at_all_for_what_stays_shut():
    # The dear pin brings 50 kg * 10 - 450 = 50, the cheap one 50 kg * 8 = 400: the 50 kg go where opening is free.
    wants = [want("dear", "Kunming", 10, 50, open_cost=450), want("cheap", "Chengdu", 8, 50)]
    whole = planned(season([lot("A", kg=50)], wants, [lane("Kunming"), lane("Chengdu")]))
    assert kg_by_want(whole) == {"cheap": 50}
    assert whole.plan.facts.opening == 0


def test_a_lane_without_trucks_carries_nothing_and_half_a_truck_is_none():
    for trucks_max in (0.0, 0.9):
        whole = planned(season([lot("A")], [want("W", "Kunming", 10, 100)], [lane("Kunming", trucks_max=trucks_max)]))
        assert whole.trucks.tolist() == [0] and whole.plan.bound == pytest.approx(0)


def test_goods_that_cost_money_to_throw_away_are_sent_where_they_pay_less_than_freight():
    # Sending brings 1 yuan a kg and costs 150 for the truck; throwing away costs 2 yuan a kg: -50 is better than -200.
    whole = planned(season([lot("A", salvage_per_kg=-2)], [want("W", "Kunming", 1, 100)], [lane("Kunming", truck_cost=150)]))
    assert whole.plan.objective == pytest.approx(-50)


def test_a_season_without_wants_books_nothing():
    whole = planned(season([lot("A", salvage_per_kg=2)], [], []))
    assert whole.plan.objective == whole.plan.bound == 200
    assert not whole.trucks.any()


def random_whole_season(seed: int) -> Season:
    """A random season with minimums (some 0, some out of reach), opening costs, and trucks from tiny to huge."""
    rng, base = np.random.default_rng(seed), random_season(seed).tables
    wants, lanes = base.wants, base.lanes
    if wants.height:
        wants = wants.with_columns(
            kg_min=pl.min_horizontal(pl.Series(rng.choice([0.0, 20.0, 150.0, 400.0], wants.height)), pl.sum_horizontal("^kg_[123]$")),
            open_cost=pl.Series(rng.choice([0.0, 50.0, 300.0], wants.height)),
        )
    if lanes.height:
        lanes = lanes.with_columns(
            truck_kg=pl.Series(rng.choice([40.0, 150.0, 1e6], lanes.height)),
            truck_cost=pl.Series(rng.uniform(0, 400, lanes.height)),
            trucks_max=pl.Series(rng.choice([0.0, 1.0, 3.0, 50.0], lanes.height)),
        )
    return build_season(replace(base, wants=wants, lanes=lanes), random_season(seed).rules)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_no_plan_beats_the_whole_programme_and_no_bound_is_below_it(seed):
    given_season = random_whole_season(seed)
    problem = problem_of(given_season)
    best = given_season.unsold_worth
    if len(problem.ways.pool):
        best += best_yuan(problem)
    slack = 1e-6 * abs(best) + 0.1
    for ways_at_once in (8_000, 1):
        whole = planned(given_season, WholeRules(gap_enough=0.0, ways_at_once=ways_at_once, ways_together=10))
        assert whole.plan.objective <= best + slack
        assert whole.plan.bound >= best - slack


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_small_season_that_is_decided_to_the_end_has_the_best_plan(seed):
    problem = problem_of(random_whole_season(seed))
    if not len(problem.ways.pool):
        return
    none = np.zeros(len(problem.ways.pool))
    search = Search(problem, PlacePrices(none, none, none), none, WholeRules(ways_together=1))
    last = list(decide_at_once(search, none, lambda: 60.0))[-1]
    best = best_yuan(problem)
    assert last.settled
    assert earned(problem, last.way_kg) == pytest.approx(best, rel=3e-5, abs=0.2)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_any_row_prices_bound_the_whole_programme(seed):
    problem = problem_of(random_whole_season(seed))
    if not len(problem.ways.pool):
        return
    model, best = model_of(problem), best_yuan(problem)
    rng = np.random.default_rng(seed)
    assert Dive(model).relaxation().bound >= best - 1e-6 * abs(best) - 0.1
    assert bound_of(model, rng.normal(0, 3, len(model.high))) >= best - 1e-6 * abs(best) - 0.1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 3))
def test_any_prices_bound_the_whole_programme(seed, factor):
    given_season = random_whole_season(seed)
    problem = problem_of(given_season)
    if not len(problem.ways.pool):
        return
    loose = relaxed(given_season, problem)
    prices = place_prices(problem, loose, best_flow(loose)[1])
    rng = np.random.default_rng(seed)
    wrong = replace(
        prices, want=prices.want * rng.uniform(0, factor, len(prices.want)), pool=prices.pool + rng.normal(0, factor, len(prices.pool))
    )
    best = best_yuan(problem)
    for each in (prices, wrong):
        assert common_bound(problem, each) + place_bounds(problem, each).sum() >= best - 1e-6 * abs(best) - 0.1


def test_the_same_season_and_seed_give_the_same_plan():
    first, second = (planned(random_whole_season(3)) for _ in range(2))
    assert first.plan.shipments.equals(second.plan.shipments)


def test_a_season_that_is_stopped_at_once_still_has_a_plan_and_a_bound():
    given_season = random_whole_season(5)
    stopped = plan_whole_season(given_season, WholeRules(), lambda: 0.0, silent)
    assert stopped.plan.objective <= stopped.plan.bound + 1e-6


@pytest.mark.parametrize("column", ["kg_min", "open_cost"])
def test_wants_without_minimum_or_opening_cost_are_refused(column):
    given_season = season([lot("A")], [want("W", "Kunming", 10, 100, **{column: -1.0})], [lane("Kunming")])
    with pytest.raises(InputError, match=f"wants row 1 .want_id W.: {column} is -1.0; give 0 or more"):
        planned(given_season)


def test_a_want_whose_minimum_is_more_than_it_wants_is_refused():
    given_season = season([lot("A")], [want("V", "Kunming", 10, 100), want("W", "Kunming", 10, 100, kg_min=150)], [lane("Kunming")])
    with pytest.raises(InputError, match=r"wants row 2 .want_id W.: kg_min is 150, but kg_1 to kg_3 are 100 together"):
        planned(given_season)


def said_of_unsold(whole: WholePlan) -> list[str]:
    return [say(unsold, Names(), "en") for unsold in explained(whole.plan.season, whole.plan.chosen, whole.booked)[1]]


def test_goods_without_a_truck_are_told_that_one_more_would_not_pay():
    whole = planned(season([lot("A")], [want("W", "Kunming", 10, 100)], [lane("Kunming", truck_cost=1100)]))
    assert said_of_unsold(whole) == [
        "100 kg of mango stay unsold: one more truck to Kunming, the best place, costs 1,100 yuan, "
        "and what waits for it would bring at most 1,000 more than at home."
    ]


def test_goods_are_told_that_trucks_are_full_where_no_more_can_be_had():
    whole = planned(season([lot("A", kg=1500)], [want("W", "Kunming", 10, 1500)], [lane("Kunming", trucks_max=1)]))
    assert said_of_unsold(whole) == ["500 kg of mango stay unsold: the trucks to Kunming, the best place, are full."]


def test_goods_are_told_where_opening_costs_more_than_they_bring():
    # W takes 50 kg of the truck; X, in the same city, would bring 50 kg * 11 = 550 but costs 600 to open.
    wants = [want("W", "Kunming", 10, 50), want("X", "Kunming", 11, 50, open_cost=600)]
    whole = planned(season([lot("A")], wants, [lane("Kunming")]))
    assert said_of_unsold(whole) == ["50 kg of mango stay unsold: this plan opens no sale of it in Kunming, the best place, that week."]


def test_a_folder_gets_its_trucks_with_its_own_ids(tmp_path):
    given_tables = tables([lot(1, kg=1500)], [want(11, "Kunming", 10, 1500)], [lane("Kunming", lane_id=21, days=0, truck_cost=1000)])
    (tmp_path / "season").mkdir()
    for item in fields(given_tables):
        getattr(given_tables, item.name).write_parquet(tmp_path / "season" / f"{item.name}.parquet")
    free = {"loss_base": 0.0, "loss_at_full_age": 0.0, "handling_per_kg": 0.0, "freshness_discount": 0.0, "equity_bonus": 0.0}
    (tmp_path / "season" / "rules.json").write_text(json.dumps(free))
    answer = match_whole_from_folder(tmp_path / "season", tmp_path / "plan")
    assert pl.read_parquet(tmp_path / "plan" / "trucks.parquet").rows() == [(21, 2)]
    assert answer["objective"] == pytest.approx(1500 * 10 - 2 * 1000)
    assert answer["trucks"] == 2 and answer["stopped"] is False
