"""Fairness between villages, worked by hand and on random seasons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csc_matrix

from pinfold.basics.errors import InputError
from pinfold.match.core import programme
from pinfold.match.fair.exact import best_levels
from pinfold.match.fair.plan import fair_flow
from pinfold.match.fair.villages import Promise, Terms, VillagePrices, Villages, fair_bound
from pinfold.match.frontier import frontier, lot_income
from pinfold.match.plan import plan_season
from pinfold.match.rules import MatchRules, with_fairness
from pinfold.match.score import broken_limits, judge, sent_kg

from .seasons import PLAIN, lane, lot, random_season, season, want

SEEDS = st.integers(0, 10_000)


def two_villages(**rules: float):
    # 100 kg each, 100 kg wanted at 10 yuan; the far village pays 2 yuan per kg to collect, so without a promise the near one sells all.
    lots = [lot("near"), lot("far", village_id="U", collect_cost_per_kg=2.0, poverty_weight=1.0)]
    return season(lots, [want("W", "Kunming", 10, 100)], [lane("Kunming")], replace(PLAIN, **rules))


def villages_of(given_season, seed: int):
    """The same season with its lots in three villages by turns."""
    lots = given_season.tables.lots
    names = np.random.default_rng(seed).choice(["A", "B", "C"], lots.height)
    tables = replace(given_season.tables, lots=lots.with_columns(village_id=np.array(names)))
    return replace(given_season, tables=tables)


@pytest.mark.parametrize(("rules", "near", "far"), [({}, 100, 0), ({"village_band": 0.1}, 60, 40), ({"village_floor": 1.0}, 50, 50)])
def test_a_promise_between_villages_moves_sales_to_the_far_one(rules, near, far):
    # The average is one half: a band of a tenth leaves 60 and 40, max-min 50 and 50; each kg that moves costs 2 yuan.
    plan = plan_season(two_villages(**rules))
    assert sent_kg(plan.season, plan.chosen).tolist() == pytest.approx([near, far], abs=0.01)
    assert plan.objective == pytest.approx(1000 - 2 * far, rel=1e-5)
    assert plan.bound == pytest.approx(plan.objective, rel=1e-5)


def three_villages(**rules: float):
    # 100 kg each. The lane from hub J takes 20 kg of the remote village; the other two share 120 kg at hub H, where the far one pays 2
    # yuan to collect. All can sell a fifth; when the remote one has its fifth, the two at H can sell three fifths each.
    lots = [lot("near"), lot("far", village_id="U", collect_cost_per_kg=2.0), lot("remote", village_id="R", hub_id="J")]
    lanes = [lane("Kunming"), lane("Kunming", hub_id="J", lane_id="J", truck_kg=20.0, trucks_max=1.0)]
    return season(lots, [want("W", "Kunming", 10, 140)], lanes, replace(PLAIN, **rules))


@pytest.mark.parametrize(("said", "far"), [("floor=1", 20), ("max-min", 60)])
def test_max_min_goes_on_with_the_next_village_when_the_least_can_have_no_more(said, far):
    plan = plan_season(three_villages(**vars(with_fairness(PLAIN, said))))
    assert sent_kg(plan.season, plan.chosen).tolist() == pytest.approx([120 - far, far, 20], abs=0.01)
    assert plan.bound == pytest.approx(plan.objective, rel=1e-5) and plan.objective == pytest.approx(1400 - 2 * far, rel=1e-5)


def most(given_season, villages, floors, aim) -> float:
    """The largest sold share of the village `aim` (None: of all at once) while the others keep `floors`, by scipy."""
    given, count = programme(given_season), len(villages.kg)
    matrix = csc_matrix((given.values, given.rows, given.starts), shape=(len(given.row_high), len(given.gain))).toarray()
    sent = np.zeros((count, matrix.shape[1]))
    for village in range(count):
        sent[village, np.flatnonzero(villages.lot == village)] = 1.0
    level = villages.kg if aim is None else np.zeros(count)
    low = [floors.get(each, 0.0) * villages.kg[each] for each in range(count)]
    high = np.isfinite(given.row_high)
    upper = np.vstack([np.hstack([matrix[high], np.zeros((high.sum(), 1))]), np.column_stack([-sent, level])])
    equal = given.row_low == given.row_high
    loss = np.append(np.zeros(matrix.shape[1]), -1.0) if aim is None else np.append(-sent[aim] / villages.kg[aim], 0.0)
    found = linprog(
        loss,
        upper,
        np.concatenate([given.row_high[high], -np.array(low)]),
        np.hstack([matrix[equal], np.zeros((equal.sum(), 1))]),
        given.row_low[equal],
        [(0, kg) for kg in given.upper] + [(0, 1)],
        method="highs-ipm",  # simplex stops where no price is above 1e-7, which over some thousand kg is too early for a share
    )
    assert found.status == 0
    return -found.fun


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_no_village_can_have_more_than_its_level_while_none_that_has_less_loses(seed):
    given_season = villages_of(random_season(seed), seed)
    villages = Villages.of(given_season)
    if not len(villages.kg):
        return
    levels = best_levels(given_season, villages, 10)
    reached = {village: float(level) - 2e-6 for village, level in enumerate(levels)}
    for village, level in enumerate(levels):
        lower = {other: share for other, share in reached.items() if levels[other] <= level + 1e-6 and other != village}
        assert most(given_season, villages, lower | {village: 0.0}, village) == pytest.approx(level, abs=1e-3)
    assert levels.min() == pytest.approx(most(given_season, villages, {}, None), abs=1e-6)


def test_half_a_floor_promises_half_of_what_all_can_have():
    plan = plan_season(two_villages(village_floor=0.5))
    assert sent_kg(plan.season, plan.chosen).tolist() == pytest.approx([75, 25], abs=0.01)


def test_a_village_that_nobody_can_be_reached_from_holds_nobody_back():
    lots = [lot("near"), lot("cut off", village_id="U", collect_days=60)]
    given_season = season(lots, [want("W", "Kunming", 10, 100)], [lane("Kunming")], replace(PLAIN, village_band=0.0, village_floor=1.0))
    assert plan_season(given_season).objective == pytest.approx(1000)


def test_a_season_without_ways_is_fair_to_all():
    given_season = season([lot("A", salvage_per_kg=2)], [], [], replace(PLAIN, village_band=0.1))
    plan = plan_season(given_season)
    assert plan.shipments.is_empty() and plan.objective == plan.bound == 200


def test_without_villages_there_is_nothing_to_be_fair_between():
    nobody = {name: value for name, value in lot("A").items() if name != "village_id"}
    with pytest.raises(InputError, match="column 'village_id' is missing"):
        plan_season(season([nobody], [want("W", "Kunming", 10, 100)], [lane("Kunming")], replace(PLAIN, village_band=0.1)))


def test_the_simple_methods_promise_nothing():
    with pytest.raises(InputError, match="'greedy' promises nothing between villages"):
        plan_season(two_villages(village_band=0.1), "greedy")


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(0, 0.6), st.sampled_from([0.0, 0.5, 1.0]))
@example(8714, 0.008724978816611629, 1.0)  # what the solver leaves of a promise to its tolerance earned 0.004 yuan more than the bound
def test_a_fair_plan_keeps_its_terms_and_no_limit_is_broken(seed, band, floor):
    rules = MatchRules(village_band=band, village_floor=floor)
    given_season = replace(villages_of(random_season(seed), seed), rules=rules)
    plan = plan_season(given_season)
    assert broken_limits(given_season, plan.chosen) == []
    assert plan.objective <= plan.bound + 1e-6 * abs(plan.bound) + 1e-6
    # What the solver leaves below ten grams on a way is dust and not sent: at most a few shipments of each village.
    assert plan.objective == pytest.approx(plan.bound, rel=1e-5, abs=2.0)
    villages, sent = Villages.of(given_season), sent_kg(given_season, plan.chosen)
    if len(villages.kg):
        apart = np.abs(villages.sold_share(sent) - villages.average(sent)) * villages.kg
        assert (apart <= band * villages.kg + 1.0).all()
        assert (villages.sold_share(sent) * villages.kg >= floor * best_levels(given_season, villages) * villages.kg - 1.0).all()


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(0, 0.6))
def test_any_prices_of_fairness_give_a_bound_on_the_fair_plan(seed, band):
    given_season = replace(villages_of(random_season(seed), seed), rules=MatchRules(village_band=band))
    villages, rng = Villages.of(given_season), np.random.default_rng(seed)
    best = fair_flow(given_season)
    if len(villages.kg):
        terms = Terms(band * villages.kg, np.zeros(len(villages.kg)))
        wrong = VillagePrices(rng.normal(size=len(villages.kg)), rng.uniform(size=len(villages.kg)), float(rng.normal()))
        objective = judge(given_season, best.shipments).objective
        assert fair_bound(given_season, best.prices, Promise(villages, terms, wrong, best.promise.least)) >= objective - 1e-6 * abs(
            objective
        )


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_the_incomes_of_the_lots_are_the_income_of_the_season(seed):
    plan = plan_season(random_season(seed))
    assert lot_income(plan.season, plan.chosen).sum() == pytest.approx(plan.facts.income, rel=1e-6, abs=1e-3)


def test_the_frontier_says_what_a_point_for_the_poorest_costs_the_rest():
    # Without fairness the poor village sells nothing. With max-min it sells 50 kg for 8 yuan each, and the other loses 50 kg at 10 yuan.
    points = {(point.choice.name, point.choice.value): point for point in frontier(two_villages())}
    plain, even = points["poverty weight", 0.0], points["floor", 1.0]
    assert (plain.rest_income, plain.poorest_income) == (pytest.approx(1000), pytest.approx(0))
    assert (even.rest_income, even.poorest_income) == (pytest.approx(500, rel=1e-4), pytest.approx(400, rel=1e-4))
    assert plain.cost_of_a_point is None
    assert even.cost_of_a_point is None


def test_a_point_costs_what_the_rest_gives_up():
    # Unsold, each kg of the poor village brings 1 yuan: 100 at first. Then 50 kg sold for 8 yuan and 50 at home: 450, 350 points for 500.
    lots = [lot("near"), lot("far", village_id="U", collect_cost_per_kg=2.0, poverty_weight=1.0, salvage_per_kg=1.0)]
    given_season = season(lots, [want("W", "Kunming", 10, 100)], [lane("Kunming")])
    (even,) = [point for point in frontier(given_season) if (point.choice.name, point.choice.value) == ("floor", 1.0)]
    assert even.cost_of_a_point == pytest.approx(500 / 350, rel=1e-4)
