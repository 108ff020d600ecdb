"""Frames back into files, with ids in the type in which they came."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pinfold.outside.folder.files import file_of
from pinfold.outside.folder.tables import ids_of


def id_types(folder: Path, name: str) -> dict[str, pl.DataType]:
    """Type that each id column of table `name` has in its file: Int64 where a CSV holds only whole numbers, else String.

    Inside Pinfold every id is text; a command that writes ids back passes this to `as_they_came`.
    Raises NotFound when the folder has no such table.
    """
    path = file_of(folder, name)
    frame = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path, infer_schema_length=None)
    schema = frame.collect_schema()
    return {column: schema[column] for column in ids_of(name) if column in schema}


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
