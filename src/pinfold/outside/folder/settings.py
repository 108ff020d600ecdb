"""Every room that has rules, and whether a season's settings table fits them."""

from __future__ import annotations

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.rules import read_rules
from pinfold.demand.rules import DemandRules
from pinfold.fields.reports import ReportRules
from pinfold.fields.season import SeasonRules
from pinfold.match.rules import MatchRules
from pinfold.outside.folder.problems import Problem, error

# Room -> its rules. A setting is named ROOM.field.
ROOMS: dict[str, type] = {"season": SeasonRules, "fields": ReportRules, "demand": DemandRules, "match": MatchRules}


def setting_problems(settings: pl.DataFrame, file: str) -> list[Problem]:
    """Settings that no room knows, or whose value does not fit; `settings` has name, value and line."""
    problems = []
    for name, value, line in settings.select("name", "value", "line").drop_nulls().iter_rows():
        room = name.partition(".")[0]
        if room not in ROOMS:
            remedy = f"use a name of docs/settings.md; rooms are {', '.join(ROOMS)}"
            problems.append(error(file, "is not a setting", remedy, row=line, column="name", value=name))
            continue
        try:
            read_rules(ROOMS[room], room, {name: value})
        except InputError as wrong:
            says, _, remedy = str(wrong).partition("; ")
            problems.append(error(file, says, remedy, row=line, column="value", value=value))
    return problems


def given(settings: pl.DataFrame) -> dict[str, str]:
    """A settings table as name -> value, ready for basics.rules.read_rules."""
    return dict(settings.select("name", "value").drop_nulls().iter_rows())
