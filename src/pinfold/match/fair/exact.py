"""Fair plans by HiGHS, exactly: the best plan within what villages are promised, and the levels of max-min.

Band and floor are rows of the linear programme, and the average share is a column.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pinfold.basics.errors import InputError, NoPlan
from pinfold.match.bound import Prices
from pinfold.match.core import Programme, optimum, passed_to_highs, programme, promised_of, row_prices, run_highs, solver_options
from pinfold.match.fair.villages import Terms, VillagePrices, Villages
from pinfold.match.season import Floats, Season
from pinfold.match.shipments import Shipments, share_out, within_limits

# The solver keeps rows to 1e-7; a floor at exactly the level that it found best could be out of its own reach by as much.
LEVEL_SLACK = 1e-6
# Of the prices of a level, which add up to 1 over all villages: what is below this is rounding and holds no village (season S: at every
# level all that hold are above 1e-3, all others below 1e-7).
HOLDS = 1e-5
# Without crossover the interior point ends in the midst of the best prices, so that all villages that a level holds have one at once;
# simplex ends on a corner and finds them one after another (season S: 0.4 CPU s for all 11 levels instead of 1.4).
INTERIOR = {"solver": "ipm", "run_crossover": "off"}


def best_within(season: Season, villages: Villages, terms: Terms) -> tuple[Shipments, Prices, VillagePrices]:
    """The plan that earns most of all that keep `terms`, to the solver's tolerance, and the prices that prove it.

    Raises InputError when what is loaded leaves no such plan, NoPlan when HiGHS gives up.
    """
    try:
        primal, dual = run_highs(with_villages(programme(season), villages, terms), solver_options(season))
    except NoPlan:
        if not villages.loaded_kg.any():
            raise
        raise InputError(
            "what is loaded leaves no plan that keeps the band between villages; freeze less, or ask for a wider band"
        ) from None
    return _shipments(season, primal), row_prices(season, dual), VillagePrices.of(dual[-2 * len(villages.kg) - 1 :])


def best_levels(season: Season, villages: Villages, levels: int = 1) -> Floats:
    """The sold share that each village can have when the least is made as large as it can be, then the next, and so on; shape (villages,).

    levels : after so many all villages that are not held yet keep the last one; 1 gives all the largest share that all can have at once
    A village whose price at a level is above 0 has no more than that level in any plan that reaches it (complementary slackness), so its
    share is settled there. Source: Ogryczak, Pióro & Tomaszewski (2005), Telecommunication networks and max-min optimization, JTIT 3.
    """
    count, given = len(villages.kg), level_programme(season, villages)
    first_row, solver = len(given.row_low) - 2 * count - 1, passed_to_highs(given, INTERIOR)
    found, open_rows = np.zeros(count), np.arange(count)
    for _ in range(levels):
        primal, dual = _interior_optimum(solver)
        found[open_rows] = level = float(np.clip(primal[-1], 0.0, 1.0))
        prices = paid_for_level(villages, dual)[open_rows] * villages.kg[open_rows] / villages.kg.sum()
        held = prices >= min(HOLDS, prices.max())
        if held.all() or level >= 1 - LEVEL_SLACK:
            break
        for village in open_rows[held]:
            row = first_row + int(village)
            solver.changeRowBounds(row, -np.inf, np.inf)
            floor = (level - LEVEL_SLACK) * villages.kg[village] - villages.loaded_kg[village]
            solver.changeRowBounds(row + count, floor, np.inf)
        open_rows = open_rows[~held]
    return found


def _interior_optimum(solver: Any) -> tuple[Floats, Floats]:
    """As `optimum`, from the interior; with crossover where HiGHS says that it is not sure without."""
    try:
        return optimum(solver)
    except NoPlan:
        solver.setOptionValue("run_crossover", "on")
        found = optimum(solver)
        solver.setOptionValue("run_crossover", "off")
        return found


def level_programme(season: Season, villages: Villages) -> Programme:
    """The share that every village reaches is all that is earned, times the kg of all; without costs and money."""
    base, count = programme(replace(season, promised=None)), len(villages.kg)
    nothing = replace(base, gain=np.zeros(len(base.gain)))
    return with_villages(nothing, villages, Terms(np.full(count, np.inf), np.zeros(count)), level_pays=True)


def paid_for_level(villages: Villages, dual: Floats) -> Floats:
    """What a kg more of each village is paid at the row duals of `level_programme`, >= 0; shape (villages,)."""
    count = len(villages.kg)
    return np.maximum(-dual[len(dual) - 2 * count - 1 :][:count], 0.0)


def with_villages(base: Programme, villages: Villages, terms: Terms, level_pays: bool = False) -> Programme:
    """`base` with one more column, a share t, and rows below its own: sent - kg t and sent of each village, then all sent - all kg t.

    level_pays : t is then a share that every village reaches, and brings as much as they have kg; otherwise the average
    """
    # Only a fair plan waits for scipy to start.
    from scipy.sparse import csc_matrix, csr_matrix, hstack, vstack

    rows, columns, count = len(base.row_low), len(base.gain), len(villages.kg)
    leaves = np.flatnonzero(villages.lot >= 0)
    sent = csr_matrix((np.ones(len(leaves)), (villages.lot[leaves], leaves)), shape=(count, columns))
    matrix = csc_matrix((base.values, base.rows, base.starts), shape=(rows, columns))
    share = csc_matrix(np.concatenate([np.zeros(rows), -villages.kg, np.zeros(count), [-villages.kg.sum()]])[:, None])
    whole = hstack([vstack([matrix, sent, sent, csr_matrix(sent.sum(axis=0))]), share]).tocsc()
    free, none = np.full(count, np.inf), np.zeros(count)
    low, high = (none, free) if level_pays else (-terms.apart, terms.apart)
    loaded = np.tile(villages.loaded_kg, 2)
    all_loaded = villages.loaded_kg.sum()
    return Programme(
        gain=np.append(base.gain, villages.kg.sum() if level_pays else 0.0),
        upper=np.append(base.upper, 1.0),
        row_low=np.concatenate([base.row_low, np.concatenate([low, terms.floor]) - loaded, [-np.inf if level_pays else -all_loaded]]),
        row_high=np.concatenate([base.row_high, np.concatenate([high, free]) - loaded, [np.inf if level_pays else -all_loaded]]),
        starts=whole.indptr.astype(np.int32),
        rows=whole.indices.astype(np.int32),
        values=whole.data,
    )


def _shipments(season: Season, primal: Floats) -> Shipments:
    """Shipments of the solver's kg of each lot and way, kept within limits that it missed by a hair."""
    lots, pools = len(season.lot_kg), season.pools.height
    way_kg, kept = primal[lots : lots + len(season.ways.pool)].copy(), promised_of(season)[0]
    # What stays as promised has columns of its own; the share of `with_villages` stands behind them.
    way_kg[kept] += primal[len(primal) - 1 - len(kept) : -1]
    kg = within_limits(season, way_kg)
    sent = np.clip(primal[:lots], 0.0, season.lot_kg)
    way_sum, lot_sum = np.bincount(season.ways.pool, kg, pools), np.bincount(season.lot_pool, sent, pools)
    smaller = np.minimum(way_sum, lot_sum)
    way_kept, lot_kept = (np.divide(smaller, each, out=np.zeros(pools), where=each > 0) for each in (way_sum, lot_sum))
    return share_out(season, kg * way_kept[season.ways.pool], sent * lot_kept[season.lot_pool])
