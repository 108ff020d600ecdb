"""Demand from tables to tables: the outlook and the customers' rankings of a folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pinfold.basics.progress import Progress, silent
from pinfold.demand.history import sales_from_purchases
from pinfold.demand.outlook import issue
from pinfold.demand.taste import rank_products
from pinfold.demand.taste_new import rank_new_products
from pinfold.outside.executors import workers
from pinfold.outside.folder import as_they_came, id_types, read_tables


@dataclass(frozen=True)
class OutlookFiles:
    """Where an outlook goes: its columns as `demand.outlook.issue_outlook`, those of its totals as `demand.totals.totals`."""

    outlook: Path
    totals: Path | None = None


def demand_from_folder(folder: Path, as_of: date, weeks: int, out: OutlookFiles, progress: Progress = silent) -> None:
    """Write the outlook made on `as_of`, and its totals where they are asked for.

    Reads products and sales; purchases instead where the folder has no sales.
    Raises BrokenTables, or InputError when there is nothing to look back on.
    """
    source = "sales" if any((folder / f"sales{suffix}").exists() for suffix in (".csv", ".parquet")) else "purchases"
    progress("reading", 0, 2)
    tables = read_tables(folder, ["products", source])
    sales = tables["sales"] if source == "sales" else sales_from_purchases(tables["purchases"], tables["products"])
    progress("comparing models", 1, 2)
    with workers(sales.height) as elsewhere:
        issued = issue(sales, tables["products"], as_of, weeks, elsewhere)
    _write(as_they_came(issued.outlook, id_types(folder, source)), out.outlook)
    if out.totals is not None:
        _write(issued.totals, out.totals)
    progress("outlook", 2, 2)


@dataclass(frozen=True)
class Recommended:
    """What is ranked: so many products of each customer; new : those that the customer never bought"""

    top: int
    new: bool = False


def recommend_from_folder(folder: Path, as_of: date, asked: Recommended, out: Path, progress: Progress = silent) -> None:
    """Write the next products of every customer who bought before `as_of` to `out`: customer_id, rank, product_id.

    Reads products and purchases. Raises BrokenTables, or InputError when no product can be ranked.
    """
    progress("reading", 0, 2)
    tables = read_tables(folder, ["products", "purchases"])
    progress("ranking", 1, 2)
    rank = rank_new_products if asked.new else rank_products
    ranked = rank(tables["purchases"], tables["products"], as_of, asked.top)
    _write(as_they_came(ranked, id_types(folder, "purchases")), out)
    progress("ranking", 2, 2)


def _write(frame: pl.DataFrame, out: Path) -> None:
    if out.suffix == ".parquet":
        frame.write_parquet(out)
    else:
        frame.write_csv(out)
