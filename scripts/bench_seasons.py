"""Generated seasons of the match, and what commands on them cost: what the parts of `bench.py` about the match share."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

Measured = TypeVar("Measured")
SHARED_MATCH = Path(__file__).resolve().parents[2] / "shared" / "bench" / "match"
PINFOLD = str(Path(sys.executable).with_name("pinfold"))
ONE_CORE = {"PINFOLD_PROCESSES": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}

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
class Asked:
    """What a person wants to have measured.

    full : all that the docs show, not only what `make bench` has time for
    seasons : of the match, these ones instead, as S0 or XL0/10
    pictures : folder to draw into; None draws nothing
    """

    full: bool = False
    seasons: tuple[str, ...] = ()
    pictures: Path | None = None

    def of(self, usual: str, all_of_them: str) -> tuple[str, ...]:
        """The seasons to measure."""
        return self.seasons or tuple((all_of_them if self.full else usual).split())


@contextmanager
def generated(name: str) -> Iterator[Path]:
    """Folder of the season of that size and seed, until the block ends; plans have place beside it. XL0/10 has a tenth of XL0's lots."""
    found = re.fullmatch(r"([A-Z]+)(\d+)(?:/(\d+))?", name)
    if found is None:
        raise SystemExit(f"season {name!r} is not known; give size and seed, as S0, M1 or XL0/10")
    size, seed, part = found.groups("1")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "season"
        subprocess.run([sys.executable, "-c", GENERATE, size, seed, part, folder], cwd=SHARED_MATCH, check=True)
        yield folder


@dataclass(frozen=True)
class Used:
    """What a command in a process of its own used, user and system, and what it printed."""

    cpu_s: float
    peak_mb: float
    told: str


def run(command: Sequence[str | Path], variables: Mapping[str, str] | None = None, code: int = 0) -> Used:
    """One run on one core; variables : of its environment. Ends the program where the command ends with another code."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | ONE_CORE | (variables or {}), text=True)
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, spent = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != code:
        sys.exit(f"{' '.join(map(str, command))} ended with {os.waitstatus_to_exitcode(status)}:\n{told}")
    return Used(spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 1024, told)


def apart(measure: Callable[..., Measured], *given: object) -> Measured:
    """What `measure` gives in a process of its own: a command that is started later would be told to have this one's peak memory."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(measure, *given).result()


def planned(folder: Path, out: Path, *options: str, repeats: int = 1) -> tuple[Used, dict[str, float]]:
    """`pinfold match` of a folder, the middle of so many runs by CPU and the largest peak, and what its plan.json says."""
    used = [run([PINFOLD, "match", folder, "--out", out, "--json", *options]) for _ in range(repeats)]
    plan: dict[str, float] = json.loads((out / "plan.json").read_text())
    return Used(statistics.median(each.cpu_s for each in used), max(each.peak_mb for each in used), used[-1].told), plan


def refuse_broken(name: str, folder: Path, out: Path, *options: str) -> None:
    """Ends the program where the benchmark's own score finds that the plan breaks a limit or claims what is not so."""
    command = [sys.executable, "-c", SCORE, folder, out, *options]
    told = subprocess.run(command, cwd=SHARED_MATCH, stdout=subprocess.PIPE, text=True).stdout
    if not told or json.loads(told)["broken"]:
        sys.exit(f"score.py does not accept the plan of {name}: {told or 'it failed'}")


def seconds(cpu_s: float) -> str:
    """Two digits below ten seconds, three figures above."""
    return f"{cpu_s:.2f}" if cpu_s < 10 else f"{cpu_s:.1f}" if cpu_s < 100 else f"{cpu_s:.0f}"
