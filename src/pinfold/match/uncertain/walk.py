"""Prices of all scenarios on their way down the temperatures, and the flows that they see on it."""

from __future__ import annotations

import itertools

import numpy as np

from pinfold.match.descent import descend
from pinfold.match.dual import AHEAD, MEAN_EVERY, PASSAGE_SCALE, Stage
from pinfold.match.season import Floats
from pinfold.match.uncertain.dual import Dual, Mean
from pinfold.match.uncertain.problem import FirstStage, TwoStage


class Walk:
    """at : prices of every scenario, where the walk stands; mean : of the flows seen so far, over all stages unless it is made anew

    start : prices of every scenario, or of one for all; weights : of the scenarios, as `risk.weights` gives them
    first : what is decided early, where that is known; every scenario then goes its own way
    """

    def __init__(self, problem: TwoStage, start: Floats, weights: Floats, first: FirstStage | None = None) -> None:
        self.problem, self.weights, self.first, self.passes = problem, weights, first, 0
        self.at = np.array(np.broadcast_to(start, (len(weights), start.shape[-1])))
        self.mean = Mean(problem)
        self.ends: list[tuple[float, Floats]] = []

    def take(self, stage: Stage) -> None:
        if len(self.ends) > 1:
            self.at = self.heading(stage.temperature)
        dual, seen = Dual(self.problem, self.weights, self.first), itertools.count()
        # A scenario of little weight bends the dual little; none may have a step of 0.
        unit = self._units(stage.temperature) / np.sqrt(np.maximum(self.weights, 1e-3 / len(self.weights)))[:, None]

        def function(point: Floats) -> tuple[float, Floats]:
            self.passes += 1
            self.at = point.reshape(unit.shape) * unit
            value, slope = dual.smoothed(stage.temperature, self.at, self.mean if next(seen) % MEAN_EVERY == 0 else None)
            slope *= unit
            return value, slope.ravel()

        self.at = descend(function, (self.at / unit).ravel(), stage.steps, stage.enough).reshape(unit.shape) * unit
        self.ends = [(before, prices) for before, prices in self.ends if before != stage.temperature] + [(stage.temperature, self.at)]

    def heading(self, temperature: float) -> Floats:
        """Where the last two stages say that prices go."""
        (warm, before), (cool, after) = self.ends[-2:]
        return np.maximum(after + AHEAD * (cool - temperature) / (warm - cool) * (after - before), 0.0)

    def _units(self, temperature: float) -> Floats:
        """Yuan per kg that one step of a descent takes each price by, shape (wants + lanes + hub weeks,): as in `match/dual.py`."""
        network = self.problem.network
        per_kg = np.concatenate([network.want_scale, np.full(sum(network.shape[1:]), PASSAGE_SCALE)])
        kg = np.concatenate([network.step_kg.sum(axis=1), network.lane_kg_max, network.hub_week_kg_max])
        return np.asarray(np.sqrt(temperature * per_kg / np.maximum(kg, 1e-3 * kg.mean())))
