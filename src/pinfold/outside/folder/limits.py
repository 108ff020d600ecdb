"""Rows of one table against its declaration: limits, keys, and days that have not come yet."""

from __future__ import annotations

import difflib
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from pinfold.outside.folder.columns import Kind, Need
from pinfold.outside.folder.files import Cells
from pinfold.outside.folder.problems import Problem, did_you_mean, error, listed, warning
from pinfold.outside.folder.tables import CONVERSIONS, FREE_NUMBERS, columns_of, key_of, rules_of, say_rule

DTYPES = {
    Kind.ID: pl.String(),
    Kind.TEXT: pl.String(),
    Kind.NUMBER: pl.Float64(),
    Kind.WHOLE: pl.Int64(),
    Kind.DAY: pl.Date(),
    Kind.TRUTH: pl.Boolean(),
}


def column_problems(cells: Cells, name: str) -> list[Problem]:
    """Columns that are missing, and warnings of columns whose name looks mistyped."""
    declared, present = columns_of(name), cells.frame.columns
    unknown = [column for column in present if column not in declared and column != "line"]
    guesses = {column: difflib.get_close_matches(column.lower(), list(declared), 1, 0.7) for column in unknown}
    problems = []
    for column, kind in declared.items():
        if column in present:
            continue
        near = next((other for other, guess in guesses.items() if guess == [column]), None)
        if kind.need in (Need.ALWAYS, Need.BLANK):
            remedy = f"rename column {near!r}" if near else f"add it: {kind.says}"
            problems.append(error(cells.file, "is missing", remedy, row=1, column=column))
        elif near and name not in FREE_NUMBERS:
            problems.append(warning(cells.file, f"is not a column of {name}", f"did you mean {column}?", row=1, column=near))
    pair = CONVERSIONS.get(name)
    if pair and (pair.amount in present) != (pair.unit in present):
        missing, there = (pair.unit, pair.amount) if pair.amount in present else (pair.amount, pair.unit)
        problems.append(error(cells.file, f"is missing beside {there}", f"add {missing}, or give {pair.into} alone", row=1, column=missing))
    return problems


def limit_problems(frame: pl.DataFrame, name: str, file: str, unread: dict[str, pl.Series]) -> list[Problem]:
    """Cells outside their limits, blank cells where a value is needed, and rows that break a rule of their table.

    unread : per column, lines of cells that are already reported; their being blank now is no second problem
    """
    declared = columns_of(name)
    absent = {column: pl.lit(None, DTYPES[kind.kind]) for column, kind in declared.items() if column not in frame.columns}
    limits = {
        (column, limit): holds for column, kind in declared.items() if column not in absent for limit, holds in kind.limits(column).items()
    }
    rules = {("", rule): holds for rule, holds in rules_of(name).items()}
    checks = {str(number): holds.fill_null(True) for number, holds in enumerate([*limits.values(), *rules.values()])}
    held = frame.lazy().with_columns(**absent).select(**{number: holds.all() for number, holds in checks.items()}).collect().row(0)
    problems: list[Problem] = []
    for (column, limit), holds, kept in zip([*limits, *rules], checks.values(), held, strict=True):
        if kept:
            continue
        rows = frame.lazy().with_columns(**absent).filter(~holds).collect()
        if not column:
            rows = _without(rows, unread)
            problems += listed(rows, partial(_row_problem, rule=limit, name=name, file=file))
            continue
        if limit == "blank" and column in unread:
            rows = _without(rows, {column: unread[column]})
        problems += listed(rows, partial(_limit_problem, column=column, limit=limit, name=name, file=file))
    return problems


def season_problems(frame: pl.DataFrame, name: str, file: str, unread: dict[str, pl.Series]) -> list[Problem]:
    """Columns and cells that a season needs, and a single command does not; `frame` is converted already."""
    problems: list[Problem] = []
    for column, kind in columns_of(name).items():
        if kind.need is not Need.SEASON:
            continue
        if column not in frame.columns:
            problems.append(error(file, "is missing, and a season needs it", f"add it: {kind.says}", row=1, column=column))
            continue
        rows = _without(frame.filter(pl.col(column).is_null()), unread)
        problems += listed(rows, partial(_limit_problem, column=column, limit="blank", name=name, file=file))
    return problems + _crop_problems(frame, name, file)


