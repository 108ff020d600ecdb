"""A plan's files and the season's tables suffice to work out its bound anew; a plan that says more than is true is found out."""

from __future__ import annotations

import json

import polars as pl
import pytest
from click.testing import CliRunner

from pinfold.basics.errors import InputError, NotFound
from pinfold.cli import main
from pinfold.flows.match_again import Again, match_again_from_folder
from pinfold.flows.match_certify import certificate_of_folder
from pinfold.flows.match_tables import Asked, match_from_folder
from pinfold.match import core
from pinfold.match.dual import Walk

from .test_folder import write

LANE_BELOW_0 = (
    r"prices\.parquet row 3 \(what lane, id 21, week None\): yuan_per_kg is -0.5, but the price of a limit below 0 proves nothing"
)
WANT_WITHOUT_PRICE = r"prices\.parquet row 2 \(what want, id 12, week None\): yuan_per_kg is None; give a number"


@pytest.fixture(params=[None, "band=0.1", "max-min"])
def made(request, tmp_path):
    """A season, and a plan of it that earns 60 x 10 + 40 x 8 = 920 yuan and has one village, so that every promise is kept."""
    write(tmp_path / "season", "csv")
    match_from_folder(tmp_path / "season", tmp_path / "plan", Asked(fairness=request.param))
    return tmp_path


def change(path, **changed) -> None:
    pl.read_parquet(path).with_columns(**changed).write_parquet(path)


def test_a_plan_of_any_fairness_is_what_it_says(made):
    found = certificate_of_folder(made / "season", made / "plan")
    assert (found.objective, found.bound, found.broken) == (pytest.approx(920), pytest.approx(920, rel=1e-5), [])


def test_a_plan_that_says_it_earns_more_is_found_out(made):
    told = json.loads((made / "plan" / "plan.json").read_text())
    (made / "plan" / "plan.json").write_text(json.dumps(told | {"objective": 930.0}))
    assert certificate_of_folder(made / "season", made / "plan").broken == ["the plan says objective 930.00 yuan; it is 920.00"]


def test_a_plan_that_sends_more_than_there_is_is_found_out(made):
    change(made / "plan" / "shipments.parquet", kg=pl.col("kg") * 1.5)
    broken = certificate_of_folder(made / "season", made / "plan").broken
    assert "lot 1 holds 50 kg less than the plan puts on it" in broken


def test_prices_that_prove_less_than_the_plan_says_are_found_out(made):
    # At no price at all every kg sells at its dearest step: 60 x 10 and 100 x 8 of 160 kg, though only 100 are there.
    change(made / "plan" / "prices.parquet", yuan_per_kg=pl.lit(0.0))
    (broken,) = certificate_of_folder(made / "season", made / "plan").broken
    assert broken.startswith("the plan says bound 9") and broken.endswith("it is 1,400.00")


def test_a_village_that_misses_its_promise_is_named(tmp_path):
    write(tmp_path / "season", "csv")
    match_from_folder(tmp_path / "season", tmp_path / "plan", Asked(fairness="max-min"))
    change(tmp_path / "plan" / "shipments.parquet", kg=pl.col("kg") * 0.5)
    assert "village V misses what it was promised by 50 kg" in certificate_of_folder(tmp_path / "season", tmp_path / "plan").broken


def test_a_plan_of_other_tables_or_many_harvests_or_no_plan_is_refused(made):
    with pytest.raises(NotFound, match=r"has no plan\.json; make a plan with pinfold match"):
        certificate_of_folder(made / "season", made / "season")
    pl.DataFrame({"want_id": [11], "kg": [1.0]}).write_parquet(made / "plan" / "promises.parquet")
    with pytest.raises(InputError, match="is for many harvests, whose draws its files do not hold"):
        certificate_of_folder(made / "season", made / "plan")
    (made / "plan" / "promises.parquet").unlink()
    lots = (made / "season" / "lots.csv").read_text()
    (made / "season" / "lots.csv").write_text(lots.replace("\n1,", "\n2,"))
    with pytest.raises(InputError, match=r"lot 1 has no way to want 1[12]; certify a plan beside the tables it was made from"):
        certificate_of_folder(made / "season", made / "plan")


