"""The pages of tables and settings say what the declarations say, and leave nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pinfold
from pinfold.outside.folder.documents import settings_page, tables_page
from pinfold.outside.folder.settings import ROOMS
from pinfold.outside.folder.tables import TABLES, columns_of

ROOT = Path(__file__).parent.parent.parent
REMAKE = "run: .venv/bin/python -m pinfold.outside.folder.documents"


def test_the_page_of_tables_is_up_to_date() -> None:
    assert (ROOT / "docs/tables.md").read_text(encoding="utf-8") == tables_page(), REMAKE


def test_the_page_of_settings_is_up_to_date() -> None:
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings_page(), REMAKE


def test_every_rules_dataclass_is_listed() -> None:
    written = {
        name
        for path in Path(pinfold.__file__).parent.rglob("rules.py")
        for name in re.findall(r"^class (\w+Rules)\b", path.read_text(encoding="utf-8"), re.M)
    }
    assert written - {kind.__name__ for kind in ROOMS.values()} == set()


@pytest.mark.parametrize("name", TABLES)
def test_every_column_says_what_it_is(name: str) -> None:
    assert TABLES[name].__doc__
    for column, kind in columns_of(name).items():
        assert kind.says, column


@pytest.mark.parametrize("name", TABLES)
def test_what_a_row_points_at_stands_before_it(name: str) -> None:
    order = list(TABLES)
    for kind in columns_of(name).values():
        target = kind.of
        assert target is None or order.index(target) <= order.index(name)
