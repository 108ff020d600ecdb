"""Both stages at once, by prices: every scenario has its own, and what is decided early answers to all of them.

prices : shape (scenarios, wants + lanes + hub weeks), yuan per kg, >= 0: of a kg delivered, of a kg of truck, of a kg through the hub
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pinfold.match.dual import MEAN_SHARE, PASSAGE_SCALE, behind_best
from pinfold.match.kernel import Network
from pinfold.match.season import Floats
from pinfold.match.uncertain.problem import TwoStage


class Mean:
    """Mean of the flows that one scenario's walk sees: the first counts whole, each later one MEAN_SHARE. kg : shape (ways,)"""

    def __init__(self) -> None:
        self.kg = np.zeros(0)

    def see(self, flow: Floats) -> None:
        """Takes `flow`, which is the caller's no more: in place, while it is still in the processor's cache."""
        if len(self.kg):
            flow -= self.kg
            flow *= MEAN_SHARE
            self.kg += flow
        else:
            self.kg = flow


def smoothed(problem: TwoStage, weights: Floats, temperature: float, prices: Floats, means: Sequence[Mean] = ()) -> tuple[float, Floats]:
    """The dual with its corners rounded off as `match/dual.py` does it, and its slope (as prices); temperature 0 would be `bound`.

    weights : shape (scenarios,), sum 1, > 0; means : one for each scenario, which see its flow, or none
    """
    wants, lanes, _ = problem.network.shape
    slope, value = np.empty_like(prices), 0.0
    for row, network in enumerate(problem.networks):
        worth, of_scenario, flow = network.smoothed(temperature, prices[row])
        value += weights[row] * worth
        np.multiply(of_scenario, weights[row], out=slope[row])
        if means:
            means[row].see(flow)
    # A demand step: promised it earns A, not promised B; so much of it is promised as the difference says.
    width = (temperature * problem.network.want_scale)[:, None]
    kept, kept_share = rounded(problem.kept_promise_per_kg - prices[:, :wants, None], width)
    late, late_share = rounded(problem.late_per_kg - prices[:, :wants, None], width)
    late_mean = np.tensordot(weights, late, 1)
    more, promised = rounded(np.tensordot(weights, kept, 1) - problem.refund_per_kg - late_mean, width)
    step_kg = problem.network.step_kg
    value += float((step_kg * (late_mean + more)).sum())
    slope[:, :wants] -= weights[:, None] * ((step_kg * promised) * kept_share + (step_kg * (1 - promised)) * late_share).sum(axis=2)
    # A kg of truck: booked it earns its mean price less what it costs, left to the spot what the price there is above the spot's.
    own, lane_width = prices[:, wants : wants + lanes], temperature * PASSAGE_SCALE
    spot, spot_share = rounded(own - problem.spot_per_kg, lane_width)
    spot_mean = weights @ spot
    more, booked = rounded(weights @ own - problem.truck_per_kg - spot_mean, lane_width)
    value += float(problem.network.lane_kg_max @ (spot_mean + more))
    slope[:, wants : wants + lanes] += weights[:, None] * problem.network.lane_kg_max * (booked + (1 - booked) * spot_share)
    return value, slope


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


def rounded(gain: Floats, width: Floats | float) -> tuple[Floats, Floats]:
    """max(gain, 0), rounded off by a parabola over 0 .. width, and its slope."""
    share = np.clip(gain / width, 0.0, 1.0)
    return share * (gain - 0.5 * width * share), share