def _crop_problems(frame: pl.DataFrame, name: str, file: str) -> list[Problem]:
    """Crops without a crop file, and stages that no crop has."""
    # Read here, because most commands read tables that are no season and would wait for the crop files.
    from pinfold.fields.crops import crop, known_crops

    known = {
        ("plots", "crop"): known_crops(),
        ("stages", "stage"): ("picking over", *sorted({stage.name for name in known_crops() for stage in crop(name).stages})),
    }
    problems = []
    for (table, column), words in known.items():
        if table == name and column in frame.columns:
            rows = frame.filter(~pl.col(column).is_in(words))
            problems += listed(rows, partial(_no_crop, column=column, words=words, file=file))
    return problems


def _no_crop(row: dict[str, Any], column: str, words: tuple[str, ...], file: str) -> Problem:
    remedy = did_you_mean(row[column], words, "correct it, or add it to fields/crops")
    return error(file, "is in no crop file", remedy, row=row["line"], column=column, value=row[column])


def _without(rows: pl.DataFrame, unread: dict[str, pl.Series]) -> pl.DataFrame:
    for lines in unread.values():
        rows = rows.filter(~pl.col("line").is_in(lines.implode()))
    return rows


def _row_problem(row: dict[str, Any], rule: str, name: str, file: str) -> Problem:
    involved = [column for column in columns_of(name) if f"_{column}_" in f"_{rule}_"]
    value = ", ".join(f"{column} {row[column]}" for column in involved if row[column] is not None)
    return error(file, f"breaks a rule of {name}: {say_rule(rule, name)}", "correct the row", row=row["line"], value=value)


def _limit_problem(row: dict[str, Any], column: str, limit: str, name: str, file: str) -> Problem:
    kind, value = columns_of(name)[column], row[column]
    unit = kind.unit
    says, remedy = "is out of its limits", "correct it"
    if limit == "blank":
        says, remedy = "is blank", f"fill it in: {kind.says}" + (f" ({unit})" if unit else "")
    elif limit == "one_of":
        says, remedy = "is not known here", did_you_mean(value, kind.one_of, f"use one of {', '.join(kind.one_of)}")
    elif column in ("latitude", "longitude") and _swapped(row):
        says, remedy = "looks swapped with longitude", f"write latitude {row['longitude']} and longitude {row['latitude']}"
    elif limit == "low" and kind.low == 0:
        says, remedy = "is negative", f"write {unit} of 0 or more"
    elif limit in ("low", "high", "above"):
        words = {"low": "is less than", "high": "is more than", "above": "is not more than"}
        says, remedy = f"{words[limit]} {getattr(kind, limit)}", f"correct it, or its unit: {kind.says}" + (f" in {unit}" if unit else "")
    return error(file, says, remedy, row=row["line"], column=column, value=value)


def _swapped(row: dict[str, Any]) -> bool:
    latitude, longitude = row["latitude"], row["longitude"]
    return latitude is not None and longitude is not None and abs(latitude) > 90 >= abs(longitude)


def key_problems(frame: pl.DataFrame, name: str, file: str) -> list[Problem]:
    """Rows whose key stands in an earlier row; each is named together with that row."""
    keys = [column for column in key_of(name) if column in frame.columns]
    needed = [column for column in key_of(name) if columns_of(name)[column].need is Need.ALWAYS]
    if not keys or not set(needed) <= set(keys):
        return []
    # A missing part of a key is a problem of its own, and no two rows share it.
    unique = pl.struct(keys).is_first_distinct() | pl.any_horizontal(pl.col(column).is_null() for column in needed)
    if frame.select(unique.all()).item():
        return []
    known = frame.select("line", *keys).drop_nulls(needed)
    repeated = known.with_columns(pl.col("line").min().over(keys).alias("first")).filter(pl.col("line") > pl.col("first"))

    return listed(repeated, partial(_repeated, keys=keys, file=file))


def _repeated(row: dict[str, Any], keys: list[str], file: str) -> Problem:
    value = ", ".join(str(row[column]) for column in keys if row[column] is not None)
    says, remedy = f"stands already in line {row['first']}", "keep one of the two rows"
    return error(file, says, remedy, row=row["line"], column=", ".join(keys), value=value)


def future_problems(frame: pl.DataFrame, name: str, file: str, as_of: date | None) -> list[Problem]:
    """Days later than `as_of` in columns that tell what has happened."""
    if as_of is None:
        return []
    problems = []
    for column, kind in columns_of(name).items():
        if kind.past and column in frame.columns:
            rows = frame.filter(pl.col(column) > as_of).select("line", column)
            problems += listed(rows, partial(_too_late, column=column, as_of=as_of, file=file))
    return problems


def _too_late(row: dict[str, Any], column: str, as_of: date, file: str) -> Problem:
    remedy = "correct the date; what is still to come stands in later/"
    return error(file, f"lies in the future, after {as_of}", remedy, row=row["line"], column=column, value=row[column])
