"""Files of a season folder: which there are, and their cells as they stand, each row with its line."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from pinfold.basics.errors import NotFound
from pinfold.outside.folder.encoding import as_utf8
from pinfold.outside.folder.lines import Rows, count_rows
from pinfold.outside.folder.problems import EXAMPLES_MAX, Problem, error, shortened

SUFFIXES = (".csv", ".parquet")
HEADER_BYTES_MAX = 1 << 16
SEPARATORS = {";": "semicolons", "\t": "tabs", "，": "full-width commas"}


@dataclass(frozen=True)
class Cells:
    """What a file holds, before any meaning is given to it.

    frame : `line` (UInt32) and one column per column of the file: text from CSV (None where blank), its own type from Parquet
    whole : False when rows were left out because their cells could not be told apart
    """

    file: str
    frame: pl.DataFrame
    whole: bool = True


def find_files(folder: Path, name: str) -> list[Path]:
    """The files that hold table `name`: none, one, or by mistake two."""
    return [path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").exists()]


def find_file(folder: Path, name: str) -> Path | None:
    """The file that holds table `name`, or None."""
    return next(iter(find_files(folder, name)), None)


def file_of(folder: Path, name: str) -> Path:
    """The file that holds table `name`. Raises NotFound."""
    path = find_file(folder, name)
    if path is None:
        raise NotFound(f"folder {folder} has no table {name}; put {name}.csv or {name}.parquet there")
    return path


def read_cells(path: Path, file: str) -> tuple[Cells | None, list[Problem]]:
    """Cells of a file, called `file` in what is said about it; None when nothing can be read from it."""
    return _read_parquet(path, file) if path.suffix == ".parquet" else _read_csv(path, file)


def _read_parquet(path: Path, file: str) -> tuple[Cells | None, list[Problem]]:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError):
        return None, [error(file, "cannot be read as Parquet", "write it again")]
    problems = _header_problems(frame.columns, file)
    for column, kind in frame.schema.items():
        if kind.is_nested() or kind in (pl.Binary, pl.Object):
            problems.append(error(file, f"holds {kind}, not one value per cell", "write numbers, text or dates", column=column))
    if problems:
        return None, problems
    return Cells(file, frame.with_row_index("line", offset=2)), []


def _read_csv(path: Path, file: str) -> tuple[Cells | None, list[Problem]]:
    data, notes = as_utf8(path.read_bytes(), file)
    if any(note.severity == "error" for note in notes):
        return None, notes
    if not data.strip():
        return None, [*notes, error(file, "is empty", "write a header line with the column names, then one line per row")]
    names = next(csv.reader(io.StringIO(data[:HEADER_BYTES_MAX].decode(errors="ignore"))))
    if not any(names):
        return None, [*notes, error(file, "has no column names", "write them into line 1", row=1)]
    header = [name.strip() or f"column {place}" for place, name in enumerate(names, 1)]
    rows = count_rows(data)
    broken = [*_header_problems(header, file), *_row_problems(rows, len(header), file)]
    if any(problem.row == 1 for problem in broken) or rows.open_quote:
        return None, [*notes, *broken]
    try:
        frame = pl.read_csv(data, infer_schema=False, new_columns=header, truncate_ragged_lines=True)
    except pl.exceptions.PolarsError:
        frame = pl.DataFrame()
    if frame.height != len(rows.line) - 1:
        says = "has quotation marks inside cells, so that its rows cannot be told apart"
        return None, [*notes, *broken, error(file, says, 'put the whole cell between marks and double those inside: "5"" pipe"')]
    frame = frame.select(pl.Series("line", rows.line[1:], pl.UInt32), pl.all().str.strip_chars().replace("", None))
    ragged = (rows.cells != len(header))[1:]
    frame = frame.filter(pl.any_horizontal(pl.exclude("line").is_not_null()) & ~pl.lit(pl.Series(ragged)))
    nameless = [name for name in header if name.startswith("column ")]
    frame = frame.drop(name for name in nameless if frame[name].null_count() == frame.height)
    broken += [error(file, "has cells but no name", "name it in line 1", column=name) for name in nameless if name in frame.columns]
    return Cells(file, frame, whole=not (ragged & ~rows.blank[1:]).any()), [*notes, *broken]


def _header_problems(header: list[str], file: str) -> list[Problem]:
    problems = [
        error(file, "stands twice in the header", "rename or remove one of them", row=1, column=name)
        for name, times in Counter(header).items()
        if times > 1
    ]
    if "line" in header:
        problems.append(error(file, "is a name that the check itself uses", "rename it", row=1, column="line"))
    if len(header) == 1:
        problems += [
            error(file, f"separates its cells by {word}", "save it with commas (CSV UTF-8)", row=1, value=header[0])
            for mark, word in SEPARATORS.items()
            if mark in header[0]
        ]
    return problems


def _row_problems(rows: Rows, width: int, file: str) -> list[Problem]:
    problems = []
    if rows.open_quote:
        says = "opens a quotation that never ends"
        problems.append(error(file, says, "close it, or remove the mark", row=int(rows.line[-1])))
    ragged = np.flatnonzero((rows.cells != width) & ~rows.blank)
    ragged = ragged[ragged > 0]
    remedy = "put a cell that holds a comma between quotation marks, or add the missing cells"
    examples = [
        error(file, f"has {rows.cells[row]} cells where the header has {width}", remedy, row=int(rows.line[row]))
        for row in ragged[:EXAMPLES_MAX]
    ]
    return problems + shortened(examples, len(ragged))
