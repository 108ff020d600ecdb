"""The mixed-integer programme of a problem or a part of one, solved by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pinfold.match.season import STEPS, Floats, Ints
from pinfold.match.whole.problem import Problem, delivered_on, lots_taken, summed, trucks_for


@dataclass(frozen=True)
class Limits:
    """gap : yuan below its own bound at which a solution is good enough
    nodes : branches that are tried at most; unlike time, the same on every machine
    seconds : wall time after which HiGHS stops
    """

    gap: float
    nodes: int
    seconds: float


@dataclass(frozen=True)
class Solved:
    """way_kg : shape (ways,), within every limit of the problem; None when HiGHS found nothing in its limits
    bound : yuan that nothing can exceed; infinite when nothing was proven
    settled : whether it is the best within the wished gap
    """

    way_kg: Floats | None
    bound: float
    settled: bool


@dataclass(frozen=True)
class _Rows:
    """A sparse matrix that grows by rows, as coordinates."""

    row: list[Ints]
    column: list[Ints]
    value: list[Floats]

    def add(self, row: Ints, column: Ints, value: Floats | float) -> None:
        self.row.append(row)
        self.column.append(column)
        self.value.append(np.broadcast_to(np.asarray(value, float), row.shape))


def solve(problem: Problem, limits: Limits, start_kg: Floats | None = None) -> Solved:
    """The best flow of `problem` that HiGHS finds within `limits`, from `start_kg` on when it is given."""
    import highspy

    # The class below highspy.Highs prints no banner (see match/core.py).
    solver: Any = highspy._core._Highs()
    options = {
        "output_flag": False,
        "threads": 1,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": limits.gap,
        "mip_max_nodes": limits.nodes,
        "time_limit": max(limits.seconds, 0.01),
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    pass_model(solver, problem)
    if start_kg is not None:
        start = highspy.HighsSolution()
        start.col_value = _columns(problem, start_kg).tolist()
        solver.setSolution(start)
    solver.run()
    info = solver.getInfo()
    status = solver.getModelStatus()
    bound = float(info.mip_dual_bound) if status != highspy.HighsModelStatus.kModelEmpty else 0.0
    values = np.array(solver.getSolution().col_value)
    lots, ways = len(problem.lot_kg), len(problem.ways.pool)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible or len(values) < lots + ways:
        return Solved(None, bound, False)
    trucks = np.round(values[lots + ways + problem.step_kg.size :][: len(problem.truck_kg)])
    opened = values[len(values) - len(problem.kg_min) :] > 0.5
    return Solved(fitted(problem, values[lots : lots + ways], trucks, opened), bound, status == highspy.HighsModelStatus.kOptimal)


def fitted(problem: Problem, way_kg: Floats, trucks: Floats, opened: npt.NDArray[np.bool_]) -> Floats:
    """`way_kg` without what shut wants get, scaled down by the hair by which it passes pools, trucks, hubs or wants."""
    ways = problem.ways
    kg = np.where((way_kg > 1e-6) & opened[ways.want], way_kg, 0.0)
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


def pass_model(solver: Any, problem: Problem) -> None:
    """max gain @ x with x = kg of each lot, each way, each demand step; trucks of each lane; each want opened or not."""
    import highspy
    from scipy.sparse import csc_matrix

    lots, ways, steps, lanes, wants = (
        len(part) for part in (problem.lot_kg, problem.ways.pool, problem.step_kg.ravel(), problem.truck_kg, problem.kg_min)
    )
    rows, low, high = _rows(problem)
    columns = lots + ways + steps + lanes + wants
    matrix = csc_matrix((np.concatenate(rows.value), (np.concatenate(rows.row), np.concatenate(rows.column))), shape=(len(high), columns))
    whole = np.zeros(columns, np.int32)
    whole[lots + ways + steps :] = 1
    upper = np.concatenate(
        [problem.lot_kg, np.full(ways, np.inf), problem.step_kg.ravel(), problem.trucks_max, problem.can_open.astype(float)]
    )
    gain = np.concatenate(
        [
            problem.lot_value_per_kg,
            -problem.ways.cost_per_kg,
            problem.step_price_per_kg.ravel(),
            -problem.truck_cost,
            -problem.open_cost,
        ]
    )
    solver.passModel(
        columns,
        len(high),
        matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMaximize),
        0.0,
        gain,
        np.zeros(columns),
        upper,
        low,
        high,
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        whole,
    )


def _rows(problem: Problem) -> tuple[_Rows, Floats, Floats]:
    """Pools and wants balance; lanes hold their trucks, hub-weeks their kg; a shut want takes nothing and an open one its minimum."""
    ways, wants, lanes = problem.ways, len(problem.kg_min), len(problem.truck_kg)
    hubs, pools, steps = len(problem.hub_week_kg_max), problem.pools, problem.step_kg.size
    lot_at = np.arange(len(problem.lot_kg))
    way_at = len(lot_at) + np.arange(len(ways.pool))
    step_at = len(lot_at) + len(way_at) + np.arange(steps)
    truck_at = step_at[-1] + 1 + np.arange(lanes)
    open_at = truck_at[-1] + 1 + np.arange(wants)
    want_of_step = np.repeat(np.arange(wants), STEPS)
    rows = _Rows([], [], [])
    rows.add(problem.lot_pool, lot_at, 1.0)
    rows.add(ways.pool, way_at, -1.0)
    rows.add(pools + ways.want, way_at, ways.kept)
    rows.add(pools + want_of_step, step_at, -1.0)
    first = pools + wants
    rows.add(first + ways.lane, way_at, 1.0)
    rows.add(first + np.arange(lanes), truck_at, -problem.truck_kg)
    first += lanes
    rows.add(first + ways.hub_week, way_at, 1.0)
    first += hubs
    rows.add(first + np.arange(steps), step_at, 1.0)
    rows.add(first + np.arange(steps), open_at[want_of_step], -problem.step_kg.ravel())
    first += steps
    rows.add(first + want_of_step, step_at, 1.0)
    rows.add(first + np.arange(wants), open_at, -np.minimum(problem.kg_min, problem.want_kg_max))
    balanced, never = np.zeros(pools + wants), np.full(lanes + hubs + steps, -np.inf)
    low = np.concatenate([balanced, never, np.zeros(wants)])
    high = np.concatenate([balanced, np.zeros(lanes), problem.hub_week_kg_max, np.zeros(steps), np.full(wants, np.inf)])
    return rows, low, high


def _columns(problem: Problem, way_kg: Floats) -> Floats:
    """The programme's columns of a flow."""
    delivered = delivered_on(problem, way_kg)
    sold = np.clip(delivered[:, None] - (problem.step_kg.cumsum(axis=1) - problem.step_kg), 0, problem.step_kg)
    taken = lots_taken(problem, summed(problem.ways.pool, way_kg, problem.pools))
    return np.concatenate([taken, way_kg, sold.ravel(), trucks_for(problem, way_kg), (delivered > 0).astype(float)])
