"""A choice of fairness in every kind of plan: what it moves, that income stays real money, and which promises are refused, and why."""

from __future__ import annotations

import json
from dataclasses import fields

import polars as pl
import pytest
from click.testing import CliRunner

from pinfold.cli import main

from .seasons import lane, lot, tables, want

FREE = {"loss_base": 0.0, "loss_at_full_age": 0.0, "handling_per_kg": 0.0, "freshness_discount": 0.0, "equity_bonus": 0.0}


@pytest.fixture
def folder(tmp_path):
    """100 kg each of a village near by and of a poor one that pays 1 yuan per kg to collect; one region wants 100 kg at 10 yuan."""
    lots = [lot("near"), lot("far", village_id="U", poverty_weight=1.0, collect_cost_per_kg=1.0)]
    (tmp_path / "season").mkdir()
    given = tables(lots, [want("W", "Kunming", 10, 100)], [lane("Kunming", days=0, truck_kg=100.0)])
    for item in fields(given):
        getattr(given, item.name).write_csv(tmp_path / "season" / f"{item.name}.csv")
    (tmp_path / "season" / "rules.json").write_text(json.dumps(FREE))
    return tmp_path


def match(folder, *options: str, out: str = "plan"):
    return CliRunner().invoke(main, ["match", str(folder / "season"), "--out", str(folder / out), *options])


def told(folder, out: str = "plan"):
    return json.loads((folder / out / "plan.json").read_text())


@pytest.mark.parametrize("options", [(), ("--whole", "--seconds", "1"), ("--from", "before")])
def test_a_poverty_weight_moves_sales_to_the_poor_and_income_stays_what_is_paid(folder, options):
    # Each kg of the far village counts half of its floor price of 4 yuan more: 2 yuan for 1 yuan of collection.
    assert match(folder, out="before").exit_code == 0
    assert told(folder, "before")["income"] == pytest.approx(1000)
    given = [str(folder / each) if each == "before" else each for each in options]
    assert match(folder, "--fairness", "poverty=0.5", *given).exit_code == 0
    assert pl.read_parquet(folder / "plan" / "shipments.parquet").rows() == [("far", "W", pytest.approx(100))]
    assert (told(folder)["objective"], told(folder)["income"]) == (pytest.approx(1100), pytest.approx(900))
    # The weight was said on the command line alone, so the plan says it to whoever certifies it.
    assert CliRunner().invoke(main, ["certify", str(folder / "season"), str(folder / "plan")]).exit_code == 0


def test_a_poverty_weight_in_a_plan_for_many_harvests_counts_in_its_worth_and_not_in_its_income(folder):
    lots = pl.read_csv(folder / "season" / "lots.csv")
    lots.with_columns(kg_cv=pl.lit(0.0)).write_csv(folder / "season" / "lots.csv")
    assert match(folder, "--uncertain", "--scenarios", "2", "--fairness", "poverty=0.5").exit_code == 0
    assert (told(folder)["expected_yuan"], told(folder)["expected_income"]) == (pytest.approx(1100), pytest.approx(900))


@pytest.mark.parametrize("said", ["band=0.1", "max-min"])
@pytest.mark.parametrize(
    ("kind", "why"),
    [("--whole", "hang on trucks and openings that may not pay"), ("--uncertain", "another one in every harvest")],
)
def test_a_promise_that_a_kind_of_plan_cannot_keep_is_refused_with_the_reason_and_the_remedy(folder, said, kind, why):
    done = match(folder, kind, "--fairness", said)
    assert done.exit_code != 0 and why in done.output
    assert "weigh sales of poor villages more with --fairness poverty=0.6" in done.output


def test_a_plan_made_again_under_a_promise_is_what_it_says(folder):
    # 60 kg of the near village are loaded; of the 100 kg that are wanted the far one gets the other 40.
    assert match(folder, out="before").exit_code == 0
    (folder / "loaded.csv").write_text("lot_id,want_id,kg\nnear,W,60\n")
    again = ("--from", str(folder / "before"), "--frozen", str(folder / "loaded.csv"), "--fairness", "max-min")
    assert match(folder, *again).exit_code == 0
    assert told(folder)["least_sold_share"] == pytest.approx(0.4, abs=1e-4) == told(folder)["least_sold_share_bound"]
    assert CliRunner().invoke(main, ["certify", str(folder / "season"), str(folder / "plan")]).exit_code == 0


def test_a_plan_that_says_that_villages_could_sell_more_is_found_out(folder):
    assert match(folder, "--fairness", "max-min").exit_code == 0
    assert told(folder)["least_sold_share_bound"] == pytest.approx(0.5)
    (folder / "plan" / "plan.json").write_text(json.dumps(told(folder) | {"least_sold_share_bound": 0.9}))
    done = CliRunner().invoke(main, ["certify", str(folder / "season"), str(folder / "plan")])
    assert done.exit_code == 1 and "the plan says that all villages can sell 0.900000; it is 0.500000" in done.output


@pytest.mark.parametrize("said", ["poverty=-1", "poverty=inf", "band=2", "band=", "even"])
def test_a_choice_that_is_not_known_is_refused_with_those_that_are(folder, said):
    done = match(folder, "--fairness", said)
    assert done.exit_code != 0 and "use none, max-min, band= or floor=" in done.output
