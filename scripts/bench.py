"""`make bench`: what the heavy parts cost in CPU seconds, each beside a named reference in the same run, because machines differ.

    python scripts/bench.py [NAME ...]        names: see MEASUREMENTS; all of them by default

A measurement is a function that gives rows; add one to MEASUREMENTS.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import bench_again
import numpy as np
import polars as pl

if TYPE_CHECKING:
    from pinfold.demand.ranking import Offers

PINS, PLOTS = 10_000, 100_000
PINFOLD = str(Path(sys.executable).with_name("pinfold"))
SHARED_MATCH = Path(__file__).resolve().parents[2] / "shared" / "bench" / "match"


@dataclass(frozen=True)
class Row:
    what: str
    cpu_s: float
    reference: str
    reference_cpu_s: float
    result: str

    def __str__(self) -> str:
        ratio = self.cpu_s / self.reference_cpu_s
        return (
            f"{self.what:<28} {self.cpu_s:8.2f} CPU s   {ratio:6.2f} x {self.reference} ({self.reference_cpu_s:.2f} CPU s)   {self.result}"
        )


def measure_match() -> Iterator[Row]:
    """Seasons S, M, L and XL by the whole command, start and reading included, beside HiGHS's solvers alone: scripts/bench_match.py."""
    import bench_match

    if not SHARED_MATCH.exists():
        print(f"match: skipped, because {SHARED_MATCH} with its season generator is not there")
        return
    for figures in bench_match.measure():
        yield Row(*figures)


