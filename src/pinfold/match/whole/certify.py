"""What a plan of whole trucks says of itself, worked out anew from the tables, its shipments, its trucks and its prices alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.match.certify import Certificate, shipments_told, wrongly_told
from pinfold.match.score import broken_limits
from pinfold.match.season import Floats, Season
from pinfold.match.whole.plan import broken_minimums, judge_whole
from pinfold.match.whole.problem import Problem, problem_of
from pinfold.match.whole.proof import Proof


def certify_whole(season: Season, told: dict[str, float], frames: dict[str, pl.DataFrame]) -> Certificate:
    """The certificate of a plan of `season` that books whole trucks.

    told : objective, bound and trucks as the plan says; frames : shipments, trucks and proof
    Raises what `certify` raises, and InputError when trucks are booked on a lane that is not in this season or a price proves nothing.
    """
    problem, shipments = problem_of(season), shipments_told(season, frames["shipments"])
    trucks = _trucks(season, frames["trucks"])
    booked = replace(season, lane_kg_max=trucks * problem.truck_kg)
    broken = _wrong_trucks(season, problem, trucks) + broken_limits(booked, shipments) + broken_minimums(season, problem, shipments)
    objective = judge_whole(season, problem, shipments, trucks).objective
    proven = season.unsold_worth + Proof.read(season, problem, frames["proof"]).bound(problem)
    if told["trucks"] != trucks.sum():
        broken.append(f"the plan says {told['trucks']:g} trucks; it books {trucks.sum():g}")
    return Certificate(objective, proven, broken + wrongly_told(told, objective, proven))


def _trucks(season: Season, frame: pl.DataFrame) -> Floats:
    """Trucks that are booked on each lane; shape (lanes,)."""
    lanes = season.tables.lanes.select(lane_id=pl.col("lane_id").cast(pl.String)).with_row_index("lane")
    found = frame.with_columns(pl.col("lane_id").cast(pl.String)).join(lanes, on="lane_id", how="left", maintain_order="left")
    lost = found.filter(pl.col("lane").is_null())
    if not lost.is_empty():
        raise InputError(f"trucks are booked on lane {lost['lane_id'][0]}, which is not in this season; certify it beside its own tables")
    return np.bincount(found["lane"].to_numpy(), found["trucks"].cast(pl.Float64).to_numpy(), lanes.height).astype(np.float64)


def _wrong_trucks(season: Season, problem: Problem, trucks: Floats) -> list[str]:
    lane_ids = season.tables.lanes["lane_id"]
    wrong = ~((trucks == np.round(trucks)) & (trucks >= 0) & (trucks <= problem.trucks_max))
    return [
        f"lane {lane_ids[lane]} books {trucks[lane]:g} trucks; it has {problem.trucks_max[lane]:g} whole ones"
        for lane in np.flatnonzero(wrong).tolist()
    ]
