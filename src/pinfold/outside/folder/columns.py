"""The words in which a table is declared: what kind of column, in which unit, within which limits, and one sentence about it.

Every limit is one Polars expression over a whole column, 10 million rows included; the pages in docs/ are made from the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl


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


@dataclass(frozen=True)
class Column:
    """One column of a table.

    key : part of what names a row; of : for an id, the table whose rows it points at
    past : a day on which something happened, so it may not be later than the day of reading
    one_of : the words that are known; none: any
    low, high : the least and the most that a number or a day may be; above : what a number must be greater than
    """

    kind: Kind
    says: str
    need: Need = Need.ALWAYS
    unit: str = ""
    key: bool = False
    of: str | None = None
    past: bool = False
    one_of: tuple[str, ...] = ()
    low: float | date | None = None
    high: float | None = None
    above: float | None = None

    def limits(self, name: str) -> dict[str, pl.Expr]:
        """What must hold in every cell, by the name of the limit; where it is null, it holds."""
        cell = pl.col(name)
        every = {
            "blank": None if self.need is not Need.ALWAYS else cell.is_not_null(),
            "low": None if self.low is None else cell >= self.low,
            "high": None if self.high is None else cell <= self.high,
            "above": None if self.above is None else cell > self.above,
            "one_of": cell.is_in(self.one_of) if self.one_of else None,
        }
        return {limit: holds for limit, holds in every.items() if holds is not None}


class Table:
    """One table of a season folder: its columns, and as static methods the rules over several columns of a row (null: the rule holds)."""


def identity(says: str, of: str | None = None, *, key: bool = False, need: Need = Need.ALWAYS) -> Column:
    """An id, always text inside Pinfold. `of` names the table whose rows it points at."""
    return Column(Kind.ID, says, need, key=key, of=of)


def text(says: str, one_of: tuple[str, ...] = (), *, key: bool = False, need: Need = Need.ALWAYS) -> Column:
    """Text; one of `one_of` when that is given."""
    return Column(Kind.TEXT, says, need, key=key, one_of=one_of)


def number(
    unit: str, says: str, low: float | None = None, high: float | None = None, *, above: float | None = None, need: Need = Need.ALWAYS
) -> Column:
    """A decimal number in `unit`, from `low` to `high`, or greater than `above`."""
    return Column(Kind.NUMBER, says, need, unit, low=low, high=high, above=above)


def whole(unit: str, says: str, low: int | None = None, high: int | None = None, *, key: bool = False, need: Need = Need.ALWAYS) -> Column:
    """A whole number in `unit` from `low` to `high`."""
    return Column(Kind.WHOLE, says, need, unit, key=key, low=low, high=high)


def day(says: str, *, past: bool = False, key: bool = False, need: Need = Need.ALWAYS) -> Column:
    """A date, written 2026-03-01. `past`: it tells what happened, so it may not be later than the day of reading."""
    # Older than the oldest series of flowering (Kyoto's cherries, from 812) is a slip of the pen: 0206 for 2026.
    return Column(Kind.DAY, says, need, key=key, past=past, low=date(800, 1, 1))


def truth(says: str, *, need: Need = Need.ALWAYS) -> Column:
    """true or false."""
    return Column(Kind.TRUTH, says, need)
