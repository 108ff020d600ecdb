"""The two ways of selling without a plan."""

from __future__ import annotations

import polars as pl

from pinfold.match.plan import plan_season

from .seasons import lane, lot, season, want

# Kunming pays 9 for week 0 and takes 100 kg; Shanghai pays 8. Only mangoes ripe in week 0 may go; those at K can reach Kunming alone.
LANES = [lane("Kunming"), lane("Shanghai"), lane("Kunming", lane_id="K", hub_id="K")]
WANTS = [want("kunming", "Kunming", 9, 100), want("shanghai", "Shanghai", 8, 100)]
LOTS = [lot("first"), lot("second", hub_id="K")]


def sold(method: str, wants=WANTS, lots=LOTS, lanes=LANES) -> dict[tuple[str, str], float]:
    shipments = plan_season(season(lots, wants, lanes), method).shipments
    return {(lot_id, want_id): kg for lot_id, want_id, kg in shipments.select("lot_id", "want_id", "kg").iter_rows()}


def test_greedy_takes_the_dearest_sale_and_shuts_others_out():
    assert sold("greedy") == {("first", "kunming"): 100}
    assert sold("optimal") == {("first", "shanghai"): 100, ("second", "kunming"): 100}


def test_first_come_is_first_served_even_when_a_later_lot_needs_the_place_more():
    later_but_cheaper = [lot("late", ready_week=1), lot("early", ready_week=0)]
    wants = [want("only", "Kunming", 9, 100, week=1)]
    lanes = [lane("Kunming", week=1, days=0)]
    assert sold("first-come", wants, later_but_cheaper, lanes) == {("early", "only"): 100}


def test_a_sale_goes_on_through_the_steps_while_it_pays():
    steps = want("W", "Kunming", 9, 30, price_2=6.0, kg_2=30.0, price_3=2.0, kg_3=40.0)
    lots = [lot("A", salvage_per_kg=3.0)]
    for method in ("greedy", "first-come", "optimal"):
        assert sold(method, [steps], lots, [lane("Kunming")]) == {("A", "W"): 60}


def test_a_plan_has_the_others_beside_it():
    plan = plan_season(season(LOTS, WANTS, LANES))
    assert {method: facts.objective for method, facts in plan.beside.items()} == {"greedy": 900, "first-come": 900}
    assert plan.objective == 1700
    assert isinstance(plan.shipments, pl.DataFrame)
