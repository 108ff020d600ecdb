"""What bars goods that stay unsold where trucks are booked whole, for the sentences that say why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pinfold.match.explain import Booked, stay_worth
from pinfold.match.score import delivered_kg, sent_kg
from pinfold.match.season import Floats, Season
from pinfold.match.shipments import Shipments
from pinfold.match.whole.bound import truckloads
from pinfold.match.whole.problem import GRAM_KG, Problem


def what_bars(season: Season, problem: Problem, shipments: Shipments, trucks: Floats) -> Booked:
    """Which lanes could have one more truck than `trucks`, what it would cost, and what the goods that wait for it would bring at most.

    Every want's next kg is counted at the price of its next step and openings cost nothing here, so no truck brings more.
    """
    ways, delivered = problem.ways, delivered_kg(season, shipments)
    left_kg = season.lot_kg - sent_kg(season, shipments)
    sold = np.clip(delivered[:, None] - (problem.step_kg.cumsum(axis=1) - problem.step_kg), 0, problem.step_kg)
    steps_left = problem.step_kg - sold
    next_price = np.where(steps_left > GRAM_KG, problem.step_price_per_kg, 0.0).max(axis=1)
    at_home = np.full(problem.pools, np.inf)
    np.minimum.at(at_home, season.lot_pool, np.where(left_kg > GRAM_KG, stay_worth(season), np.inf))
    waiting = replace(problem, lot_pool=season.lot_pool, lot_kg=left_kg, step_kg=steps_left)
    more = trucks < problem.trucks_max
    nothing = np.zeros(len(trucks))
    waits = next(truckloads(waiting, ways.kept * next_price[ways.want] - ways.cost_per_kg - at_home[ways.pool]), nothing)
    return Booked(more, problem.truck_cost, waits, delivered <= GRAM_KG)
