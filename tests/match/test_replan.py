"""A plan made again: what was promised stays, what happened is answered, what is loaded cannot move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csc_matrix

from pinfold.basics.errors import InputError
from pinfold.match.bound import Prices, bound
from pinfold.match.core import best_flow, near_best_flow, programme
from pinfold.match.dual import price_flow
from pinfold.match.earlier import Before, earlier_plan, numbered
from pinfold.match.fair import plan as fair_plan
from pinfold.match.kernel import Network
from pinfold.match.plan import plan_season
from pinfold.match.replan import plan_again
from pinfold.match.rules import with_fairness
from pinfold.match.score import broken_limits, sent_kg
from pinfold.match.season import Promised, Season

from .seasons import PLAIN, lane, lot, random_season, season, want

LANES = [lane("Kunming"), lane("Shanghai")]
WANTS = [want("kunming", "Kunming", 9, 60), want("shanghai", "Shanghai", 8, 100)]


def again(before, now, frozen_until=None, moved_price=0.0, loaded=None):
    earlier = earlier_plan(now, Before(before.shipments, before.price_frame(), frozen_until, loaded), moved_price)
    plan, moved = plan_again(now, earlier)
    return {want_id: round(kg, 3) for want_id, kg in plan.shipments.select("want_id", "kg").iter_rows()}, plan, moved


def test_nothing_happened_and_nothing_moves():
    given_season = season([lot("A")], WANTS, LANES)
    before = plan_season(given_season)
    sent, plan, moved = again(before, given_season)
    assert sent == {"kunming": 60, "shanghai": 40} and moved.moved_kg == 0
    assert plan.objective == pytest.approx(before.objective) and plan.bound == pytest.approx(before.bound)


def test_a_closed_road_sends_its_goods_elsewhere_and_says_how_many_kg_moved():
    before = plan_season(season([lot("A")], WANTS, LANES))
    now = season([lot("A")], WANTS, [lane("Kunming", trucks_max=0.0), lane("Shanghai")])
    sent, plan, moved = again(before, now, moved_price=0.5)
    assert sent == {"shanghai": 100} and plan.objective == pytest.approx(800)
    assert (moved.promised_kg, moved.moved_kg, moved.moved_yuan) == pytest.approx((100, 60, 30))


def test_goods_that_hail_left_are_shared_among_those_who_were_promised_them():
    before = plan_season(season([lot("A")], WANTS, LANES))
    sent, _, moved = again(before, season([lot("A", kg=50)], WANTS, LANES))
    assert sum(sent.values()) == pytest.approx(50) and moved.moved_kg == pytest.approx(50)


@pytest.mark.parametrize(("moved_price", "moves"), [(0.0, True), (5.0, False)])
def test_a_dearer_order_takes_promised_goods_only_if_it_pays_their_price(moved_price, moves):
    # 100 kg are promised to Shanghai at 8; Kunming comes and pays 11, so a moved kg brings 3.
    before = plan_season(season([lot("A")], [want("shanghai", "Shanghai", 8, 100)], LANES))
    now = season([lot("A")], [want("shanghai", "Shanghai", 8, 100), want("new", "Kunming", 11, 100)], LANES)
    sent, plan, moved = again(before, now, moved_price=moved_price)
    assert sent == pytest.approx({"new" if moves else "shanghai": 100}, rel=1e-3)
    assert moved.moved_kg == pytest.approx(100 if moves else 0, abs=0.1) and plan.bound >= 1100 - 1e-6


def test_the_price_of_moving_shapes_the_plan_step_by_step():
    # Kunming pays 11 for its first 60 kg and 9 for 40 more. At 2 yuan a moved kg the first are worth moving from Shanghai's 8, the others
    # not: 60 x 11 + 40 x 8 - 60 x 2 = 860, where moving all would leave 820 and moving none 800.
    before = plan_season(season([lot("A")], [want("shanghai", "Shanghai", 8, 100)], LANES))
    new = want("new", "Kunming", 11, 60, price_2=9.0, kg_2=40.0)
    now = season([lot("A")], [want("shanghai", "Shanghai", 8, 100), new], LANES)
    sent, plan, moved = again(before, now, moved_price=2.0)
    assert sent == pytest.approx({"new": 60, "shanghai": 40}, rel=1e-3)
    assert (plan.objective - moved.moved_yuan, moved.bound_after_moving) == (pytest.approx(860), pytest.approx(860))
    # Whatever moves, nobody earns more than 60 x 11 + 40 x 9.
    assert plan.bound >= 1020 - 1e-6


def with_promises(seed: int, price: float) -> tuple[Season, Prices]:
    """A random season with promises of up to 100 kg on every second way, and prices that have nothing to do with it."""
    given_season, rng = random_season(seed), np.random.default_rng(seed)
    kg = rng.uniform(0, 100, len(given_season.ways.pool)) * rng.integers(0, 2, len(given_season.ways.pool))
    wants, lanes, hubs = (len(each) for each in (given_season.step_kg, given_season.lane_kg_max, given_season.hub_week_kg_max))
    prices = Prices(rng.uniform(0, 15, wants), rng.uniform(0, 2, lanes), rng.uniform(0, 1, hubs))
    return replace(given_season, promised=Promised(kg, price)), prices


def best_after_moving(given_season: Season) -> float:
    """The most that a plan earns less what it pays for moved kg, by scipy: one more variable per way for the kg that move."""
    plain, kg, price = programme(replace(given_season, promised=None)), given_season.promised.kg, given_season.promised.moved_price_per_kg
    ways, lots = len(kg), len(given_season.lot_kg)
    matrix = csc_matrix((plain.values, plain.rows, plain.starts), shape=(len(plain.row_high), len(plain.gain))).toarray()
    keeps = np.zeros((ways, len(plain.gain) + ways))
    keeps[:, lots : lots + ways], keeps[:, len(plain.gain) :] = -np.eye(ways), -np.eye(ways)
    high, equal = np.isfinite(plain.row_high), plain.row_low == plain.row_high
    wide = np.hstack([matrix, np.zeros((len(matrix), ways))])
    found = linprog(
        np.concatenate([-plain.gain, np.full(ways, price)]),
        np.vstack([wide[high], keeps]),
        np.concatenate([plain.row_high[high], -kg]),
        wide[equal],
        plain.row_low[equal],
        [(0, kg_max) for kg_max in plain.upper] + [(0, None)] * ways,
    )
    assert found.status == 0
    return given_season.unsold_worth - found.fun


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 10))
def test_with_a_price_on_moving_plans_are_best_and_bounds_true_after_it_is_paid(seed, price):
    given_season, prices = with_promises(seed, price)
    if not len(given_season.ways.pool):
        return
    best = best_after_moving(given_season)
    exact, by_prices = near_best_flow(given_season), price_flow(given_season)
    assert exact.objective == pytest.approx(best, rel=1e-6, abs=0.5) and exact.bound == pytest.approx(best, rel=1e-6, abs=0.5)
    assert by_prices.objective <= best + 1e-6 * abs(best) + 1e-3 <= by_prices.bound + 2e-6 * abs(best) + 1e-2
    assert bound(given_season, prices) >= best - 1e-6 * abs(best) - 1e-3


def test_the_smoothed_dual_counts_what_keeping_a_promise_saves():
    given_season, _ = with_promises(7, 1.5)
    network, rng = Network.of(given_season), np.random.default_rng(2)
    prices, towards = rng.uniform(1, 9, sum(network.shape)), rng.normal(size=sum(network.shape))
    prices[network.shape[0] :] *= 0.1
    ahead, behind = (network.smoothed(0.05, prices + step * towards)[0] for step in (1e-5, -1e-5))
    value, slope, kg = network.smoothed(0.05, prices)
    assert slope @ towards == pytest.approx((ahead - behind) / 2e-5, rel=1e-4)
    without = Network.of(replace(given_season, promised=None)).smoothed(0.05, prices)
    assert value > without[0] and np.minimum(kg, given_season.promised.kg).sum() > np.minimum(without[2], given_season.promised.kg).sum()


def test_what_is_loaded_stays_even_when_another_pays_more():
    before = plan_season(season([lot("A")], [want("shanghai", "Shanghai", 8, 100)], LANES))
    now = season([lot("A")], [want("shanghai", "Shanghai", 8, 100), want("new", "Kunming", 11, 100)], LANES)
    sent, plan, moved = again(before, now, frozen_until=0)
    assert sent == {"shanghai": 100} and plan.objective == plan.bound == pytest.approx(800) and moved.moved_kg == 0


def test_freezing_what_hail_took_is_refused_by_name():
    before = plan_season(season([lot("A")], WANTS, LANES))
    with pytest.raises(
        InputError, match=r"lot A holds 50 kg less than is frozen on it; freeze less of lot A to want kunming \(the plan before\)"
    ):
        again(before, season([lot("A", kg=50)], WANTS, LANES), frozen_until=0)


def test_freezing_on_a_way_that_is_gone_is_refused_by_name():
    before = plan_season(season([lot("A")], WANTS, LANES))
    with pytest.raises(InputError, match="lot A is frozen on its way to want kunming, but no way leads there now"):
        again(before, season([lot("A")], WANTS, [lane("Shanghai")]), frozen_until=0)


def loaded(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["lot_id", "want_id", "kg"], orient="row")


def test_only_the_kg_that_the_list_names_are_frozen():
    # 100 kg were promised to Shanghai; 30 of them are on the truck when Kunming comes and pays more.
    before = plan_season(season([lot("A")], [want("shanghai", "Shanghai", 8, 100)], LANES))
    now = season([lot("A")], [want("shanghai", "Shanghai", 8, 100), want("new", "Kunming", 11, 100)], LANES)
    sent, _, moved = again(before, now, loaded=loaded(("A", "shanghai", 20), ("A", "shanghai", 10)))
    assert sent == pytest.approx({"new": 70, "shanghai": 30}, rel=1e-3)
    assert moved.promised_kg == pytest.approx(70) and moved.moved_kg == pytest.approx(70, rel=1e-3)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("B", "kunming", 5)], "list of what is loaded, row 1: lot_id B is not in this season; correct it"),
        ([("A", "nobody", 5)], "row 1: want_id nobody is not in this season; correct it"),
        (
            [("A", "kunming", 90), ("A", "kunming", 410)],
            r"lot A holds 400 kg less than is frozen on it; freeze less of lot A to want kunming "
            r"\(list of what is loaded, row 1; list of what is loaded, row 2\)",
        ),
    ],
)
def test_a_list_of_what_cannot_be_loaded_is_refused_by_name(rows, message):
    given_season = season([lot("A")], WANTS, LANES)
    with pytest.raises(InputError, match=message):
        again(plan_season(given_season), given_season, loaded=loaded(*rows))


def test_a_hub_that_cannot_hold_what_is_frozen_is_named_with_its_week():
    before = plan_season(season([lot("A")], WANTS, LANES))
    now = season([lot("A")], WANTS, LANES, hub_weeks=[{"hub_id": "H", "week": 0, "kg_max": 10.0}])
    with pytest.raises(InputError, match="hub H in week 0 holds 90 kg less than is frozen on it"):
        again(before, now, frozen_until=0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([None, 0, 1]))
def test_a_plan_made_again_keeps_every_limit_under_a_true_bound(seed, frozen_until):
    given_season = random_season(seed)
    _, plan, _ = again(plan_season(given_season), given_season, frozen_until)
    best = given_season.unsold_worth + Network.of(given_season).gain(best_flow(given_season)[0])
    assert broken_limits(given_season, plan.chosen) == []
    assert plan.objective <= best + 1e-6 * abs(best) + 1e-3 <= plan.bound + 2e-6 * abs(best) + 1e-2


def test_shipments_find_their_ways_among_more_pools_times_wants_than_32_bits_hold():
    """A million lots and 200 thousand wants are more; here two pools, and rooms for as many wants that take no memory."""
    lots = [lot("first"), lot("second", grade=1)]
    small = season(lots, [want("W", "Kunming", 10, 300)], [lane("Kunming")])
    large = replace(small, step_kg=np.broadcast_to(0.0, (2**32, 3)))
    shipments = pl.DataFrame({"lot_id": ["second", "first"], "want_id": ["W", "W"], "kg": [50.0, 40.0]})
    assert numbered(large, shipments).way.tolist() == numbered(small, shipments).way.tolist() == [1, 0]


FAR = {"village_id": "U", "collect_cost_per_kg": 2.0}
TWO_VILLAGES = [lot("near"), lot("far", **FAR)]


def after_60_are_loaded(fairness: str):
    """Two villages have 100 kg each, one region wants 100; 60 kg of the near one are loaded, and then something is promised."""
    before = plan_season(season(TWO_VILLAGES, [want("W", "Kunming", 10, 100)], LANES))
    now = season(TWO_VILLAGES, [want("W", "Kunming", 10, 100)], LANES, with_fairness(PLAIN, fairness))
    loaded = pl.DataFrame({"lot_id": ["near"], "want_id": ["W"], "kg": [60.0]})
    plan = again(before, now, loaded=loaded)[1]
    return plan, sent_kg(now, plan.chosen).tolist()


@pytest.mark.parametrize(("fairness", "near", "far"), [("none", 100, 0), ("band=0.2", 70, 30), ("max-min", 60, 40)])
@pytest.mark.parametrize("simplex_ways_max", [5_000, -1])
def test_a_plan_made_again_keeps_what_villages_are_promised_and_counts_what_is_loaded(fairness, near, far, simplex_ways_max, monkeypatch):
    # The average is one half; a band of a fifth leaves 70 and 30. Max-min would be 50 and 50, but 60 are loaded.
    # By prices floors are half a per cent of a village's kg lower.
    monkeypatch.setattr(fair_plan, "SIMPLEX_WAYS_MAX", simplex_ways_max)
    plan, sent = after_60_are_loaded(fairness)
    assert sent == pytest.approx([near, far], abs=0.01 if simplex_ways_max > 0 else 0.7)
    assert plan.objective == pytest.approx(1000 - 2 * far, abs=2) and plan.objective <= plan.bound + 1e-6 <= plan.objective + 5
    if plan.promise is not None:
        assert plan.promise.broken(sent_kg(plan.season, plan.chosen)) == []
        assert plan.promise.least.share == pytest.approx(0.4)


def test_a_band_that_what_is_loaded_breaks_is_refused_with_the_remedy():
    with pytest.raises(InputError, match="freeze less, or ask for a wider band"):
        after_60_are_loaded("band=0.05")
