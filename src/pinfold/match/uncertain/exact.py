"""Both stages as one linear programme over all scenarios, solved exactly by HiGHS: for small seasons, and the reference for large ones.

Columns: promised (want and step), booked (lane); then of each scenario its lots, ways, promises kept, late sales and spot trucks; then,
for the mean of the worst scenarios, a yuan amount (what it has above and below 0) and what each scenario is short of it (Rockafellar &
Uryasev 2000, Journal of Risk 2(3), theorem 1). Rows of each scenario: pools, wants, lanes, hub-weeks, then no more kept than promised, no
more sold late than is left of a step, no more trucks than there are; then what each scenario is short by.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sparse

from pinfold.match.core import SIMPLEX_WAYS_MAX, Programme, programme, run_highs
from pinfold.match.score import equity_per_kg
from pinfold.match.season import Floats
from pinfold.match.uncertain.problem import FirstStage, TwoStage
from pinfold.match.uncertain.recourse import with_promises


def best_plan(problem: TwoStage) -> tuple[FirstStage, Floats, float]:
    """The best first stage, what each scenario brings after it in that optimum, and the objective. Raises NoPlan when HiGHS gives up.

    Of several plans that are worth the same it may be any; a scenario's yuan are its best only as far as the objective sees them.
    """
    wants, lanes, _ = problem.network.shape
    steps = problem.season.step_kg.size
    given = extensive(problem)
    columns, _ = run_highs(given, {"solver": "simplex"})
    first = FirstStage(booked_kg=columns[steps : steps + lanes], promised_kg=columns[:steps].reshape(wants, -1))
    count, gain = len(problem.scenario_kg), _second_gain(problem)
    seconds = columns[steps + lanes :][: count * len(gain)].reshape(count, -1)
    yuan = problem.salvage + seconds @ gain - problem.cost(first)
    return first, yuan, float(given.gain @ columns + (1 - problem.rules.risk_weight) * problem.salvage.mean())


def extensive(problem: TwoStage) -> Programme:
    """The programme; its objective leaves out what stays at home, (1 - risk weight) x the mean salvage."""
    rules, count = problem.rules, len(problem.scenario_kg)
    early, late, row_low, row_high = _scenario_block(problem)
    first_gain, second_gain = -np.concatenate([problem.refund_per_kg.ravel(), problem.truck_per_kg]), _second_gain(problem)
    risk, share = rules.risk_weight, (1 - rules.risk_weight) / count
    # short by + what the scenario brings above its salvage - amount >= -salvage
    short_rows = [
        np.tile(first_gain, (count, 1)),
        sparse.kron(sparse.identity(count), second_gain),
        np.column_stack([-np.ones(count), np.ones(count)]),
        sparse.identity(count),
    ]
    matrix = sparse.vstack(
        [
            sparse.hstack(
                [
                    sparse.vstack([early] * count),
                    sparse.block_diag([late] * count),
                    sparse.csc_matrix((len(row_low) * count, 2 + count)),
                ]
            ),
            sparse.hstack([sparse.csc_matrix(part) for part in short_rows]),
        ]
    ).tocsc()
    uppers = [np.concatenate([kg, np.full(late.shape[1] - len(kg), np.inf)]) for kg in problem.scenario_kg]
    return Programme(
        gain=np.concatenate(
            [
                (1 - risk) * first_gain,
                np.tile(share * second_gain, count),
                [risk, -risk],
                np.full(count, -risk / (rules.tail_share * count)),
            ]
        ),
        upper=np.concatenate(
            [problem.season.step_kg.ravel(), problem.network.lane_kg_max, *uppers, np.full(2 + count, np.inf if risk else 0.0)]
        ),
        row_low=np.concatenate([np.tile(row_low, count), -problem.salvage if risk else np.full(count, -np.inf)]),
        row_high=np.concatenate([np.tile(row_high, count), np.full(count, np.inf)]),
        starts=matrix.indptr.astype(np.int32),
        rows=matrix.indices.astype(np.int32),
        values=matrix.data,
    )


def _second_gain(problem: TwoStage) -> Floats:
    """Yuan per kg of a scenario's columns."""
    season = problem.season
    cost = season.ways.cost_per_kg - problem.truck_per_kg[season.ways.lane]
    kept, late = problem.kept_promise_per_kg.ravel(), problem.late_per_kg.ravel()
    return np.concatenate([season.lot_value_per_kg, -cost, kept, late, -problem.spot_per_kg])


