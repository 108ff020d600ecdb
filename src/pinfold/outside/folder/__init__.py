"""Season folders: tables as CSV or Parquet in, checked frames out, and frames back into files."""

from pinfold.outside.folder.problems import Problem
from pinfold.outside.folder.reading import read_tables
from pinfold.outside.folder.writing import as_they_came, id_types, write_tables

__all__ = ["Problem", "as_they_came", "id_types", "read_tables", "write_tables"]
