"""`make bench`: what the heavy parts cost in CPU seconds, each beside a named reference in the same run, because machines differ.

    python scripts/bench.py [NAME ...]        names: see MEASUREMENTS; all of them by default

A measurement is a function that gives rows; add one to MEASUREMENTS.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

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
    """Seasons S and M from tables to explained plan, beside HiGHS's interior point alone, without crossover, on the same programme."""
    if not SHARED_MATCH.exists():
        print(f"match: skipped, because {SHARED_MATCH} with its season generator is not there")
        return
    from pinfold.flows.match_tables import match_from_folder

    for size in ("S", "M"):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "season"
            subprocess.run([sys.executable, "tables.py", size, "0", str(folder)], cwd=SHARED_MATCH, check=True, stdout=subprocess.DEVNULL)
            started = time.process_time()
            plan = match_from_folder(folder, Path(scratch) / "plan")
            spent = time.process_time() - started
            result = f"objective {plan['objective']:,.0f}, bound {plan['bound']:,.0f}"
            yield Row(f"match {size}0, {plan['ways']:,} ways", spent, "HiGHS IPM", _interior_point_cpu_s(folder), result)


def _interior_point_cpu_s(folder: Path) -> float:
    from pinfold.flows.match_tables import read_season
    from pinfold.match.core import programme, run_highs

    given = programme(read_season(folder))
    started = time.process_time()
    run_highs(given, {"solver": "ipm", "run_crossover": "off"})
    return time.process_time() - started


MEASUREMENTS: dict[str, Callable[[], Iterator[Row]]] = {"match": measure_match}


def main(names: list[str]) -> None:
    for name in names or MEASUREMENTS:
        for row in MEASUREMENTS[name]():
            print(row, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
