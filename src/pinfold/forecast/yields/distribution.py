"""From the root scale back to kg: quantiles of plots, and totals of blocks by simulation of what plots share."""

from __future__ import annotations

import numpy as np

from pinfold.basics.quantiles import LEVELS, Floats, Outlook
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.shocks import Places, Shocks

GRID = (np.arange(99) + 0.5) / 99
SHAPE_DRAWS = 20_000
DRAWS = 1000
CELLS_AT_ONCE = 4_000_000


def error_shape(shocks: Shocks) -> Floats:
    """Errors of a single plot in units of spread at the levels GRID, rising: season, district, block and plot parts put together."""
    random = np.random.default_rng(0)
    error = shocks.draw_season(SHAPE_DRAWS, random) + np.sqrt(shocks.district + shocks.block) * random.standard_normal(SHAPE_DRAWS)
    return np.asarray(np.quantile(error + shocks.draw_plots((SHAPE_DRAWS,), random), GRID))


def kg_quantiles(expectation: Expectation, size: Floats, shocks: Shocks) -> Outlook:
    """Mean and quantiles of each plot's harvest, kg (or the unit of the record), never below 0.

    size : float array, shape (plots,), trees, m² or 1
    """
    shape = error_shape(shocks)
    at_levels = np.interp(LEVELS, GRID, shape)
    kg = np.maximum(expectation.location[:, None] + expectation.spread[:, None] * at_levels, 0.0) ** 2 * size[:, None]
    mean = np.zeros(len(size))
    for error in shape:
        mean += np.maximum(expectation.location + expectation.spread * error, 0.0) ** 2
    return Outlook(mean / len(shape) * size, kg)


def block_draws(expectation: Expectation, size: Floats, places: Places, shocks: Shocks, random: np.random.Generator) -> Floats:
    """Simulated totals of blocks, shape (DRAWS, blocks): every draw is one season with a shock that all plots share, one of each district
    and one of each block."""
    block, shared = places.block, shocks.draw_shared(DRAWS, places, random)
    totals = np.zeros(shared.shape)
    order = np.argsort(block, kind="stable")
    step = max(1, CELLS_AT_ONCE // DRAWS)
    for start in range(0, len(order), step):
        rows = order[start : start + step]
        error = shared[:, block[rows]] + shocks.draw_plots((DRAWS, len(rows)), random)
        kg = np.maximum(expectation.location[rows] + expectation.spread[rows] * error, 0.0) ** 2 * size[rows]
        present, first = np.unique(block[rows], return_index=True)
        totals[:, present] += np.add.reduceat(kg, first, axis=1)
    return totals


def outlook_of(draws: Floats) -> Outlook:
    """Mean and quantiles over draws, shape (draws, things)."""
    return Outlook(draws.mean(axis=0), np.quantile(draws, LEVELS, axis=0).T)
