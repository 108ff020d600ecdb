"""Forecasts, events, lists of pins and large tables, each beside a named reference in the same run.

`bench.py forecast`, `events`, `ranking`, `list` and `tables`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from bench_page import SPEED, Row
from bench_seasons import PINFOLD, Asked, run, seconds

if TYPE_CHECKING:
    from pinfold.demand.ranking import Offers

PINS, PLOTS = 10_000, 100_000
# 100 million take 1.3 GB of disk, until they are counted.
EVENTS_USUAL, EVENTS_ALL = 2_000_000, 100_000_000
EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "baoshan"
PURCHASES_USUAL, PURCHASES_ALL = 1_000_000, 10_000_000


def _row(what: str, cpu_s: float, reference: str, reference_cpu_s: float, result: str) -> Row:
    return Row(SPEED, (what, seconds(cpu_s), reference, seconds(reference_cpu_s), f"{cpu_s / reference_cpu_s:.2f}", result))


def measure_forecast(asked: Asked) -> Iterator[Row]:
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
    used = run(command)
    rows = pl.scan_parquet(out).select(pl.len()).collect().item()
    return _row(f"forecast {name}, {PLOTS:,} plots", used.cpu_s, "numpy mean", mean_cpu_s, f"{rows:,} rows, peak {used.peak_mb:,.0f} MB")


def measure_events(asked: Asked) -> Iterator[Row]:
    """Events counted by product, region and week, streamed from files, beside numpy's bincount on columns that are in memory already.

    The files are removed afterwards.
    """
    rows = EVENTS_ALL if asked.full else EVENTS_USUAL
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "events"
        subprocess.run([sys.executable, Path(__file__).with_name("generate_events.py"), folder, str(rows)], check=True)
        command = [sys.executable, "-m", "pinfold.cli", "events", "aggregate", folder, "--out", Path(scratch) / "sales.parquet", "--json"]
        used = run(command)
        result = f"{json.loads(used.told)['rows']:,} rows, peak {used.peak_mb:,.0f} MB"
        yield _row(f"events {rows:,}", used.cpu_s, "numpy bincount", _bincount_cpu_s(folder), result)


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


def measure_tables(asked: Asked) -> Iterator[Row]:
    """`pinfold season check` of the example with its purchases repeated, beside Polars reading that file; then with two columns broken."""
    rows = PURCHASES_ALL if asked.full else PURCHASES_USUAL
    given = pl.read_csv(EXAMPLE / "purchases.csv")
    many = given[np.arange(rows) % given.height]
    broken = many.with_columns(region_id=pl.lit("nowhere"), quantity=pl.lit(-1))
    for what, table, kind in (("CSV", many, "csv"), ("Parquet", many, "parquet"), ("CSV, every row wrong", broken, "csv")):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "season"
            shutil.copytree(EXAMPLE, folder)
            (folder / "purchases.csv").unlink()
            path = folder / f"purchases.{kind}"
            (table.write_csv if kind == "csv" else table.write_parquet)(path)
            read_s = run([sys.executable, "-c", f"import polars; polars.read_{kind}({str(path)!r})"]).cpu_s
            used = run([PINFOLD, "season", "check", folder], code=2 if table is broken else 0)
            yield _row(f"checking {rows:,} purchases, {what}", used.cpu_s, "Polars reading them", read_s, f"peak {used.peak_mb:,.0f} MB")


def measure_ranking(asked: Asked) -> Iterator[Row]:
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
    yield _row("200 lists of 10,000 pins", sum(spent), "numpy dot", dot_s, p95)
    yield _row("what joins bring, all pins", worth_s, "numpy dot, 200 times", dot_s, "once for all customers")


def measure_list(asked: Asked) -> Iterator[Row]:
    """The list of pins as the page needs it, 200 visits of 100 customers to an SQLite database with 10,000 open pins in one list.

    A visit reads the customer's taste, puts all pins in order, reads the first page's cards and makes its impression; the whole page is
    measured apart. Beside it stands numpy's dot product of a customer's taste with all pins. Each process reads the pins once for many
    visits (flows/offers.py), which is measured apart, too.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, Path(__file__).with_name("bench_list.py"), str(PINS)]
        variables = {"PINFOLD_DATA_DIR": folder, "PINFOLD_OFFERS_SECONDS": "3600", "PINFOLD_HOSTS": "testserver"}
        spent = json.loads(run(command, variables).told.splitlines()[-1])
    for what in ("list", "page"):
        p95 = f"95th percentile {1000 * np.quantile(spent[what], 0.95):.1f} ms"
        yield _row(f"200 visits, the {what}", sum(spent[what]), "numpy dot", spent["dot"], p95)
    yield _row("reading 10,000 pins", spent["taking"], "numpy dot, 200 times", spent["dot"], "once in PINFOLD_OFFERS_SECONDS")


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