def _command_cpu_s(command: list[str | Path], environment: Mapping[str, str] | None = None) -> tuple[float, str]:
    """CPU seconds of a command, user and system, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, told.stdout


# Seasons with whole trucks by size and seed, and the CPU seconds that HiGHS's mixed-integer solver gets on one of each size.
WHOLE_SEASONS = "S0 S1 S2 S3 S4 S5 M0 M1 M2"
MIXED_INTEGER_CPU_S = {"S": 60.0, "M": 40.0}


def measure_forecast() -> Iterator[Row]:
    """Whole commands on 100,000 plots of one crop in 1,000 villages with 10 seasons each, beside numpy's mean of each plot's kilograms.

    What is generated: days with a part of the height, of the season and of the plot; kilograms with a part of the season and of the plot;
    in the end six numbers of each village's season, as many as its weather has (`forecast/yields/season_weather.py`).
    """
    rng, seasons = np.random.default_rng(0), np.arange(2016, 2026)
    village = np.arange(PLOTS) // 100
    height_m = rng.uniform(900, 1900, village.max() + 1)[village]
    day = 290 + (height_m - 1400) / 40 + rng.normal(0, 3, PLOTS)
    days = np.rint(day[:, None] + rng.normal(0, 6, 11) + rng.normal(0, 4, (PLOTS, 11))).astype(int)
    kg = np.exp(rng.normal(5, 0.4, PLOTS)[:, None] + rng.normal(0, 0.2, 10) + rng.normal(0, 0.3, (PLOTS, 10)))
    plot_id = np.array([f"p{number}" for number in range(PLOTS)])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        places = {"latitude": 25 + rng.random(PLOTS), "longitude": 98 + rng.random(PLOTS), "altitude_m": height_m}
        plots = pl.DataFrame({"plot_id": plot_id, "crop": "coffee", "village_id": [f"v{each}" for each in village], **places})
        plots.with_columns(trees=pl.lit(400)).write_parquet(folder / "plots.parquet")
        past = pl.DataFrame({"plot_id": np.repeat(plot_id, 10), "season": np.tile(seasons, PLOTS)})
        past.with_columns(kg=kg.ravel()).write_parquet(folder / "harvests.parquet")
        this = pl.DataFrame({"plot_id": plot_id, "season": np.full(PLOTS, 2026)})
        seen = pl.concat([past.with_columns(day=days[:, :10].ravel()), this.with_columns(day=days[:, 10])])
        on = pl.date("season", 1, 1) + pl.duration(days="day")
        stages = seen.select("plot_id", "season", stage=pl.lit("ripe"), on=on).filter(pl.col("on") <= date(2026, 10, 10))
        stages.write_parquet(folder / "stages.parquet")
        started = time.process_time()
        for _ in range(100):
            kg.mean(axis=1)
        mean_cpu_s = (time.process_time() - started) / 100
        for kind, more in (("ripening", ["--as-of", "2026-10-10"]), ("yield", ["--totals", str(folder / "totals.parquet")])):
            yield _forecast_row(folder, kind, kind, more, mean_cpu_s)
        weather = rng.normal(0, 1, (village.max() + 1, 11, 6))[village].reshape(-1, 6)
        known = pl.DataFrame({"plot_id": np.repeat(plot_id, 11), "season": np.tile(np.arange(2016, 2027), PLOTS)})
        known.with_columns(*(pl.Series(f"weather_{number}", weather[:, number]) for number in range(6))).write_parquet(
            folder / "covariates.parquet"
        )
        yield _forecast_row(folder, "yield", "yield by six covariates", [], mean_cpu_s)


def _forecast_row(folder: Path, kind: str, name: str, more: list[str], mean_cpu_s: float) -> Row:
    out = folder / f"{kind}.parquet"
    command = [PINFOLD, "forecast", kind, str(folder), "--season", "2026", "--out", str(out), *more]
    cpu_s, peak_mb = _command(command, {"PINFOLD_PROCESSES": "1"})
    rows = pl.scan_parquet(out).select(pl.len()).collect().item()
    return Row(f"forecast {name}, {PLOTS:,} plots", cpu_s, "numpy mean", mean_cpu_s, f"{rows:,} rows, peak {peak_mb:,.0f} MB")


def _command(command: list[str], variables: dict[str, str]) -> tuple[float, float]:
    """CPU seconds of a whole command, user and system, and its peak memory in MB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | variables)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measure_whole() -> Iterator[Row]:
    """Whole trucks from tables to explained plan, beside HiGHS's MIP solver on the same; PINFOLD_BENCH_SIZES names seasons S and M.

    All nine take about twelve CPU minutes, most of them HiGHS's.
    """
    if not SHARED_MATCH.exists():
        print(f"whole: skipped, because {SHARED_MATCH} with its season generator is not there")
        return
    from pinfold.flows.match_whole import match_whole_from_folder

    for size, seed in ((name[0], int(name[1:])) for name in os.environ.get("PINFOLD_BENCH_SIZES", WHOLE_SEASONS).split()):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "season"
            subprocess.run(
                [sys.executable, "tables.py", size, str(seed), str(folder)], cwd=SHARED_MATCH, check=True, stdout=subprocess.DEVNULL
            )
            started = time.process_time()
            plan = match_whole_from_folder(folder, Path(scratch) / "plan")
            spent = time.process_time() - started
            best, reference_spent = _mixed_integer(folder, MIXED_INTEGER_CPU_S[size])
            ahead = 100 * (float(str(plan["objective"])) / best - 1)
            result = f"objective {plan['objective']:,.0f}, {ahead:+.2f} % of HiGHS's {best:,.0f}; gap {plan['gap_percent']:.2f} %"
            yield Row(f"whole {size}{seed}, {plan['ways']:,} ways", spent, "HiGHS MIP", reference_spent, result)


def _mixed_integer(folder: Path, cpu_seconds: float) -> tuple[float, float]:
    """Yuan of the best plan that HiGHS finds by itself in so many CPU seconds, and how many it used. Its own time limit is wall time."""
    import highspy

    from pinfold.flows.match_tables import read_season
    from pinfold.match.whole.problem import problem_of
    from pinfold.match.whole.programme import model_of, pass_to

    season = read_season(folder)
    solver = highspy._core._Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    pass_to(solver, model_of(problem_of(season), tight=False))
    started = time.process_time()

    def stop_in_time(kind: object, message: object, said: object, answer: object, data: object) -> None:
        answer.user_interrupt = time.process_time() - started > cpu_seconds  # type: ignore[attr-defined]

    solver.setCallback(stop_in_time, None)
    solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
    solver.run()
    return season.unsold_worth + solver.getInfo().objective_function_value, time.process_time() - started


