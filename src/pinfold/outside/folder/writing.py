"""Frames back into files, with ids in the type in which they came."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pinfold.basics.errors import BrokenTables
from pinfold.outside.folder.files import file_of, read_cells
from pinfold.outside.folder.problems import error
from pinfold.outside.folder.tables import ids_of


def id_types(folder: Path, name: str) -> dict[str, pl.DataType]:
    """Type that each id column of table `name` has in its file; in a CSV, Int64 where every cell is a plain whole number, else String.

    Inside Pinfold every id is text; a command that writes ids back passes this to `as_they_came`.
    Raises NotFound when the folder has no such table, and BrokenTables when it cannot be read.
    """
    path = file_of(folder, name)
    if path.suffix == ".parquet":
        stored = _stored_types(path)
        return {column: stored[column] for column in ids_of(name) if column in stored}
    cells, problems = read_cells(path, str(path))
    if cells is None:
        raise BrokenTables(list(problems))
    return {column: _id_type(cells.frame[column]) for column in ids_of(name) if column in cells.frame.columns}


def _stored_types(path: Path) -> Mapping[str, pl.DataType]:
    """Types of a Parquet file's columns, of which only the foot is read."""
    try:
        return pl.read_parquet_schema(path)
    except (pl.exceptions.PolarsError, OSError):
        raise BrokenTables([error(str(path), "cannot be read as Parquet", "write it again")]) from None


def _id_type(cells: pl.Series) -> pl.DataType:
    # 007 is no plain whole number: written back as 7 it would be another id.
    plain = cells.str.contains(r"^(0|-?[1-9]\d{0,17})$").all()
    return pl.Int64() if plain else pl.String()


def as_they_came(frame: pl.DataFrame, types: dict[str, pl.DataType]) -> pl.DataFrame:
    """`frame` with its id columns cast back from text to `types`; columns that `types` does not name stay as they are."""
    return frame.with_columns(pl.col(column).cast(kind) for column, kind in types.items() if column in frame.columns)


def write_tables(folder: Path, tables: Mapping[str, pl.DataFrame], kind: str = "csv") -> None:
    """Writes each table as NAME.csv or NAME.parquet into `folder`, without columns that hold nothing.

    kind : csv (UTF-8) or parquet
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        filled = frame.drop(column for column in frame.columns if frame.height and frame[column].null_count() == frame.height)
        path = folder / f"{name}.{kind}"
        filled.write_parquet(path) if kind == "parquet" else filled.write_csv(path)
