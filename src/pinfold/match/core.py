"""The linear programme of the match: exactly by HiGHS, straight from arrays, or nearly and much sooner by prices.

`near_best_flow` is what plans are made of; `best_flow` is exact at any size, and the reference that the other is measured against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pinfold.basics.errors import NoPlan
from pinfold.match.bound import Prices, bound
from pinfold.match.dual import GAP_ENOUGH, Flow, never, price_flow
from pinfold.match.kernel import Network
from pinfold.match.season import Floats, Ints, Province, Season, province_of
from pinfold.match.shipments import Shipments, within_limits

if TYPE_CHECKING:
    from pinfold.match.fair.villages import Promise

# Measured in CPU seconds on one core: on 2 thousand ways simplex took 0.02 and the interior point 0.05, on 80 thousand 22.8 and 5.5;
# by prices (0.12 % from the optimum at worst) 0.3.
SIMPLEX_WAYS_MAX = 5_000
# Crossover ends on a corner: few, whole shipments instead of dust on every way, and no gap. Of 165 CPU s on 549 thousand ways it took 1.
INTERIOR_POINT = {"solver": "ipm", "run_crossover": "on"}


@dataclass(frozen=True)
class Programme:
    """max gain @ x, 0 <= x <= upper, row_low <= A x <= row_high, A by columns; x = kg of each lot, each way, each demand step.

    Rows: each pool sends what leaves its lots; each want sells what arrives; each lane and each hub-week holds.
    Where moving what was promised has a price, each way with a promise has one more column, at the end: kg that stay as promised.
    """

    gain: Floats
    upper: Floats
    row_low: Floats
    row_high: Floats
    starts: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int32]
    values: Floats


@dataclass(frozen=True)
class Certified:
    """A plan, prices that prove its bound, and yuan that no plan within the same terms can exceed.

    promise : between villages, where there is one
    """

    shipments: Shipments
    prices: Prices
    bound: float
    interrupted: bool = False
    promise: Promise | None = None


def programme(season: Season) -> Programme:
    ways, wants, pools = season.ways, len(season.step_kg), season.pools.height
    lots, steps, lanes = len(season.lot_kg), season.step_kg.size, len(season.lane_kg_max)
    kept, kept_kg, bonus = promised_of(season)
    ones = np.ones(len(ways.pool))
    way_rows = np.column_stack([ways.pool, pools + ways.want, pools + wants + ways.lane, pools + wants + lanes + ways.hub_week])
    step_rows = pools + np.repeat(np.arange(wants), season.step_kg.shape[1])
    balanced = np.zeros(pools + wants)
    way_values = np.column_stack([-ones, ways.kept, ones, ones])
    sizes = np.concatenate([np.ones(lots), np.full(len(ways.pool), 4), np.ones(steps), np.full(len(kept), 4)])
    return Programme(
        gain=np.concatenate([season.lot_value_per_kg, -ways.cost_per_kg, season.step_price_per_kg.ravel(), bonus - ways.cost_per_kg[kept]]),
        upper=np.concatenate([season.lot_kg, np.full(len(ways.pool), np.inf), season.step_kg.ravel(), kept_kg]),
        row_low=np.concatenate([balanced, np.full(lanes + len(season.hub_week_kg_max), -np.inf)]),
        row_high=np.concatenate([balanced, season.lane_kg_max, season.hub_week_kg_max]),
        starts=np.concatenate([[0], sizes.cumsum()]).astype(np.int32),
        rows=np.concatenate([season.lot_pool, way_rows.ravel(), step_rows, way_rows[kept].ravel()]).astype(np.int32),
        values=np.concatenate([np.ones(lots), way_values.ravel(), -np.ones(steps), way_values[kept].ravel()]),
    )


def promised_of(season: Season) -> tuple[Ints, Floats, float]:
    """Ways on which something was promised that has a price when it moves, how many kg, and that price, yuan per kg."""
    if season.promised is None:
        return np.zeros(0, np.int64), np.zeros(0), 0.0
    ways = np.flatnonzero(season.promised.kg > 0)
    return ways, season.promised.kg[ways], season.promised.moved_price_per_kg


def near_best_flow(season: Season, start: Prices | None = None, network: Network | None = None, gap_enough: float = GAP_ENOUGH) -> Flow:
    """Kg on every way of a plan that keeps every limit, and prices that prove how near it is to the best: exactly so in a small season.

    start : prices of a season like this one, from which the best are not far
    network : of the season, where it is at hand; its threads plan provinces side by side
    gap_enough : share of the bound below which a large season's plan is good enough
    """
    if season.provinces:
        return _by_province(season, start, network or Network.of(season), gap_enough)
    return _of_one_province(season, start, network, gap_enough)


def _of_one_province(
    season: Season, start: Prices | None, network: Network | None, gap_enough: float, stopped: Callable[[], bool] = never
) -> Flow:
    if len(season.ways.pool) > SIMPLEX_WAYS_MAX:
        return price_flow(season, start, network, gap_enough, stopped)
    kg, prices = best_flow(season)
    kg = within_limits(season, kg)
    return Flow(kg, season.unsold_worth + (network or Network.of(season)).gain(kg), prices, bound(season, prices))


def _by_province(season: Season, start: Prices | None, network: Network, gap_enough: float) -> Flow:
    """The provinces' plans, made side by side on the network's threads, as one: no limit joins two, so plans and bounds add up."""
    from concurrent.futures import ThreadPoolExecutor, wait

    stop, provinces = Event(), [province_of(season, ways) for ways in season.provinces]
    with nullcontext(network.workers) if network.workers else ThreadPoolExecutor(1) as workers:
        planned = [
            workers.submit(_of_one_province, each.season, start and _prices_in(each, start), None, gap_enough, stop.is_set)
            for each in provinces
        ]
        try:
            wait(planned)
        except KeyboardInterrupt:
            stop.set()
        flows = [each.result() for each in planned]
    kg, prices = np.zeros(len(season.ways.pool)), Prices.without_ways(season)
    for province, flow in zip(provinces, flows, strict=True):
        kg[province.ways] = flow.kg
        prices.want[province.wants], prices.lane[province.lanes] = flow.prices.want, flow.prices.lane
        prices.hub_week[province.hub_weeks] = flow.prices.hub_week
    return Flow(kg, season.unsold_worth + network.gain(kg), prices, bound(season, prices), stop.is_set())


def _prices_in(province: Province, prices: Prices) -> Prices:
    return Prices(prices.want[province.wants], prices.lane[province.lanes], prices.hub_week[province.hub_weeks])


def best_flow(season: Season) -> tuple[Floats, Prices]:
    """Kg on every way of a plan that earns most (to HiGHS's tolerance, so limits may be missed by a hair), and the prices that prove it.

    Trucks are paid per kg; pins and bids open without a minimum. Raises NoPlan when HiGHS gives up.
    """
    if not len(season.ways.pool):
        return np.zeros(0), Prices.without_ways(season)
    primal, dual = run_highs(programme(season), solver_options(season))
    lots, kept = len(season.lot_kg), promised_of(season)[0]
    kg, prices = primal[lots : lots + len(season.ways.pool)].copy(), row_prices(season, dual)
    kg[kept] += primal[len(primal) - len(kept) :]
    # Only goods that are kept where they do not pay can make a want so full that its price falls below 0.
    return kg, prices if len(kept) else replace(prices, want=np.maximum(prices.want, 0))


def solver_options(season: Season) -> dict[str, str]:
    """What HiGHS is fastest with on a season of this size."""
    return {"solver": "simplex"} if len(season.ways.pool) <= SIMPLEX_WAYS_MAX else INTERIOR_POINT


def row_prices(season: Season, dual: Floats) -> Prices:
    """The prices that the row duals of `programme` are; further rows may follow."""
    pools, wants, lanes = season.pools.height, len(season.step_kg), len(season.lane_kg_max)
    hub_weeks = dual[pools + wants + lanes :][: len(season.hub_week_kg_max)]
    return Prices(
        want=-dual[pools : pools + wants],
        lane=np.maximum(dual[pools + wants : pools + wants + lanes], 0),
        hub_week=np.where(np.isfinite(season.hub_week_kg_max), np.maximum(hub_weeks, 0), 0),
    )


def run_highs(given: Programme, options: Mapping[str, object]) -> tuple[Floats, Floats]:
    """Columns and row duals at the optimum, by HiGHS on one thread with `options`. Raises NoPlan when it gives up."""
    return optimum(passed_to_highs(given, options))


def passed_to_highs(given: Programme, options: Mapping[str, object]) -> Any:
    """HiGHS on one thread with `options`, which holds `given` and has not run yet."""
    import highspy

    # highspy.Highs prints a banner while it is being made, before any option can silence it; the class below it does not.
    solver: Any = highspy._core._Highs()
    for name, value in {"output_flag": False, "threads": 1, **options}.items():
        solver.setOptionValue(name, value)
    columns, rows = len(given.gain), len(given.row_high)
    solver.passModel(
        columns,
        rows,
        len(given.values),
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMaximize),
        0.0,
        given.gain,
        np.zeros(columns),
        given.upper,
        given.row_low,
        given.row_high,
        given.starts,
        given.rows,
        given.values,
        np.zeros(columns, np.int32),
    )
    return solver


def optimum(solver: Any) -> tuple[Floats, Floats]:
    """Columns and row duals of what `solver` holds, from where it stands. Raises NoPlan when it gives up."""
    import highspy

    solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        columns, rows, why = solver.getNumCol(), solver.getNumRow(), solver.modelStatusToString(status)
        raise NoPlan(f"HiGHS ended with {why} on {columns} columns and {rows} rows; check the tables' magnitudes")
    solution = solver.getSolution()
    return np.array(solution.col_value), np.array(solution.row_dual)
