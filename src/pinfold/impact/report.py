"""The report: what the season brought to whom, each figure with its method and, where known, what selling without a plan would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pinfold.impact.incomes import Group, Income, groups
from pinfold.impact.methods import METHODS
from pinfold.impact.rules import ImpactRules


@dataclass(frozen=True)
class SeasonBooks:
    """Sums of a season so far. Fen: what buyers paid for deliveries, and its parts; what the guarantee paid; what customers ever paid in,
    and what went back because something failed. salvage_yuan : worth of what was picked and not sent. Kg of product: picked, sent to
    buyers, arrived, bought under the guarantee.
    """

    buyers_fen: int
    growers_fen: int
    carrier_fen: int
    cooperative_fen: int
    platform_fen: int
    guarantee_fen: int
    received_fen: int
    refunded_fen: int
    salvage_yuan: float
    kg_picked: float
    kg_sent: float
    kg_sold: float
    kg_guaranteed: float


@dataclass(frozen=True)
class Figure:
    """One figure. value : None while there is nothing to divide by; unit : share or yuan; beside : first come, first served, or None"""

    name: str
    value: float | None
    unit: str
    beside: float | None
    method: str
    method_zh: str


@dataclass(frozen=True)
class ImpactFacts:
    """The whole report. Groups of kind `poverty` are for the board and the officer alone."""

    season: int
    as_of: date
    poverty_line_fen: int
    poverty_line_year: int
    poverty_line_source: str
    figures: tuple[Figure, ...]
    groups: tuple[Group, ...]

    def figure(self, name: str) -> Figure:
        """One figure by its name."""
        return next(figure for figure in self.figures if figure.name == name)


@dataclass(frozen=True)
class Day:
    season: int
    as_of: date


def report(day: Day, books: SeasonBooks, incomes: Sequence[Income], beside: Mapping[str, float], rules: ImpactRules) -> ImpactFacts:
    """The report of one day.

    beside : the figures that are known for the same season sold first come, first served, by name
    """
    grouped = groups(incomes, rules)
    values = {**_money(books), **_kilograms(books), **_incomes(grouped)}
    figures = tuple(
        Figure(name, value, "yuan" if name.endswith("_yuan") else "share", beside.get(name), *METHODS[name])
        for name, value in values.items()
    )
    return ImpactFacts(
        day.season, day.as_of, rules.poverty_line_fen, rules.poverty_line_year, rules.poverty_line_source, figures, tuple(grouped)
    )


def _money(books: SeasonBooks) -> dict[str, float | None]:
    return {
        "growers_share": _share(books.growers_fen, books.buyers_fen),
        "carrier_share": _share(books.carrier_fen, books.buyers_fen),
        "cooperative_share": _share(books.cooperative_fen, books.buyers_fen),
        "platform_share": _share(books.platform_fen, books.buyers_fen),
        "growers_yuan": books.growers_fen / 100 + books.salvage_yuan,
        "guarantee_yuan": books.guarantee_fen / 100,
        "refunded_share": _share(books.refunded_fen, books.received_fen),
    }


def _kilograms(books: SeasonBooks) -> dict[str, float | None]:
    kg_unsold = max(0.0, books.kg_picked - books.kg_sent - books.kg_guaranteed)
    return {
        "sold_share": _share(books.kg_sent, books.kg_picked),
        "guaranteed_share": _share(books.kg_guaranteed, books.kg_picked),
        "unsold_share": _share(kg_unsold, books.kg_picked),
        "spoiled_share": _share(books.kg_sent - books.kg_sold, books.kg_sent),
    }


def _incomes(grouped: Sequence[Group]) -> dict[str, float | None]:
    everybody = next((group for group in grouped if group.kind == "all"), None)
    shown = everybody is not None and everybody.per_head_fen is not None
    return {
        "per_head_yuan": everybody.per_head_fen / 100 if shown else None,  # type: ignore[union-attr,operator]
        "below_line_share": everybody.below_line_share if shown else None,  # type: ignore[union-attr]
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
