"""Tables of a folder as checked frames: all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from pinfold.basics.errors import BrokenTables
from pinfold.outside.folder.files import find_files, read_cells
from pinfold.outside.folder.limits import column_problems, future_problems, key_problems, limit_problems, season_problems
from pinfold.outside.folder.problems import Problem, error, warning
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
    """What was read, and everything that there was to say about it. `files` names the file of each table."""

    tables: dict[str, pl.DataFrame]
    files: dict[str, str]
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


def read_folder(folder: Path, asked: Asked) -> Reading:
    """As `read_tables`, but broken tables come back as problems beside those that could be read."""
    frames: dict[str, pl.DataFrame] = {}
    files: dict[str, str] = {}
    targets: dict[str, pl.DataFrame] = dict(asked.beside)
    problems: list[Problem] = []
    for name in dict.fromkeys([*asked.names, *asked.optional]):
        paths = find_files(folder, name)
        files[name] = str(paths[0] if paths else folder / f"{name}.csv")
        if len(paths) > 1:
            problems.append(error(files[name], f"stands beside {paths[1].name}", "keep one of the two"))
        elif paths:
            frame, whole, found = _read_table(paths[0], name, asked)
            problems += found
            if frame is not None:
                frames[name] = frame
                # Rows that could not be read may hold the very ids that others point at.
                if whole:
                    targets[name] = frame
        elif name in asked.names:
            problems.append(error(files[name], "is missing", f"add {name}.csv or {name}.parquet with the columns in docs/tables.md"))
    problems += reference_problems(frames, files, targets) + homeless_plots(frames, files) + swapped_places(frames, files)
    order = list(files.values())
    problems.sort(key=lambda problem: (order.index(problem.file), problem.row or 0))
    tables = {name: frame.drop("line") for name, frame in frames.items()}
    return Reading(tables, files, [p for p in problems if p.severity == "error"], [p for p in problems if p.severity == "warning"])


def _read_table(path: Path, name: str, asked: Asked) -> tuple[pl.DataFrame | None, bool, list[Problem]]:
    """One table, whether all its rows could be read, and what is wrong with it by itself."""
    file = str(path)
    cells, problems = read_cells(path, file)
    if cells is None:
        return None, False, problems
    problems += column_problems(cells, name)
    if cells.frame.height == 0 and cells.whole:
        problems.append((error if name in asked.names else warning)(file, "has a header and no rows", "add a line per row"))
    frame, unread_problems, unread = to_values(cells, name)
    problems += unread_problems
    problems += limit_problems(frame, name, file, unread)
    problems += key_problems(frame, name, file)
    problems += future_problems(frame, name, file, asked.as_of)
    frame = convert(frame, name)
    if asked.in_season:
        problems += season_problems(frame, name, file, unread)
    if name == "settings" and {"name", "value"} <= set(frame.columns):
        # It knows the rules of every room, for which commands without settings need not wait.
        from pinfold.outside.folder.settings import setting_problems

        problems += setting_problems(frame, file)
    return frame, cells.whole, problems
