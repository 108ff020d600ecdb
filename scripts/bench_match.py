"""Seasons S, M, L and XL planned by the whole command, beside HiGHS alone: what `bench.py match` runs. Draws docs/pictures/growth.svg."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED_MATCH = ROOT.parent / "shared" / "bench" / "match"
PICTURE = ROOT / "docs" / "pictures" / "growth.svg"
# Size and seed; XL0/10: with a tenth of its lots and wants.
SEASONS = "S0 M0 M1 M2 L0 L1 XL0/10 XL0"
REPEATS = 3

# HiGHS on the same programme, as it comes and loosened to what a plan by prices is certified to, and no crossover.
LOOSE = {"kkt_tolerance": 2e-3}
REFERENCES: dict[str, dict[str, object]] = {
    "HiGHS IPM": {"solver": "ipm"},
    "HiGHS IPM to 2e-3": {"solver": "ipm", "ipm_optimality_tolerance": 2e-3} | LOOSE,
    "HiGHS PDLP to 2e-3": {"solver": "pdlp", "pdlp_optimality_tolerance": 2e-3} | LOOSE,
    "HiGHS HiPDLP to 2e-3": {"solver": "hipdlp", "pdlp_optimality_tolerance": 2e-3} | LOOSE,
}

# The benchmark's own script also counts the ways by a join that XL's do not fit into; its tables are the same.
GENERATE = """
import json, pathlib, sys
import tables
from instance import SIZES, make
size, seed, part, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), pathlib.Path(sys.argv[4])
lots, wants, *_ = SIZES[size]
tables.make = lambda size, seed: make(size, seed, lots // part, wants // part)
made, rules, _ = tables.season(size, seed)
folder.mkdir()
for name, table in made.items():
    table.to_parquet(folder / f"{name}.parquet", index=False)
(folder / "rules.json").write_text(json.dumps(rules))
"""

# The benchmark's own score, which joins every want with all pools of its product; here each pair that a shipment joins is a product of
# its own, so that XL's ways fit into memory.
SCORE = """
import sys
import pandas as pd
import score, tables
node = ["hub_id", "product_id", "grade", "collect_days", "ready_week"]
sent = pd.read_parquet(sys.argv[2] + "/shipments.parquet")[["lot_id", "want_id"]]
def ways(lots, wants, lanes, products, rules):
    of_want = wants[["want_id", "product_id", "region_id", "week"]]
    pairs = sent.merge(lots[["lot_id", *node]], on="lot_id").merge(of_want, on=["want_id", "product_id"]).drop(columns="lot_id")
    pairs = pairs.drop_duplicates().merge(products, on="product_id").reset_index(drop=True)
    alone = pairs.assign(product_id=pairs.index)
    found = tables.ways(alone, alone, lanes, alone[products.columns], rules)
    return found.assign(product_id=pairs.product_id.to_numpy()[found.product_id])
score.ways = ways
sys.exit(score.main())
"""


@dataclass(frozen=True)
class Measured:
    """One season: CPU seconds of the whole command (the middle of REPEATS) and its peak memory; plan : what plan.json says."""

    name: str
    cpu_s: float
    peak_mb: float
    plan: dict[str, object]


def measure() -> Iterator[tuple[str, float, str, float, str]]:
    """What was measured, CPU seconds, a reference, its CPU seconds, what came of both; PINFOLD_BENCH_SIZES names seasons by size and seed.

    A loosened solver's flow may pass limits by its tolerance; the command's never does. XL is too large for HiGHS.
    """
    points: list[dict[str, object]] = []
    for name in os.environ.get("PINFOLD_BENCH_SIZES", SEASONS).split():
        with tempfile.TemporaryDirectory() as scratch:
            folder, out = Path(scratch) / "season", Path(scratch) / "plan"
            size, seed, part = re.fullmatch(r"([A-Z]+)(\d+)(?:/(\d+))?", name).groups("1")
            subprocess.run([sys.executable, "-c", GENERATE, size, seed, part, folder], cwd=SHARED_MATCH, check=True)
            made = _planned(name, folder, out, 1 if name.startswith("XL") else REPEATS)
            ways = made.plan["ways"]
            points.append({"solver": "pinfold match, all of it", "ways": ways, "cpu_s": made.cpu_s})
            said = (
                f"objective {made.plan['objective']:,.0f}, gap {made.plan['gap_percent']:.3f} %, {made.plan['shipments']:,} shipments, "
                f"{made.plan['cpu_seconds']:.2f} s after the start, peak {made.peak_mb:,.0f} MB; {_scored(folder, out)}"
            )
            if size == "XL":
                yield f"match {name}, {ways:,} ways", made.cpu_s, "itself", made.cpu_s, said
            for reference, options in REFERENCES.items() if size != "XL" else ():
                beside, objective = _solver_cpu_s(folder, options)
                if reference == "HiGHS IPM":
                    points.append({"solver": "HiGHS interior point alone", "ways": ways, "cpu_s": beside})
                yield f"match {name}, {ways:,} ways", made.cpu_s, reference, beside, f"{said}; {reference}: {objective}"
    if {"S", "M", "L", "XL"} <= {re.sub(r"\d", "", name) for name in os.environ.get("PINFOLD_BENCH_SIZES", SEASONS).split()}:
        PICTURE.write_text(growth_picture(points), encoding="utf-8")


def growth_picture(points: list[dict[str, object]]) -> str:
    """SVG: CPU seconds over ways, both by their logarithm; points : solver, ways, cpu_s."""
    import altair as alt

    from pinfold.web.charts.drawing import CHERRY, LEAF, WIDTH_PX, svg_of

    solvers = list(dict.fromkeys(str(point["solver"]) for point in points))
    marks = alt.Chart(alt.Data(values=points)).encode(
        x=alt.X("ways:Q", scale=alt.Scale(type="log"), title="ways", axis=alt.Axis(format="~s", tickCount=5)),
        y=alt.Y("cpu_s:Q", scale=alt.Scale(type="log"), title="CPU seconds", axis=alt.Axis(format="~g", tickCount=5)),
        color=alt.Color(
            "solver:N", scale=alt.Scale(domain=solvers, range=[LEAF, CHERRY]), legend=alt.Legend(orient="top", columns=1, title=None)
        ),
    )
    return svg_of(marks.mark_line(point=True).properties(width=WIDTH_PX - 60, height=230))


def _planned(name: str, folder: Path, out: Path, repeats: int) -> Measured:
    command = [str(Path(sys.executable).with_name("pinfold")), "match", str(folder), "--out", str(out)]
    used = []
    for _ in range(repeats):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"PINFOLD_PROCESSES": "1"})
        _, status, spent = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
        used.append((spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 1024))
    plan = json.loads((out / "plan.json").read_text())
    return Measured(name, statistics.median(cpu_s for cpu_s, _ in used), max(peak for _, peak in used), plan)


def _scored(folder: Path, out: Path) -> str:
    """What the benchmark's own score finds broken."""
    told = subprocess.run([sys.executable, "-c", SCORE, folder, out], cwd=SHARED_MATCH, stdout=subprocess.PIPE, text=True)
    return f"score.py: broken {json.loads(told.stdout)['broken']}" if told.stdout else "score.py failed"


def _solver_cpu_s(folder: Path, options: dict[str, object]) -> tuple[float, str]:
    """CPU seconds of HiGHS alone, and the objective that it came to."""
    from pinfold.basics.errors import NoPlan
    from pinfold.flows.match_tables import read_season
    from pinfold.match.core import programme, run_highs

    season = read_season(folder)
    given = programme(season)
    started = time.process_time()
    try:
        columns, _ = run_highs(given, options | {"run_crossover": "off"})
        objective = f"{season.unsold_worth + given.gain @ columns:,.0f}"
    except NoPlan as given_up:
        objective = str(given_up)
    return time.process_time() - started, objective
