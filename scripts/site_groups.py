"""Holds a hindcast of dates against the better of climatology and trend, for every lead and group of sites.

    python ../shared/bench/backtest.py ripening FOLDER --out rows.csv -- pinfold forecast ripening
    python scripts/site_groups.py rows.csv FOLDER/plots.csv

Prints a Markdown table of mean absolute errors in days and ends with 1 where the forecast is worse than the better floor by more than
WORSE_MAX in a group of at least ROWS_MIN rows.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

WORSE_MAX = 0.02
ROWS_MIN = 30
BANDS_M = (500, 700, 900, 1100)


def grouped(rows: pl.DataFrame, plots: pl.DataFrame) -> pl.DataFrame:
    """lead_days, group, rows, forecast, climatology, trend (mean absolute errors, days), worse (share above the better floor)."""
    middle = pl.col("longitude").median(), pl.col("latitude").median()
    groups = plots.select(
        "plot_id",
        all=pl.lit("all sites"),
        height=pl.coalesce(*(pl.when(pl.col("altitude_m") <= top).then(pl.lit(f"to {top} m")) for top in BANDS_M), pl.lit("higher")),
        quarter=pl.when(pl.col("latitude") > middle[1]).then(pl.lit("north")).otherwise(pl.lit("south"))
        + pl.when(pl.col("longitude") > middle[0]).then(pl.lit("-east")).otherwise(pl.lit("-west")),
    ).unpivot(index="plot_id", value_name="group")
    errors = {"forecast": "p50", "climatology": "clim_p50", "trend": "trend"}
    return (
        rows.join(groups, on="plot_id")
        .group_by("lead_days", "variable", "group")
        .agg(pl.len().alias("rows"), *((pl.col("actual") - pl.col(column)).abs().mean().alias(name) for name, column in errors.items()))
        .with_columns(worse=pl.col("forecast") / pl.min_horizontal("climatology", "trend") - 1)
        .sort("lead_days", "variable", "group", descending=[True, False, False])
        .drop("variable")
    )


def main() -> None:
    rows, plots = (pl.read_csv(Path(path)) for path in sys.argv[1:3])
    table = grouped(rows, plots)
    print("| lead | sites | rows | forecast | climatology | trend | against the better |\n|---|---|---|---|---|---|---|")
    for lead, group, count, *errors, worse in table.iter_rows():
        print(f"| {lead} | {group} | {count} | {' | '.join(f'{error:.2f}' for error in errors)} | {worse:+.1%} |")
    broken = table.filter((pl.col("worse") > WORSE_MAX) & (pl.col("rows") >= ROWS_MIN))
    sys.exit(f"{broken.height} groups are worse than the better floor by more than {WORSE_MAX:.0%}" if broken.height else 0)


if __name__ == "__main__":
    main()
