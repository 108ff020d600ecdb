"""Of whole trucks too a plan's files and the tables suffice: who books, fills, opens or proves otherwise than it says is found out."""

from __future__ import annotations

import json
from dataclasses import fields

import polars as pl
import pytest
from click.testing import CliRunner

from pinfold.basics.errors import InputError, NotFound
from pinfold.cli import main
from pinfold.flows.match_certify import certificate_of_folder
from pinfold.flows.match_whole import match_whole_from_folder
from pinfold.match.rules import WholeRules

from .seasons import lane, lot, tables, want

FREE = {"loss_base": 0.0, "loss_at_full_age": 0.0, "handling_per_kg": 0.0, "freshness_discount": 0.0, "equity_bonus": 0.0}


@pytest.fixture(params=[8_000, 1])
def made(request, tmp_path, monkeypatch):
    """1500 kg at 10 yuan in two of three trucks of 1000 yuan; the want opens with 1200 kg for 100: 15000 - 2000 - 100 = 12,900.

    Planned at once (proven by prices of rows too), and as a large season is.
    """
    monkeypatch.setattr("pinfold.flows.match_whole.WholeRules", lambda: WholeRules(ways_at_once=request.param))
    given = tables(
        [lot(1, kg=1500)],
        [want(11, "Kunming", 10, 1500, kg_min=1200, open_cost=100)],
        [lane("Kunming", lane_id=21, days=0, truck_cost=1000, trucks_max=3)],
    )
    (tmp_path / "season").mkdir()
    for item in fields(given):
        getattr(given, item.name).write_parquet(tmp_path / "season" / f"{item.name}.parquet")
    (tmp_path / "season" / "rules.json").write_text(json.dumps(FREE))
    match_whole_from_folder(tmp_path / "season", tmp_path / "plan", seconds=3.0)
    return tmp_path


def change(made, name, **changed) -> None:
    path = made / "plan" / f"{name}.parquet"
    pl.read_parquet(path).with_columns(**changed).write_parquet(path)


def told(made) -> dict:
    return json.loads((made / "plan" / "plan.json").read_text())


def certified(made):
    return certificate_of_folder(made / "season", made / "plan")


def test_a_plan_of_whole_trucks_is_what_it_says_to_the_last_digit_of_its_bound(made):
    found = certified(made)
    assert (found.objective, found.broken) == (pytest.approx(12_900), [])
    assert found.bound == told(made)["bound"] >= 12_900 - 1e-6


@pytest.mark.parametrize(("name", "yuan"), [("objective", 13_000.0), ("bound", 12_000.0)])
def test_a_plan_that_says_it_earns_or_proves_otherwise_is_found_out(made, name, yuan):
    (made / "plan" / "plan.json").write_text(json.dumps(told(made) | {name: yuan}))
    (sentence,) = certified(made).broken
    assert sentence.startswith(f"the plan says {name} {yuan:,.2f} yuan; it is ")
    assert CliRunner().invoke(main, ["certify", str(made / "season"), str(made / "plan")]).exit_code == 1


def test_a_truck_less_is_found_out_by_what_no_longer_fits(made):
    change(made, "trucks", trucks=pl.col("trucks") - 1)
    broken = certified(made).broken
    assert "lane 21 holds 500 kg less than the plan puts on it" in broken
    assert "the plan says 2 trucks; it books 1" in broken


@pytest.mark.parametrize("trucks", [4.0, 1.5, -1.0])
def test_trucks_that_there_are_not_or_that_are_not_whole_are_found_out(made, trucks):
    change(made, "trucks", trucks=pl.lit(trucks))
    assert f"lane 21 books {trucks:g} trucks; it has 3 whole ones" in certified(made).broken


def test_a_pin_that_opens_below_its_minimum_is_found_out(made):
    change(made, "shipments", kg=pl.col("kg") / 2)
    assert "want 11 gets less than its minimum" in certified(made).broken


def test_prices_that_prove_less_than_the_plan_says_are_found_out(made):
    # At no price at all every kg earns its 10 yuan and neither trucks nor the lot are short: 15,000 less the opening.
    change(made, "proof", yuan=pl.lit(0.0))
    (sentence,) = certified(made).broken
    assert sentence.startswith("the plan says bound 1") and sentence.endswith("it is 14,900.00")


def test_prices_that_prove_nothing_or_files_of_other_seasons_are_refused(made):
    change(made, "trucks", lane_id=pl.lit(22))
    with pytest.raises(InputError, match="trucks are booked on lane 22, which is not in this season"):
        certified(made)
    change(made, "trucks", lane_id=pl.lit(21))
    change(made, "proof", yuan=pl.when(pl.col("what") == "hub_week").then(-1.0).otherwise(pl.col("yuan")))
    with pytest.raises(
        InputError,
        match=r"proof\.parquet row \d+ \(what hub_week, id H, week 0\): yuan is -1.0, but the price of a limit below 0 proves nothing",
    ):
        certified(made)
    (made / "plan" / "proof.parquet").unlink()
    with pytest.raises(NotFound, match=r"has no proof\.parquet"):
        certified(made)
