"""Files of a season folder: which there are, and their cells as text."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pinfold.basics.errors import NotFound

SUFFIXES = (".csv", ".parquet")


def find_file(folder: Path, name: str) -> Path | None:
    """The file that holds table `name`, or None."""
    return next((path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").exists()), None)


def file_of(folder: Path, name: str) -> Path:
    """The file that holds table `name`. Raises NotFound."""
    path = find_file(folder, name)
    if path is None:
        raise NotFound(f"folder {folder} has no table {name}; put {name}.csv or {name}.parquet there")
    return path


def read_cells(path: Path) -> pl.DataFrame:
    """Every cell of a CSV as text, or of a Parquet file in its own type."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    return pl.read_csv(path, infer_schema=False)
