"""The season as whole trucks see it, what a flow of kg earns there, and parts of it that can be decided alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pinfold.match.rows import NOT_NEGATIVE, missing_columns, refuse, wrong_numbers, wrong_rows
from pinfold.match.season import Floats, Ints, Season, Ways

# A load that passes a full truck by less than a gram needs no second one, and a pin that lacks less than that is full.
GRAM_KG = 1e-3


@dataclass(frozen=True)
class Problem:
    """Weights in kg, money in yuan. A plan is the kg sent on every way; trucks and openings follow from them.

    lot_pool, lot_kg, lot_value_per_kg : as in Season, each pool's lots in merit order
    step_price_per_kg, step_kg : shape (wants, 3), dearest first
    kg_min, open_cost : shape (wants,); a want takes nothing, or at least kg_min (GRAM_KG less is forgiven) and costs open_cost; kg_min is
        no more than its steps together
    truck_kg, truck_cost, trucks_max : shape (lanes,); trucks_max is whole
    place : shape (wants,), number of the want's region and week, a region's weeks together; a lane leads to one place
    ways : cost_per_kg without the truck
    """

    pools: int
    lot_pool: Ints
    lot_kg: Floats
    lot_value_per_kg: Floats
    step_price_per_kg: Floats
    step_kg: Floats
    kg_min: Floats
    open_cost: Floats
    place: Ints
    truck_kg: Floats
    truck_cost: Floats
    trucks_max: Floats
    hub_week_kg_max: Floats
    ways: Ways

    @property
    def want_kg_max(self) -> Floats:
        total: Floats = self.step_kg.sum(axis=1)
        return total

    @property
    def pool_kg(self) -> Floats:
        return summed(self.lot_pool, self.lot_kg, self.pools)


def problem_of(season: Season) -> Problem:
    """Raises InputError when wants lack kg_min or open_cost, or have them negative or not finite."""
    wants, lanes, ways = _checked(season.tables.wants), season.tables.lanes, season.ways
    truck_kg, truck_cost = lanes["truck_kg"].to_numpy(), lanes["truck_cost"].to_numpy()
    by_merit = np.lexsort((-season.lot_value_per_kg, season.lot_pool))
    place = wants.select(pl.struct("region_id", "week").rank("dense")).to_series().to_numpy().astype(np.int64) - 1
    return Problem(
        pools=season.pools.height,
        lot_pool=season.lot_pool[by_merit],
        lot_kg=season.lot_kg[by_merit],
        lot_value_per_kg=season.lot_value_per_kg[by_merit],
        step_price_per_kg=season.step_price_per_kg,
        step_kg=season.step_kg,
        kg_min=np.minimum(wants["kg_min"].to_numpy(), season.step_kg.sum(axis=1)),
        open_cost=wants["open_cost"].to_numpy(),
        place=place,
        truck_kg=truck_kg,
        truck_cost=truck_cost,
        trucks_max=np.floor(lanes["trucks_max"].to_numpy() + 1e-9),
        hub_week_kg_max=season.hub_week_kg_max,
        ways=Ways(
            ways.pool,
            ways.want,
            ways.lane,
            ways.hub_week,
            ways.kept,
            ways.cost_per_kg - (truck_cost / truck_kg)[ways.lane],
            ways.age_days,
        ),
    )


def summed(place: Ints, amount: Floats, places: int) -> Floats:
    """Sum of `amount` at each of `places` places."""
    total: Floats = np.bincount(place, amount, places).astype(np.float64)
    return total


def delivered_on(problem: Problem, way_kg: Floats) -> Floats:
    """Kg that reach each want in a state to be sold; shape (wants,)."""
    return summed(problem.ways.want, way_kg * problem.ways.kept, len(problem.step_kg))


def trucks_for(problem: Problem, way_kg: Floats) -> Floats:
    """Whole trucks that carry `way_kg`; shape (lanes,)."""
    load = summed(problem.ways.lane, way_kg, len(problem.truck_kg))
    trucks: Floats = np.ceil(np.maximum(load - GRAM_KG / 2, 0) / problem.truck_kg)
    return trucks


def earned(problem: Problem, way_kg: Floats) -> float:
    """Yuan that `way_kg` brings above leaving every lot unsold."""
    ways, delivered = problem.ways, delivered_on(problem, way_kg)
    sold = np.clip(delivered[:, None] - (problem.step_kg.cumsum(axis=1) - problem.step_kg), 0, problem.step_kg)
    taken = lots_taken(problem, summed(ways.pool, way_kg, problem.pools))
    return float(
        (sold * problem.step_price_per_kg).sum()
        + taken @ problem.lot_value_per_kg
        - way_kg @ ways.cost_per_kg
        - trucks_for(problem, way_kg) @ problem.truck_cost
        - problem.open_cost[delivered > GRAM_KG].sum()
    )


def lots_taken(problem: Problem, pool_sent_kg: Floats) -> Floats:
    """Kg that leave each lot when the best lots of every pool leave first; shape (lots,)."""
    total = np.concatenate([[0.0], problem.lot_kg.cumsum()])
    first = np.searchsorted(problem.lot_pool, problem.lot_pool)
    before = total[:-1] - total[first]
    taken: Floats = np.clip(pool_sent_kg[problem.lot_pool] - before, 0, problem.lot_kg)
    return taken


@dataclass(frozen=True)
class Part:
    """Some ways of a larger problem with what the other ways leave them. `ways`: their row numbers there; the others: rows of each kind."""

    problem: Problem
    ways: Ints
    pools: Ints
    wants: Ints
    lanes: Ints
    hub_weeks: Ints


@dataclass(frozen=True)
class Supply:
    """What a part of a problem may use.

    lot_pool : pool of each lot in the larger problem, sorted; hub_week_kg_max : of every hub-week there
    """

    lot_pool: Ints
    lot_kg: Floats
    lot_value_per_kg: Floats
    hub_week_kg_max: Floats


def part_of(problem: Problem, ways: Ints, way_kg: Floats) -> Part:
    """The problem of `ways` alone, while all others send `way_kg`. `ways` holds every way of its wants and lanes that may send anything."""
    others = way_kg.copy()
    others[ways] = 0
    left = problem.lot_kg - lots_taken(problem, summed(problem.ways.pool, others, problem.pools))
    hub_used = summed(problem.ways.hub_week, others, len(problem.hub_week_kg_max))
    return part_with(problem, ways, Supply(problem.lot_pool, left, problem.lot_value_per_kg, problem.hub_week_kg_max - hub_used))


def part_with(problem: Problem, ways: Ints, supply: Supply) -> Part:
    """The problem of `ways` alone when `supply` is all that there is."""
    alone, used = problem.ways.alone(ways)
    at = np.full(problem.pools, -1)
    at[used.pools] = np.arange(len(used.pools))
    lots = np.flatnonzero((at[supply.lot_pool] >= 0) & (supply.lot_kg > 0))
    inside = Problem(
        pools=len(used.pools),
        lot_pool=at[supply.lot_pool[lots]],
        lot_kg=supply.lot_kg[lots],
        lot_value_per_kg=supply.lot_value_per_kg[lots],
        step_price_per_kg=problem.step_price_per_kg[used.wants],
        step_kg=problem.step_kg[used.wants],
        kg_min=problem.kg_min[used.wants],
        open_cost=problem.open_cost[used.wants],
        place=problem.place[used.wants],
        truck_kg=problem.truck_kg[used.lanes],
        truck_cost=problem.truck_cost[used.lanes],
        trucks_max=problem.trucks_max[used.lanes],
        hub_week_kg_max=np.maximum(supply.hub_week_kg_max[used.hub_weeks], 0),
        ways=alone,
    )
    return Part(inside, ways, used.pools, used.wants, used.lanes, used.hub_weeks)


def _checked(wants: pl.DataFrame) -> pl.DataFrame:
    """`wants` with kg_min and open_cost as finite floats, kg_min no more than its steps want."""
    refuse(missing_columns("wants", wants, {"kg_min", "open_cost"}))
    refuse(wrong_rows("wants", wants, ["want_id"], wrong_numbers({"kg_min": NOT_NEGATIVE, "open_cost": NOT_NEGATIVE})))
    typed = wants.with_columns(pl.col("kg_min", "open_cost").cast(pl.Float64), total=pl.sum_horizontal("kg_1", "kg_2", "kg_3"))
    shut = (
        "kg_min is {kg_min:g}, but kg_1 to kg_3 are {total:g} together, so it could never open; give a kg_min of at most that, "
        "or take the row out"
    )
    refuse(wrong_rows("wants", typed, ["want_id"], {shut: pl.col("kg_min") > pl.col("total") + GRAM_KG}))
    return typed