@pytest.mark.parametrize(
    ("name", "changed", "message"),
    [
        ("prices", {"yuan_per_kg": pl.when(pl.col("what") == "lane").then(-0.5).otherwise(pl.col("yuan_per_kg"))}, LANE_BELOW_0),
        ("prices", {"yuan_per_kg": pl.when(pl.col("id") == "12").then(None).otherwise(pl.col("yuan_per_kg"))}, WANT_WITHOUT_PRICE),
        ("prices", {"id": pl.col("id").replace("12", "11")}, r"prices\.parquet row 2 \(what want, id 11, week None\): it comes twice"),
        ("shipments", {"kg": pl.lit(-5.0)}, r"shipments\.parquet row 1 \(lot_id 1, want_id 11\): kg is -5.0; give more than 0"),
        ("shipments", {"kg": pl.lit(float("nan"))}, r"shipments\.parquet row 2 \(lot_id 1, want_id 12\): kg is nan; give more than 0"),
        ("villages", {"floor_yuan": pl.lit(-1.0)}, r"villages\.parquet row 1 \(village_id V\): floor_yuan is -1.0; give 0 or more"),
        ("villages", {"apart_kg": pl.lit(float("nan"))}, r"villages\.parquet row 1 \(village_id V\): apart_kg is nan; give 0 or more"),
    ],
)
def test_rows_of_a_plan_that_prove_nothing_are_named_with_their_file(tmp_path, name, changed, message):
    write(tmp_path / "season", "csv")
    match_from_folder(tmp_path / "season", tmp_path / "plan", Asked(fairness="max-min"))
    change(tmp_path / "plan" / f"{name}.parquet", **changed)
    with pytest.raises(InputError, match=message):
        certificate_of_folder(tmp_path / "season", tmp_path / "plan")


def test_a_plan_made_again_refuses_the_same_rows_by_name(made):
    change(made / "plan" / "prices.parquet", yuan_per_kg=pl.when(pl.col("what") == "lane").then(-0.5).otherwise(pl.col("yuan_per_kg")))
    (made / "season" / "rules.json").unlink()
    with pytest.raises(InputError, match=LANE_BELOW_0):
        match_again_from_folder(made / "season", made / "again", Again(made / "plan"))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("plan.json", "{", r"plan\.json is not JSON"),
        ("plan.json", '{"objective": 920.0}', r"plan\.json: bound is None; give a number"),
        ("plan.json", '{"objective": "much", "bound": 920.0}', r"plan\.json: objective is 'much'; give a number"),
        ("prices.parquet", "what,id", r"prices\.parquet: cannot be read as Parquet"),
    ],
)
def test_a_file_of_a_plan_that_cannot_be_read_is_named(made, name, text, message):
    (made / "plan" / name).write_text(text)
    with pytest.raises(InputError, match=message):
        certificate_of_folder(made / "season", made / "plan")


def test_a_plan_that_says_no_number_is_found_out(made):
    said = json.loads((made / "plan" / "plan.json").read_text())
    (made / "plan" / "plan.json").write_text(json.dumps(said | {"bound": float("nan")}))
    (sentence,) = certificate_of_folder(made / "season", made / "plan").broken
    assert sentence.startswith("the plan says bound nan yuan; it is 920.0")


def test_a_column_that_a_plan_lacks_is_named(made):
    pl.read_parquet(made / "plan" / "prices.parquet").drop("week").write_parquet(made / "plan" / "prices.parquet")
    with pytest.raises(InputError, match=r"prices\.parquet: column 'week' is missing"):
        certificate_of_folder(made / "season", made / "plan")


def test_ctrl_c_writes_the_best_plan_so_far_which_can_be_certified(tmp_path, monkeypatch):
    # Large seasons are walked down in stages; at the second one somebody presses Ctrl-C.
    write(tmp_path / "season", "csv")
    taken = []

    def stop_at_the_second(walk, stage, keep_mean=False, going=Walk.take):
        taken.append(stage)
        if len(taken) == 2:
            raise KeyboardInterrupt
        going(walk, stage, keep_mean)

    monkeypatch.setattr(core, "SIMPLEX_WAYS_MAX", -1)
    monkeypatch.setattr(Walk, "take", stop_at_the_second)
    done = CliRunner().invoke(main, ["match", str(tmp_path / "season"), "--out", str(tmp_path / "plan"), "--json"])
    assert done.exit_code == 130, done.output
    told = json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert told["interrupted"] and told["objective"] <= 920 + 1e-6 and told["bound"] >= 920 - 1e-6
    monkeypatch.undo()
    done = CliRunner().invoke(main, ["certify", str(tmp_path / "season"), str(tmp_path / "plan")])
    assert done.exit_code == 0 and "broken: []" in done.output


def test_a_plan_that_is_found_out_ends_the_command_with_exit_code_1(tmp_path):
    write(tmp_path / "season", "csv")
    match_from_folder(tmp_path / "season", tmp_path / "plan")
    change(tmp_path / "plan" / "shipments.parquet", kg=pl.col("kg") * 1.5)
    assert CliRunner().invoke(main, ["certify", str(tmp_path / "season"), str(tmp_path / "plan")]).exit_code == 1
