"""Seasons at the edge of sense: nothing to send or to send it with, ties, losses, and weights from a milligram to a million tonnes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.basics.errors import NoPlan
from pinfold.match import core
from pinfold.match import plan as plan_module
from pinfold.match.core import best_flow, near_best_flow, programme, run_highs
from pinfold.match.dual import price_flow
from pinfold.match.kernel import Network
from pinfold.match.plan import METHODS, plan_season
from pinfold.match.score import broken_limits
from pinfold.match.season import Season, build_season
from pinfold.match.shipments import share_out, within_limits
from pinfold.match.tables import Tables

from .seasons import lane, lot, random_season, season, want
from .test_optimum import brute_force_optimum

ROOT = Path(__file__).resolve().parents[2]
YUAN = {
    "lots": ["floor_price_per_kg", "collect_cost_per_kg", "salvage_per_kg"],
    "wants": ["price_1", "price_2", "price_3"],
    "lanes": ["truck_cost"],
    "products": ["price_per_kg"],
}
KG = {"lots": ["kg"], "wants": ["kg_1", "kg_2", "kg_3", "kg_min"], "hub_weeks": ["kg_max"], "lanes": ["truck_kg"]}


def no_mango_grown(given: Tables) -> Tables:
    return replace(given, lots=given.lots.filter(pl.col("product_id") != "mango"))


def no_mango_wanted(given: Tables) -> Tables:
    return replace(given, wants=given.wants.filter(pl.col("product_id") != "mango"))


def no_lanes(given: Tables) -> Tables:
    return replace(given, lanes=given.lanes.clear())


def no_trucks(given: Tables) -> Tables:
    return replace(given, lanes=given.lanes.with_columns(trucks_max=pl.lit(0.0)))


def shut_hubs(given: Tables) -> Tables:
    return replace(given, hub_weeks=given.hub_weeks.with_columns(kg_max=pl.lit(0.0)))


def throwing_away_costs(given: Tables) -> Tables:
    return replace(given, lots=given.lots.with_columns(salvage_per_kg=pl.lit(-2.0)))


def one_lot(given: Tables) -> Tables:
    return replace(given, lots=given.lots.head(1))


def all_alike(given: Tables) -> Tables:
    prices = {f"price_{step}": pl.lit(8.0) for step in (1, 2, 3)}
    lots = given.lots.with_columns(salvage_per_kg=pl.lit(0.0), collect_cost_per_kg=pl.lit(0.0), poverty_weight=pl.lit(0.0))
    return replace(given, lots=lots, wants=given.wants.with_columns(**prices), lanes=given.lanes.with_columns(truck_cost=pl.lit(0.0)))


EDGES = [no_mango_grown, no_mango_wanted, no_lanes, no_trucks, shut_hubs, throwing_away_costs, one_lot, all_alike]


def of_size(given: Tables, size: float) -> Tables:
    """The same season with every weight `size` times as large; a truck costs as much per kg as before."""
    heavier = {name: getattr(given, name).with_columns(pl.col(columns) * size) for name, columns in KG.items()}
    heavier["lanes"] = heavier["lanes"].with_columns(pl.col("truck_cost") * size)
    return replace(given, **heavier)


def dearer(given: Tables, times: float) -> Tables:
    """The same season with every price and cost in its tables `times` as high; the costs of its rules stay."""
    return replace(given, **{name: getattr(given, name).with_columns(pl.col(columns) * times) for name, columns in YUAN.items()})


def optimum(of: Season) -> float:
    """What HiGHS's flow earns, from its own kg."""
    return of.unsold_worth + Network.of(of).gain(best_flow(of)[0])


@pytest.mark.parametrize("edge", EDGES)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_at_the_edge_every_plan_keeps_its_limits_and_the_best_one_is_best(edge, seed):
    ordinary = random_season(seed)
    odd = build_season(edge(ordinary.tables), ordinary.rules)
    for method in METHODS:
        plan = plan_season(odd, method)
        assert broken_limits(odd, plan.chosen) == []
        assert plan.objective <= plan.bound + 1e-6 * abs(plan.bound) + 1e-6
        if method == "optimal":
            assert plan.objective == pytest.approx(optimum(odd), rel=1e-6, abs=0.5)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), power=st.integers(-8, 7), yuan_power=st.integers(-2, 5))
def test_from_milligrams_to_a_million_tonnes_and_a_fen_to_millions_of_yuan_limits_and_bounds_hold(seed, power, yuan_power):
    ordinary = random_season(seed)
    as_dear = build_season(dearer(ordinary.tables, 10.0**yuan_power), ordinary.rules)
    sized = build_season(of_size(as_dear.tables, 10.0**power), ordinary.rules)
    plan = plan_season(sized)
    assert broken_limits(sized, plan.chosen) == []
    assert plan.objective <= plan.bound + 1e-6 * abs(plan.bound) + 1e-6
    if power >= 0:
        hair = 0.5 * 10.0**power * max(1.0, 10.0**yuan_power)
        assert plan.objective == pytest.approx(10.0**power * optimum(as_dear), rel=1e-6, abs=hair)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), edge=st.sampled_from(EDGES))
