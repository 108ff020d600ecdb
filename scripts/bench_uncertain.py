"""What deciding for many harvests costs, and what it is worth: `bench.py uncertain` and `bench.py worth`.

Each way of deciding makes its first stage from the same tables and the same drawn harvests; then all meet the same ten fresh harvests,
drawn with another seed. What those bring is solved exactly by HiGHS on S, and by prices on M. Differences are paired, with 95 % intervals
(Student's t over seeds). The constant is what was sold ahead before: the forecast less 0.67 deviations.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl
from bench_page import UNCERTAIN, UNCERTAIN_WORTH, Row
from bench_seasons import Asked, generated, planned, seconds
from scipy.stats import t as student

from pinfold.basics.quantiles import Floats
from pinfold.flows.match_tables import read_season
from pinfold.match.core import near_best_flow
from pinfold.match.season import Season
from pinfold.match.uncertain.plan import best_found, yuan_after
from pinfold.match.uncertain.problem import FirstStage, TwoStage, first_of_flow
from pinfold.match.uncertain.rules import UncertainRules
from pinfold.match.uncertain.scenarios import draw_kg
from pinfold.match.uncertain.sellable import margins, sellable_share

CONSTANT = 0.67
# A third of the usual effort and ten fresh harvests, so that twenty seasons S take about a CPU minute.
RULES, FRESH = UncertainRules(effort=0.3), 10
FRESH_SEED = 1_000_000
EFFORTS, REPEATS = ("1", "4"), 3
WAYS = ("certain", "constant", "sellable share", "two stages")


def decided(season: Season, rules: UncertainRules) -> tuple[dict[str, FirstStage], dict[str, float]]:
    """The first stage of each of WAYS, and what was measured of the two stages: cpu_s, cold_cpu_s, gap."""
    started = time.process_time()
    certain = near_best_flow(season)
    cold_cpu_s = time.process_time() - started
    started = time.process_time()
    problem = TwoStage(season, rules, draw_kg(season, rules, np.random.default_rng(rules.seed)))
    found = best_found(problem, certain)
    measured = {"cpu_s": time.process_time() - started, "cold_cpu_s": cold_cpu_s, "gap": found.gap}
    cv = season.tables.lots["kg_cv"].to_numpy()
    shares = (np.maximum(1 - CONSTANT * cv, 0), sellable_share(cv, margins(season, certain.kg, rules).quantile))
    cautious = (near_best_flow(replace(season, lot_kg=season.lot_kg * share), certain.prices).kg for share in shares)
    firsts = (*(first_of_flow(problem, kg) for kg in (certain.kg, *cautious)), found.first)
    return dict(zip(WAYS, firsts, strict=True)), measured


def met(season: Season, rules: UncertainRules, firsts: dict[str, FirstStage]) -> Floats:
    """Mean yuan that each first stage brings in ten fresh harvests, shape (WAYS,)."""
    fresh = replace(rules, seed=FRESH_SEED + rules.seed, scenarios=FRESH)
    problem = TwoStage(season, fresh, draw_kg(season, fresh, np.random.default_rng(fresh.seed)))
    prices = near_best_flow(season).prices
    return np.array([yuan_after(problem, firsts[way], prices).mean() for way in WAYS])


def told(percent: Floats) -> str:
    """Mean with its 95 % interval."""
    half = student.ppf(0.975, len(percent) - 1) * percent.std(ddof=1) / np.sqrt(len(percent)) if len(percent) > 1 else np.nan
    return f"{percent.mean():+.2f} ({percent.mean() - half:+.2f}, {percent.mean() + half:+.2f})"


def measure_worth(asked: Asked) -> Iterator[Row]:
    """Per cent of yuan by which ways are ahead of others, over seasons of each size. Twenty of both sizes take about three CPU minutes."""
    for size, seeds in (("S", 20 if asked.full else 5), ("M", 20 if asked.full else 2)):
        yuan, took = [], []
        for seed in range(seeds):
            with generated(f"{size}{seed}") as folder:
                season = read_season(folder)
            firsts, measured = decided(season, RULES)
            yuan.append(met(season, RULES, firsts))
            took.append(measured)
        of, spent = dict(zip(WAYS, np.array(yuan).T, strict=True)), pl.DataFrame(took)
        pairs = (("two stages", "certain"), ("two stages", "constant"), ("sellable share", "constant"), ("sellable share", "certain"))
        ahead = (told(100 * (of[one] / of[other] - 1)) for one, other in pairs)
        times = (spent["cpu_s"] / spent["cold_cpu_s"]).median()
        yield Row(UNCERTAIN_WORTH, (size, str(seeds), *ahead, f"{100 * spent['gap'].mean():.2f}", f"{times:.1f}"))


def measure_uncertain(asked: Asked) -> Iterator[Row]:
    """The whole command for twenty harvests, start included, beside the whole command for one."""
    for name in asked.of("S0 M0", "S0 M0 M1 M2"):
        with generated(name) as folder:
            out = folder.with_name("plan")
            one, _ = planned(folder, out, repeats=REPEATS)
            # A small season is done before the usual effort is.
            for effort in EFFORTS[:1] if name.startswith("S") else EFFORTS:
                many, plan = planned(folder, out, "--uncertain", "--effort", effort, repeats=REPEATS)
                times = f"{many.cpu_s / one.cpu_s:.1f}"
                yield Row(UNCERTAIN, (name, effort, seconds(many.cpu_s), seconds(one.cpu_s), times, f"{plan['gap_percent']:.2f}"))
