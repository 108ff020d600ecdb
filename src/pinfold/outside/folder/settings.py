"""Every room that has rules, and whether a season's settings table fits them."""

from __future__ import annotations

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.rules import declared, read_rules
from pinfold.coop.rules import CoopRules
from pinfold.demand.rules import DemandRules
from pinfold.fields.reports import ReportRules
from pinfold.fields.season import SeasonRules
from pinfold.fields.weather import WeatherRules
from pinfold.impact.rules import ImpactRules
from pinfold.ledger.rules import SplitRules
from pinfold.match.rules import MatchRules, WholeRules
from pinfold.match.uncertain.rules import UncertainRules
from pinfold.outside.folder.problems import Problem, did_you_mean, error
from pinfold.pin.rules import PinRules
from pinfold.replay.rules import ReplayRules

# Room -> its rules. A setting is named ROOM.field.
ROOMS: dict[str, type] = {
    "season": SeasonRules,
    "fields": ReportRules,
    "weather": WeatherRules,
    "demand": DemandRules,
    "match": MatchRules,
    "whole": WholeRules,
    "uncertain": UncertainRules,
    "pin": PinRules,
    "coop": CoopRules,
    "split": SplitRules,
    "impact": ImpactRules,
    "replay": ReplayRules,
}


def setting_problems(settings: pl.DataFrame, file: str) -> list[Problem]:
    """Settings that no room knows, or whose value does not fit; `settings` has name, value and line."""
    rows = settings.select("name", "value", "line").drop_nulls()
    known = [setting.name for room, kind in ROOMS.items() for setting in declared(kind, room)]
    problems = [
        error(file, "is not a setting", did_you_mean(name, known, "docs/settings.md lists all"), row=line, column="name", value=name)
        for name, _, line in rows.iter_rows()
        if name.partition(".")[0] not in ROOMS
    ]
    for room, kind in ROOMS.items():
        mine = rows.filter(pl.col("name").str.starts_with(f"{room}.")).rows()
        refused = {name: reason for name, value, _ in mine if (reason := _refusal(_without_check(kind), room, {name: value}))}
        # Values that are each allowed may still contradict each other; the reason names the one to change.
        reason = _refusal(kind, room, {name: value for name, value, _ in mine if name not in refused})
        if reason:
            refused[next((name for name, _, _ in mine if name in reason), mine[0][0])] = reason
        for name, value, line in mine:
            if name in refused:
                says, _, remedy = refused[name].partition("; ")
                problems.append(error(file, says, remedy or "correct it", row=line, column="value", value=value))
    return problems


def given(settings: pl.DataFrame) -> dict[str, str]:
    """A settings table as name -> value, ready for basics.rules.read_rules."""
    return dict(settings.select("name", "value").drop_nulls().iter_rows())


def _refusal(kind: type, room: str, values: dict[str, str]) -> str | None:
    try:
        read_rules(kind, room, values)
    except InputError as wrong:
        return str(wrong)
    return None


def _without_check(kind: type) -> type:
    """The same rules without what they ask of several settings together."""
    return type(kind.__name__, (kind,), {"__post_init__": lambda self: None})
