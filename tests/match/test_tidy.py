"""The same plan on fewer ways."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.match.core import best_flow
from pinfold.match.kernel import Network
from pinfold.match.score import broken_limits
from pinfold.match.shipments import share_out, within_limits
from pinfold.match.tidy import ROUNDS, SHIPMENT_YUAN, tidied

from .seasons import lane, lot, random_season, season, want


def two_and_two(**changes: object):
    """Two lots of 100 kg (second grade pays as much as the first) and two wants of 100 kg; every lot can go to both."""
    lots = [lot("A"), lot("B", grade=1)]
    wants = [want("one", "Kunming", 9, 100), want("other", "Shanghai", 9, 100)]
    return season(lots, wants, [lane("Kunming"), lane("Shanghai", **changes)])


def test_goods_that_cross_on_the_road_go_straight():
    # A sends 60 and 40, B 40 and 60; each way costs the same, so two shipments do instead of four.
    network = Network.of(two_and_two())
    made = tidied(network, np.array([60.0, 40.0, 40.0, 60.0]))
    assert sorted(made.tolist()) == pytest.approx([0, 0, 100, 100])


def test_a_lane_that_is_full_carries_no_more():
    # The 100 kg to Shanghai are all that its truck holds; whoever fills it, no kg are added.
    given_season = two_and_two(trucks_max=0.1)
    made = tidied(Network.of(given_season), np.array([60.0, 40.0, 40.0, 60.0]))
    assert made[[1, 3]].sum() <= 100 + 1e-6


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_tidied_plan_keeps_every_limit_uses_no_more_ways_and_earns_no_less_but_for_the_shipments_it_saves(seed, mix):
    # A mean of good plans is a good plan on many ways.
    given_season, rng = random_season(seed), np.random.default_rng(mix)
    network = Network.of(given_season)
    first = best_flow(given_season)[0]
    spread = network.fill(rng.permutation(len(first)))
    before = within_limits(given_season, 0.5 * first + 0.5 * spread)
    made = tidied(network, before)
    after = within_limits(given_season, made)
    assert np.abs(after - made).max(initial=0) <= 0.02
    assert broken_limits(given_season, share_out(given_season, after)) == []
    assert (made > 0).sum() <= (before > 0).sum()
    saved = (before > 0).sum() - (made > 0).sum()
    assert network.gain(made) >= network.gain(before) - SHIPMENT_YUAN * (saved + ROUNDS) - 1e-6 * abs(network.gain(before))
