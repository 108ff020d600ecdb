"""`pinfold match FOLDER --out OUT`: tables in, plan out."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import polars as pl
import pytest

from pinfold.basics.errors import BrokenTables, InputError
from pinfold.flows.match_again import Again, match_again_from_folder
from pinfold.flows.match_tables import Asked, match_from_folder

from .seasons import lane, lot, tables, want


def write(folder: Path, suffix: str) -> None:
    """Lot 1 of 100 kg; Kunming (want 11) takes 60 kg at 10 yuan, Chengdu (want 12) the rest at 8; ids are numbers."""
    folder.mkdir()
    given = tables(
        [lot(1)],
        [want(11, "Kunming", 10, 60), want(12, "Chengdu", 8, 100)],
        [lane("Kunming", lane_id=21, days=0), lane("Chengdu", lane_id=22, days=0)],
    )
    for item in fields(given):
        table = getattr(given, item.name)
        table.write_csv(folder / f"{item.name}.csv") if suffix == "csv" else table.write_parquet(folder / f"{item.name}.parquet")
    free = {"loss_base": 0.0, "loss_at_full_age": 0.0, "handling_per_kg": 0.0, "freshness_discount": 0.0, "equity_bonus": 0.0}
    (folder / "rules.json").write_text(json.dumps(free))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_folder_of_either_format_gives_the_same_plan_with_its_own_ids(tmp_path, suffix):
    write(tmp_path / "season", suffix)
    match_from_folder(tmp_path / "season", tmp_path / "plan")
    shipments = pl.read_parquet(tmp_path / "plan" / "shipments.parquet")
    assert shipments.sort("want_id").rows() == [(1, 11, pytest.approx(60)), (1, 12, pytest.approx(40))]
    plan = json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert plan["objective"] == pytest.approx(60 * 10 + 40 * 8) == plan["bound"]
    assert plan["beside"]["greedy"]["objective"] == pytest.approx(920)
    reasons = pl.read_csv(tmp_path / "plan" / "reasons.csv")
    assert reasons["sentence"][0].startswith("Kunming pays 2.00 yuan per kg more after freight than the next best place, Chengdu,")


def test_a_method_that_is_not_the_best_carries_the_same_bound(tmp_path):
    write(tmp_path / "season", "csv")
    best = match_from_folder(tmp_path / "season", tmp_path / "best")
    greedy = match_from_folder(tmp_path / "season", tmp_path / "greedy", Asked("greedy"))
    assert greedy["method"] == "greedy" and greedy["bound"] == best["bound"]


def test_a_folder_without_lots_is_refused(tmp_path):
    write(tmp_path / "season", "csv")
    (tmp_path / "season" / "lots.csv").unlink()
    with pytest.raises(BrokenTables, match="lots"):
        match_from_folder(tmp_path / "season", tmp_path / "plan")
    assert not (tmp_path / "plan").exists()


def test_rules_that_are_not_json_are_refused(tmp_path):
    write(tmp_path / "season", "csv")
    (tmp_path / "season" / "rules.json").write_text("equity_bonus: 0.15")
    with pytest.raises(InputError, match="is not JSON"):
        match_from_folder(tmp_path / "season", tmp_path / "plan")


def test_a_plan_made_again_keeps_what_the_file_says_is_loaded(tmp_path):
    # Kunming takes 60 of the 100 kg. 50 of them are on a truck to Chengdu when the plan is made again.
    write(tmp_path / "season", "csv")
    match_from_folder(tmp_path / "season", tmp_path / "plan")
    (tmp_path / "loaded.csv").write_text("lot_id,want_id,kg\n1,12,50\n")
    again = Again(tmp_path / "plan", frozen=tmp_path / "loaded.csv")
    match_again_from_folder(tmp_path / "season", tmp_path / "again", again)
    shipments = pl.read_parquet(tmp_path / "again" / "shipments.parquet")
    assert shipments.sort("want_id").rows() == [(1, 11, pytest.approx(50)), (1, 12, pytest.approx(50))]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lot_id,kg\n1,50\n", "column 'want_id' is missing"),
        ("lot_id,want_id,kg\n1,12,many\n", "line 2: kg is many; give the kg that are"),
        ("lot_id,want_id,kg\n1,12,50\nZ,12,5\n", r"loaded\.csv, line 3: lot_id Z is not in this season; correct it, or take the row away"),
        (
            "lot_id,want_id,kg\n1,12,5\n1,12,500\n",
            r"lot 1 holds 405 kg less than is frozen .* want 12 \(.*loaded\.csv, line 2; .*loaded\.csv, line 3\)",
        ),
        ("lot_id,want_id,kg\n1,99,5\n", r"loaded\.csv, line 2: want_id 99 is not in this season; correct it, or take the row away"),
    ],
)
def test_a_file_of_loaded_shipments_that_is_wrong_is_refused_by_its_line(tmp_path, text, message):
    write(tmp_path / "season", "csv")
    match_from_folder(tmp_path / "season", tmp_path / "plan")
    (tmp_path / "loaded.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        match_again_from_folder(tmp_path / "season", tmp_path / "again", Again(tmp_path / "plan", frozen=tmp_path / "loaded.csv"))
