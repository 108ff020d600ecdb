"""What one change would bring: one more truck, a region that cannot be reached, merchants who take one grade lower."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from pinfold.basics.errors import NotFound
from pinfold.match.plan import Plan, plan_season
from pinfold.match.rules import GRADES
from pinfold.match.season import Season, build_season

Kind = Literal["truck", "closed", "lower grade"]
# A plan is proved to some thousandths of its worth at best, and nobody is paid less than a fen.
FEN_YUAN = 0.01


@dataclass(frozen=True)
class Ask:
    """kind : "truck" one more on the lane named `which`; "closed" nobody is served in the region `which`; "lower grade" wants that name a
    worst grade take one lower."""

    kind: Kind
    which: str | int | None = None


@dataclass(frozen=True)
class Answer:
    """income_yuan : what growers and their cooperative have more (negative: less); worth_yuan : what the plan's objective gains

    by : "plan" the season was planned again; "prices" at most so much, as the plan's prices prove
    """

    income_yuan: float
    worth_yuan: float
    by: Literal["plan", "prices"]


def what_if(plan: Plan, ask: Ask) -> Answer:
    """What `ask` would change in `plan`: from its prices where they say that it is next to nothing, else from a plan made again.

    Prices are enough when a truck at its lane's price is worth less than what the plan may be short of the best one, or than a fen: no plan
    made again could tell it apart. By weak duality no truck is worth more than that, however many kg it finds (`bound`).
    Raises NotFound when the season has no such lane or region.
    """
    season = plan.season
    if ask.kind == "truck":
        lane = _row(season.tables.lanes, "lane_id", ask.which)
        at_most = float(plan.prices.lane[lane] * season.tables.lanes["truck_kg"][lane])
        if at_most < max(plan.bound - plan.objective, FEN_YUAN):
            at_most = at_most if at_most >= FEN_YUAN else 0.0
            return Answer(at_most, at_most, "prices")
    again = plan_season(changed(season, ask))
    return Answer(again.facts.income - plan.facts.income, again.objective - plan.objective, "plan")


def changed(season: Season, ask: Ask) -> Season:
    """The season as it would be. Raises NotFound when it has no such lane or region."""
    tables = season.tables
    if ask.kind == "truck":
        lane = _row(tables.lanes, "lane_id", ask.which)
        more = pl.int_range(pl.len()) == lane
        tables = replace(tables, lanes=tables.lanes.with_columns(trucks_max=pl.col("trucks_max") + more.cast(pl.Float64)))
    elif ask.kind == "closed":
        _row(tables.wants, "region_id", ask.which)
        tables = replace(tables, wants=tables.wants.filter(pl.col("region_id") != ask.which))
    else:
        tables = replace(tables, wants=tables.wants.with_columns(grade_worst=(pl.col("grade_worst") + 1).clip(0, GRADES - 1)))
    return build_season(tables, season.rules)


def _row(table: pl.DataFrame, column: str, which: str | int | None) -> int:
    found = table[column].index_of(which) if which in table[column] else None
    if found is None:
        raise NotFound(f"{column} {which!r} is not in this plan; take one that it has")
    return found
