"""HiGHS on a programme: the best whole answer within limits, or a good one soon by diving."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pinfold.basics.errors import NoPlan
from pinfold.match.season import Floats, Ints
from pinfold.match.whole.problem import Problem
from pinfold.match.whole.programme import Model, bound_of, columns_of, flow_of, model_of, pass_to

# Of the numbers that are not whole yet, the share that each round of a dive makes whole, those nearest to whole numbers first. A tenth
# instead earns 0.1 to 0.4 % more on season S in 1.3 times the CPU, and less in equal CPU on season M.
ROUNDED_SHARE = 0.2
WHOLE_WITHIN = 1e-6
SAME_YUAN = 1e-3


@dataclass(frozen=True)
class Limits:
    """gap : yuan below its own bound at which a plan is good enough
    seconds_left : CPU seconds; stretch : seconds by the wall's clock that one of them takes just now
    """

    gap: float
    seconds_left: Callable[[], float]
    stretch: float


@dataclass(frozen=True)
class Solved:
    """way_kg : kg on every way, within every limit; None when HiGHS found nothing
    settled : whether it is the best within the wished gap
    """

    way_kg: Floats | None
    settled: bool


@dataclass(frozen=True)
class Relaxation:
    """The best columns of a model whose trucks and openings need not be whole.

    bound : yuan that no whole answer can exceed; rows : the prices of the model's rows that prove it
    """

    columns: Floats
    value: float
    bound: float
    rows: Floats


@dataclass
class Dive:
    """A model whose trucks and openings are made whole bit by bit, by HiGHS's simplex from one answer to the next."""

    model: Model
    solver: Any = field(init=False)
    low: Floats = field(init=False)
    high: Floats = field(init=False)
    began: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        self.began = (time.perf_counter(), time.thread_time())
        self.solver = _silent({"presolve": "off"})
        pass_to(self.solver, self.model, relaxed=True)
        self.high = self.model.upper[self.model.whole :].copy()
        self.low = np.zeros(len(self.high))

    @property
    def stretch(self) -> float:
        """Seconds by the wall's clock that a CPU second has taken since this dive began: more on a busy machine; 1 to 3."""
        wall, cpu = (now - began for now, began in zip((time.perf_counter(), time.thread_time()), self.began, strict=True))
        return min(max(wall / max(cpu, 1e-3), 1.0), 3.0)

    def relaxation(self) -> Relaxation:
        """Raises NoPlan when HiGHS gives up."""
        columns = self._solved()
        if columns is None:
            raise NoPlan("HiGHS gave up on the relaxation of whole trucks; check the tables' magnitudes")
        row_prices = np.array(self.solver.getSolution().row_dual)
        return Relaxation(columns, float(self.model.gain @ columns), bound_of(self.model, row_prices), row_prices)

    def whole(self, start: Relaxation, worth: float, seconds_left: Callable[[], float]) -> Floats | None:
        """Whole columns below `start`, worth more than `worth` yuan; None when the dive ends below that, or the seconds before it.

        Each round makes whole the numbers that are nearest to it, and solves again. Source: Berthold (2006), Primal heuristics for mixed
        integer programs, TU Berlin, ch. 3.2.
        """
        columns = start.columns
        while seconds_left() > 0:
            if self.model.gain @ columns <= worth:
                return None
            at = columns[self.model.whole :]
            away = np.abs(at - np.round(at))
            split = np.flatnonzero((self.high > self.low) & (away > WHOLE_WITHIN))
            if not len(split):
                return columns
            nearest = split[np.argsort(away[split], kind="stable")[: max(2, round(ROUNDED_SHARE * len(split)))]]
            answer = self._made_whole(nearest, at)
            if answer is None:
                return None
            columns = answer
        return None

    def _made_whole(self, rows: Ints, at: Floats) -> Floats | None:
        """The best columns when the whole numbers at `rows` are rounded and stay so."""
        low, high = self.low.copy(), self.high.copy()
        rounded = np.round(at[rows])
        up = rounded > at[rows]
        self._narrow(rows, np.where(up, rounded, low[rows]), np.where(up, high[rows], rounded))
        columns = self._solved()
        if columns is not None:
            return columns
        # What was opened lacks its minimum. With more trucks and these wants shut, what was there before still goes.
        self._narrow(rows, low[rows], high[rows])
        lanes = len(self.model.problem.truck_kg)
        trucks, wants = rows[rows < lanes], rows[rows >= lanes]
        self._narrow(trucks, np.ceil(at[trucks]), high[trucks])
        self._narrow(wants, np.zeros(len(wants)), np.zeros(len(wants)))
        return self._solved()

    def _narrow(self, rows: Ints, low: Floats, high: Floats) -> None:
        self.low[rows], self.high[rows] = low, high
        self.solver.changeColsBounds(len(rows), (self.model.whole + rows).astype(np.int32), low, high)

    def _solved(self) -> Floats | None:
        import highspy

        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self.solver.getSolution().col_value)


