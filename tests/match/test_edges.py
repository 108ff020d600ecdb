"""Seasons at the edge of sense: nothing to send or to send it with, ties, losses, and weights from a milligram to a million tonnes."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.match import core
from pinfold.match.core import best_flow
from pinfold.match.kernel import Network
from pinfold.match.plan import METHODS, plan_season
from pinfold.match.score import broken_limits
from pinfold.match.season import Season, build_season
from pinfold.match.tables import Tables

from .seasons import random_season

KG = {"lots": ["kg"], "wants": ["kg_1", "kg_2", "kg_3", "kg_min"], "hub_weeks": ["kg_max"], "lanes": ["truck_kg"]}


def no_mango_grown(given: Tables) -> Tables:
    return replace(given, lots=given.lots.filter(pl.col("product_id") != "mango"))


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


EDGES = [no_mango_grown, no_lanes, no_trucks, shut_hubs, throwing_away_costs, one_lot, all_alike]


def of_size(given: Tables, size: float) -> Tables:
    """The same season with every weight `size` times as large; a truck costs as much per kg as before."""
    heavier = {name: getattr(given, name).with_columns(pl.col(columns) * size) for name, columns in KG.items()}
    heavier["lanes"] = heavier["lanes"].with_columns(pl.col("truck_cost") * size)
    return replace(given, **heavier)


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
@given(seed=st.integers(0, 10_000), power=st.integers(-8, 7))
def test_from_milligrams_to_a_million_tonnes_limits_and_bounds_hold(seed, power):
    ordinary = random_season(seed)
    sized = build_season(of_size(ordinary.tables, 10.0**power), ordinary.rules)
    plan = plan_season(sized)
    assert broken_limits(sized, plan.chosen) == []
    assert plan.objective <= plan.bound + 1e-6 * abs(plan.bound) + 1e-6
    if power >= 0:
        assert plan.objective == pytest.approx(10.0**power * optimum(ordinary), rel=1e-6, abs=0.5 * 10.0**power)


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
