"""What deciding for many harvests is worth: python scripts/measure_uncertain.py [S SEEDS] [M SEEDS]

Each way of deciding makes its first stage from the same tables and the same drawn harvests; then all meet the same ten fresh harvests,
drawn with another seed. What those bring is solved exactly by HiGHS on S, and by prices on M. Differences are paired, with 95 % intervals
(Student's t over seeds). The constant is what was sold ahead before: the forecast less 0.67 deviations. Seasons that are done are kept
in .cache/measure_uncertain.jsonl, so that a run that was stopped goes on where it was; remove the file to measure anew.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
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

SHARED_MATCH = Path(__file__).resolve().parents[2] / "shared" / "bench" / "match"
CONSTANT = 0.67
# A third of the usual effort and ten fresh harvests, so that twenty seasons S take about a CPU minute.
RULES, FRESH = UncertainRules(effort=0.3), 10
FRESH_SEED = 1_000_000
KEPT = Path(".cache") / "measure_uncertain.jsonl"
WAYS = ("certain", "constant", "sellable share", "two stages")


def generated(size: str, seed: int) -> Season:
    """The season that the shared generator makes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "season"
        subprocess.run([sys.executable, "tables.py", size, str(seed), str(folder)], cwd=SHARED_MATCH, check=True, stdout=subprocess.DEVNULL)
        return read_season(folder)


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


def done(size: str, seed: int, rules: UncertainRules) -> dict[str, float]:
    """Yuan of each of WAYS in one season, and what the search took; from KEPT where the same was measured before."""
    key = f"{size}{seed} {FRESH} {rules}"
    lines = map(json.loads, KEPT.read_text().splitlines()) if KEPT.exists() else ()
    known = {line.pop("key"): line for line in lines}
    if key not in known:
        season = generated(size, seed)
        firsts, took = decided(season, rules)
        known[key] = dict(zip(WAYS, met(season, rules, firsts).tolist(), strict=True)) | took
        KEPT.parent.mkdir(exist_ok=True)
        with KEPT.open("a") as kept:
            kept.write(json.dumps({"key": key} | known[key]) + "\n")
        print(key, known[key], file=sys.stderr, flush=True)
    return known[key]


def measured(size: str, seeds: int, rules: UncertainRules) -> tuple[dict[str, str], pl.DataFrame]:
    """Per cent of yuan by which ways are ahead of others over `seeds` seasons, and what each season was."""
    of = pl.DataFrame([done(size, seed, rules) for seed in range(seeds)])
    pairs = (("two stages", "certain"), ("two stages", "constant"), ("sellable share", "constant"), ("sellable share", "certain"))
    return {f"{one} over {other}": told((100 * (of[one] / of[other] - 1)).to_numpy()) for one, other in pairs}, of


def main() -> None:
    seeds = [int(each) for each in sys.argv[1:]] or [20, 20]
    columns = ("season", "seeds", "two stages over certain, %", "over constant, %", "sellable share over constant, %", "over certain, %")
    print(f"| {' | '.join((*columns, 'gap, %', 'x one cold plan'))} |")
    print(f"|{'---|' * 8}")
    for size, count in zip("SM", seeds, strict=False):
        if not count:
            continue
        ahead, spent = measured(size, count, RULES)
        times = (spent["cpu_s"] / spent["cold_cpu_s"]).median()
        print(f"| {size} | {count} | {' | '.join(ahead.values())} | {100 * spent['gap'].mean():.2f} | {times:.1f} |", flush=True)


if __name__ == "__main__":
    main()
