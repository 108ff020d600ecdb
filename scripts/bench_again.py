"""What making a plan again costs beside planning cold, after hail, a closed road, a lost truck, new orders: `bench.py again`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from bench_page import AGAIN, AGAIN_COMMAND, Row
from bench_seasons import Asked, generated, planned, seconds

if TYPE_CHECKING:
    from pinfold.match.earlier import Before
    from pinfold.match.season import Season
    from pinfold.match.tables import Tables

USUAL, ALL = "L0", "L0 L1"
ORDERS, REPEATS = 500, 3
# A pin opens with 300 kg in the generated seasons; their wants are what a whole city wants of a product in a week, 28 tonnes on average.
PIN_KG = 300.0
LARGE_ORDERS = "500 orders, 30 % of others' kg"
MOVED_PRICE = 0.5


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
        LARGE_ORDERS: orders(None, 0.3),
        "500 orders as large as others'": orders(None, 1.0),
    }


def measure_again(asked: Asked) -> Iterator[Row]:
    """In memory: every event on one season of each name, and what a price of moving does; then the whole command after a closed road."""
    from pinfold.flows.match_tables import read_season
    from pinfold.match.earlier import Before
    from pinfold.match.plan import plan_season
    from pinfold.match.season import build_season

    for name in asked.of(USUAL, ALL):
        with generated(name) as folder:
            season = read_season(folder)
            plan = plan_season(season)
            before = Before(plan.shipments, plan.price_frame())
            used = plan.shipments["lane_id"].unique(maintain_order=True).to_numpy()
            for event, happens in events(used, np.random.default_rng(int(name[1:]))).items():
                now = build_season(happens(season.tables), season.rules)
                yield _made_again(name, event, now, before, 0.0)
                if event == LARGE_ORDERS:
                    yield _made_again(name, f"the same, {MOVED_PRICE} yuan for a kg moved", now, before, MOVED_PRICE)
            yield _by_command(name, folder, used[0])


def _made_again(name: str, event: str, now: Season, before: Before, moved_price: float) -> Row:
    from pinfold.match.core import near_best_flow
    from pinfold.match.earlier import earlier_plan
    from pinfold.match.replan import replan

    earlier = earlier_plan(now, before, moved_price)
    again_s, (again, _) = _timed(partial(replan, now, earlier))
    cold_s, cold = _timed(partial(near_best_flow, now))
    promised = earlier.promised_kg.sum() + earlier.gone_kg
    moved = [100 * (earlier.gone_kg + np.maximum(earlier.promised_kg - flow.kg, 0).sum()) / promised for flow in (again, cold)]
    gaps = (f"{100 * flow.gap:.3f}" for flow in (again, cold))
    ratio = f"1/{cold_s / again_s:.1f}" if cold_s > again_s else f"{again_s / cold_s:.1f}"
    return Row(AGAIN, (name, event, f"{again_s:.3f}", f"{cold_s:.2f}", ratio, *gaps, *(f"{share:.3f}" for share in moved)))


def _by_command(name: str, folder: Path, closed_lane: object) -> Row:
    before, out = folder.with_name("before"), folder.with_name("plan")
    planned(folder, before)
    lanes = pl.read_parquet(folder / "lanes.parquet")
    closed = pl.when(pl.col("lane_id").cast(pl.String) == closed_lane).then(0).otherwise(pl.col("trucks_max"))
    lanes.with_columns(trucks_max=closed).write_parquet(folder / "lanes.parquet")
    again, anew = (planned(folder, out, *options, repeats=REPEATS)[0] for options in (("--from", str(before)), ()))
    return Row(AGAIN_COMMAND, (name, seconds(again.cpu_s), seconds(anew.cpu_s)))


def _timed(make: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    made = make()
    return time.process_time() - started, made
