"""The mixed-integer programme of a problem or a part of one: what HiGHS is given, and what its answer means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pinfold.match.season import STEPS, Floats, Ints
from pinfold.match.whole.problem import Problem, delivered_on, lots_taken, summed, trucks_for


@dataclass(frozen=True)
class Model:
    """max gain @ x, 0 <= x <= upper, low <= rows @ x <= high; x = kg of each lot, each way, each demand step; trucks of each lane; and
    whether each want is opened (1) or not.

    rows : scipy's csc_matrix; whole : the first of the columns that must be whole, which are the last
    """

    problem: Problem
    gain: Floats
    upper: Floats
    low: Floats
    high: Floats
    rows: Any
    whole: int


class _Rows:
    """A sparse matrix that grows by rows, as coordinates."""

    def __init__(self) -> None:
        self.row: list[Ints] = []
        self.column: list[Ints] = []
        self.value: list[Floats] = []
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        self.rows = 0

    def begin(self, low: Floats | float, high: Floats | float, rows: int) -> None:
        """The next `rows` rows, to which `add` then counts from 0."""
        self.first, self.rows = self.rows, self.rows + rows
        self.low.append(np.broadcast_to(np.asarray(low, float), rows))
        self.high.append(np.broadcast_to(np.asarray(high, float), rows))

    def add(self, row: Ints, column: Ints, value: Floats | float) -> None:
        self.row.append(self.first + row)
        self.column.append(column)
        self.value.append(np.broadcast_to(np.asarray(value, float), row.shape))


def model_of(problem: Problem, tight: bool = True) -> Model:
    """The programme of `problem`.

    tight : with rows that no plan breaks, yet half-booked trucks and half-opened wants do, so that the relaxation is nearer the best plan
    """
    from scipy.sparse import csc_matrix

    lots, ways, steps, lanes, wants = (
        len(part) for part in (problem.lot_kg, problem.ways.pool, problem.step_kg.ravel(), problem.truck_kg, problem.kg_min)
    )
    rows, columns = _rows(problem), lots + ways + steps + lanes + wants
    if tight:
        _tighten(problem, rows)
    entries = (np.concatenate(rows.value), (np.concatenate(rows.row), np.concatenate(rows.column)))
    return Model(
        problem=problem,
        gain=np.concatenate(
            [
                problem.lot_value_per_kg,
                -problem.ways.cost_per_kg,
                problem.step_price_per_kg.ravel(),
                -problem.truck_cost,
                -problem.open_cost,
            ]
        ),
        upper=np.concatenate(
            [
                problem.lot_kg,
                problem.pool_kg[problem.ways.pool],
                problem.step_kg.ravel(),
                problem.trucks_max,
                np.ones(wants),
            ]
        ),
        low=np.concatenate(rows.low),
        high=np.concatenate(rows.high),
        rows=csc_matrix(entries, shape=(rows.rows, columns)),
        whole=lots + ways + steps,
    )


def _rows(problem: Problem) -> _Rows:
    """Pools and wants balance; lanes hold their trucks, hub-weeks their kg; a shut want takes nothing and an open one its minimum."""
    ways, wants, lanes, steps = problem.ways, len(problem.kg_min), len(problem.truck_kg), problem.step_kg.size
    way_at = len(problem.lot_kg) + np.arange(len(ways.pool))
    step_at = len(problem.lot_kg) + len(way_at) + np.arange(steps)
    truck_at = len(problem.lot_kg) + len(way_at) + steps + np.arange(lanes)
    open_at = len(problem.lot_kg) + len(way_at) + steps + lanes + np.arange(wants)
    want_of_step = np.repeat(np.arange(wants), STEPS)
    rows = _Rows()
    rows.begin(0.0, 0.0, problem.pools)
    rows.add(problem.lot_pool, np.arange(len(problem.lot_kg)), 1.0)
    rows.add(ways.pool, way_at, -1.0)
    rows.begin(0.0, 0.0, wants)
    rows.add(ways.want, way_at, ways.kept)
    rows.add(want_of_step, step_at, -1.0)
    rows.begin(-np.inf, 0.0, lanes)
    rows.add(ways.lane, way_at, 1.0)
    # A truck counts for what can be loaded at most: else a millionth of a huge one, which HiGHS takes for none, would carry some kg.
    rows.add(np.arange(lanes), truck_at, -np.minimum(problem.truck_kg, summed(ways.lane, problem.pool_kg[ways.pool], lanes)))
    rows.begin(-np.inf, problem.hub_week_kg_max, len(problem.hub_week_kg_max))
    rows.add(ways.hub_week, way_at, 1.0)
    rows.begin(-np.inf, 0.0, steps)
    rows.add(np.arange(steps), step_at, 1.0)
    rows.add(np.arange(steps), open_at[want_of_step], -problem.step_kg.ravel())
    rows.begin(0.0, np.inf, wants)
    rows.add(want_of_step, step_at, 1.0)
    rows.add(np.arange(wants), open_at, -problem.kg_min)
    return rows


def _tighten(problem: Problem, rows: _Rows) -> None:
    """A want takes no more from a lane than it can use times the lane's trucks, and opens only when some truck goes to it.

    Source: Gendron, Crainic & Frangioni (1999), in: Telecommunications Network Planning, strong forcing constraints; the second holds
    because an open want gets goods, and they need a truck.
    """
    ways, wants, lanes = problem.ways, len(problem.kg_min), len(problem.truck_kg)
    way_at, truck_at = len(problem.lot_kg), len(problem.lot_kg) + len(ways.pool) + problem.step_kg.size
    pair, pair_at = np.unique(ways.lane * wants + ways.want, return_inverse=True)
    lane, want = pair // wants, pair % wants
    least_kept = np.full(len(pair), np.inf)
    np.minimum.at(least_kept, pair_at, ways.kept)
    most = np.minimum(problem.want_kg_max[want] / least_kept, summed(pair_at, problem.pool_kg[ways.pool], len(pair)))
    told = most < problem.truck_kg[lane]
    number, of_told = told.cumsum() - 1, np.flatnonzero(told[pair_at])
    rows.begin(-np.inf, 0.0, int(told.sum()))
    rows.add(number[pair_at[of_told]], way_at + of_told, 1.0)
    rows.add(number[told], truck_at + lane[told], -most[told])
    rows.begin(-np.inf, 0.0, wants)
    rows.add(np.arange(wants), truck_at + lanes + np.arange(wants), 1.0)
    rows.add(want, truck_at + lane, -1.0)


def pass_to(solver: Any, model: Model, relaxed: bool = False) -> None:
    """Hands `model` to HiGHS; relaxed: without asking for whole numbers."""
    import highspy

    columns = len(model.gain)
    whole = np.zeros(columns, np.int32)
    whole[columns if relaxed else model.whole :] = 1
    solver.passModel(
        columns,
        len(model.high),
        model.rows.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMaximize),
        0.0,
        model.gain,
        np.zeros(columns),
        model.upper,
        model.low,
        model.high,
        model.rows.indptr.astype(np.int32),
        model.rows.indices.astype(np.int32),
        model.rows.data,
        whole,
    )


def bound_of(model: Model, row_prices: Floats) -> float:
    """Yuan that no x of `model` can exceed, whatever `row_prices` are (yuan per unit of each row).

    Weak duality: what the rows hold at their prices, and each column as much as pays after paying its rows' prices.
    """
    # A row without an end has no price that side; a solver's last digits may say otherwise.
    priced = np.clip(row_prices, np.where(np.isfinite(model.low), -np.inf, 0.0), np.where(np.isfinite(model.high), np.inf, 0.0))
    end = np.where(priced > 0, model.high, model.low)
    held = np.where(priced == 0, 0.0, np.where(np.isfinite(end), end, 0.0) * priced)
    return float(held.sum() + np.maximum(model.gain - model.rows.T @ priced, 0) @ model.upper)


def columns_of(model: Model, way_kg: Floats) -> Floats:
    """The programme's columns of a flow."""
    problem, delivered = model.problem, delivered_on(model.problem, way_kg)
    sold = np.clip(delivered[:, None] - (problem.step_kg.cumsum(axis=1) - problem.step_kg), 0, problem.step_kg)
    taken = lots_taken(problem, summed(problem.ways.pool, way_kg, problem.pools))
    return np.concatenate([taken, way_kg, sold.ravel(), trucks_for(problem, way_kg), (delivered > 0).astype(float)])


