"""docs/tables.md and docs/settings.md, made from the declarations: run `python -m pinfold.outside.folder.documents`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pinfold.basics.rules import declared
from pinfold.outside.folder.columns import Column, Need
from pinfold.outside.folder.problems import EXAMPLES_MAX
from pinfold.outside.folder.settings import ROOMS
from pinfold.outside.folder.tables import (
    CONVERSIONS,
    FREE_NUMBERS,
    LATER,
    LATER_TABLES,
    SEASON_NEEDS,
    TABLES,
    columns_of,
    rules_of,
    say_rule,
)

MADE = "<!-- Made by `python -m pinfold.outside.folder.documents`; edit the declarations, not this page. -->\n"
NEEDS = {Need.ALWAYS: "yes", Need.BLANK: "yes; cells may be blank", Need.SEASON: "in a season", Need.NO: "no"}

TABLES_HEAD = f"""# The tables of a season folder

{MADE}
A season folder holds one file per table, `NAME.csv` or `NAME.parquet`. The command line and the server read the same folder, and
`pinfold season export` writes it. A command reads only the tables that it needs; a folder that holds `settings` is a whole season and must
hold {{needed}}.

- **Text** is UTF-8. A byte order mark is accepted; GBK (what Excel often writes in China) and UTF-16 are read with a note.
- **Dates** are written 2026-03-01; nothing else is guessed. **Numbers** are digits and a point: no thousands separators, no full-width
  digits, no unit in the cell. **Yes or no** is `true` or `false`. A value that is not known is a blank cell.
- **Ids** are text, so 7 and 07 differ; `plan` and `match` write them back as they came.
- **Weeks** are whole weeks since `season.starts_on` (a Monday); the first is 0.
- **Money**: planning prices are yuan per kg as decimals; money that is owed or paid is whole fen, in columns that end in `_fen`.
- **Local units**: {{conversions}}.
- **What has happened** may not be dated later than the day of reading: `--as-of`, or else the season's first Monday, or today for a folder
  that is no season.
- **Further columns** are kept where a command can use them (those of {", ".join(f"`{name}`" for name in FREE_NUMBERS)} must be numbers).
- `{LATER}/` below a season folder holds what is still to happen ({", ".join(f"`{name}`" for name in LATER_TABLES)}); only
  `pinfold advance` reads it, day by day: a report on the day on which it was written, the rest on its own day.

`pinfold season check FOLDER` reports every problem of every file at once, each with file, line (the header is line 1), column, value and
what to do; of one kind in one column the first {EXAMPLES_MAX} rows are shown and the rest counted. Nothing is loaded unless everything is
right.
"""

SETTINGS_HEAD = f"""# Settings of a season

{MADE}
The table `settings` of a season folder changes any of these; what it leaves out keeps its default. Settings of an installation (addresses,
keys, workers) come from the environment instead and are listed in `src/pinfold/settings.py`.
"""


def tables_page() -> str:
    """docs/tables.md."""
    conversions = "; ".join(
        f"in `{name}`, `{pair.amount}` + `{pair.unit}` ({', '.join(pair.factors)}) become `{pair.into}`"
        for name, pair in CONVERSIONS.items()
    )
    head = TABLES_HEAD.format(needed=", ".join(f"`{name}`" for name in SEASON_NEEDS), conversions=conversions)
    return head + "".join(_table(name) for name in TABLES)


def settings_page() -> str:
    """docs/settings.md."""
    lines = [SETTINGS_HEAD, "| name | default | unit | limits | what it says |", "|---|---|---|---|---|"]
    for room, kind in ROOMS.items():
        for rule in declared(kind, room):
            lines.append(f"| `{rule.name}` | {rule.default} | {rule.unit} | {_limits(rule.low, rule.high)} | {rule.says} |")
    return "\n".join(lines) + "\n"


def write_docs(docs: Path) -> None:
    """Writes both pages into the folder `docs`."""
    (docs / "tables.md").write_text(tables_page(), encoding="utf-8")
    (docs / "settings.md").write_text(settings_page(), encoding="utf-8")


def _table(name: str) -> str:
    rows = "".join(f"| `{column}` | {' | '.join(_column(declared))} |\n" for column, declared in columns_of(name).items())
    rules = "".join(f"- {say_rule(rule, name)}\n" for rule in rules_of(name))
    says = (TABLES[name].__doc__ or "").strip()
    head = "| column | needed | what | unit | limits | what it says |\n|---|---|---|---|---|---|\n"
    return f"\n## {name}\n\n{says}\n\n{head}{rows}" + (f"\nEvery row:\n\n{rules}" if rules else "")


def _column(column: Column) -> Iterator[str]:
    yield NEEDS[column.need]
    yield column.kind + (" of " + column.of if column.of else "") + (", key" if column.key else "")
    yield column.unit
    if column.one_of:
        yield ", ".join(column.one_of)
    elif column.past:
        yield "not in the future"
    else:
        low = column.low if isinstance(column.low, int | float) else None
        yield f"more than {column.above:g}" if column.above is not None else _limits(low, column.high)
    yield column.says


def _limits(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    return f"{low:g} or more" if high is None and low is not None else f"{low:g} to {high:g}"


if __name__ == "__main__":
    write_docs(Path("docs"))
