"""What fairness costs: the income of the poorest fifth beside that of the rest, under one stated choice after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from pinfold.match.core import best_flow
from pinfold.match.fair.plan import fair_flow
from pinfold.match.fair.villages import Villages
from pinfold.match.rules import MatchRules, with_fairness
from pinfold.match.score import delivered_kg, filled_steps, poorest_fifth, sent_kg
from pinfold.match.season import Floats, Season
from pinfold.match.shipments import Shipments, share_out, within_limits

# Each choice doubles the one before, so that the frontier's bend lies between some two of them (assumed).
POVERTY_WEIGHTS = (0.0, 0.15, 0.3, 0.6, 1.2, 2.4, 4.8)
BANDS = (0.4, 0.2, 0.1, 0.05)
FLOORS = (0.5, 1.0)


@dataclass(frozen=True)
class Choice:
    """What a plan is asked to be fair by. name : "poverty weight", "band" or "floor"; value : of that rule"""

    name: str
    value: float

    def rules(self, rules: MatchRules) -> MatchRules:
        """`rules` with this choice in place of theirs."""
        if self.name == "poverty weight":
            return replace(with_fairness(rules, "none"), equity_bonus=self.value)
        return replace(with_fairness(rules, f"{self.name}={self.value}"), equity_bonus=0.0)


@dataclass(frozen=True)
class Point:
    """What a choice comes to. Incomes in yuan, of the lots of the poorest fifth and of all others; shares of the kg that could be sold.

    cost_of_a_point : yuan that the rest gives up for each per cent that the poorest fifth gains over the choice of no fairness; None when
        it gains nothing
    """

    choice: Choice
    poorest_income: float
    rest_income: float
    sold_share: float
    least_village_share: float
    cost_of_a_point: float | None

    @property
    def row(self) -> dict[str, object]:
        """The point as one row of a table."""
        own = {name: value for name, value in vars(self).items() if name != "choice"}
        return {"choice": self.choice.name, "value": self.choice.value} | own


def frontier(season: Season) -> list[Point]:
    """One point per choice, no fairness first, each the best plan of its choice. Raises InputError without villages, NoPlan from HiGHS."""
    points: list[Point] = []
    for choice in _choices():
        chosen = _best(under(season, choice.rules(season.rules)))
        points.append(_point(season, choice, chosen, points[0] if points else None))
    return points


def under(season: Season, rules: MatchRules) -> Season:
    """The same season under rules that differ in fairness alone."""
    lots, more = season.tables.lots, rules.equity_bonus - season.rules.equity_bonus
    bonus = more * (lots["poverty_weight"] * lots["floor_price_per_kg"]).to_numpy()
    return replace(season, rules=rules, lot_value_per_kg=season.lot_value_per_kg + bonus)


def lot_income(season: Season, shipments: Shipments) -> Floats:
    """Yuan that each lot brings its growers and their cooperative, sold and unsold, at each want's average price; shape (lots,)."""
    ways, lots, way = season.ways, season.tables.lots, shipments.way
    delivered = delivered_kg(season, shipments)
    sold = (filled_steps(season, delivered) * season.step_price_per_kg).sum(axis=1)
    price = np.divide(sold, delivered, out=np.zeros(len(sold)), where=delivered > 0)
    earned = shipments.kg * (ways.kept[way] * price[ways.want[way]] - ways.cost_per_kg[way])
    sent = sent_kg(season, shipments)
    at_home = (season.lot_kg - sent) * lots["salvage_per_kg"].to_numpy() - sent * lots["collect_cost_per_kg"].to_numpy()
    income: Floats = np.bincount(shipments.lot, earned, len(sent)) + at_home
    return income


def _choices() -> Iterator[Choice]:
    return chain(
        (Choice("poverty weight", weight) for weight in POVERTY_WEIGHTS),
        (Choice("band", band) for band in BANDS),
        (Choice("floor", floor) for floor in FLOORS),
    )


def _best(season: Season) -> Shipments:
    if season.rules.is_fair:
        return fair_flow(season).shipments
    return share_out(season, within_limits(season, best_flow(season)[0]))


def _point(season: Season, choice: Choice, chosen: Shipments, plain: Point | None) -> Point:
    income, poor, sent = lot_income(season, chosen), poorest_fifth(season), sent_kg(season, chosen)
    villages = Villages.of(season)
    poorest, rest = float(income[poor].sum()), float(income[~poor].sum())
    gained = 100 * (poorest - plain.poorest_income) / abs(plain.poorest_income) if plain and plain.poorest_income else 0.0
    return Point(
        choice=choice,
        poorest_income=poorest,
        rest_income=rest,
        sold_share=villages.average(sent) if len(villages.kg) else 0.0,
        least_village_share=float(villages.sold_share(sent).min(initial=1.0)) if len(villages.kg) else 0.0,
        cost_of_a_point=(plain.rest_income - rest) / gained if plain and gained > 0.005 else None,
    )
