"""Tables of a folder as checked frames: all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from pinfold.basics.errors import BrokenTables
from pinfold.outside.folder.files import find_file, read_cells
from pinfold.outside.folder.limits import column_problems, future_problems, key_problems, limit_problems
from pinfold.outside.folder.problems import Problem, error
from pinfold.outside.folder.references import homeless_plots, reference_problems, swapped_places
from pinfold.outside.folder.values import convert, to_values


@dataclass(frozen=True)
class Asked:
    """What a reader wants from a folder.

    names : tables that must be there and hold rows
    optional : tables that are read where they are there
    as_of : no row may tell of a later day; None leaves that unchecked
    in_season : columns that a season needs must be there too
    beside : tables read elsewhere that ids here may point at
    """

    names: Sequence[str]
    optional: Sequence[str] = ()
    as_of: date | None = None
    in_season: bool = False
    beside: Mapping[str, pl.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What was read, and everything that there was to say about it."""

    tables: dict[str, pl.DataFrame]
    errors: list[Problem]
    warnings: list[Problem]


def read_tables(folder: Path, names: Sequence[str], as_of: date | None = None, optional: Sequence[str] = ()) -> dict[str, pl.DataFrame]:
    """Frames of the tables `names`, by name; of `optional` too where the folder has them.

    Declared columns have their declared type (ids text, dates Date, numbers Float64 or Int64). Columns that a file leaves out stay
    out; columns that are not declared are kept, Float64 where all their cells are numbers. weight + unit become kg, area + area_unit
    become area_m2.
    as_of : no row may tell of a later day; None leaves that unchecked
    Raises BrokenTables with every problem of every file.
    """
    reading = read_folder(folder, Asked(names, optional, as_of))
    if reading.errors:
        raise BrokenTables(list(reading.errors))
    return reading.tables


def read_folder(folder: Path, asked: Asked, called: str = "") -> Reading:
    """As `read_tables`, but broken tables come back as problems beside those that could be read.

    called : how the folder is named in what is said; default: its path
    """
    frames: dict[str, pl.DataFrame] = {}
    files: dict[str, str] = {}
    targets: dict[str, pl.DataFrame] = dict(asked.beside)
    problems: list[Problem] = []
    for name in dict.fromkeys([*asked.names, *asked.optional]):
        path = find_file(folder, name)
        if path is None:
            if name in asked.names:
                file = _called(folder, called, f"{name}.csv")
                problems.append(error(file, "is missing", f"add {name}.csv or {name}.parquet with the columns in docs/tables.md"))
            continue
        files[name] = _called(folder, called, path.name)
        frame, whole, found = _read_table(path, files[name], name, asked)
        problems += found
        if frame is not None:
            frames[name] = frame
            # Rows that could not be read may hold the very ids that others point at.
            if whole:
                targets[name] = frame
    problems += reference_problems(frames, files, targets) + homeless_plots(frames, files) + swapped_places(frames, files)
    order = list(files.values())
    problems.sort(key=lambda problem: (order.index(problem.file) if problem.file in order else -1, problem.row or 0))
    tables = {name: convert(frame.drop("line"), name) for name, frame in frames.items()}
    return Reading(tables, [p for p in problems if p.severity == "error"], [p for p in problems if p.severity == "warning"])


def _read_table(path: Path, file: str, name: str, asked: Asked) -> tuple[pl.DataFrame | None, bool, list[Problem]]:
    cells, problems = read_cells(path, file)
    if cells is None:
        return None, False, problems
    problems += column_problems(cells, name, asked.in_season)
    if cells.frame.height == 0 and cells.whole and name in asked.names:
        problems.append(error(file, "has a header and no rows", "add a line per row"))
    frame, unread_problems, unread = to_values(cells, name)
    problems += unread_problems
    problems += limit_problems(frame, name, file, unread, asked.in_season)
    problems += key_problems(frame, name, file)
    problems += future_problems(frame, name, file, asked.as_of)
    return frame, cells.whole, problems


def _called(folder: Path, called: str, file: str) -> str:
    return str(Path(called) / file) if called else str(folder / file)
