"""Seasons S, M, L and XL planned by the whole command, beside HiGHS alone: `bench.py match`, `loosened` and `start`.

`match` draws docs/pictures/growth.svg.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from bench_page import DOCS, LOOSENED, MATCH, START, Row, rows_of
from bench_seasons import Asked, apart, generated, planned, refuse_broken, run, seconds

USUAL, ALL = "S0 M0 M1 M2 XL0/10", "S0 M0 M1 M2 L0 L1 XL0/10 XL0/5 XL0"
LOOSENED_USUAL, LOOSENED_ALL = "M0 M1 M2", "M0 M1 M2 L0"
TIGHT_GAP = 0.05
# Of each size, the season that the picture names it at.
NAMED = ("S0", "M0", "L0", "XL0")
REPEATS, START_REPEATS = 3, 7

# HiGHS on the same programme, as it comes and loosened to about what a plan by prices is certified to, and no crossover.
LOOSE = {"kkt_tolerance": 2e-3}
INTERIOR_POINT: dict[str, object] = {"solver": "ipm"}
LOOSENED_SOLVERS: tuple[dict[str, object], ...] = (
    {"solver": "ipm", "ipm_optimality_tolerance": 2e-3} | LOOSE,
    {"solver": "pdlp", "pdlp_optimality_tolerance": 2e-3} | LOOSE,
    {"solver": "hipdlp", "pdlp_optimality_tolerance": 2e-3} | LOOSE,
)


def measure_match(asked: Asked) -> Iterator[Row]:
    """The command on each season, beside HiGHS's interior point; L also to a tighter gap. XL is too large for HiGHS.

    Ends the program where the benchmark's own score finds a limit broken.
    """
    for name in asked.of(USUAL, ALL):
        with generated(name) as folder:
            beside = None if name.startswith("XL") else apart(solver_cpu_s, folder, INTERIOR_POINT)[0]
            for gap in (None, TIGHT_GAP) if name.startswith("L") else (None,):
                yield _match_row(name, folder, gap, beside)
    if asked.pictures is not None:
        page = (DOCS / MATCH.page).read_text(encoding="utf-8")
        (asked.pictures / "growth.svg").write_text(growth_picture(growth_points(page)), encoding="utf-8")


def _match_row(name: str, folder: Path, gap: float | None, beside_s: float | None) -> Row:
    out = folder.with_name("plan")
    options = () if gap is None else ("--gap", str(gap))
    used, plan = planned(folder, out, *options, repeats=1 if name.startswith("XL") else REPEATS)
    refuse_broken(name, folder, out)
    # A small season is solved exactly, by HiGHS itself.
    compared = beside_s is not None and plan["gap_percent"] > 0
    return Row(
        MATCH,
        (
            name if gap is None else f"{name}, `--gap {gap}`",
            f"{plan['ways']:,}",
            seconds(used.cpu_s),
            seconds(plan["cpu_seconds"]),
            f"{used.peak_mb:,.0f}",
            f"{plan['gap_percent']:.3f}",
            f"{plan['shipments']:,}",
            "too large" if beside_s is None else seconds(beside_s),
            f"1/{beside_s / used.cpu_s:.1f}" if compared and beside_s is not None else "",
        ),
    )


def measure_loosened(asked: Asked) -> Iterator[Row]:
    """HiGHS's solvers told to stop at 2e-3, each with what its objective is above the best, per cent, beside the command's."""
    for name in asked.of(LOOSENED_USUAL, LOOSENED_ALL):
        with generated(name) as folder:
            used, plan = planned(folder, folder.with_name("plan"), repeats=REPEATS)
            _, best = apart(solver_cpu_s, folder, INTERIOR_POINT)
            assert best is not None, f"HiGHS gives up on {name}"
            loosened = [apart(solver_cpu_s, folder, options) for options in LOOSENED_SOLVERS]
            all_of_them = [(used.cpu_s, plan["objective"]), *loosened]
            yield Row(LOOSENED, (name, *(_beside_best(cpu_s, yuan, best) for cpu_s, yuan in all_of_them)))


def _beside_best(cpu_s: float, yuan: float | None, best: float) -> str:
    return f"{seconds(cpu_s)}; " + ("no answer" if yuan is None else f"{100 * (yuan / best - 1):+.2f} %")


def solver_cpu_s(folder: Path, options: dict[str, object]) -> tuple[float, float | None]:
    """CPU seconds of HiGHS alone, without crossover, and the objective that it came to; None where it gave up."""
    from pinfold.basics.errors import NoPlan
    from pinfold.flows.match_tables import read_season
    from pinfold.match.core import programme, run_highs

    season = read_season(folder)
    given = programme(season)
    started = time.process_time()
    try:
        columns, _ = run_highs(given, options | {"run_crossover": "off"})
    except NoPlan:
        return time.process_time() - started, None
    return time.process_time() - started, float(season.unsold_worth + given.gain @ columns)


def measure_start(asked: Asked) -> Iterator[Row]:
    """What the command's CPU goes into on season M0, the middle of seven: each row is what it adds to those above it."""
    with generated(asked.seasons[0] if asked.seasons else "M0") as folder:
        before_s = 0.0
        for what, code in (
            ("an empty Python", "pass"),
            ("numpy, Polars and Pinfold's own files", "import pinfold.cli_match; pinfold.cli_match._import_libraries()"),
        ):
            spent = statistics.median(run([sys.executable, "-c", code]).cpu_s for _ in range(START_REPEATS))
            yield Row(START, (what, f"{spent - before_s:.3f}"))
            before_s = spent
        parts = [apart(_parts_of_plan, folder) for _ in range(START_REPEATS)]
        for what in parts[0]:
            yield Row(START, (what, f"{statistics.median(part[what] for part in parts):.3f}"))
        used, _ = planned(folder, folder.with_name("plan"), repeats=START_REPEATS)
        yield Row(START, ("the whole command", f"{used.cpu_s:.3f}"))


