"""What making a plan again costs beside planning cold, in memory and in one run, after hail, a closed road, a lost truck, new orders."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from pinfold.match.tables import Tables

SEEDS, ORDERS = (0, 1), 500
# A pin opens with 300 kg in the generated seasons; their wants are what a whole city wants of a product in a week, 28 tonnes on average.
PIN_KG = 300.0


@dataclass(frozen=True)
class Again:
    """gap, moved : of the plan made again, and of the cold one, per cent"""

    season: str
    event: str
    read_s: float
    cpu_s: float
    cold_s: float
    gap: tuple[float, float]
    moved: tuple[float, float]
    searched: bool


def events(used_lanes: np.ndarray, rng: np.random.Generator) -> dict[str, Callable[[Tables], Tables]]:
    """What may happen to a season, by name. used_lanes : lane_id of lanes that carry something"""
    lane, share = rng.choice(used_lanes), rng.uniform(0.1, 0.6)
    hit = pl.col("lane_id") == lane

    def hail(tables: Tables) -> Tables:
        village = rng.choice(tables.lots["village_id"].unique(maintain_order=True).to_numpy())
        left = pl.when(pl.col("village_id") == village).then(1 - share).otherwise(1.0)
        return replace(tables, lots=tables.lots.with_columns(pl.col("kg") * left))

    def trucks(less: pl.Expr) -> Callable[[Tables], Tables]:
        trucks_max = pl.when(hit).then(less).otherwise(pl.col("trucks_max"))
        return lambda tables: replace(tables, lanes=tables.lanes.with_columns(trucks_max=trucks_max))

    def orders(kg: float | None, share: float = 0.0) -> Callable[[Tables], Tables]:
        """New wants for what others want, in other regions and a week earlier or later: of `kg` each, or that share of theirs."""

        def added(tables: Tables) -> Tables:
            wants = tables.wants
            new = wants[rng.choice(wants.height, ORDERS, replace=False)]
            steps = ("kg_1", "kg_2", "kg_3")
            size = share if kg is None else kg / pl.sum_horizontal(steps)
            weeks = np.clip(new["week"].to_numpy() + rng.integers(-1, 2, ORDERS), 0, None)
            regions = rng.choice(wants["region_id"].unique(maintain_order=True).to_numpy(), ORDERS)
            ids = pl.Series("want_id", [f"new {number}" for number in range(ORDERS)])
            new = new.with_columns(pl.col(steps) * size, ids, pl.Series("week", weeks), pl.Series("region_id", regions))
            return replace(tables, wants=pl.concat([wants.with_columns(pl.col("want_id").cast(pl.String)), new]))

        return added

    return {
        f"hail, {share:.0%} of a village": hail,
        "road closed for a week": trucks(pl.lit(0.0)),
        "truck lost": trucks((pl.col("trucks_max") - 1).clip(0)),
        "500 orders of a pin's 300 kg": orders(PIN_KG),
        "500 orders, 2 % of others' kg": orders(None, 0.02),
        "500 orders, 30 % of others' kg": orders(None, 0.3),
        "500 orders as large as others'": orders(None, 1.0),
    }


def measure(shared_match: Path, size: str) -> Iterator[Again]:
    """Every event on one season of each seed, two draws each."""
    from pinfold.flows.match_tables import read_season
    from pinfold.match.core import near_best_flow
    from pinfold.match.earlier import Before, earlier_plan
    from pinfold.match.plan import plan_season
    from pinfold.match.replan import replan
    from pinfold.match.season import build_season

    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "season"
            subprocess.run([sys.executable, "tables.py", size, str(seed), folder], cwd=shared_match, check=True, stdout=subprocess.DEVNULL)
            season = read_season(folder)
        plan = plan_season(season)
        before = Before(plan.shipments, plan.price_frame())
        used = plan.shipments["lane_id"].unique(maintain_order=True).to_numpy()
        for event, happens in events(used, np.random.default_rng(seed)).items():
            now = build_season(happens(season.tables), season.rules)
            read, earlier = _timed(partial(earlier_plan, now, before))
            again, (flow, searched) = _timed(partial(replan, now, earlier))
            cold, anew = _timed(partial(near_best_flow, now))
            promised = earlier.promised_kg.sum() + earlier.gone_kg
            moved = [100 * (earlier.gone_kg + np.maximum(earlier.promised_kg - kg, 0).sum()) / promised for kg in (flow.kg, anew.kg)]
            gaps = (100 * flow.gap, 100 * anew.gap)
            yield Again(f"{size}{seed}", event, read, again, cold, gaps, (moved[0], moved[1]), searched)


def _timed(make: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    made = make()
    return time.process_time() - started, made
