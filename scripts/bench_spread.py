"""What a second core saves: `bench.py spread`. Every command runs with one process and with two, and must give the same plan."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from bench_page import SPREAD, Row
from bench_seasons import PINFOLD, Asked, generated, refuse_broken, run, seconds

REPEATS = 3
TABLES = ("products", "lots", "wants", "lanes", "hub_weeks")
IDS = ("product_id", "lot_id", "village_id", "hub_id", "want_id", "region_id", "lane_id")


@dataclass(frozen=True)
class Ran:
    """cpu_s, wall_s : of the quickest of some runs by the wall's clock, because others' work only ever makes one slower"""

    cpu_s: float
    wall_s: float
    plan: dict[str, float]


def measure_spread(asked: Asked) -> Iterator[Row]:
    """Provinces: two seasons beside each other. Harvests: twenty of M0. Neighbourhoods: whole trucks of each season, for 18.5 CPU s."""
    with generated("M0") as one, generated("M1") as other, generated("M0") as both:
        _beside(both, one, other)
        yield _row("provinces: M0 beside M1", both, (), REPEATS)
        yield _row("harvests: M0, `--uncertain`", one, ("--uncertain",), REPEATS)
    for name in asked.of("M0", "M0 M1 M2"):
        with generated(name) as folder:
            yield _row(f"neighbourhoods: {name}, `--whole --seconds 18.5`", folder, ("--whole", "--seconds", "18.5"), 1)


def _row(what: str, folder: Path, options: tuple[str, ...], repeats: int) -> Row:
    one, two = (_ran(folder, options, processes, repeats) for processes in ("1", "2"))
    if "--whole" not in options:
        # The seconds end the search for whole trucks a step sooner or later; all else is the same to the last bit.
        assert (one.plan["objective"], one.plan["bound"]) == (two.plan["objective"], two.plan["bound"]), what
    figures = [text for ran in (one, two) for text in (seconds(ran.cpu_s), seconds(ran.wall_s), f"{ran.plan['objective']:,.0f}")]
    return Row(SPREAD, (what, *figures, f"{one.plan['gap_percent']:.2f}, {two.plan['gap_percent']:.2f}"))


def _ran(folder: Path, options: tuple[str, ...], processes: str, repeats: int) -> Ran:
    out, runs = folder.with_name("plan"), []
    for _ in range(repeats):
        began = time.perf_counter()
        used = run([PINFOLD, "match", folder, "--out", out, *options], {"PINFOLD_PROCESSES": processes})
        runs.append((time.perf_counter() - began, used.cpu_s))
    if "--uncertain" not in options:
        refuse_broken(folder.name, folder, out, *options[:1])
    wall_s, cpu_s = min(runs)
    return Ran(cpu_s, wall_s, json.loads((out / "plan.json").read_text()))


def _beside(folder: Path, *seasons: Path) -> None:
    """Writes into `folder` the tables of all seasons, each with its own products, hubs, regions and lanes."""
    for name in TABLES:
        frames = [pl.read_parquet(season / f"{name}.parquet") for season in seasons]
        named = [
            frame.with_columns(pl.format("{} {}", pl.lit(number), each).alias(each) for each in IDS if each in frame.columns)
            for number, frame in enumerate(frames)
        ]
        pl.concat(named).write_parquet(folder / f"{name}.parquet")
