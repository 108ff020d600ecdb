"""The words in which a table is declared: what kind of column, in which unit, within which limits, and one sentence about it.

dataframely was chosen because its schemas are Polars-native (every limit runs as one expression over the whole column, 10 million
rows included), report failing rows instead of the first one, and carry a description and free metadata from which the docs are
made; pandera's Polars backend reports cells more slowly, and Frictionless reads row by row in Python.
"""

from __future__ import annotations

from typing import Any

import dataframely as dy


class Table(dy.Schema):
    """One table of a season folder. `line` is where a row stands in its file (header = 1); it never leaves this room."""

    line = dy.UInt32()


def identity(says: str, of: str | None = None, *, key: bool = False, optional: bool = False, blank: bool = False) -> Any:
    """An id, always text inside Pinfold. `of` names the table whose rows it points at."""
    return dy.String(nullable=optional or blank, min_length=1, description=says, metadata=_facts("id", key, optional, of=of))


def text(says: str, one_of: tuple[str, ...] = (), *, key: bool = False, optional: bool = False) -> Any:
    """Text; one of `one_of` when that is given."""
    check = {"one_of": lambda cell: cell.is_in(one_of)} if one_of else None
    return dy.String(nullable=optional, check=check, description=says, metadata=_facts("text", key, optional, one_of=one_of))


def number(
    unit: str, says: str, low: float | None = None, high: float | None = None, *, above: float | None = None, optional: bool = False
) -> Any:
    """A decimal number in `unit`, from `low` to `high`, or greater than `above`."""
    return dy.Float64(
        nullable=optional, min=low, max=high, min_exclusive=above, description=says, metadata=_facts(unit, False, optional, kind="number")
    )


def whole(unit: str, says: str, low: int | None = None, high: int | None = None, *, key: bool = False, optional: bool = False) -> Any:
    """A whole number in `unit` from `low` to `high`."""
    return dy.Int64(nullable=optional, min=low, max=high, description=says, metadata=_facts(unit, key, optional, kind="whole"))


def day(says: str, *, past: bool = False, key: bool = False, optional: bool = False) -> Any:
    """A date, written 2026-03-01. `past`: it tells what happened, so it may not be later than the day of reading."""
    return dy.Date(nullable=optional, description=says, metadata=_facts("date", key, optional, past=past))


def truth(says: str, *, optional: bool = False) -> Any:
    """true or false."""
    return dy.Bool(nullable=optional, description=says, metadata=_facts("true or false", False, optional))


def _facts(unit: str, key: bool, optional: bool, **more: Any) -> dict[str, Any]:
    return {"unit": unit, "key": key, "optional": optional, **more}