def measure_again() -> Iterator[Row]:
    """Season L made again after what may happen, beside planning it cold; PINFOLD_BENCH_AGAIN names another size."""
    if not SHARED_MATCH.exists():
        print(f"again: skipped, because {SHARED_MATCH} with its season generator is not there")
        return
    for each in bench_again.measure(SHARED_MATCH, os.environ.get("PINFOLD_BENCH_AGAIN", "L")):
        gaps, moved = (f"{again:.3f} % (cold {cold:.3f} %)" for again, cold in (each.gap, each.moved))
        ratio = f"1/{each.cold_s / each.cpu_s:.0f}, {'new prices' if each.searched else 'mended'}"
        result = f"{ratio}; gap {gaps}; promised kg moved {moved}; reading the old plan {each.read_s:.3f} CPU s"
        yield Row(f"{each.season}: {each.event}", each.cpu_s, "cold", each.cold_s, result)


def measure_uncertain() -> Iterator[Row]:
    """Plans for twenty harvests by the whole command, start included, beside the whole command for one; then what they are worth.

    PINFOLD_BENCH_UNCERTAIN says how many seasons S and M the worth is measured over, default "20 20" (about three CPU minutes).
    """
    if not SHARED_MATCH.exists():
        print(f"uncertain: skipped, because {SHARED_MATCH} with its season generator is not there")
        return
    for size in "SM":
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "season"
            subprocess.run([sys.executable, "tables.py", size, "0", str(folder)], cwd=SHARED_MATCH, check=True, stdout=subprocess.DEVNULL)
            command = [PINFOLD, "match", folder, "--out", Path(scratch) / "plan", "--json"]
            one, _ = _command_cpu_s(command)
            for effort in ("1", "4"):
                spent, told = _command_cpu_s([*command, "--uncertain", "--effort", effort])
                plan = json.loads(told)
                result = f"objective {plan['objective']:,.0f}, gap {plan['gap_percent']:.2f} %"
                yield Row(f"uncertain {size}0, effort {effort}", spent, "one plan", one, result)
    seeds = os.environ.get("PINFOLD_BENCH_UNCERTAIN", "20 20").split()
    subprocess.run([sys.executable, Path(__file__).with_name("measure_uncertain.py"), *seeds], check=True)


