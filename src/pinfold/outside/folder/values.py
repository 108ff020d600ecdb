"""Cells into values of their declared type; what cannot be read is listed, never guessed."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl

from pinfold.outside.folder.columns import Column, Kind, number
from pinfold.outside.folder.explain import explain_day, explain_number, explain_truth
from pinfold.outside.folder.files import Cells
from pinfold.outside.folder.problems import Problem, error, listed
from pinfold.outside.folder.tables import CONVERSIONS, FREE_NUMBERS, columns_of

TRUTHS = {"true": True, "false": False}
FREE = number("", "a number under a name of its own")


def to_values(cells: Cells, name: str) -> tuple[pl.DataFrame, list[Problem], dict[str, pl.Series]]:
    """The frame of table `name` with every declared column in its type, what could not be read, and per column the lines of that.

    A cell that cannot be read is None. Undeclared columns become Float64 where all their cells are numbers, and stay text otherwise.
    """
    frame, declared = cells.frame, columns_of(name)
    known = {column: declared.get(column, FREE if name in FREE_NUMBERS else None) for column in frame.columns[1:]}
    kinds = {column: kind for column, kind in known.items() if kind is not None}
    values = {column: _value(column, kind.kind, frame.schema[column]) for column, kind in kinds.items()}
    free = {column: _number_or_text(frame[column]) for column, kind in known.items() if kind is None}
    read = frame.with_columns(**values, **free)
    problems: list[Problem] = []
    unread: dict[str, pl.Series] = {}
    for column, kind in kinds.items():
        if read[column].null_count() > frame[column].null_count():
            bad = frame.filter(read[column].is_null() & frame[column].is_not_null()).select("line", column)
            problems += listed(bad, partial(_problem, column=column, known=kind, file=cells.file))
            unread[column] = bad["line"]
    return read, problems, unread


def convert(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """`frame` with weight + unit as kg, area + area_unit as area_m2; units are known by now."""
    rule = CONVERSIONS.get(name)
    if rule is None or rule.amount not in frame.columns or rule.unit not in frame.columns:
        return frame
    converted = pl.col(rule.amount) * pl.col(rule.unit).replace_strict(rule.factors, default=None, return_dtype=pl.Float64)
    if rule.into in frame.columns:
        converted = pl.coalesce(rule.into, converted)
    return frame.with_columns(converted.alias(rule.into)).drop(rule.amount, rule.unit)


def _value(column: str, kind: Kind, stored: pl.DataType) -> pl.Expr:
    cell = pl.col(column)
    if kind in (Kind.ID, Kind.TEXT):
        # pandas turns whole ids with a gap among them into 5.0.
        return (cell.cast(pl.Int64, strict=False) if stored.is_float() else cell).cast(pl.String, strict=False)
    if kind in (Kind.NUMBER, Kind.WHOLE):
        amount = (cell if stored.is_numeric() else cell.cast(pl.String)).cast(pl.Float64, strict=False)
        fits = amount.is_finite() & (amount.abs() < 2**53) & ((amount == amount.floor()) | (kind is Kind.NUMBER))
        return pl.when(fits).then(amount).cast(pl.Int64 if kind is Kind.WHOLE else pl.Float64)
    if kind is Kind.TRUTH:
        return cell.cast(pl.String).str.to_lowercase().replace_strict(TRUTHS, default=None, return_dtype=pl.Boolean)
    if isinstance(stored, pl.Datetime):
        return pl.when(cell.dt.time() == pl.time(0)).then(cell.dt.date())
    return cell.cast(pl.String).str.to_date("%Y-%m-%d", strict=False)


def _number_or_text(cells: pl.Series) -> Any:
    amounts = cells.cast(pl.Float64, strict=False) if cells.dtype == pl.String else cells
    return amounts if amounts.null_count() == cells.null_count() else cells


def _problem(row: dict[str, Any], column: str, known: Column, file: str) -> Problem:
    cell, kind = str(row[column]), known.kind
    if kind in (Kind.NUMBER, Kind.WHOLE):
        says, remedy = explain_number(cell, known.unit, kind is Kind.WHOLE)
    else:
        says, remedy = explain_day(cell) if kind is Kind.DAY else explain_truth(cell)
    return error(file, says, remedy, row=row["line"], column=column, value=cell)
