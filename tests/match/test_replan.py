"""A plan made again: what was promised stays, what happened is answered, what is loaded cannot move."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.basics.errors import InputError
from pinfold.match.core import best_flow
from pinfold.match.earlier import Before, earlier_plan
from pinfold.match.kernel import Network
from pinfold.match.plan import plan_season
from pinfold.match.replan import plan_again
from pinfold.match.score import broken_limits

from .seasons import lane, lot, random_season, season, want

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


def test_what_is_loaded_stays_even_when_another_pays_more():
    before = plan_season(season([lot("A")], [want("shanghai", "Shanghai", 8, 100)], LANES))
    now = season([lot("A")], [want("shanghai", "Shanghai", 8, 100), want("new", "Kunming", 11, 100)], LANES)
    sent, plan, moved = again(before, now, frozen_until=0)
    assert sent == {"shanghai": 100} and plan.objective == plan.bound == pytest.approx(800) and moved.moved_kg == 0


def test_freezing_what_hail_took_is_refused_by_name():
    before = plan_season(season([lot("A")], WANTS, LANES))
    with pytest.raises(InputError, match="lot A holds 50 kg less than is frozen on it"):
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
        ([("B", "kunming", 5)], "frozen: lot B is not in this season"),
        ([("A", "nobody", 5)], "frozen: want nobody is not in this season"),
        ([("A", "kunming", 500)], "lot A holds 400 kg less than is frozen on it"),
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
