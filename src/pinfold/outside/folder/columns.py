"""The words in which a table is declared: what kind of column, in which unit, within which limits, and one sentence about it.

dataframely was chosen because its schemas are Polars-native (every limit is one expression over a whole column, 10 million rows
included), hand back all failing rows with the limits that each breaks, and carry a sentence and free facts for each column, from
which the docs are made. Frictionless reads row by row in Python; pandera's Polars backend keeps no facts for the docs.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import dataframely as dy


class Kind(StrEnum):
    """How a cell is read."""

    ID = "id"
    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    DAY = "date"
    TRUTH = "true or false"


class Need(StrEnum):
    """Whether a column may be left out, and its cells left blank."""

    ALWAYS = "always"
    BLANK = "may be blank"
    SEASON = "in a season"
    NO = "no"


class Table(dy.Schema):
    """One table of a season folder. `line` says where a row stands in its file (header = 1); it never leaves this room."""

    line = dy.UInt32()


def identity(says: str, of: str | None = None, *, key: bool = False, need: Need = Need.ALWAYS) -> Any:
    """An id, always text inside Pinfold. `of` names the table whose rows it points at."""
    return dy.String(nullable=_nullable(need), description=says, metadata=_facts(Kind.ID, need, key=key, of=of))


def text(says: str, one_of: tuple[str, ...] = (), *, key: bool = False, need: Need = Need.ALWAYS) -> Any:
    """Text; one of `one_of` when that is given."""
    check = {"one_of": lambda cell: cell.is_in(one_of)} if one_of else None
    return dy.String(nullable=_nullable(need), check=check, description=says, metadata=_facts(Kind.TEXT, need, key=key, one_of=one_of))


def number(
    unit: str, says: str, low: float | None = None, high: float | None = None, *, above: float | None = None, need: Need = Need.ALWAYS
) -> Any:
    """A decimal number in `unit`, from `low` to `high`, or greater than `above`."""
    return dy.Float64(
        nullable=_nullable(need), min=low, max=high, min_exclusive=above, description=says, metadata=_facts(Kind.NUMBER, need, unit=unit)
    )


def whole(unit: str, says: str, low: int | None = None, high: int | None = None, *, key: bool = False, need: Need = Need.ALWAYS) -> Any:
    """A whole number in `unit` from `low` to `high`."""
    return dy.Int64(nullable=_nullable(need), min=low, max=high, description=says, metadata=_facts(Kind.WHOLE, need, unit=unit, key=key))


def day(says: str, *, past: bool = False, key: bool = False, need: Need = Need.ALWAYS) -> Any:
    """A date, written 2026-03-01. `past`: it tells what happened, so it may not be later than the day of reading."""
    # Older than the oldest series of flowering (Kyoto's cherries, from 812) is a slip of the pen: 0206 for 2026.
    return dy.Date(nullable=_nullable(need), min=date(800, 1, 1), description=says, metadata=_facts(Kind.DAY, need, key=key, past=past))


def truth(says: str, *, need: Need = Need.ALWAYS) -> Any:
    """true or false."""
    return dy.Bool(nullable=_nullable(need), description=says, metadata=_facts(Kind.TRUTH, need))


def _nullable(need: Need) -> bool:
    return need is not Need.ALWAYS


def _facts(kind: Kind, need: Need, *, unit: str = "", key: bool = False, of: str | None = None, past: bool = False,
           one_of: tuple[str, ...] = ()) -> dict[str, Any]:  # fmt: skip
    return {"kind": kind, "need": need, "unit": unit, "key": key, "of": of, "past": past, "one_of": one_of}