def measure_events() -> Iterator[Row]:
    """Events counted by product, region and week, streamed from files, beside numpy's bincount on columns that are in memory already.

    PINFOLD_BENCH_EVENTS says how many, default 2,000,000; 100,000,000 take 1.3 GB of disk. The files are removed afterwards.
    """
    rows = int(os.environ.get("PINFOLD_BENCH_EVENTS", "2000000"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "events"
        subprocess.run([sys.executable, Path(__file__).with_name("generate_events.py"), folder, str(rows)], check=True)
        command = [sys.executable, "-m", "pinfold.cli", "events", "aggregate", folder, "--out", Path(scratch) / "sales.parquet", "--json"]
        spent, told = _command_cpu_s(command, {"PINFOLD_PROCESSES": "1"})
        # The generator, which ran before, holds one day at a time; on Linux ru_maxrss is in KiB.
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        result = f"{json.loads(told)['rows']:,} rows, peak at most {peak / 1024:,.0f} MiB"
        yield Row(f"events {rows:,}", spent, "numpy bincount", _bincount_cpu_s(folder), result)


def _bincount_cpu_s(folder: Path) -> float:
    """CPU seconds of one bincount a day and kind over whole numbers that stand for product and region; reading is not counted."""
    spent = 0.0
    for path in sorted(folder.glob("*/*.parquet")):
        frame = pl.read_parquet(path)
        product, region, kind = (frame[name].cast(pl.Categorical).to_physical().to_numpy() for name in ("product_id", "region_id", "kind"))
        kg = frame["kg"].to_numpy()
        started = time.process_time()
        group = product.astype(int) * (int(region.max()) + 1) + region
        for each in range(int(kind.max()) + 1):
            np.bincount(group, weights=(kind == each) * kg)
        spent += time.process_time() - started
    return spent


def measure_ranking() -> Iterator[Row]:
    """10,000 open pins put in order for 200 of 1,000,000 customers with tastes for 200 products, beside numpy's dot product of the same.

    The dot product gives every pin's score and nothing else: a customer's row times a matrix of products x pins. What a join brings is the
    same for all customers and is measured apart, because it changes with joins and hours only.
    """
    from pinfold.demand.ranking import Page, lots_of, rank, scores
    from pinfold.demand.rules import DemandRules

    rng, rules = np.random.default_rng(0), DemandRules()
    worth_fen, worth_s = _worth_of_pins(rng, PINS)
    offers = _offers(rng, worth_fen)
    tastes = np.empty((1_000_000, 200), dtype=np.float16)
    for start in range(0, len(tastes), 50_000):
        tastes[start : start + 50_000] = rng.random((50_000, 200), dtype=np.float32) ** 8
    customers = rng.integers(0, len(tastes), 200)
    spent = []
    for customer in customers:
        started = time.process_time()
        score = scores(offers, tastes[customer].astype(np.float64), int(customer) % 30, rules)
        rank(offers, score, Page(24, 12), rules.neutral_share, lots_of(f"customer-{customer}", date(2026, 10, 7)))
        spent.append(time.process_time() - started)
    of_pins = np.zeros((200, PINS), dtype=np.float32)
    of_pins[offers.product, np.arange(PINS)] = offers.price_answer * offers.worth_fen
    started = time.process_time()
    for customer in customers:
        np.dot(tastes[customer].astype(np.float32), of_pins)
    dot_s = time.process_time() - started
    p95 = f"95th percentile {1000 * np.quantile(spent, 0.95):.2f} ms, dot product {1000 * dot_s / len(customers):.2f} ms"
    yield Row("200 lists of 10,000 pins", sum(spent), "numpy dot", dot_s, p95)
    yield Row("what joins bring, all pins", worth_s, "numpy dot, 200 times", dot_s, "once for all customers")


def measure_list() -> Iterator[Row]:
    """The list of pins as the page needs it, 200 visits of 100 customers to an SQLite database with 10,000 open pins in one list.

    A visit reads the customer's taste, puts all pins in order, reads the first page's cards and makes its impression; the whole page is
    measured apart. Beside it stands numpy's dot product of a customer's taste with all pins. Each process reads the pins once for many
    visits (flows/offers.py), which is measured apart, too.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, Path(__file__).with_name("bench_list.py"), str(PINS)]
        variables = {"PINFOLD_DATA_DIR": folder, "PINFOLD_OFFERS_SECONDS": "3600", "PINFOLD_HOSTS": "testserver"}
        spent = json.loads(_command_cpu_s(command, variables)[1].splitlines()[-1])
    for what in ("list", "page"):
        p95 = f"95th percentile {1000 * np.quantile(spent[what], 0.95):.1f} ms"
        yield Row(f"200 visits, the {what}", sum(spent[what]), "numpy dot", spent["dot"], p95)
    yield Row("reading 10,000 pins", spent["taking"], "numpy dot, 200 times", spent["dot"], "once in PINFOLD_OFFERS_SECONDS")


def _worth_of_pins(rng: np.random.Generator, pins: int) -> tuple[np.ndarray, float]:
    from pinfold.demand.fill_odds import Standing, fill_odds
    from pinfold.demand.join_habits import default_prior
    from pinfold.demand.ranking import worth_fen
    from pinfold.demand.rules import DemandRules

    size = rng.integers(3, 21, pins)
    seats, elapsed, left = rng.integers(0, size), rng.uniform(0, 14, pins), rng.uniform(0, 14, pins)
    started = time.process_time()
    odds, with_join = (fill_odds(Standing(seats, seats + more, size, elapsed, left), default_prior(DemandRules())) for more in (0, 1))
    worth = worth_fen(odds, with_join, np.maximum(seats, size - 1), rng.uniform(500, 5000, pins))
    return worth, time.process_time() - started


def _offers(rng: np.random.Generator, worth_fen: np.ndarray) -> Offers:
    """Pins of 200 products, 30 regions and 40 cooperatives, some of two."""
    from pinfold.demand.ranking import Offers

    pins, second = len(worth_fen), len(worth_fen) // 5
    return Offers(
        product=rng.integers(0, 200, pins),
        region=rng.integers(0, 30, pins),
        price_answer=rng.uniform(0.8, 1.2, pins),
        worth_fen=worth_fen,
        share_pin=np.append(np.arange(pins), np.arange(second)),
        share_cooperative=rng.integers(0, 40, pins + second),
    )


MEASUREMENTS: dict[str, Callable[[], Iterator[Row]]] = {
    "forecast": measure_forecast,
    "match": measure_match,
    "whole": measure_whole,
    "again": measure_again,
    "uncertain": measure_uncertain,
    "events": measure_events,
    "ranking": measure_ranking,
    "list": measure_list,
}


def main(names: list[str]) -> None:
    for name in names or MEASUREMENTS:
        for row in MEASUREMENTS[name]():
            print(row, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