def _scenario_block(problem: TwoStage) -> tuple[Any, Any, Floats, Floats]:
    """Of one scenario's rows: the columns of the first stage, its own columns, and what the rows may hold at least and at most."""
    season, plain = problem.season, programme(problem.season)
    wants, lanes, _ = problem.network.shape
    steps, kept_columns = season.step_kg.size, len(season.lot_kg) + len(season.ways.pool)
    own = sparse.csc_matrix((plain.values, plain.rows, plain.starts), shape=(len(plain.row_high), len(plain.gain)))
    lane_rows = slice(season.pools.height + wants, season.pools.height + wants + lanes)
    spot = sparse.csc_matrix((-np.ones(lanes), (np.arange(lanes) + lane_rows.start, np.arange(lanes))), shape=(own.shape[0], lanes))
    # Kept promises and late sales take from a want alike, so the columns of its steps stand there twice.
    flows = sparse.hstack([own, own[:, kept_columns:], spot])
    of_steps, of_lanes = sparse.identity(steps), sparse.identity(lanes)
    limits = sparse.block_diag([of_steps, of_steps, of_lanes])
    late = sparse.vstack([flows, sparse.hstack([sparse.csc_matrix((2 * steps + lanes, kept_columns)), limits])])
    booked_rows = sparse.csc_matrix((-np.ones(lanes), (np.arange(lanes) + lane_rows.start, np.arange(lanes))), shape=(own.shape[0], lanes))
    early = sparse.vstack(
        [
            sparse.hstack([sparse.csc_matrix((own.shape[0], steps)), booked_rows]),
            sparse.hstack([sparse.vstack([-of_steps, of_steps]), sparse.csc_matrix((2 * steps, lanes))]),
            sparse.hstack([sparse.csc_matrix((lanes, steps)), of_lanes]),
        ]
    )
    row_high = plain.row_high.copy()
    row_high[lane_rows] = 0.0
    more_high = np.concatenate([np.zeros(steps), season.step_kg.ravel(), problem.network.lane_kg_max])
    return early, late, np.concatenate([plain.row_low, np.full(len(more_high), -np.inf)]), np.concatenate([row_high, more_high])


def exact_yuan(problem: TwoStage, first: FirstStage) -> Floats:
    """What every scenario brings at best after `first`, shape (scenarios,), each by HiGHS. Raises NoPlan when it gives up."""
    return exact_yuan_and_income(problem, first)[0]


def exact_yuan_and_income(problem: TwoStage, first: FirstStage) -> tuple[Floats, Floats]:
    """As `exact_yuan`, and the same without the equity bonus, which nobody pays."""
    found = np.array([_exact(problem, first, row) for row in range(len(problem.scenario_kg))])
    return found[:, 0], found[:, 1]


def _exact(problem: TwoStage, first: FirstStage, scenario: int) -> tuple[float, float]:
    season, network = problem.season, with_promises(problem, first, scenario)
    after = replace(
        season,
        lot_kg=problem.scenario_kg[scenario],
        step_price_per_kg=network.step_price_per_kg,
        step_kg=network.step_kg,
        lane_kg_max=first.booked_kg,
        ways=replace(season.ways, cost_per_kg=season.ways.cost_per_kg - problem.truck_per_kg[season.ways.lane]),
    )
    plain = programme(after)
    lanes = len(first.booked_kg)
    lane_rows = season.pools.height + len(season.step_kg) + np.arange(lanes)
    with_spot = Programme(
        gain=np.concatenate([plain.gain, -problem.spot_per_kg]),
        upper=np.concatenate([plain.upper, network.lane_kg_max - first.booked_kg]),
        row_low=plain.row_low,
        row_high=plain.row_high,
        starts=np.concatenate([plain.starts, plain.starts[-1] + 1 + np.arange(lanes)]).astype(np.int32),
        rows=np.concatenate([plain.rows, lane_rows]).astype(np.int32),
        values=np.concatenate([plain.values, -np.ones(lanes)]),
    )
    found, _ = run_highs(with_spot, {"solver": "simplex" if len(season.ways.pool) <= SIMPLEX_WAYS_MAX else "ipm"})
    yuan = float(problem.salvage[scenario] + with_spot.gain @ found - problem.cost(first))
    return yuan, yuan - float(equity_per_kg(season) @ found[: len(season.lot_kg)])
