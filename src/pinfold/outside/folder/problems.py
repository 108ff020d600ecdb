"""What is wrong with a table: where exactly, what was found, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl

VALUE_LETTERS_MAX = 60
# A column of 10 million wrong cells is one mistake: the first rows show it, the rest are counted.
EXAMPLES_MAX = 20


@dataclass(frozen=True)
class Problem:
    """One broken cell, row or file.

    file : path as the reader knows it
    row : line in the file, header = 1 (Parquet: as if it had a header); None where the whole file is meant
    column : None where the whole row is meant
    value : what stands there, shortened
    says : what is wrong with it
    remedy : what to do
    severity : "error" stops the reading; "warning" does not
    more : how many further rows have a problem of this kind and are not listed
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    says: str
    remedy: str
    severity: str = "error"
    more: int = 0

    def __str__(self) -> str:
        place = self.file + (f", line {self.row}" if self.row else "") + (f", {self.column}" if self.column else "")
        value = f" {self.value!r}" if self.value is not None else ""
        more = f" ({self.more:,} more rows like this)" if self.more else ""
        note = "note: " if self.severity == "warning" else ""
        return f"{place}:{value} {note}{self.says}; {self.remedy}{more}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def error(
    file: str, says: str, remedy: str, *, row: int | None = None, column: str | None = None, value: object = None, more: int = 0
) -> Problem:
    """A problem that stops the reading."""
    return Problem(file, row, column, _short(value), says, remedy, "error", more)


def warning(
    file: str, says: str, remedy: str, *, row: int | None = None, column: str | None = None, value: object = None, more: int = 0
) -> Problem:
    """Something that the reader should look at, and that stops nothing."""
    return Problem(file, row, column, _short(value), says, remedy, "warning", more)


def did_you_mean(word: str, choices: Collection[str], otherwise: str) -> str:
    """The remedy for a mistyped word: the likeliest of `choices`, or else `otherwise`.

    >>> did_you_mean("cofee", ["coffee", "mango"], "add it")
    'did you mean coffee?'
    """
    near = difflib.get_close_matches(word.lower(), choices, 1, 0.7)
    return f"did you mean {near[0]}?" if near else otherwise


def listed(rows: pl.DataFrame, tell: Callable[[dict[str, Any]], Problem]) -> list[Problem]:
    """What `tell` says of the first EXAMPLES_MAX of `rows`; the last one says how many more there are."""
    return shortened([tell(row) for row in rows.head(EXAMPLES_MAX).iter_rows(named=True)], rows.height)


def shortened(examples: list[Problem], total: int) -> list[Problem]:
    """`examples`, at most EXAMPLES_MAX of `total` problems of a kind, the last one saying how many are not listed."""
    if total <= len(examples):
        return examples
    return [*examples[:-1], replace(examples[-1], more=total - len(examples))]


def _short(value: object) -> str | None:
    text = None if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
    return text if text is None or len(text) <= VALUE_LETTERS_MAX else text[: VALUE_LETTERS_MAX - 1] + "…"
