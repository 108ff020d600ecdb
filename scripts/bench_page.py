"""Tables of the docs that a command prints anew: below `<!-- table: NAME -->` in a page, until the first empty line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


@dataclass(frozen=True)
class Table:
    """page : in docs/; columns : its head
    key : so many columns, from the first on, name a row; what is measured anew replaces the row of that name
    """

    name: str
    page: str
    columns: tuple[str, ...]
    key: int = 1

    @property
    def mark(self) -> str:
        return f"<!-- table: {self.name} -->"

    @property
    def head(self) -> tuple[str, str]:
        return line_of(self.columns), f"|{'---|' * len(self.columns)}"


MATCH = Table(
    "match",
    "match.md",
    (
        *("season", "ways", "command, CPU s", "after the start", "peak, MB", "proven gap, %", "shipments", "HiGHS, CPU s"),
        "command / HiGHS",
    ),
)
LOOSENED = Table("loosened", "match.md", ("season", "command", "interior point", "PDLP", "HiPDLP"))
START = Table("start", "match.md", ("what", "CPU s"))
WHOLE = Table(
    "whole", "match.md", ("season", "plan, yuan", "CPU s", "proven gap, %", "HiGHS MIP, yuan", "its CPU s", "plan against HiGHS, %")
)
SPREAD = Table(
    "spread",
    "match.md",
    (
        *("what", "one core: CPU s", "wall s", "plan, yuan", "two cores: CPU s", "wall s", "plan, yuan"),
        "proven gap, %",
    ),
)
AGAIN = Table(
    "again",
    "match.md",
    (
        *("season", "what happened", "again, CPU s", "cold, CPU s", "again / cold", "gap, %", "cold, %"),
        *("promised kg moved, %", "cold, %"),
    ),
    key=2,
)
AGAIN_COMMAND = Table("again by the command", "match.md", ("season", "`--from`, CPU s", "anew, CPU s"))
FRONTIER = Table(
    "frontier",
    "match.md",
    ("choice", "poorest fifth, yuan", "rest, yuan", "least village's sold share", "one point of the poorest fifth's income costs the rest"),
)
PROMISES = Table(
    "promises",
    "match.md",
    (
        *("season", "promise", "command, CPU s", "without, CPU s", "yuan", "of those without, %", "proven gap, %"),
        *("least village sells, %", "at most, %"),
    ),
    key=2,
)
UNCERTAIN = Table("uncertain", "match.md", ("season", "effort", "command, CPU s", "one plan, CPU s", "times", "proven gap, %"), key=2)
UNCERTAIN_WORTH = Table(
    "worth of two stages",
    "match.md",
    (
        *("season", "seeds", "two stages over certain, %", "over the constant, %", "sellable share over the constant, %"),
        *("over certain, %", "gap, mean, %", "search, cold plans"),
    ),
)
PINS = Table(
    "pins",
    "measured.md",
    (
        *("market", "rescues", "best fixed size", "packs: chosen / stated / fixed", "more packs than fixed"),
        *("growers' yuan: chosen / stated / fixed", "more yuan than fixed", "more than stated: packs; yuan"),
        *("packs refunded", "pins filled"),
    ),
    key=2,
)
SPEED = Table("speed", "measured.md", ("what", "CPU s", "beside", "its CPU s", "times", "result"))
TABLES = (MATCH, LOOSENED, START, WHOLE, SPREAD, AGAIN, AGAIN_COMMAND, FRONTIER, PROMISES, UNCERTAIN, UNCERTAIN_WORTH, PINS, SPEED)


@dataclass(frozen=True)
class Row:
    """One measured row. Raises AssertionError when it has not as many cells as its table has columns."""

    table: Table
    cells: tuple[str, ...]

    def __post_init__(self) -> None:
        assert len(self.cells) == len(self.table.columns), f"{self.table.name}: {self.cells} beside {self.table.columns}"


def show(rows: Iterable[Row], write: bool, docs: Path = DOCS) -> None:
    """Prints each row as soon as it is measured, with its table's head before the first; write : puts it into its page too."""
    last = None
    for row in rows:
        if row.table is not last:
            print("", row.table.name, "", *row.table.head, sep="\n")
            last = row.table
        print(line_of(row.cells), flush=True)
        if write:
            page = docs / row.table.page
            page.write_text(put(page.read_text(encoding="utf-8"), row), encoding="utf-8")


def put(page: str, row: Row) -> str:
    """The page with `row` in place of that with the same key, or at the end of its table. Raises SystemExit naming what the page lacks."""
    before, own, after = _around(page, row.table)
    keys = [cells_of(line)[: row.table.key] for line in own]
    key, line = row.cells[: row.table.key], line_of(row.cells)
    if key in keys:
        own[keys.index(key)] = line
    else:
        own.append(line)
    return "\n".join([*before, *row.table.head, *own, *after])


def rows_of(page: str, table: Table) -> list[tuple[str, ...]]:
    """Cells of each row that the page has of `table`. Raises SystemExit naming what the page lacks."""
    return [cells_of(line) for line in _around(page, table)[1]]


def _around(page: str, table: Table) -> tuple[list[str], list[str], list[str]]:
    """Lines before the head of `table`, its rows, and what follows."""
    lines = page.split("\n")
    if table.mark not in lines:
        raise SystemExit(f"{table.page} has no line {table.mark}; add it, with {table.head[0]} and {table.head[1]} below")
    start = lines.index(table.mark) + 1
    if tuple(lines[start : start + 2]) != table.head:
        raise SystemExit(f"{table.page}: below {table.mark} stands another head than {table.head[0]}; correct it, and its rows")
    end = next((number for number in range(start, len(lines)) if not lines[number].startswith("|")), len(lines))
    return lines[:start], lines[start + 2 : end], lines[end:]


def line_of(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def cells_of(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