def flow_of(model: Model, columns: Floats) -> Floats:
    """Kg on every way of the problem that whole `columns` stand for, within every limit."""
    problem, lots, lanes = model.problem, len(model.problem.lot_kg), len(model.problem.truck_kg)
    trucks = np.round(columns[model.whole : model.whole + lanes])
    return fitted(problem, columns[lots : lots + len(problem.ways.pool)], trucks, columns[model.whole + lanes :] > 0.5)


def fitted(problem: Problem, way_kg: Floats, trucks: Floats, opened: npt.NDArray[np.bool_] | None = None) -> Floats:
    """`way_kg` without what shut wants get, scaled down by the hair by which it passes pools, trucks, hubs or wants.

    opened : shape (wants,), which are open; all by default
    """
    ways = problem.ways
    kg = np.where((way_kg > 1e-6) & (True if opened is None else opened[ways.want]), way_kg, 0.0)
    for place, holds, weight in (
        (ways.pool, problem.pool_kg, 1.0),
        (ways.lane, trucks * problem.truck_kg, 1.0),
        (ways.hub_week, problem.hub_week_kg_max, 1.0),
        (ways.want, problem.want_kg_max, ways.kept),
    ):
        used = summed(place, kg * weight, len(holds))
        with np.errstate(divide="ignore", invalid="ignore"):
            kg = kg * np.where(used > holds, holds / used, 1.0)[place]
    return kg
