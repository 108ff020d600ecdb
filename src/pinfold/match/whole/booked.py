"""The best flow in trucks that are booked, to pins and bids that are open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pinfold.match.bound import Prices
from pinfold.match.core import best_flow
from pinfold.match.dual import rerouted
from pinfold.match.kernel import Network
from pinfold.match.season import Floats, Season, Ways
from pinfold.match.whole.problem import GRAM_KG, Problem, delivered_on, trucks_for
from pinfold.match.whole.programme import fitted

# Up to here HiGHS shares out anew (2.5 CPU seconds on 50 thousand ways, and 1.4 million yuan of 60 more than filling up); above, what
# the trucks have is kept and what still fits is added. By prices alone booked trucks stay half empty.
EXACT_WAYS_MAX = 100_000


def refilled(season: Season, problem: Problem, way_kg: Floats, prices: Prices) -> Floats:
    """Kg on every way when the trucks and openings of `way_kg` are kept and all goods are shared out anew; shape (ways,).

    prices : of the season with trucks paid per kg; where a large season's goods go is decided by them
    A want that would now get less than its minimum is shut.
    """
    ways, trucks = problem.ways, trucks_for(problem, way_kg)
    opened = delivered_on(problem, way_kg) > GRAM_KG
    flow = way_kg
    for _ in range(2):
        used = np.flatnonzero((trucks[ways.lane] > 0) & opened[ways.want])
        some = Ways(*(getattr(ways, name)[used] for name in ("pool", "want", "lane", "hub_week", "kept", "cost_per_kg", "age_days")))
        booked = replace(season, lane_kg_max=trucks * problem.truck_kg, ways=some)
        if len(used) <= EXACT_WAYS_MAX:
            shared = best_flow(booked)[0]
        else:
            shared = rerouted(booked, Network.of(booked), flow[used], prices)
        flow = np.zeros(len(ways.pool))
        flow[used] = np.maximum(shared, 0)
        flow = fitted(problem, flow, trucks, opened)
        short = opened & (delivered_on(problem, flow) < problem.kg_min - GRAM_KG)
        if not short.any():
            break
        opened &= ~short
        flow = fitted(problem, flow, trucks, opened)
    return flow
