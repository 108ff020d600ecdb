"""`pinfold frontier`: the tables of a season in, what fairness costs out."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pinfold.basics.progress import Progress, silent
from pinfold.flows.match_tables import read_season
from pinfold.match.frontier import Point, frontier


def frontier_from_folder(folder: Path, out: Path, progress: Progress = silent) -> list[Point]:
    """Writes one row per choice into `out`, Parquet if it ends in .parquet, else CSV; the points come back.

    Raises BrokenTables or InputError naming what is wrong in `folder`, and NoPlan when the optimiser gives up.
    """
    progress("frontier: plan each choice", 0, 1)
    points = frontier(read_season(folder))
    rows = pl.DataFrame([point.row for point in points])
    if out.suffix == ".parquet":
        rows.write_parquet(out)
    else:
        rows.write_csv(out)
    progress("frontier: plan each choice", 1, 1)
    return points
