"""What one change would bring: one more truck, one more buyer, another region, a region less, merchants who take one grade lower."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError, NotFound
from pinfold.match.bound import Prices, bound
from pinfold.match.earlier import asked_by_new_wants, with_new_wants
from pinfold.match.plan import Plan, plan_season
from pinfold.match.rules import GRADES
from pinfold.match.season import Floats, Season, build_season
from pinfold.match.tables import Tables

# A plan is proved to some thousandths of its worth at best, and nobody is paid less than a fen.
FEN_YUAN = 0.01


@dataclass(frozen=True)
class Buyer:
    """Somebody in `region_id` who takes up to `kg` (> 0) of any grade in `week` at `price_per_kg` yuan for the best one."""

    product_id: str
    region_id: str
    week: int
    kg: float
    price_per_kg: float


@dataclass(frozen=True)
class Ask:
    """What is changed.

    kind : "truck" one more on the lane `which`; "buyer" `which` comes; "opened" one more region, whose customers want what those of the
    region `which` want and which is reached as it is; "closed" nobody is served in the region `which`; "lower grade" wants that name
    a worst grade take one lower
    """

    kind: Literal["truck", "buyer", "opened", "closed", "lower grade"]
    which: str | int | Buyer | None = None


@dataclass(frozen=True)
class Answer:
    """income_yuan : what growers and their cooperative have more (negative: less); worth_yuan : what the plan's objective gains

    by : "plan" the season was planned again; "prices" at most so much, as the plan's prices prove
    Of a buyer also kg : that the plan made again sends, 0 by prices; asked_per_kg : yuan from which on the plan would send a first kg, None
    where no lot gets there in time.
    """

    income_yuan: float
    worth_yuan: float
    by: Literal["plan", "prices"]
    kg: float | None = None
    asked_per_kg: float | None = None


def what_if(plan: Plan, ask: Ask) -> Answer:
    """What `ask` would change in `plan`: from its prices where they say that it is next to nothing, else from a plan made again.

    Prices are enough when what they allow at most is less than what the plan may be short of the best one, or than a fen: no plan made
    again could tell it apart. By weak duality nothing brings more than it adds to the bound at the old prices (`bound`).
    Raises NotFound when the season has no such lane, region or product, InputError when a buyer's kg or price cannot be counted.
    """
    season = plan.season
    if isinstance(ask.which, Buyer):
        return _with_one_more(plan, changed(season, ask))
    if ask.kind == "truck":
        lane = _row(season.tables.lanes, "lane_id", ask.which)
        at_most = float(plan.prices.lane[lane] * season.tables.lanes["truck_kg"][lane])
        return _by_prices(plan, at_most) or _by_plan(plan, plan_season(changed(season, ask)))
    return _by_plan(plan, plan_season(changed(season, ask)))


def _with_one_more(plan: Plan, season: Season) -> Answer:
    """The answer of `season`, which has one want more, its last."""
    prices, is_new = _longer(plan.prices, season), np.arange(len(season.step_kg)) == len(season.step_kg) - 1
    asked = float(asked_by_new_wants(season, prices, is_new)[-1])
    at_most = bound(season, with_new_wants(season, prices, is_new)) - bound(plan.season, plan.prices)
    answer, kg = _by_prices(plan, at_most), 0.0
    if answer is None:
        again = plan_season(season)
        answer, kg = _by_plan(plan, again), float(again.chosen.kg[is_new[season.ways.want[again.chosen.way]]].sum())
    return replace(answer, kg=kg, asked_per_kg=asked if isfinite(asked) else None)


def _by_prices(plan: Plan, at_most: float) -> Answer | None:
    # What is promised between villages is not in these prices.
    if at_most >= max(plan.bound - plan.objective, FEN_YUAN) or plan.promise is not None:
        return None
    at_most = at_most if at_most >= FEN_YUAN else 0.0
    return Answer(at_most, at_most, "prices")


def _by_plan(plan: Plan, again: Plan) -> Answer:
    return Answer(again.facts.income - plan.facts.income, again.objective - plan.objective, "plan")


def _longer(prices: Prices, season: Season) -> Prices:
    """`prices` for a season to which rows were added at the end, where nothing is paid yet."""

    def padded(of: Floats, length: int) -> Floats:
        return np.concatenate([of, np.zeros(length - len(of))])

    return Prices(
        padded(prices.want, len(season.step_kg)),
        padded(prices.lane, len(season.lane_kg_max)),
        padded(prices.hub_week, len(season.hub_week_kg_max)),
    )


def changed(season: Season, ask: Ask) -> Season:
    """The season as it would be. Raises what `what_if` raises."""
    tables = season.tables
    if isinstance(ask.which, Buyer):
        tables = _with_buyer(tables, ask.which)
    elif ask.kind == "truck":
        lane = _row(tables.lanes, "lane_id", ask.which)
        more = pl.int_range(pl.len()) == lane
        tables = replace(tables, lanes=tables.lanes.with_columns(trucks_max=pl.col("trucks_max") + more.cast(pl.Float64)))
    elif ask.kind == "opened":
        tables = _with_region_like(tables, ask.which)
    elif ask.kind == "closed":
        _row(tables.wants, "region_id", ask.which)
        tables = replace(tables, wants=tables.wants.filter(pl.col("region_id") != ask.which))
    else:
        tables = replace(tables, wants=tables.wants.with_columns(grade_worst=(pl.col("grade_worst") + 1).clip(0, GRADES - 1)))
    return build_season(tables, season.rules)


def _with_buyer(tables: Tables, buyer: Buyer) -> Tables:
    """The tables with the buyer's want at the end. In a week without lanes to the region it has those of the nearest week that has."""
    if not (isfinite(buyer.kg) and buyer.kg > 0 and isfinite(buyer.price_per_kg) and buyer.price_per_kg >= 0):
        raise InputError(f"a buyer of {buyer.kg} kg at {buyer.price_per_kg} yuan per kg is none; give kg above 0 and a price of 0 or more")
    _row(tables.products, "product_id", buyer.product_id)
    _row(tables.lanes, "region_id", buyer.region_id)
    there = tables.lanes.filter(pl.col("region_id") == buyer.region_id)
    away = (pl.col("week") - buyer.week).abs()
    nearest = there.filter(away == away.min()).unique("hub_id", keep="first", maintain_order=True)
    lanes = (
        tables.lanes
        if buyer.week in there["week"]
        else _added(tables.lanes, "lane_id", nearest.with_columns(week=pl.lit(buyer.week, pl.Int64)))
    )
    steps = {"price_1": buyer.price_per_kg, "kg_1": buyer.kg} | dict.fromkeys(("price_2", "kg_2", "price_3", "kg_3"), 0.0)
    row = {"product_id": buyer.product_id, "region_id": buyer.region_id, "week": buyer.week, "grade_worst": GRADES - 1, **steps}
    none = dict.fromkeys(tables.wants.columns) | {"kg_min": 0.0, "open_cost": 0.0}
    want = {name: row.get(name, value) for name, value in none.items() if name in tables.wants.columns}
    return replace(tables, wants=_added(tables.wants, "want_id", pl.DataFrame([want], schema=tables.wants.schema)), lanes=lanes)


