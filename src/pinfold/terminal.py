"""What all commands share: options, the database set up, and asking and answering in a person's way."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
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


OUT = click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="folder to write into; made if need be")
OUT_FILE = click.option("--out", required=True, type=OutFile(), help="file to write: Parquet if it ends in .parquet, else CSV")
JSON = click.option("--json", "as_json", is_flag=True, help="print JSON for a program to read")


def with_store(command: Callable[..., Any]) -> Callable[..., Any]:
    """Sets Django up before a command that needs the database."""

    def run(*given: Any, **named: Any) -> Any:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pinfold.web.django_settings")
        django.setup()
        from django.db.utils import DatabaseError

        try:
            return command(*given, **named)
        except DatabaseError as problem:
            from pinfold.store.setup import raise_if_unprepared

            raise_if_unprepared(problem)
            raise

    run.__doc__, run.__name__ = command.__doc__, command.__name__
    # click keeps a command's options on the function.
    run.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    return run


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