def _parts_of_plan(folder: Path) -> dict[str, float]:
    """CPU seconds of each step of `match_from_folder`, within this process."""
    from pinfold.flows.match_tables import read_season, write_plan
    from pinfold.match.plan import plan_season

    times = [time.process_time()]
    season = read_season(folder)
    times.append(time.process_time())
    plan = plan_season(season)
    times.append(time.process_time())
    with tempfile.TemporaryDirectory() as scratch:
        write_plan(folder, Path(scratch), plan)
    times.append(time.process_time())
    reading, planning, writing = (after - before for before, after in pairwise(times))
    return {
        "reading the tables, finding the ways": reading,
        "prices, flow, shipments, and the simple methods beside": planning,
        "reasons and files": writing,
    }


def growth_points(page: str) -> list[dict[str, object]]:
    """What the page's table says, as `growth_picture` wants it; so the picture also has what was not measured this time."""
    points: list[dict[str, object]] = []
    for season, ways, command, _, _, _, _, highs, _ in rows_of(page, MATCH):
        if "gap" in season:
            continue
        told = {"pinfold match, all of it": command, "HiGHS interior point alone": highs}
        points += [
            {"season": season, "solver": solver, "ways": int(ways.replace(",", "")), "cpu_s": float(cpu_s)}
            for solver, cpu_s in told.items()
            if cpu_s != "too large"
        ]
    return points


def growth_picture(points: list[dict[str, object]]) -> str:
    """SVG: CPU seconds over ways, both by their logarithm, with the name of each size; points : season, solver, ways, cpu_s."""
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
    names = [{"name": str(point["season"])[:-1]} | point for point in points if point["season"] in NAMED and point["solver"] == solvers[0]]
    labels = marks.properties(data=alt.Data(values=names)).mark_text(align="left", dx=6, dy=10).encode(text="name:N")
    return svg_of((marks.mark_line(point=True) + labels).properties(width=WIDTH_PX - 60, height=230))
