"""Plans made before the harvest is known: figures that can be worked by hand, and the exact programme beside the prices."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.basics.errors import InputError
from pinfold.flows.match_tables import match_from_folder
from pinfold.flows.match_uncertain import match_uncertain_from_folder
from pinfold.match.core import near_best_flow
from pinfold.match.uncertain import search
from pinfold.match.uncertain.dual import Dual, Mean, bound
from pinfold.match.uncertain.exact import best_plan, exact_yuan
from pinfold.match.uncertain.plan import plan_uncertain
from pinfold.match.uncertain.problem import TwoStage, first_of_flow
from pinfold.match.uncertain.recourse import near_yuan, start_prices
from pinfold.match.uncertain.risk import tail_mean, weights, worth
from pinfold.match.uncertain.rules import UncertainRules
from pinfold.match.uncertain.scenarios import draw_kg

from .seasons import MANGO, lane, lot, random_season, season, want
from .test_folder import write

SEEDS = st.integers(0, 10_000)
# A late kg brings 6 of 10 yuan: selling ahead gains 4, and a refund costs what the test says.
ONE_WANT = season([lot("A")], [want("W", "Kunming", 10, 200)], [lane("Kunming")])
HARVESTS = np.array([[50.0], [150.0]])


def drawn(seed: int, **changes: object) -> TwoStage:
    rules = UncertainRules(**{"scenarios": 6, "tail_share": 0.3, "effort": 3e-4} | changes)
    given_season = random_season(seed)
    return TwoStage(given_season, rules, draw_kg(given_season, rules, np.random.default_rng(seed)))


def test_as_much_is_promised_as_a_late_sale_loses_more_than_a_refund_costs():
    # Of 50 or 150 kg, each kg beyond 50 gains 4 yuan every other year and costs a refund in the others: 3 yuan, then 5.
    first, yuan, objective = best_plan(TwoStage(ONE_WANT, UncertainRules(refund_cost_share=0.3), HARVESTS))
    assert first.promised_kg.sum() == pytest.approx(150)
    assert yuan.tolist() == pytest.approx([500 - 100 * 3, 1500]) and objective == pytest.approx(850)
    first, yuan, objective = best_plan(TwoStage(ONE_WANT, UncertainRules(refund_cost_share=0.5), HARVESTS))
    assert first.promised_kg.sum() == pytest.approx(50)
    assert yuan.tolist() == pytest.approx([500, 500 + 100 * 6]) and objective == pytest.approx(800)


@pytest.mark.parametrize(("spot_truck_factor", "booked_kg"), [(1.6, 50), (3.0, 150)])
def test_a_truck_is_booked_where_finding_one_late_costs_more_than_running_empty(spot_truck_factor, booked_kg):
    # A booked kg costs 1 yuan for certain; late it costs 1.6 or 3 yuan, every other year.
    by_truck = season([lot("A")], [want("W", "Kunming", 10, 200)], [lane("Kunming", truck_cost=1000.0)])
    first, _, _ = best_plan(TwoStage(by_truck, UncertainRules(spot_truck_factor=spot_truck_factor), HARVESTS))
    assert first.booked_kg.tolist() == pytest.approx([booked_kg])


def test_who_fears_the_bad_year_promises_only_what_it_brings():
    fearful = UncertainRules(risk_weight=1.0, tail_share=0.5)
    first, _, objective = best_plan(TwoStage(ONE_WANT, fearful, HARVESTS))
    assert first.promised_kg.sum() == pytest.approx(50) and objective == pytest.approx(500)


def test_the_mean_of_the_worst_counts_the_last_of_them_in_part():
    # The worst quarter of two years is half of the worse one.
    assert tail_mean(np.array([8.0, 2.0]), 0.25) == pytest.approx(2)
    assert tail_mean(np.array([8.0, 2.0]), 0.75) == pytest.approx((2 + 8 / 2) / 1.5)
    assert worth(np.array([8.0, 2.0]), UncertainRules(risk_weight=0.5, tail_share=0.5)) == pytest.approx(0.5 * 5 + 0.5 * 2)


@settings(max_examples=50, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 0.5, 1.0]))
def test_no_plan_is_worth_more_than_the_bound_and_the_plan_by_prices_no_more_than_the_best(seed, risk_weight):
    problem = drawn(seed, risk_weight=risk_weight)
    first, yuan, objective = best_plan(problem)
    slack = 1e-6 * abs(objective) + 1e-6
    assert worth(yuan, problem.rules) == pytest.approx(objective, abs=slack)
    assert worth(exact_yuan(problem, first), problem.rules) == pytest.approx(objective, abs=slack)
    certain = near_best_flow(problem.season)
    found = search.near_best(problem, certain.prices, first_of_flow(problem, certain.kg))
    assert found.worth <= objective + slack and found.bound >= objective - slack
    # What each harvest is said to bring can be brought, and what was decided early can be carried out.
    assert (found.yuan <= exact_yuan(problem, found.first) + slack).all()
    assert (found.first.booked_kg <= problem.season.lane_kg_max + 1e-6).all()
    assert (found.first.promised_kg <= problem.season.step_kg + 1e-6).all()
    assert (near_yuan(problem, first, certain.prices) <= exact_yuan(problem, first) + slack).all()


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_any_prices_and_any_weights_bound_every_plan(seed):
    problem, rng = drawn(seed, risk_weight=0.5), np.random.default_rng(seed)
    prices = rng.uniform(0, 20, (6, sum(problem.network.shape)))
    other = weights(rng.uniform(size=6), problem.rules)
    assert bound(problem, other, prices) >= best_plan(problem)[2] - 1e-6


def test_the_slope_of_both_stages_is_how_their_value_changes():
    problem, rng = drawn(2), np.random.default_rng(2)
    prices, towards = rng.uniform(1, 9, (6, sum(problem.network.shape))), rng.normal(size=(6, sum(problem.network.shape)))
    even = np.full(6, 1 / 6)
    for decided in (None, first_of_flow(problem, near_best_flow(problem.season).kg)):
        dual = Dual(problem, even, decided)
        ahead, behind = (dual.smoothed(0.05, prices + step * towards)[0] for step in (1e-5, -1e-5))
        slope = dual.smoothed(0.05, prices)[1]
        assert (slope * towards).sum() == pytest.approx((ahead - behind) / 2e-5, rel=1e-4)


def test_one_certain_harvest_is_planned_as_ever():
    given_season = random_season(12)
    problem = TwoStage(given_season, UncertainRules(scenarios=1), given_season.lot_kg[None])
    assert best_plan(problem)[2] == pytest.approx(near_best_flow(given_season).objective, rel=1e-6)


def test_a_search_that_is_stopped_hands_over_a_plan_with_a_true_bound(monkeypatch):
    problem, take = drawn(5), search.Walk.take

    def stop(walk, stage):
        monkeypatch.setattr(search.Walk, "take", take)
        raise KeyboardInterrupt

    monkeypatch.setattr(search.Walk, "take", stop)
    certain = near_best_flow(problem.season)
    found = search.near_best(problem, certain.prices, first_of_flow(problem, certain.kg))
    assert found.interrupted and found.worth <= best_plan(problem)[2] + 1e-6 <= found.bound + 2e-6


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_two_threads_work_harvests_out_to_the_same_last_bit(seed):
    alone = drawn(seed)
    certain = near_best_flow(alone.season)
    first = first_of_flow(alone, certain.kg)
    with ThreadPoolExecutor(2) as workers:
        ours, theirs = (search.near_best(problem, certain.prices, first) for problem in (alone, replace(alone, workers=workers)))
    assert theirs.yuan.tolist() == ours.yuan.tolist() and theirs.bound == ours.bound
    assert theirs.first.promised_kg.tolist() == ours.first.promised_kg.tolist()


def test_harvests_have_the_forecast_s_mean_and_spread_and_none_is_negative():
    lots = [lot(str(number), kg=100.0, kg_cv=0.4, village_id=f"V{number % 20}") for number in range(40)]
    drawn_kg = draw_kg(season(lots, [], []), UncertainRules(scenarios=1000), np.random.default_rng(1))
    assert drawn_kg.shape == (1000, 40) and (drawn_kg > 0).all()
    assert drawn_kg.mean(axis=0) == pytest.approx(np.full(40, 100.0), rel=0.02)
    assert drawn_kg.std(axis=0) == pytest.approx(np.full(40, 40.0), rel=0.08)


def test_lots_of_one_hub_and_product_have_good_and_bad_years_together():
    lots = [lot("A", village_id="V1"), lot("B", village_id="V2"), lot("C", village_id="V3", hub_id="J")]
    rules = UncertainRules(scenarios=500, hub_product_share=0.8, village_share=0.2)
    logs = np.log(draw_kg(season(lots, [], []), rules, np.random.default_rng(3)))
    together = np.corrcoef(logs.T)
    assert together[0, 1] == pytest.approx(0.8, abs=0.05) and together[0, 2] == pytest.approx(0, abs=0.1)


def test_lots_that_carry_the_forecast_s_shares_move_together_as_those_say():
    shares = {"shared": 0.5, "shared_district": 0.2, "shared_block": 0.2}
    places = [("V1", "H"), ("V1", "H"), ("V2", "H"), ("V3", "J")]
    lots = [lot(str(number), village_id=village, hub_id=hub, **shares) for number, (village, hub) in enumerate(places)]
    lots.append(lot("coffee", product_id="coffee", **shares))
    coffee = {"product_id": "coffee", "shelf_life_days": 200.0, "price_per_kg": 40.0}
    given_season = season(lots, [], [], products=[MANGO, coffee])
    logs = np.log(draw_kg(given_season, UncertainRules(scenarios=2000), np.random.default_rng(3)))
    # With a lot of the same village, of another village of the hub, of another hub, and of another product.
    assert np.corrcoef(logs.T)[0, 1:] == pytest.approx([0.9, 0.7, 0.5, 0.0], abs=0.05)


def test_shares_that_lots_carry_may_not_sum_to_more_than_all():
    lots = [lot("A", shared=0.6, shared_block=0.3), lot("B", shared=0.8, shared_block=0.3)]
    with pytest.raises(InputError, match=r"lots row 2 \(lot_id B\): shared, shared_block sum to 1.1, more than all of the variance"):
        draw_kg(season(lots, [], []), UncertainRules(), np.random.default_rng(0))


def test_lots_that_do_not_say_how_sure_they_are_are_refused():
    lots = season([lot("A")], [], [])
    silent = replace(lots, tables=replace(lots.tables, lots=lots.tables.lots.drop("kg_cv")))
    with pytest.raises(InputError, match="lots: column 'kg_cv' is missing"):
        draw_kg(silent, UncertainRules(), np.random.default_rng(0))
    blank = season([lot("A"), lot("B", kg_cv=None)], [], [])
    with pytest.raises(InputError, match=r"lots row 2 \(lot_id B\): kg_cv is None; give 0 or more"):
        draw_kg(blank, UncertainRules(), np.random.default_rng(0))


def test_shares_of_variance_that_sum_to_more_than_all_are_refused():
    with pytest.raises(InputError, match="village_share"):
        UncertainRules(hub_product_share=0.7, village_share=0.4)


def test_the_command_writes_what_to_book_and_promise_and_what_each_harvest_brings(tmp_path):
    write(tmp_path / "season", "csv")
    told = json.loads((tmp_path / "season" / "rules.json").read_text()) | {"uncertain": {"refund_cost_share": 0.0, "scenarios": 4}}
    (tmp_path / "season" / "rules.json").write_text(json.dumps(told))
    answer = match_uncertain_from_folder(tmp_path / "season", tmp_path / "plan", {"scenarios": 5})
    assert answer == json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert answer["scenarios"] == 5 and answer["bound"] == pytest.approx(answer["objective"])
    assert answer["expected_yuan"] >= answer["beside"]["certain"]["expected_yuan"] - 1e-6
    yuan = pl.read_csv(tmp_path / "plan" / "yuan.csv")
    assert yuan["yuan"].mean() == pytest.approx(answer["expected_yuan"]) and yuan["yuan"].min() <= answer["worst_yuan"] + 1e-6
    # Refunds cost nothing here, so all that customers would take is promised: 60 kg to Kunming and 100 to Chengdu at most.
    promised = dict(pl.read_parquet(tmp_path / "plan" / "promises.parquet").rows())
    assert promised[11] == pytest.approx(60) and set(promised) == {11, 12}
    assert pl.read_parquet(tmp_path / "plan" / "trucks.parquet").columns == ["lane_id", "trucks", "kg"]


def test_of_a_plan_that_stood_in_the_folder_before_nothing_is_left_beside_the_new_one(tmp_path):
    write(tmp_path / "season", "csv")
    match_from_folder(tmp_path / "season", tmp_path / "plan")
    (tmp_path / "plan" / "notes.txt").write_text("mine")
    match_uncertain_from_folder(tmp_path / "season", tmp_path / "plan", {"scenarios": 2})
    files = {each.name for each in (tmp_path / "plan").iterdir()}
    assert files == {"plan.json", "promises.parquet", "trucks.parquet", "yuan.csv", "notes.txt"}
    match_from_folder(tmp_path / "season", tmp_path / "plan")
    files = {each.name for each in (tmp_path / "plan").iterdir()}
    assert files == {"plan.json", "prices.parquet", "reasons.csv", "shipments.parquet", "notes.txt"}


def test_a_rule_that_is_not_known_is_refused_by_name(tmp_path):
    write(tmp_path / "season", "csv")
    (tmp_path / "season" / "rules.json").write_text(json.dumps({"uncertain": {"refund": 1}}))
    with pytest.raises(InputError, match=r"uncertain\.refund"):
        match_uncertain_from_folder(tmp_path / "season", tmp_path / "plan")


def test_the_same_seed_makes_the_same_plan():
    rules = UncertainRules(scenarios=3)
    one, other = (plan_uncertain(random_season(4), rules) for _ in range(2))
    assert one.yuan.tolist() == other.yuan.tolist()
    assert plan_uncertain(random_season(4), replace(rules, seed=1)).yuan.tolist() != one.yuan.tolist()


def test_prices_of_a_plan_that_pays_trucks_per_kg_hold_the_truck_in_their_lanes():
    by_truck = season([lot("A")], [want("W", "Kunming", 10, 50)], [lane("Kunming", truck_cost=1000.0)])
    problem = TwoStage(by_truck, UncertainRules(), HARVESTS)
    certain = near_best_flow(by_truck)
    assert start_prices(problem, certain.prices)[1] == pytest.approx(1.0)


def test_harvests_side_by_side_bring_what_each_brings_alone():
    # Six harvests are a block and a half; a lone one fills its block with itself.
    problem, rng = drawn(7), np.random.default_rng(7)
    prices, even, together = rng.uniform(1, 9, (6, sum(problem.network.shape))), np.full(6, 1 / 6), Mean(problem)
    worth, slope = Dual(problem, even).of_scenarios(0.02, prices, together)
    idle = replace(problem.network, step_kg=0 * problem.network.step_kg, lane_kg_max=0 * problem.network.lane_kg_max)
    for row, kg in enumerate(problem.scenario_kg):
        alone = replace(idle, lot_kg=kg[problem.network.lot_order]).smoothed(0.02, prices[row])
        assert worth[row] == pytest.approx(alone[0], rel=1e-7)
        assert slope[row] == pytest.approx(alone[1], rel=1e-5, abs=1e-4)
        assert together.flow(row) == pytest.approx(alone[2], rel=1e-5, abs=1e-4)
