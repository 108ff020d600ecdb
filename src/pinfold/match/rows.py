"""Rows of a table that cannot be: each is named with what stands in it and what to give instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from pinfold.basics.errors import InputError

SHOWN_MAX = 20
# Just above this a float does not tell whole numbers apart any more.
NUMBER_MAX = 9e15
ANY, NOT_NEGATIVE, POSITIVE = "a number below 9e15", "0 or more, below 9e15", "more than 0, below 9e15"
SHARE, WHOLE, GRADE, UNLIMITED = "0 to 1", "a whole number below 9e15", "0, 1 or 2", "0 or more"
# What is no number is never allowed, and infinity only where it says that there is no limit.
ALLOWED: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    ANY: lambda number: number.abs() <= NUMBER_MAX,
    NOT_NEGATIVE: lambda number: number.is_between(0, NUMBER_MAX),
    POSITIVE: lambda number: (number > 0) & (number <= NUMBER_MAX),
    SHARE: lambda number: number.is_between(0, 1),
    WHOLE: lambda number: (number == number.round()) & (number.abs() <= NUMBER_MAX),
    GRADE: lambda number: number.is_in([0.0, 1.0, 2.0]),
    UNLIMITED: lambda number: (number >= 0) & ~number.is_nan(),
}


def missing_columns(name: str, table: pl.DataFrame, needed: set[str]) -> list[str]:
    """One sentence for every column that table `name` needs and does not have."""
    return [f"{name}: column {column!r} is missing; add it" for column in sorted(needed - set(table.columns))]


def wrong_numbers(allowed: Mapping[str, str]) -> dict[str, pl.Expr]:
    """By what is said of it, whether a row's number is not what is `allowed` in its column; for `wrong_rows`."""
    return {
        f"{column} is {{{column}}}; give {what}": ~ALLOWED[what](pl.col(column).cast(pl.Float64, strict=False)).fill_null(False)
        for column, what in allowed.items()
    }


def repeated(key: Sequence[str]) -> dict[str, pl.Expr]:
    """By what is said of it, whether the columns that name a row are empty or name an earlier one; for `wrong_rows`."""
    says = f"{' and '.join(key)} {', '.join(f'{{{part}}}' for part in key)} is empty or comes twice"
    return {says: ~pl.struct(key).is_first_distinct() | pl.any_horizontal(pl.col(key).is_null())}


def wrong_rows(name: str, table: pl.DataFrame, key: Sequence[str], wrong: Mapping[str, pl.Expr]) -> list[str]:
    """One sentence for everything that is wrong with a row of table `name`, whose rows are told apart by the columns `key`.

    wrong : by what is said of it (with the row's cells in braces), whether a row is so
    """
    # One look for all; most tables have nothing wrong.
    found = table.select(some.any().alias(says) for says, some in wrong.items()).row(0, named=True)
    rows = table.drop("row", strict=False).with_row_index("row", offset=1) if any(found.values()) else table
    head = f"{name} row {{row}} ({', '.join(f'{column} {{{column}}}' for column in key)})"
    return [
        f"{head}: {says}".format(**row) for says, some in found.items() if some for row in rows.filter(wrong[says]).iter_rows(named=True)
    ]


def refuse(problems: list[str]) -> None:
    """Raises InputError with the first of `problems`, when there are any, and how many more there are."""
    if problems:
        more = [f"and {len(problems) - SHOWN_MAX} more"] if len(problems) > SHOWN_MAX else []
        raise InputError("\n".join(problems[:SHOWN_MAX] + more))
