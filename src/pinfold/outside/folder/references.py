"""What only several tables together can show: ids that point nowhere, plots without a household, places on the wrong side of the earth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from pinfold.outside.folder.columns import Kind
from pinfold.outside.folder.problems import Problem, did_you_mean, error, listed
from pinfold.outside.folder.tables import TABLES, columns_of, key_of

# Beyond so many ids a likely spelling is not worth the seconds that looking for one takes.
GUESS_FROM_MAX = 5_000
CUSTOMERS = "customers or purchases"
SUBJECTS = {
    "household": "households",
    "coordinator": "villages",
    "board": "cooperatives",
    "merchant": "merchants",
    "packhouse": "hubs",
    "customer": CUSTOMERS,
}
# Degrees: farther from the middle of all places than this, and four times nearer once exchanged, is taken as swapped.
FAR_DEGREES, NEARER_TIMES = 20.0, 4.0


def reference_problems(frames: Mapping[str, pl.DataFrame], files: Mapping[str, str], targets: Mapping[str, pl.DataFrame]) -> list[Problem]:
    """Ids in `frames` that are in none of the rows of `targets` they point at.

    frames : tables to check, with `line`
    targets : tables that may be pointed at; a table that is not among them is not checked against. Customers are
        known from purchases too
    """
    problems: list[Problem] = []
    pointed_at = {kind.of for name in frames for kind in columns_of(name).values()} | (
        set(SUBJECTS.values()) if "people" in frames else set()
    )
    known = {
        name: frame[key_of(name)[0]].drop_nulls().unique()
        for name, frame in targets.items()
        if name in pointed_at and _has_key(name, frame)
    }
    customers = [frame["customer_id"] for name, frame in targets.items() if "customer_id" in frame.columns]
    if customers:
        known[CUSTOMERS] = pl.concat(customers).drop_nulls().unique()
    for name, frame in frames.items():
        for column, kind in columns_of(name).items():
            target = kind.of
            if kind.kind is Kind.ID and target in known and column in frame.columns:
                problems += _unknown(frame, column, files[name], target, known[target])
        if name == "people" and {"role", "subject_id"} <= set(frame.columns):
            for role, target in SUBJECTS.items():
                if target in known:
                    problems += _unknown(frame.filter(pl.col("role") == role), "subject_id", files[name], target, known[target])
    return problems


def _has_key(name: str, frame: pl.DataFrame) -> bool:
    return name in TABLES and bool(key_of(name)) and key_of(name)[0] in frame.columns


def _unknown(frame: pl.DataFrame, column: str, file: str, target: str, known: pl.Series) -> list[Problem]:
    missing = pl.col(column).is_not_null() & ~pl.col(column).is_in(known.implode())
    rows = frame.lazy().filter(missing).select("line", column).collect()

    def tell(row: dict[str, Any]) -> Problem:
        choices = known.to_list() if len(known) <= GUESS_FROM_MAX else []
        remedy = did_you_mean(row[column], choices, f"add it to {target}, or correct it")
        return error(file, f"is not in {target}", remedy, row=row["line"], column=column, value=row[column])

    return listed(rows, tell)


def homeless_plots(frames: Mapping[str, pl.DataFrame], files: Mapping[str, str]) -> list[Problem]:
    """Plots that name no household, where households were read too."""
    plots = frames.get("plots")
    if plots is None or "households" not in frames or "household_id" not in plots.columns:
        return []
    rows = plots.filter(pl.col("household_id").is_null())
    says = "has no household"
    remedy = "write the household_id of the household that picks it"
    return listed(rows, lambda row: error(files["plots"], says, remedy, row=row["line"], column="household_id", value=row["plot_id"]))


def swapped_places(frames: Mapping[str, pl.DataFrame], files: Mapping[str, str]) -> list[Problem]:
    """Places that lie far from all others, and near them once latitude and longitude are exchanged."""
    tables = {name: frame for name, frame in frames.items() if {"latitude", "longitude"} <= set(frame.columns)}
    if not tables:
        return []
    places = pl.concat(
        frame.select(pl.lit(name).alias("table"), "line", "latitude", "longitude") for name, frame in tables.items()
    ).drop_nulls()
    latitude, longitude = pl.col("latitude"), pl.col("longitude")
    here = (latitude - latitude.median()).abs() + (longitude - longitude.median()).abs()
    exchanged = (longitude - latitude.median()).abs() + (latitude - longitude.median()).abs()
    rows = places.with_columns(far=(here > FAR_DEGREES) & (exchanged * NEARER_TIMES < here)).filter(pl.col("far") & (latitude.abs() <= 90))

    def tell(row: dict[str, Any]) -> Problem:
        says, remedy = "looks swapped with longitude", f"write latitude {row['longitude']} and longitude {row['latitude']}"
        return error(files[row["table"]], says, remedy, row=row["line"], column="latitude", value=row["latitude"])

    return listed(rows, tell)