def dived(problem: Problem, worth: float, seconds_left: Callable[[], float]) -> Floats | None:
    """Kg on every way of `problem` as a dive finds them, worth more than `worth` yuan; None when it does not."""
    model = model_of(problem)
    dive = Dive(model)
    columns = dive.whole(dive.relaxation(), worth, seconds_left)
    return None if columns is None else flow_of(model, columns)


def dived_within(problem: Problem, worth: float, seconds: float) -> Floats | None:
    """As `dived`, in at most so many CPU seconds: it depends on what it is given alone, so it may be another thread's or process's work."""
    began = time.thread_time()
    return dived(problem, worth, lambda: seconds - (time.thread_time() - began))


def solve(model: Model, limits: Limits, start_kg: Floats, near: Relaxation | None = None) -> Solved:
    """The best plan that HiGHS finds within `limits`, from the plan `start_kg` on.

    near : trucks and openings stay between those of `start_kg` and those of this relaxation, rounded outward
    Source of `near`: Danna, Rothberg & Le Pape (2005), Mathematical Programming A 102, relaxation induced neighbourhoods.
    """
    import highspy

    # HiGHS's own limit is of the wall's clock, and its inner searches know no other; what is called back knows the CPU's.
    wall = max(limits.seconds_left() * limits.stretch, 0.01)
    solver = _silent({"mip_rel_gap": 0.0, "mip_abs_gap": limits.gap, "mip_detect_symmetry": False, "time_limit": wall})
    pass_to(solver, model)
    columns = columns_of(model, start_kg)
    if near is not None:
        at, loose = np.round(columns[model.whole :]), near.columns[model.whole :]
        low, high = np.minimum(np.floor(loose + WHOLE_WITHIN), at), np.maximum(np.ceil(loose - WHOLE_WITHIN), at)
        solver.changeColsBounds(len(at), np.arange(model.whole, len(columns), dtype=np.int32), low, high)
    start = highspy.HighsSolution()
    start.col_value = columns.tolist()
    solver.setSolution(start)

    def stop_in_time(kind: Any, message: Any, said: Any, answer: Any, data: Any) -> None:
        answer.user_interrupt = limits.seconds_left() <= 0

    solver.setCallback(stop_in_time, None)
    solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
    solver.run()
    if model.gain @ np.array(solver.getSolution().col_value) < solver.getInfo().objective_function_value - SAME_YUAN:
        # HiGHS 1.16 hands the start back for its answer where presolve alone solves the model; without one it does not.
        solver.clearSolver()
        solver.run()
    values = np.array(solver.getSolution().col_value)
    found = solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible and len(values) == len(model.gain)
    return Solved(flow_of(model, values) if found else None, solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _silent(options: dict[str, object]) -> Any:
    """HiGHS on one thread with `options`. The class below highspy.Highs prints no banner (see match/core.py)."""
    import highspy

    solver: Any = highspy._core._Highs()
    for name, value in {"output_flag": False, "threads": 1, **options}.items():
        solver.setOptionValue(name, value)
    return solver
