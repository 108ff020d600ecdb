"""Both stages at once, by prices: every scenario has its own, and what is decided early answers to all of them.

prices : shape (scenarios, wants + lanes + hub weeks), yuan per kg, >= 0: of a kg delivered, of a kg of truck, of a kg through the hub
"""

from __future__ import annotations

import ctypes

import numpy as np

from pinfold.match.compiled import SIDE, loops, pointer
from pinfold.match.dual import MEAN_SHARE, PASSAGE_SCALE, behind_best
from pinfold.match.kernel import Network
from pinfold.match.season import Floats
from pinfold.match.uncertain.problem import FirstStage, TwoStage


class Mean:
    """Means of the flows that a walk sees in each scenario: the first counts whole, each later one MEAN_SHARE."""

    def __init__(self, problem: TwoStage) -> None:
        self.scenarios, self.seen = len(problem.scenario_kg), False
        # Scenarios stand in blocks side by side, as the loops pass over them.
        self.kg = np.zeros((_blocks(self.scenarios), len(problem.network.want), SIDE))

    def share(self) -> float:
        """What the next flow counts."""
        share, self.seen = (MEAN_SHARE if self.seen else 1.0), True
        return share

    def flows(self) -> list[Floats]:
        """Of every scenario what `flow` says."""
        return [self.flow(row) for row in range(self.scenarios)]

    def flow(self, scenario: int) -> Floats:
        """Kg on every way, shape (ways,)."""
        return np.ascontiguousarray(self.kg[scenario // SIDE, :, scenario % SIDE])


class Dual:
    """The dual with its corners rounded off as `match/dual.py` does it, as the compiled loops see it.

    weights : shape (scenarios,), sum 1, > 0; first : what is decided early, where that is known; its cost is then left out
    """

    def __init__(self, problem: TwoStage, weights: Floats, first: FirstStage | None = None) -> None:
        network, kg = problem.network, problem.scenario_kg
        self.network, self.weights = network, weights
        # The last block is filled up with its last scenario.
        rows = np.minimum(np.arange(_blocks(len(kg)) * SIDE), len(kg) - 1).reshape(-1, SIDE)
        self.lot_kg = np.ascontiguousarray(kg[:, network.lot_order][rows].swapaxes(1, 2))
        wants, lanes, _ = network.shape
        self.room = np.empty((len(rows), (2 * (wants + lanes) + int(np.diff(network.first_way).max(initial=0))) * SIDE))
        steps = (problem.kept_promise_per_kg, problem.late_per_kg, problem.refund_per_kg)
        decided = (None, None) if first is None else (first.promised_kg, first.booked_kg)
        self.arrays = [
            None if each is None else np.ascontiguousarray(each) for each in (*steps, problem.truck_per_kg, problem.spot_per_kg, *decided)
        ]
        self.early = _Early(*(None if each is None else pointer(each) for each in self.arrays), PASSAGE_SCALE)

    def smoothed(self, temperature: float, prices: Floats, mean: Mean | None = None) -> tuple[float, Floats]:
        """The smoothed dual and its slope (as prices); temperature 0 would be `bound`. mean : sees the flows"""
        worth, slope = self.of_scenarios(temperature, prices, mean)
        slope *= self.weights[:, None]
        given = map(pointer, (self.weights, prices, slope))
        early = loops().early(self.network.struct, ctypes.byref(self.early), temperature, len(prices), *given)
        return float(self.weights @ worth) + early, slope

    def of_scenarios(self, temperature: float, prices: Floats, mean: Mean | None = None) -> tuple[Floats, Floats]:
        """What lots and hubs add to each scenario's smoothed dual, shape (scenarios,), and its slope."""
        worth, slope = np.empty(len(prices)), np.empty(prices.shape)
        share, blocks = 0.0 if mean is None else mean.share(), _blocks(len(prices))

        def of_blocks(first: int, count: int) -> None:
            rows = slice(first * SIDE, (first + count) * SIDE)
            given = map(pointer, (self.lot_kg[first], prices[rows], worth[rows], slope[rows]))
            kg = None if mean is None else pointer(mean.kg[first])
            loops().harvests(self.network.struct, temperature, len(worth[rows]), *given, share, kg, pointer(self.room[first]))

        if self.network.workers:
            list(self.network.workers.map(of_blocks, range(blocks), [1] * blocks))
        else:
            of_blocks(0, blocks)
        return worth, slope


class _Early(ctypes.Structure):
    """`Early` of harvests.c."""

    ARRAYS = ("kept_per_kg", "late_per_kg", "refund_per_kg", "truck_per_kg", "spot_per_kg", "promised_kg", "booked_kg")
    _fields_ = [*((name, ctypes.c_void_p) for name in ARRAYS), ("lane_scale", ctypes.c_double)]


def _blocks(scenarios: int) -> int:
    return -(-scenarios // SIDE)


def bound(problem: TwoStage, weights: Floats, prices: Floats) -> float:
    """Yuan that no two-stage plan is worth more than on these scenarios, whatever `prices` are and whichever weights `risk.weights` gives.

    Each promise, booked truck, lot and hub is at its own best under the prices (weak duality, as in `match/bound.py`); and what the rules
    call a plan's worth is at most its mean under any such weights.
    """
    assert np.isfinite(prices).all() and (prices >= 0).all(), "a negative or missing price proves nothing"
    wants, lanes, _ = problem.network.shape
    value = float(weights @ problem.salvage)
    for weight, network, of_scenario in zip(weights, problem.networks, prices, strict=True):
        best = behind_best(network, way_profit(network, of_scenario))[0]
        lot_best = np.repeat(best, np.diff(network.first_lot))
        left = network.lot_kg @ np.maximum(network.lot_value_per_kg + lot_best, 0)
        value += float(weight * (left + network.hub_week_kg_max @ of_scenario[wants + lanes :]))
    own = prices[:, :wants, None]
    promised = np.tensordot(weights, np.maximum(problem.kept_promise_per_kg - own, 0), 1) - problem.refund_per_kg
    late = np.tensordot(weights, np.maximum(problem.late_per_kg - own, 0), 1)
    truck = prices[:, wants : wants + lanes]
    booked, spot = weights @ truck - problem.truck_per_kg, weights @ np.maximum(truck - problem.spot_per_kg, 0)
    value += float((problem.network.step_kg * np.maximum(promised, late)).sum())
    return value + float(problem.network.lane_kg_max @ np.maximum(booked, spot))


def way_profit(network: Network, prices: Floats) -> Floats:
    """Yuan per kg sent on each way at one scenario's prices; shape (ways,)."""
    wants, lanes, _ = network.shape
    passage = prices[wants : wants + lanes] + prices[wants + lanes :][network.hub_of_lane]
    return np.asarray(network.kept * prices[:wants][network.want] - passage[network.lane] - network.cost_per_kg)
