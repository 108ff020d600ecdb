"""`make bench`: what the heavy parts cost and come to, each beside a named reference in the same run, because machines differ.

    python scripts/bench.py [PART ...] [--full] [--write] [--seasons "S0 M0"]

Prints the tables of the docs, a row as soon as it is measured. Without --full it measures what ends in about ten CPU minutes; with it, all
that the docs show, about an hour. --write puts the rows into the docs in place of the old ones, and draws their pictures. A part is a
function that gives rows; add one to PARTS.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator

from bench_again import measure_again
from bench_fairness import measure_fairness, measure_promises
from bench_match import measure_loosened, measure_match, measure_start
from bench_page import DOCS, Row, show
from bench_seasons import ONE_CORE, SHARED_MATCH, Asked
from bench_speed import measure_events, measure_forecast, measure_list, measure_ranking, measure_tables
from bench_spread import measure_spread
from bench_uncertain import measure_uncertain, measure_worth
from bench_whole import measure_whole

# Those of the match plan generated seasons.
MATCH_PARTS: dict[str, Callable[[Asked], Iterator[Row]]] = {
    "start": measure_start,
    "match": measure_match,
    "loosened": measure_loosened,
    "again": measure_again,
    "fairness": measure_fairness,
    "promises": measure_promises,
    "uncertain": measure_uncertain,
    "worth": measure_worth,
    "whole": measure_whole,
    "spread": measure_spread,
}
PARTS = MATCH_PARTS | {
    "forecast": measure_forecast,
    "events": measure_events,
    "ranking": measure_ranking,
    "list": measure_list,
    "tables": measure_tables,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all of them by default")
    parser.add_argument("--full", action="store_true", help="all that the docs show, about an hour")
    parser.add_argument("--write", action="store_true", help="put what was measured into the docs")
    parser.add_argument("--seasons", default="", help='of the match, by size and seed, as "S0 M0 XL0/10"')
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no part is called {', '.join(sorted(unknown))}; choose of {', '.join(PARTS)}")
    asked = Asked(given.full, tuple(given.seasons.split()), DOCS / "pictures" if given.write else None)
    for part in given.parts or PARTS:
        if part in MATCH_PARTS and not SHARED_MATCH.exists():
            print(f"{part}: skipped, because {SHARED_MATCH} with its season generator is not there")
            continue
        show(PARTS[part](asked), given.write)


if __name__ == "__main__":
    # numpy and Polars, which are imported by now, looked for these when they were.
    if not ONE_CORE.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_CORE)
    main()
