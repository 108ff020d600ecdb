"""Household income per head against the poverty line, without showing anybody's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pinfold.impact.rules import ImpactRules


@dataclass(frozen=True)
class Income:
    """One household's year in fen: what it was credited for crop, its dividends, its farm costs, and what it earns elsewhere."""

    village_id: str
    people: int
    registered_poor: bool
    crop_fen: int
    dividends_fen: int
    farm_cost_fen: int
    other_income_fen: int

    @property
    def per_head_fen(self) -> float:
        """Income left to each person."""
        return (self.crop_fen + self.dividends_fen + self.other_income_fen - self.farm_cost_fen) / self.people


@dataclass(frozen=True)
class Group:
    """People looked at together. The two figures are None where showing them would tell of too few people.

    kind : all, village, or poverty (name: registered or others)
    below_line_share : share of people whose household has less per head than the line
    """

    kind: str
    name: str
    households: int
    people: int
    per_head_fen: int | None
    below_line_share: float | None


def groups(incomes: Sequence[Income], rules: ImpactRules) -> list[Group]:
    """All members, then by village, then by poverty registration, each hidden or shown by the rule of small groups."""
    everybody = _split(incomes, "all", lambda income: "all", rules)
    villages = _split(incomes, "village", lambda income: income.village_id, rules)
    poverty = _split(incomes, "poverty", lambda income: "registered" if income.registered_poor else "others", rules)
    return [*_hidden(everybody, rules), *_hidden(villages, rules), *_hidden(poverty, rules)]


def _split(incomes: Sequence[Income], kind: str, name_of: Callable[[Income], str], rules: ImpactRules) -> list[Group]:
    names = sorted({name_of(income) for income in incomes})
    return [_group(kind, name, [income for income in incomes if name_of(income) == name], rules) for name in names]


def _group(kind: str, name: str, members: Sequence[Income], rules: ImpactRules) -> Group:
    people = sum(income.people for income in members)
    below = sum(income.people for income in members if income.per_head_fen < rules.poverty_line_fen)
    per_head_fen = round(sum(income.per_head_fen * income.people for income in members) / people)
    return Group(kind, name, len(members), people, per_head_fen, below / people)


def _hidden(parts: Sequence[Group], rules: ImpactRules) -> list[Group]:
    """The groups of one division. If just one is too small, the smallest other is hidden with it: else the total would give it away."""
    small = {part.name for part in parts if part.people < rules.group_people_min}
    shown = [part for part in parts if part.name not in small]
    if len(small) == 1 and shown:
        small.add(min(shown, key=lambda part: (part.people, part.name)).name)
    return [replace(part, per_head_fen=None, below_line_share=None) if part.name in small else part for part in parts]
