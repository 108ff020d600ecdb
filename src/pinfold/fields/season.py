"""The season itself: its number, its first Monday and its length."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pinfold.basics.errors import InputError
from pinfold.basics.rules import rule


@dataclass(frozen=True)
class SeasonRules:
    number: int = rule(2026, "year", "the season's number: the year in which it starts", 1900, 2200)
    starts_on: date = rule(date(2026, 9, 7), "date", "Monday of the season's first week")
    weeks: int = rule(26, "weeks", "how long the season lasts", 1, 60)

    def __post_init__(self) -> None:
        if self.starts_on.weekday() != 0:
            raise InputError(f"season.starts_on is {self.starts_on}, a {self.starts_on:%A}; give the Monday of the season's first week")
