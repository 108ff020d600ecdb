"""Work that can be spread: one part is one product's week, and its answer depends on the part alone."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import numpy as np

PARTS = range(60)
BEFORE_THE_GATE = 10


def mean_demand_kg(part: int) -> float:
    """The mean of 20,000 draws with the part's own seed."""
    return float(np.random.default_rng(part).gamma(2.0, 30.0, 20_000).mean())


def gated_mean_demand_kg(part: int, notes: str, gate: str) -> float:
    """The same, and a line in `notes` that says which process began it; parts after the first ones wait while somebody locks `gate`."""
    with Path(notes).open("a") as lines:
        lines.write(f"{os.getpid()}\n")
    if part >= BEFORE_THE_GATE:
        with Path(gate).open() as passing:
            fcntl.flock(passing, fcntl.LOCK_SH)
    return mean_demand_kg(part)


def thread_limit(part: int) -> str:
    return os.environ["OMP_NUM_THREADS"]
