"""Tables of a folder as checked frames: all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from pinfold.basics.errors import BrokenTables
from pinfold.basics.units import UNITS_KG, UNITS_M2
from pinfold.outside.folder.files import find_file, read_cells
from pinfold.outside.folder.problems import Problem
from pinfold.outside.folder.tables import columns_of


def read_tables(folder: Path, names: Sequence[str], as_of: date | None = None, optional: Sequence[str] = ()) -> dict[str, pl.DataFrame]:
    """Frames of the tables `names`, by name; of `optional` too where the folder has them.

    Declared columns have their declared type (ids text, dates Date); optional columns that a file leaves out stay out; columns that
    are not declared are kept, as numbers where all their cells are. weight + unit become kg, area + area_unit become area_m2.
    as_of : no row may tell of a later day; None leaves that unchecked
    Raises BrokenTables with every problem of every file.
    """
    problems: list[Problem] = []
    tables: dict[str, pl.DataFrame] = {}
    for name in [*names, *optional]:
        path = find_file(folder, name)
        if path is None:
            if name in names:
                problems.append(
                    Problem(f"{folder}/{name}.csv", None, None, None, "the table is missing", f"add {name}.csv or {name}.parquet")
                )
            continue
        try:
            tables[name] = _typed(read_cells(path), name)
        except pl.exceptions.PolarsError as error:
            problems.append(Problem(str(path), None, None, None, str(error).splitlines()[0], "correct it"))
    if problems:
        raise BrokenTables(list(problems))
    return tables


def _typed(cells: pl.DataFrame, name: str) -> pl.DataFrame:
    declared = columns_of(name)
    missing = [c for c, kind in declared.items() if not kind.metadata["optional"] and c not in cells.columns]
    if missing:
        raise pl.exceptions.ColumnNotFoundError(f"column {missing[0]} is missing")
    frame = cells.with_columns(
        pl.col(c).str.to_date() if kind.dtype == pl.Date and cells.schema[c] == pl.String else pl.col(c).cast(kind.dtype)
        for c, kind in declared.items()
        if c in cells.columns and kind.dtype != pl.Boolean
    )
    if "registered_poor" in frame.columns and frame.schema["registered_poor"] == pl.String:
        frame = frame.with_columns(pl.col("registered_poor").str.to_lowercase() == "true")
    for amount, unit, into, units in (("weight", "unit", "kg", UNITS_KG), ("area", "area_unit", "area_m2", UNITS_M2)):
        if amount in frame.columns and unit in frame.columns and into in declared:
            frame = frame.with_columns((pl.col(amount) * pl.col(unit).replace_strict(units)).alias(into)).drop(amount, unit)
    extra = [c for c in frame.columns if c not in declared and frame.schema[c] == pl.String]
    for c in extra:
        for dtype in (pl.Int64, pl.Float64):
            cast = frame[c].cast(dtype, strict=False)
            if cast.null_count() == frame[c].null_count():
                frame = frame.with_columns(cast)
                break
    return frame
