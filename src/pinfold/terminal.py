"""What the command line asks and says in a person's way: dates, files to write, progress, answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

TABLE_TEXT_MAX = 60


class OutFile(click.Path):
    """A file to write, refused before anything is computed when its folder is not there."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        out = Path(super().convert(value, param, ctx))
        if not out.parent.is_dir():
            self.fail(f"{str(out)!r}: there is no folder {str(out.parent)!r} to write into; make it first, or write elsewhere", param, ctx)
        return out


class Day(click.ParamType):
    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date; write it as 2026-11-23", param, ctx)


class TerminalProgress:
    """One line that rewrites itself on a terminal, and nothing at all in a pipe."""

    def __call__(self, what: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            share = done / total if total else 1.0
            bar = ("█" * round(24 * share)).ljust(24, "·")
            click.echo(f"\r\x1b[K{what:<34.34} {bar} {done}/{total}", nl=done >= total, err=True)


def show(facts: Any, as_json: bool) -> None:
    """A flow's answer: JSON for a program; for people `name: value` lines, and a table for every list."""
    plain = facts if isinstance(facts, dict) else asdict(facts)
    if as_json:
        click.echo(json.dumps(plain, default=str, ensure_ascii=False))
        return
    for name, value in plain.items():
        if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
            click.echo(f"\n{name.replace('_', ' ')}")
            show_table(value)
        else:
            click.echo(f"{name.replace('_', ' ')}: {_short(value)}")


def show_table(rows: Sequence[dict[str, Any]]) -> None:
    """Rows with the same keys as columns; columns with texts too long for a line are only named, as --json has them."""
    width_of = {name: max(len(_short(row[name])) for row in rows) for name in rows[0]}
    columns = {name: max(width, len(name)) for name, width in width_of.items() if width <= TABLE_TEXT_MAX}
    for line in ({name: name.replace("_", " ") for name in columns}, *rows):
        click.echo("  " + "  ".join(_short(line[name]).ljust(width) for name, width in columns.items()).rstrip())
    if len(columns) < len(width_of):
        click.echo(f"  ({', '.join(name for name in width_of if name not in columns)}: with --json)")


def _short(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)
