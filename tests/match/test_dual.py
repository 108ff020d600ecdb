"""Planning by prices: what large seasons are planned by, here on seasons small enough to know the best plan."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.match.bound import bound
from pinfold.match.core import best_flow
from pinfold.match.descent import descend
from pinfold.match.dual import Walk, around, price_flow
from pinfold.match.kernel import Network
from pinfold.match.score import broken_limits, judge
from pinfold.match.shipments import share_out, within_limits

from .seasons import lane, lot, random_season, season, want

SEEDS = st.integers(0, 10_000)


@settings(max_examples=200, deadline=None)
@given(SEEDS)
def test_a_plan_by_prices_keeps_every_limit_and_its_bound_stands_over_the_best_plan(seed):
    given_season = random_season(seed)
    best = given_season.unsold_worth + Network.of(given_season).gain(best_flow(given_season)[0])
    flow = price_flow(given_season)
    made = share_out(given_season, within_limits(given_season, flow.kg))
    assert broken_limits(given_season, made) == []
    assert judge(given_season, made).objective == pytest.approx(flow.objective, rel=1e-6, abs=0.1)
    assert flow.objective <= best + 1e-6 * abs(best) + 1e-6
    assert flow.bound == pytest.approx(bound(given_season, flow.prices)) and flow.bound >= best - 1e-6 * abs(best)


def test_the_dearer_of_two_regions_gets_what_there_is():
    # 100 kg and two regions that want 100 each: all of it goes where a kg brings 10, none where it brings 8.
    given_season = season(
        [lot("A")], [want("near", "Kunming", 8, 100), want("far", "Shanghai", 10, 100)], [lane("Kunming"), lane("Shanghai")]
    )
    flow = price_flow(given_season)
    sent = np.bincount(given_season.ways.want, flow.kg, 2)
    assert sent.tolist() == pytest.approx([0, 100], abs=0.1)
    assert flow.objective == pytest.approx(1000, rel=1e-3) and flow.bound == pytest.approx(1000, rel=2e-3)


def test_a_plan_can_be_sought_closer_to_the_best():
    # 200 kg for three regions that together want 240: after the first stages the plan is proven to 0.05 %.
    wants = [want("near", "Kunming", 8, 90), want("far", "Shanghai", 9, 80), want("middle", "Chengdu", 8.5, 70)]
    given_season = season([lot("A"), lot("B", grade=1)], wants, [lane("Kunming"), lane("Shanghai"), lane("Chengdu")])
    assert price_flow(given_season, gap_enough=1e-5).gap <= 1e-5 < price_flow(given_season).gap


def test_a_flow_is_what_goods_do_by_themselves_when_straying_from_it_costs():
    # At equal prices 100 kg go half to each region; around a flow of 80 and 20 they go as that did.
    wants = [want("one", "Kunming", 9, 100), want("other", "Shanghai", 9, 100)]
    network, at = Network.of(season([lot("A")], wants, [lane("Kunming"), lane("Shanghai")])), np.array([5.0, 5.0, 0, 0, 0])
    assert network.smoothed(0.01, at)[2].tolist() == pytest.approx([50, 50])
    assert around(network, np.array([80.0, 20.0]), 0.01).smoothed(0.01, at)[2].tolist() == pytest.approx([80, 20])


def test_a_plan_is_the_same_every_time():
    assert price_flow(random_season(11)).kg.tolist() == price_flow(random_season(11)).kg.tolist()


def test_a_search_that_is_stopped_hands_over_a_plan_with_a_true_bound(monkeypatch):
    given_season, taken = random_season(5), []

    def stop_at_the_third(walk, stage, going=Walk.take):
        taken.append(stage)
        if len(taken) == 3:
            raise KeyboardInterrupt
        going(walk, stage)

    monkeypatch.setattr(Walk, "take", stop_at_the_third)
    flow = price_flow(given_season)
    best = given_season.unsold_worth + Network.of(given_season).gain(best_flow(given_season)[0])
    assert flow.interrupted
    assert flow.objective <= best + 1e-6 * abs(best) <= flow.bound + 2e-6 * abs(best)
    assert broken_limits(given_season, share_out(given_season, within_limits(given_season, flow.kg))) == []


def test_the_slope_of_the_smoothed_dual_is_how_its_value_changes():
    network, rng = Network.of(random_season(2)), np.random.default_rng(2)
    prices, towards = rng.uniform(1, 9, sum(network.shape)), rng.normal(size=sum(network.shape))
    ahead, behind = (network.smoothed(0.05, prices + step * towards)[0] for step in (1e-5, -1e-5))
    assert network.smoothed(0.05, prices)[1] @ towards == pytest.approx((ahead - behind) / 2e-5, rel=1e-4)


def test_a_season_in_parts_is_the_same_on_threads_and_nearly_the_same_as_whole(monkeypatch):
    lots = [lot(f"{grade}{days}", grade=grade, collect_days=days) for grade in (0, 1, 2) for days in (0, 1)]
    network = Network.of(
        season(lots, [want("near", "Kunming", 8, 90), want("far", "Shanghai", 9, 80)], [lane("Kunming"), lane("Shanghai")])
    )
    prices = np.array([5.0, 6.0, 0.1, 0.2, 0.3])
    whole = network.smoothed(0.05, prices)
    monkeypatch.setattr("pinfold.match.kernel.PART_WAYS", 4)
    alone = replace(network).smoothed(0.05, prices)
    with ThreadPoolExecutor(2) as workers:
        together = replace(network, workers=workers)
        assert together._parts == [(0, 2), (2, 4), (4, 6)]
        threaded = together.smoothed(0.05, prices)
    assert [part.tolist() for part in threaded[1:]] == [part.tolist() for part in alone[1:]] and threaded[0] == alone[0]
    assert alone[0] == pytest.approx(whole[0]) and alone[1] == pytest.approx(whole[1]) and alone[2].tolist() == whole[2].tolist()


def test_descent_ends_at_the_wall_where_the_way_down_leads_through_it():
    # (x - 3)^2 + (y + 2)^2 is least at (3, -2); with nothing below 0 allowed, at (3, 0).
    centre = np.array([3.0, -2.0])
    end = descend(lambda point: (float(((point - centre) ** 2).sum()), 2 * (point - centre)), np.array([9.0, 9.0]), 100, 1e-12)
    assert end.tolist() == pytest.approx([3, 0], abs=1e-4)