def test_a_plan_by_prices_keeps_its_limits_at_the_edge_too(seed, edge):
    ordinary = random_season(seed)
    odd = build_season(edge(ordinary.tables), ordinary.rules)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(core, "SIMPLEX_WAYS_MAX", -1)
        plan = plan_season(odd)
    assert broken_limits(odd, plan.chosen) == []
    best = optimum(odd)
    assert plan.objective - 1e-6 * abs(best) - 1e-6 <= best <= plan.bound + 1e-6 * abs(plan.bound) + 1e-6


def as_it_is(given: Tables) -> Tables:
    return given


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 10_000), edge=st.sampled_from([as_it_is, *EDGES]), power=st.integers(-2, 5))
def test_of_two_hundred_seasons_of_every_kind_each_plan_is_best_and_each_bound_true(seed, edge, power):
    # The best is found by scipy, on a programme with one variable for each lot and way instead of pools.
    ordinary = random_season(seed)
    odd = build_season(of_size(edge(ordinary.tables), 10.0**power), ordinary.rules)
    best, hair = brute_force_optimum(odd), 0.5 * max(1.0, 10.0**power)
    exact = plan_season(odd)
    assert exact.objective == pytest.approx(best, rel=1e-6, abs=hair) and exact.bound >= best - 1e-6 * abs(best) - 1e-6
    by_prices = price_flow(odd)
    sent = share_out(odd, within_limits(odd, by_prices.kg))
    assert by_prices.objective - 1e-6 * abs(best) - 1e-6 <= best <= by_prices.bound + 1e-6 * abs(by_prices.bound) + 1e-6
    assert broken_limits(odd, exact.chosen) == broken_limits(odd, sent) == []


@pytest.mark.parametrize(("too_much", "said"), [(1e-7, 0), (3e-6, 1)])
def test_a_limit_is_broken_by_more_than_a_millionth(too_much, said):
    # Each control sends all there is and a hair more: lot, lane, hub and want hold 100 kg each in turn, the others plenty.
    named = {"lot": "lot A", "lane": "lane H-Kunming-0", "hub": "hub H in week 0", "want": "want W"}
    for held in named:
        kg = dict.fromkeys(named, 1000.0) | {held: 100.0}
        hub_weeks = [{"hub_id": "H", "week": 0, "kg_max": kg["hub"]}]
        lanes = [lane("Kunming", truck_kg=kg["lane"], trucks_max=1.0)]
        given_season = season([lot("A", kg=kg["lot"])], [want("W", "Kunming", 10, kg["want"])], lanes, hub_weeks=hub_weeks)
        plan = plan_season(given_season)
        more = replace(plan.chosen, kg=plan.chosen.kg * (1 + too_much))
        assert [sentence.split(" holds ")[0] for sentence in broken_limits(given_season, more)] == [named[held]] * said


def test_a_plan_that_its_solver_made_too_heavy_is_brought_within_limits_and_never_handed_over_otherwise(monkeypatch):
    given_season = season([lot("A")], [want("W", "Kunming", 10, 100)], [lane("Kunming")])
    monkeypatch.setattr(plan_module, "near_best_flow", lambda *given: replace(near_best_flow(*given), kg=np.array([101.0])))
    assert plan_season(given_season).shipments["kg"].to_list() == pytest.approx([100])
    monkeypatch.setattr(plan_module, "within_limits", lambda season, kg: kg)
    with pytest.raises(AssertionError, match="the optimal plan breaks its limits: lot A holds 1 kg less"):
        plan_season(given_season)


def test_a_programme_that_cannot_be_kept_or_has_no_end_gets_no_plan():
    # 100 kg at most must fill a row of 200; a way without limit earns more with every kg.
    base = programme(season([lot("A")], [want("W", "Kunming", 10, 100)], [lane("Kunming")]))
    impossible = replace(base, row_low=np.where(np.arange(len(base.row_low)) == 0, 200.0, base.row_low), row_high=np.full(4, 300.0))
    endless = replace(base, upper=np.full(len(base.upper), np.inf), row_high=np.where(base.row_low == 0, 0.0, np.inf))
    for wrong, why in ((impossible, "Infeasible"), (endless, "nbounded")):
        with pytest.raises(NoPlan, match=f"HiGHS ended with .*{why}.* on 5 columns and 4 rows"):
            run_highs(wrong, {"solver": "simplex"})


def test_a_season_is_planned_alike_in_every_process():
    # Python hashes text differently in every process; nothing may hang on that.
    told = "from tests.match.seasons import *; from pinfold.match.dual import price_flow; from pinfold.match.plan import plan_season;"
    told += "print(plan_season(random_season(3)).shipments.rows(), price_flow(random_season(3)).kg.tolist())"
    said = set()
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, env=environment, capture_output=True, check=True)
        said.add(done.stdout)
    assert len(said) == 1
