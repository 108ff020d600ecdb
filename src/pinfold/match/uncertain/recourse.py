"""Once trucks are booked and sales promised: what each scenario then brings at least, by prices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pinfold.match.bound import Prices
from pinfold.match.dual import FAR_SHARE, REROUTE_SHARES, Stage, behind_best, nearest_first
from pinfold.match.kernel import Network
from pinfold.match.score import equity_per_kg
from pinfold.match.season import Floats, Ints
from pinfold.match.shipments import DUST_KG, scaled_within
from pinfold.match.uncertain.dual import way_profit
from pinfold.match.uncertain.problem import FirstStage, TwoStage
from pinfold.match.uncertain.walk import Walk

# From the prices of a plan that knew nothing of `first`.
FROM_AFAR = (Stage(0.01, 20, 1e-6), Stage(0.003, 30, 1e-7), Stage(0.001, 60, 1e-8), Stage(0.0005, 60, 1e-8))


def with_promises(problem: TwoStage, first: FirstStage, scenario: int) -> Network:
    """The scenario's network after `first`: what was promised is a step of its own, dearest first, and all trucks are there."""
    price = np.concatenate([problem.kept_promise_per_kg, problem.late_per_kg], axis=1)
    kg = np.concatenate([first.promised_kg, problem.network.step_kg - first.promised_kg], axis=1)
    order = np.argsort(-price, axis=1, kind="stable")
    return replace(
        problem.networks[scenario],
        step_price_per_kg=np.take_along_axis(price, order, axis=1),
        step_kg=np.maximum(np.take_along_axis(kg, order, axis=1), 0.0),
        lane_kg_max=problem.network.lane_kg_max,
    )


def yuan(problem: TwoStage, first: FirstStage, scenario: int, kg: Floats) -> float:
    """What the scenario brings when `kg` go on the ways."""
    network = with_promises(problem, first, scenario)
    spot_kg = np.maximum(np.bincount(network.lane, kg, len(first.booked_kg)) - first.booked_kg, 0)
    return float(problem.salvage[scenario] + network.gain(kg) - problem.spot_per_kg @ spot_kg - problem.cost(first))


def equity_of(problem: TwoStage, scenario: int, kg: Floats) -> float:
    """What the scenario's equity bonus counts, and nobody pays, when `kg` go on the ways."""
    network = problem.networks[scenario]
    return float((network.lot_kg - network.lots_left(kg)) @ equity_per_kg(problem.season)[network.lot_order])


def near_yuan(problem: TwoStage, first: FirstStage, start: Prices) -> Floats:
    """What every scenario brings at least after `first`, shape (scenarios,), by prices from those of `start`."""
    count = len(problem.scenario_kg)
    walk = Walk(problem, start_prices(problem, start), np.full(count, 1 / count), first)
    for stage in FROM_AFAR:
        walk.take(stage)
    return np.array([yuan(problem, first, row, kg) for row, kg in enumerate(kept_flows(problem, first, walk))])


def start_prices(problem: TwoStage, start: Prices) -> Floats:
    """Prices of a plan that pays trucks per kg as those of one scenario, in which the price of a kg of truck holds its cost."""
    return np.concatenate([start.want, start.lane + problem.truck_per_kg, start.hub_week])


def kept_flows(problem: TwoStage, first: FirstStage, walk: Walk) -> list[Floats]:
    """Kg on every way in each scenario: those that `walk` saw, within the scenario's limits and those after `first`."""

    def of_scenario(row: int) -> Floats:
        return kept_flow(problem, first, with_promises(problem, first, row), walk.mean.flow(row), walk.at[row])

    return list((problem.workers.map if problem.workers else map)(of_scenario, range(len(walk.at))))


def kept_flow(problem: TwoStage, first: FirstStage, network: Network, flow: Floats, prices: Floats) -> Floats:
    """Kg on every way near `flow` that keep every limit of the scenario; what is cut off takes the ways that are best at `prices`.

    As `match/dual.rerouted`, but a lane is first only as wide as its price pays for: booked, and beyond that on the spot.
    """
    wants, lanes, _ = network.shape
    truck = prices[wants : wants + lanes]
    wide_kg = np.where(truck >= problem.spot_per_kg, network.lane_kg_max, first.booked_kg)
    pays_kg = np.where(network.step_price_per_kg >= prices[:wants, None], network.step_kg, 0.0).sum(axis=1)
    kg = np.where(flow >= DUST_KG, flow, 0.0)
    kg = scaled_within(kg, network.want, pays_kg, network.kept)
    kg = _within(replace(network, lane_kg_max=wide_kg), kg)
    best, order = _order(network, prices)
    lot_best = np.repeat(best, np.diff(network.first_lot))
    lot_scale = np.repeat(network.pool_scale, np.diff(network.first_lot))
    paid = network.cost_per_kg + (truck + prices[wants + lanes :][network.hub_of_lane])[network.lane]
    for share in REROUTE_SHARES:
        floor = lot_best - share * lot_scale
        asked = np.where(network.lot_value_per_kg + floor > 0, -floor, -1e30)
        kg = replace(network, cost_per_kg=paid, lot_value_per_kg=asked, lane_kg_max=wide_kg).fill(order, kg)
    load_kg = np.bincount(network.lane, kg, lanes)
    kg = replace(network, lane_kg_max=np.maximum(first.booked_kg, load_kg)).fill(order, kg)
    return replace(network, cost_per_kg=network.cost_per_kg + problem.spot_per_kg[network.lane]).fill(order, kg)


def _order(network: Network, prices: Floats) -> tuple[Floats, Ints]:
    """What each pool's best way earns, and the ways that are not far behind it, nearest first."""
    best, behind = behind_best(network, way_profit(network, prices))
    near = np.flatnonzero(behind < FAR_SHARE)
    return best, near[nearest_first(behind[near])]


def _within(network: Network, kg: Floats) -> Floats:
    """`kg` scaled down wherever it passes what a pool, lane or hub-week of the scenario holds."""
    pool_kg = np.bincount(
        np.repeat(np.arange(len(network.pool_scale)), np.diff(network.first_lot)), network.lot_kg, len(network.pool_scale)
    )
    kg = scaled_within(kg, network.pool_of_way, pool_kg, 1.0)
    kg = scaled_within(kg, network.lane, network.lane_kg_max, 1.0)
    return scaled_within(kg, network.hub_of_lane[network.lane], network.hub_week_kg_max, 1.0)