def _with_region_like(tables: Tables, region_id: str | int | None) -> Tables:
    """The tables with one more region that wants what `region_id` wants, on lanes like its lanes."""
    _row(tables.lanes, "region_id", region_id)

    def added(table: pl.DataFrame, key: str) -> pl.DataFrame:
        like = table.filter(pl.col("region_id") == region_id)
        return _added(table, key, like.with_columns(region_id=pl.lit(f"another {region_id}")))

    return replace(tables, wants=added(tables.wants, "want_id"), lanes=added(tables.lanes, "lane_id"))


def _added(table: pl.DataFrame, key: str, rows: pl.DataFrame) -> pl.DataFrame:
    """`table` with `rows` at its end, their `key` new."""
    if table.schema[key].is_integer():
        first = pl.lit(table[key].max()) + 1
        return pl.concat([table, rows.with_columns((first + pl.int_range(pl.len())).cast(table.schema[key]).alias(key))])
    return pl.concat([table, rows.with_columns(pl.Series(key, [f"another {number}" for number in range(rows.height)], pl.String))])


def _row(table: pl.DataFrame, column: str, which: str | int | None) -> int:
    found = table[column].index_of(which) if which in table[column] else None
    if found is None:
        raise NotFound(f"{column} {which!r} is not in this plan; take one that it has")
    return found
