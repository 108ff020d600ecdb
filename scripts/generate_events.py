"""Writes made-up events as `pinfold events export` would, a day at a time, for measuring how they are counted.

    python scripts/generate_events.py FOLDER ROWS

A year of days; 1 M customers, of whom few come often; 200 products, 30 regions; 90 in 100 events are views.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from pinfold.outside.event_files import write_day

DAYS, CUSTOMERS, PRODUCTS, REGIONS = 364, 1_000_000, 200, 30
FIRST = date(2026, 1, 5)
KINDS, SHARES = ("view", "favourite", "skip", "share", "link", "join", "pay"), (0.90, 0.02, 0.02, 0.01, 0.01, 0.03, 0.01)
DAY_US = 86_400_000_000


def write_events(folder: Path, rows: int) -> None:
    """Writes `rows` events, the same ones every time, evenly over DAYS days."""
    numbers = np.random.default_rng(0)
    pseudonyms = numbers.integers(-(2**63), 2**63 - 1, CUSTOMERS)
    edges = np.linspace(0, rows, DAYS + 1).astype(int)
    for day, n in enumerate(np.diff(edges)):
        write_day(folder, FIRST + timedelta(days=day), _day(numbers, pseudonyms, FIRST + timedelta(days=day), int(n)))


def _day(numbers: np.random.Generator, pseudonyms: np.ndarray, day: date, n: int) -> pl.DataFrame:
    customer = (CUSTOMERS * numbers.random(n) ** 3).astype(int)  # a few come often
    product, region = (PRODUCTS * numbers.random(n) ** 2).astype(int), customer % REGIONS
    kind = np.searchsorted(np.cumsum(SHARES)[:-1], numbers.random(n))
    seats = np.where(kind >= KINDS.index("join"), numbers.integers(1, 6, n), 0)
    # The day begins at midnight in Yunnan, eight hours before UTC's.
    at = np.datetime64(day).astype("datetime64[us]").astype("int64") - 8 * DAY_US // 24 + numbers.integers(0, DAY_US, n)
    names = {"kind": KINDS, "product_id": [f"product-{n}" for n in range(PRODUCTS)], "region_id": [f"region-{n}" for n in range(REGIONS)]}
    texts = {
        name: pl.Series(np.asarray(codes), dtype=pl.UInt32).replace_strict(range(len(names[name])), names[name], return_dtype=pl.String)
        for name, codes in (("kind", kind), ("product_id", product), ("region_id", region))
    }
    return pl.DataFrame(
        {
            **texts,
            "at": pl.Series(at).cast(pl.Datetime("us", "UTC")),
            "pseudonym": pl.Series(pseudonyms[customer]).set(pl.Series(numbers.random(n) < 0.3), None),
            "seats": seats,
            "kg": seats * 2.0,
        }
    )


if __name__ == "__main__":
    write_events(Path(sys.argv[1]), int(sys.argv[2]))
