"""What is wrong with a table: where exactly, what was found, and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One broken cell, row or file.

    file : path as the reader knows it
    row : line in the file, header = 1 (Parquet: row + 1, as if it had a header); None where the whole file is meant
    column : None where the whole row is meant
    value : what stands there, shortened to 60 characters
    says : what is wrong with it
    remedy : what to do
    severity : "error" stops the reading; "warning" does not
    more : how many further rows have the same problem and are not listed
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
        place = self.file + (f":{self.row}" if self.row else "") + (f" {self.column}" if self.column else "")
        value = f" {self.value!r}" if self.value is not None else ""
        more = f" ({self.more:,} more rows like this)" if self.more else ""
        return f"{place}{value}: {self.says}; {self.remedy}{more}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)
