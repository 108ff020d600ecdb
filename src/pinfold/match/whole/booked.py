"""The best flow in trucks that are booked, to pins and bids that are open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pinfold.match.core import near_best_flow
from pinfold.match.season import Floats, Season, Ways
from pinfold.match.whole.problem import GRAM_KG, Problem, delivered_on, trucks_for
from pinfold.match.whole.programme import fitted


def refilled(season: Season, problem: Problem, way_kg: Floats) -> Floats:
    """Kg on every way when the trucks and openings of `way_kg` are kept and all goods are shared out anew; shape (ways,).

    A want that would now get less than its minimum is shut.
    """
    trucks = trucks_for(problem, way_kg)
    opened = delivered_on(problem, way_kg) > GRAM_KG
    for _ in range(2):
        flow = _flow(season, problem, trucks, opened)
        flow = fitted(problem, flow, trucks, opened)
        short = opened & (delivered_on(problem, flow) < problem.kg_min - GRAM_KG)
        if not short.any():
            break
        opened &= ~short
        flow = fitted(problem, flow, trucks, opened)
    return flow


def _flow(season: Season, problem: Problem, trucks: Floats, opened: npt.NDArray[np.bool_]) -> Floats:
    ways = problem.ways
    kept = np.flatnonzero((trucks[ways.lane] > 0) & opened[ways.want])
    some = Ways(*(getattr(ways, name)[kept] for name in ("pool", "want", "lane", "hub_week", "kept", "cost_per_kg", "age_days")))
    booked = replace(season, lane_kg_max=trucks * problem.truck_kg, ways=some)
    flow = np.zeros(len(ways.pool))
    flow[kept] = np.maximum(near_best_flow(booked).kg, 0)
    return flow
