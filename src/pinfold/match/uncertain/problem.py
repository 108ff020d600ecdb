"""The problem of two stages: a season, its scenarios, and what early and late decisions cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pinfold.match.kernel import Network
from pinfold.match.score import filled_steps
from pinfold.match.season import Floats, Season
from pinfold.match.uncertain.rules import UncertainRules

if TYPE_CHECKING:
    from concurrent.futures import Executor


@dataclass(frozen=True)
class FirstStage:
    """What is decided before the harvest is known.

    booked_kg : shape (lanes,), kg that the trucks booked on each lane carry
    promised_kg : shape (wants, 3), kg of each demand step that are sold in advance
    """

    booked_kg: Floats
    promised_kg: Floats

    def halfway(self, other: FirstStage) -> FirstStage:
        """The mean of both, which keeps every limit that they keep."""
        return FirstStage((self.booked_kg + other.booked_kg) / 2, (self.promised_kg + other.promised_kg) / 2)


@dataclass(frozen=True)
class TwoStage:
    """A season and the harvests that it may bring, equally likely.

    scenario_kg : shape (scenarios, lots)
    workers : threads of this process, on which scenarios are worked out side by side; None: one after the other, to the same last bit
    """

    season: Season
    rules: UncertainRules
    scenario_kg: Floats
    workers: Executor | None = None

    @cached_property
    def network(self) -> Network:
        """Of the largest harvest of every lot, so that what it holds for never full is so in each scenario; trucks are not in its costs."""
        largest = Network.of(replace(self.season, lot_kg=self.scenario_kg.max(axis=0)), self.workers)
        return replace(largest, cost_per_kg=largest.cost_per_kg - self.truck_per_kg[largest.lane])

    @cached_property
    def networks(self) -> list[Network]:
        """One for each scenario, without demand and lane limits, which both stages share."""
        idle = replace(self.network, step_kg=np.zeros_like(self.network.step_kg), lane_kg_max=np.zeros_like(self.network.lane_kg_max))
        return [replace(idle, lot_kg=kg[idle.lot_order]) for kg in self.scenario_kg]

    @cached_property
    def truck_per_kg(self) -> Floats:
        """Yuan per kg on a booked truck, by lane."""
        lanes = self.season.tables.lanes
        return (lanes["truck_cost"] / lanes["truck_kg"]).to_numpy()

    @property
    def spot_per_kg(self) -> Floats:
        """Yuan per kg on a truck that is found late, by lane."""
        return self.rules.spot_truck_factor * self.truck_per_kg

    @property
    def kept_promise_per_kg(self) -> Floats:
        """Yuan that a promised kg brings more when it comes than when it is refunded, by want and step."""
        return (1 + self.rules.refund_cost_share) * self.season.step_price_per_kg

    @property
    def refund_per_kg(self) -> Floats:
        """Yuan that a promised kg costs when it does not come, by want and step."""
        return self.rules.refund_cost_share * self.season.step_price_per_kg

    @property
    def late_per_kg(self) -> Floats:
        """Yuan that a kg brings which nobody was promised, by want and step."""
        return self.rules.late_price_share * self.season.step_price_per_kg

    @cached_property
    def salvage(self) -> Floats:
        """Yuan that each scenario brings when nothing leaves; shape (scenarios,)."""
        return np.asarray(self.scenario_kg @ self.season.tables.lots["salvage_per_kg"].to_numpy())

    def cost(self, first: FirstStage) -> float:
        """Yuan that trucks booked and promises cost whatever comes: every promised kg as if it were refunded."""
        return float(self.truck_per_kg @ first.booked_kg + (self.refund_per_kg * first.promised_kg).sum())


def first_of_flow(problem: TwoStage, flow_kg: Floats) -> FirstStage:
    """All that goes on the ways, shape (ways,), booked and promised: what a plan does that takes the forecast for certain."""
    return best_first(problem, [flow_kg], np.ones(1))


def best_first(problem: TwoStage, flows_kg: Sequence[Floats], weights: Floats) -> FirstStage:
    """What is best to book and promise when each scenario sends what it does: quantiles of its loads and of what it delivers.

    flows_kg : of each scenario, shape (ways,); weights : shape (scenarios,), sum 1
    """
    network, rules = problem.network, problem.rules
    loads, delivered = (np.zeros((len(flows_kg), held)) for held in network.shape[1::-1])
    for row, kg in enumerate(flows_kg):
        loads[row] = np.bincount(network.lane, kg, loads.shape[1])
        delivered[row] = np.bincount(network.want, kg * network.kept, delivered.shape[1])
    booked_kg = np.minimum(_quantile(loads, weights, rules.booked_quantile), network.lane_kg_max)
    return FirstStage(booked_kg, filled_steps(problem.season, _quantile(delivered, weights, rules.promise_quantile)))


def _quantile(values: Floats, weights: Floats, share: float) -> Floats:
    """The least value of each column below or at which at least `share` of the weights lie; shape (columns,)."""
    order = np.argsort(values, axis=0, kind="stable")
    reached = weights[order].cumsum(axis=0)
    row = np.minimum((reached < share - 1e-9).sum(axis=0), len(values) - 1)
    return np.asarray(np.take_along_axis(values, np.take_along_axis(order, row[None], axis=0), axis=0)[0])
