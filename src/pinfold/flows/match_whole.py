"""`pinfold match --whole`: the tables of a season in, its plan with whole trucks out."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from pinfold.basics.progress import Progress, silent
from pinfold.flows.budget import Budget, Charged
from pinfold.flows.match_tables import cpu_seconds, promises_nothing, read_season, summary, write_plan
from pinfold.match.rules import WholeRules
from pinfold.match.whole.plan import WholePlan, plan_whole_season
from pinfold.outside.executors import side_by_side
from pinfold.outside.folder import as_they_came, id_types

BARRED = "--whole keeps no band or floor between villages, because a village's share would hang on trucks and openings that may not pay"


def match_whole_from_folder(
    folder: Path, out: Path, seconds: float | None = None, progress: Progress = silent, fairness: str | None = None
) -> dict[str, object]:
    """As `match_from_folder`, with whole trucks, and pins and bids that open or stay shut; writes out/trucks.parquet and out/proof.parquet.

    seconds : CPU seconds after which the best plan so far is taken; None: as WholeRules has it. Ctrl-C takes it at once.
    fairness : as `with_fairness` reads it; None: as rules.json has it
    """
    cpu_before = cpu_seconds()
    progress("match: read the tables", 0, 1)
    season = promises_nothing(read_season(folder, fairness), BARRED)
    rules = WholeRules()
    allowed = rules.seconds(len(season.ways.pool)) if seconds is None else seconds
    with side_by_side() as workers, Budget(allowed - (cpu_seconds() - cpu_before)) as budget:
        whole = plan_whole_season(season, rules, budget.seconds_left, progress, workers and Charged(workers, budget))
    write_plan(folder, out, whole.plan, whole.booked)
    _write_trucks(folder, out, whole)
    whole.proof.frame(season).write_parquet(out / "proof.parquet")
    answer = summary(whole.plan) | {"trucks": int(whole.trucks.sum()), "stopped": budget.stopped}
    answer |= {"cpu_seconds": round(cpu_seconds() - cpu_before + budget.elsewhere, 3)}
    (out / "plan.json").write_text(json.dumps(answer, indent=1))
    progress("match: write the plan", 1, 1)
    return answer


def _write_trucks(folder: Path, out: Path, whole: WholePlan) -> None:
    """Writes out/trucks.parquet: lane_id, trucks of every lane that books any."""
    booked, lanes = whole.trucks_by_lane(), whole.plan.season.tables.lanes
    schema = {"lane_id": lanes.schema["lane_id"], "trucks": pl.Int64()}
    trucks = pl.DataFrame({"lane_id": list(booked), "trucks": list(booked.values())}, schema=schema)
    as_they_came(trucks, id_types(folder, "lanes")).write_parquet(out / "trucks.parquet")
