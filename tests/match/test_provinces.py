"""Seasons that fall apart: valleys that share nothing are planned side by side, and together earn what each would alone."""

from __future__ import annotations

import concurrent.futures
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.match import core, provinces
from pinfold.match.bound import bound
from pinfold.match.core import best_flow, near_best_flow
from pinfold.match.dual import Walk
from pinfold.match.kernel import Network
from pinfold.match.plan import plan_season
from pinfold.match.score import broken_limits
from pinfold.match.season import Season, build_season, province_of

from .seasons import MANGO, PLENTY, beside, lane, lot, random_season, season, want


@pytest.fixture(autouse=True)
def every_part_is_large_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provinces, "WAYS_MIN", 0)


def valleys(*seeds: int) -> Season:
    return beside(*(random_season(seed) for seed in seeds))


def two_hubs(region_of_other: str) -> Season:
    """Hub H sends to Kunming, hub J to another region."""
    return season(
        [lot("A"), lot("B", hub_id="J")],
        [want("W", "Kunming", 10, 100), want("X", region_of_other, 10, 100)],
        [lane("Kunming"), lane(region_of_other, hub_id="J", lane_id="J-other")],
        hub_weeks=[PLENTY, PLENTY | {"hub_id": "J"}],
    )


def test_two_hubs_that_sell_to_different_cities_are_two_provinces():
    assert [part.tolist() for part in two_hubs("Chengdu").provinces] == [[0], [1]]


def test_two_hubs_that_sell_to_one_city_are_one_province():
    assert two_hubs("Kunming").provinces == []


@pytest.mark.parametrize(("kg_max", "parts"), [(150.0, 0), (200.0, 2)])
def test_a_cold_store_ties_cities_together_only_where_it_cannot_pass_all_goods(kg_max: float, parts: int):
    # Mango goes to Kunming and coffee to Chengdu, 100 kg each, through one hub.
    coffee = {"product_id": "coffee", "shelf_life_days": 200.0, "price_per_kg": 40.0}
    given_season = season(
        [lot("A"), lot("B", product_id="coffee")],
        [want("W", "Kunming", 10, 100), want("X", "Chengdu", 40, 100, product_id="coffee")],
        [lane("Kunming"), lane("Chengdu")],
        products=[MANGO, coffee],
        hub_weeks=[PLENTY | {"kg_max": kg_max}],
    )
    assert len(given_season.provinces) == parts


def test_small_provinces_go_together_and_a_single_large_one_is_not_split_off(monkeypatch: pytest.MonkeyPatch):
    sizes = sorted(len(part) for part in valleys(3, 7, 11).provinces)
    monkeypatch.setattr(provinces, "WAYS_MIN", sizes[-1] - 1)
    assert valleys(3, 7, 11).provinces == []
    monkeypatch.setattr(provinces, "WAYS_MIN", sizes[-2] - 1)
    *_, small = valleys(3, 7, 11).provinces
    assert len(small) == sum(sizes) - sizes[-1] - sizes[-2]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=3))
def test_valleys_side_by_side_earn_what_each_earns_alone_and_no_bound_is_below_the_best_plan(seeds):
    together = valleys(*seeds)
    alone = [near_best_flow(random_season(seed)) for seed in seeds]
    flow = near_best_flow(together)
    with_ways = sum(len(random_season(seed).ways.pool) > 0 for seed in seeds)
    assert with_ways < 2 or len(together.provinces) >= with_ways
    assert flow.objective == pytest.approx(sum(each.objective for each in alone), rel=1e-6, abs=1e-3)
    assert flow.bound == pytest.approx(sum(each.bound for each in alone), rel=1e-6, abs=1e-3)
    best = together.unsold_worth + Network.of(together).gain(best_flow(together)[0])
    assert flow.bound == pytest.approx(bound(together, flow.prices)) and flow.bound >= best - 1e-6 * abs(best) - 1e-6
    assert broken_limits(together, plan_season(together).chosen) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_every_way_and_limit_of_a_province_is_that_of_the_whole_season(seed):
    together = valleys(seed, seed + 1)
    for rows in together.provinces:
        part = province_of(together, rows)
        whole, own = together.ways, part.season.ways
        assert part.wants[own.want].tolist() == whole.want[rows].tolist() and own.kept.tolist() == whole.kept[rows].tolist()
        assert part.lanes[own.lane].tolist() == whole.lane[rows].tolist()
        assert part.hub_weeks[own.hub_week].tolist() == whole.hub_week[rows].tolist()
        assert part.season.lane_kg_max.tolist() == together.lane_kg_max[part.lanes].tolist()
        again = build_season(part.season.tables, together.rules)
        assert again.ways.cost_per_kg.tolist() == own.cost_per_kg.tolist()
        assert again.hub_week_kg_max[again.ways.hub_week].tolist() == part.season.hub_week_kg_max[own.hub_week].tolist()


def test_one_thread_and_two_make_the_same_plan(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(core, "SIMPLEX_WAYS_MAX", -1)
    with ThreadPoolExecutor(2) as workers:
        here, beside = (plan_season(valleys(3, 7, 11), workers=each) for each in (None, workers))
    assert here.chosen.kg.tolist() == beside.chosen.kg.tolist() and here.bound == beside.bound


def test_ctrl_c_stops_every_province_at_its_next_pass_and_keeps_a_plan_with_a_true_bound(monkeypatch: pytest.MonkeyPatch):
    together, begun, stop, take = valleys(3, 7), [], Event(), Walk.take
    best = near_best_flow(together).objective

    def pressed(planned):
        raise KeyboardInterrupt

    def take_once_stopped(walk, stage, keep_mean=False):
        begun.append(stage)
        stop.wait(10)
        take(walk, stage, keep_mean)

    monkeypatch.setattr(core, "SIMPLEX_WAYS_MAX", -1)
    monkeypatch.setattr(core, "Event", lambda: stop)
    monkeypatch.setattr(concurrent.futures, "wait", pressed)
    monkeypatch.setattr(Walk, "take", take_once_stopped)
    flow = near_best_flow(together)
    assert flow.interrupted and len(begun) == len(together.provinces)
    assert flow.objective <= best + 1e-6 * abs(best) and flow.bound >= best - 1e-6 * abs(best)


def test_lots_that_no_way_leaves_stay_in_no_province_and_keep_their_worth():
    given_season = season(
        [lot("A"), lot("B", hub_id="J"), lot("C", hub_id="K", salvage_per_kg=2.0)],
        [want("W", "Kunming", 10, 100), want("X", "Chengdu", 10, 100), want("Y", "Shanghai", 10, 100)],
        [lane("Kunming"), lane("Chengdu", hub_id="J", lane_id="J-Chengdu")],
    )
    flow = near_best_flow(given_season)
    assert len(given_season.provinces) == 2
    assert flow.objective == flow.bound == pytest.approx(2 * 100 * 10 + 100 * 2.0)
    assert np.bincount(given_season.ways.want, flow.kg, 3).tolist() == [100, 100, 0]
