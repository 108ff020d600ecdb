"""Promises between villages kept by prices: what large seasons are planned by, here on seasons small enough to know the best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.match.fair import plan as fair_plan
from pinfold.match.fair.dual import Aims, FairDual
from pinfold.match.fair.exact import best_levels, best_within
from pinfold.match.fair.least import least_share
from pinfold.match.fair.levels import levels_by_prices
from pinfold.match.fair.villages import Least, Villages
from pinfold.match.kernel import Network
from pinfold.match.plan import plan_season
from pinfold.match.rules import MatchRules, with_fairness
from pinfold.match.score import broken_limits, judge, sent_kg

from .seasons import PLAIN, random_season
from .test_fairness import three_villages, two_villages, villages_of

SEEDS = st.integers(0, 10_000)


@pytest.fixture(autouse=True)
def by_prices(monkeypatch):
    monkeypatch.setattr(fair_plan, "SIMPLEX_WAYS_MAX", -1)


@pytest.mark.parametrize(("said", "near", "far"), [("band=0.1", 60, 40), ("floor=1", 50, 50), ("floor=0.5", 75, 25), ("max-min", 50, 50)])
def test_prices_move_sales_to_the_far_village_as_far_as_is_promised(said, near, far):
    # As the exact plans of the same season; floors of a plan by prices are half a per cent of what a village has below its level.
    plan = plan_season(two_villages(**vars(with_fairness(PLAIN, said))))
    assert sent_kg(plan.season, plan.chosen).tolist() == pytest.approx([near, far], abs=0.7)
    assert plan.objective == pytest.approx(1000 - 2 * far, abs=2) and plan.objective <= plan.bound <= plan.objective + 5


@pytest.mark.parametrize(("said", "far"), [("floor=1", 20), ("max-min", 60)])
def test_the_level_rises_with_those_that_can_follow(said, far):
    plan = plan_season(three_villages(**vars(with_fairness(PLAIN, said))))
    assert sent_kg(plan.season, plan.chosen).tolist() == pytest.approx([120 - far, far, 20], abs=1.2)
    assert plan.promise is not None and plan.promise.least.share == pytest.approx(0.2)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(["band=0.1", "band=0.3", "floor=1", "max-min"]))
def test_the_bound_of_a_plan_by_prices_stands_over_the_best_plan_of_its_terms(seed, said):
    given_season = replace(villages_of(random_season(seed), seed), rules=with_fairness(MatchRules(), said))
    plan = plan_season(given_season)
    assert broken_limits(given_season, plan.chosen) == []
    assert plan.objective <= plan.bound + 1e-6 * abs(plan.bound) + 1e-6
    if plan.promise is not None:
        best, *_ = best_within(given_season, plan.promise.villages, plan.promise.terms)
        assert judge(given_season, best).objective <= plan.bound + 1e-6 * abs(plan.bound) + 2.0
        assert plan.promise.broken(sent_kg(given_season, plan.chosen)) == []


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_levels_by_prices_are_near_the_exact_ones_and_the_least_is_proven(seed):
    given_season = villages_of(random_season(seed), seed)
    villages = Villages.of(given_season)
    if not len(villages.kg):
        return
    exact, found = best_levels(given_season, villages, 10), levels_by_prices(given_season, villages, 10)
    assert found.least.share == pytest.approx(exact.min(), abs=1e-5)
    assert found.share.min() <= found.least.share + 1e-9
    assert found.share == pytest.approx(exact, abs=0.03)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_any_prices_prove_something_about_the_least_share(seed):
    given_season, rng = villages_of(random_season(seed), seed), np.random.default_rng(seed)
    villages = Villages.of(given_season)
    if len(villages.kg):
        best = least_share(given_season, villages, np.zeros(len(villages.kg)))
        wrong = replace(best.prices, want=best.prices.want * rng.uniform(0, 2), lane=best.prices.lane * rng.uniform(0, 2))
        proven = Least.proven(given_season, villages, wrong, best.paid * rng.uniform(0.5, 2, len(villages.kg)))
        assert proven.share >= best_levels(given_season, villages).min() - 1e-6


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.booleans())
def test_the_slope_is_what_the_value_changes_by(seed, banded):
    given_season, rng = villages_of(random_season(seed), seed), np.random.default_rng(seed)
    villages = Villages.of(given_season)
    if not len(villages.kg):
        return
    kg = villages.kg
    aims = Aims(floor=0.4 * kg, give=0.1 * kg, apart=0.1 * kg if banded else None, average_max=0.8)
    dual = FairDual.of(Network.of(given_season), villages, aims)
    at = dual.begin(rng.uniform(0, 5, dual.passages))
    at[dual.passages :] = rng.uniform(0, 3, len(at) - dual.passages)
    towards = rng.normal(size=len(at))
    ahead, behind = (dual.smoothed(0.05, at + step * towards)[0] for step in (1e-5, -1e-5))
    assert dual.smoothed(0.05, at)[1] @ towards == pytest.approx((ahead - behind) / 2e-5, rel=1e-3, abs=1e-2)
