"""A nearly best plan by prices: the smoothed dual is lowered at falling temperatures, then its flow is made to keep every limit.

May be called: `price_flow`, with prices to start from where there are any (that is how a plan is made again), and `rerouted`, which
makes any flow a plan.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import log
from typing import NamedTuple, Protocol

import numpy as np

from pinfold.match.bound import Prices, bound, way_profit_per_kg
from pinfold.match.descent import descend
from pinfold.match.kernel import Network
from pinfold.match.order import by_number
from pinfold.match.season import Floats, Ints, Season
from pinfold.match.shipments import scaled_within, within_limits
from pinfold.match.tidy import tidied


class Stage(NamedTuple):
    """temperature : share of a product's price within which ways count as nearly as good; steps, enough : as `descend` has them"""

    temperature: float
    steps: int
    enough: float


WARMING = (Stage(0.03, 25, 1e-6), Stage(0.01, 30, 1e-6), Stage(0.003, 40, 1e-6), Stage(0.001, 80, 3e-8))
# From here on plans are made and certified; the walk ends when one is good enough. Measured on seasons M, L and XL (docs/match.md).
COLDEST = Stage(0.0004, 80, 3e-8)
# Up to so many ways half as many steps in the last two stages above end within GAP_ENOUGH (measured on seeds 0 to 5 of season M); on
# season L they take CLOSER stages more and 1.6 to 2 times as long.
SHORT_WAYS_MAX, SHORT_STEPS = 200_000, 40
# Warm again, but around the flow so far; each stage a little colder than the one before.
CLOSER = tuple(Stage(0.002 * 0.8**number, 60, 1e-9) for number in range(14))
GAP_ENOUGH = 0.0014
# What such a stage leaves of the gap, on average over seasons M, L and a tenth of XL.
GAP_LEFT = 0.8
# Prices move almost linearly with the temperature, so two stages tell where they are heading. Measured on seasons M and L: three quarters
# of the way to temperature 0 often halves what the bound is above the optimum; the whole way overshoots.
AHEAD = 0.75
# Near the best prices goods jump to and fro between ways; their mean on the walk breaks limits less than where they stand at its end.
# Of every so many flows one counts, at this share, in those stages. Measured on seasons M and L: what a plan is short of its bound
# after 140 steps falls by 26 to 46 of a hundred; shares of 0.05 and 0.1 are worse after 80 steps and better after 220.
# Source: Larsson, Patriksson & Strömberg (1999), Math. Program. 86.
MEAN_EVERY, MEAN_SHARE = 4, 0.2
# A way without flow counts as having this share of its pool's, or it could never get any again (assumed).
SHARE_LEAST = 1e-7
# Lanes and hubs have no price scale of their own: yuan per kg that temperature 1 stands for there (assumed; 2 and 8 measured alike,
# 30 worse).
PASSAGE_SCALE = 8.0
# Goods that the limits cut off try first what is as good as their best way to within these shares of the product's price, then everything
# within the last. Measured on seasons M and L: 0.03 to 0.05 of a percent more than at once.
REROUTE_SHARES = (0.002, 0.01)
FAR_SHARE = 0.15


@dataclass(frozen=True)
class Flow:
    """kg on every way, within limits, and what it earns; the prices whose bound stands over it, and that bound.

    interrupted : whether somebody stopped the search before it was good enough
    """

    kg: Floats
    objective: float
    prices: Prices
    bound: float
    interrupted: bool = False

    @property
    def gap(self) -> float:
        return (self.bound - self.objective) / max(abs(self.bound), 1e-9)


def never() -> bool:
    """Nobody stops it."""
    return False


def price_flow(
    season: Season,
    start: Prices | None = None,
    network: Network | None = None,
    gap_enough: float = GAP_ENOUGH,
    stopped: Callable[[], bool] = never,
) -> Flow:
    """A plan that earns within `gap_enough` of the bound where the stages reach that, and the best that they reached otherwise.

    start : prices of a season like this one: the first stages are then left out
    network : of the season, where it is at hand
    stopped : asked before every pass; in a thread that is not the main one, which no Ctrl-C reaches
    KeyboardInterrupt or `stopped` ends the walk early: the best plan so far comes back, certified, with `interrupted` set.
    Source of the smoothing: Nesterov (2005), Math. Program. 103, here by entropy over a pool's ways and parabolas over lots and steps.
    """
    network = network or Network.of(season)
    first = first_prices(season) if start is None else np.concatenate([start.want, start.lane, start.hub_week])
    walk = Walk(_OfNetwork(network), first, stopped)
    best: Flow | None = None
    stages = iter(CLOSER)
    try:
        *warming, coldest = _first_stages(len(season.ways.pool), start is None)
        for stage in warming:
            walk.take(stage)
        walk.take(coldest, keep_mean=True)
        best = _certified(season, network, walk)
        while best.gap > gap_enough and (next_stages := list(itertools.islice(stages, _stages_until(gap_enough, best.gap)))):
            for stage in next_stages:
                walk.take_closer(stage)
            best = better(best, _certified(season, network, walk))
    except KeyboardInterrupt:
        found = _certified(season, network, walk)
        return replace(found if best is None else better(best, found), interrupted=True)
    return best


def _first_stages(ways: int, from_the_start: bool) -> tuple[Stage, ...]:
    """The stages before the first plan is made and certified; from good prices only the last two."""
    if not from_the_start:
        return WARMING[-1], COLDEST
    steps_max = SHORT_STEPS if ways <= SHORT_WAYS_MAX else COLDEST.steps
    return tuple(stage._replace(steps=min(stage.steps, steps_max)) for stage in (*WARMING, COLDEST))


def _stages_until(gap_enough: float, gap: float) -> int:
    """How many of the CLOSER stages it should take from `gap` to `gap_enough`: certifying sooner would cost more than it could tell."""
    return max(1, int(log(gap / max(gap_enough, 1e-6)) / log(1 / GAP_LEFT)))


class Landscape(Protocol):
    """What a walk goes down: a smoothed dual. Prices and flows have whatever shape it gives them; flows are means of flows too."""

    def smoothed(self, temperature: float, prices: Floats) -> tuple[float, Floats, Floats]:
        """Value and slope at `prices`, and the flow there."""
        ...

    def unit(self, temperature: float) -> Floats:
        """By how much each price moves where its slope is one; shape as prices."""
        ...

    def around(self, flow: Floats, temperature: float) -> Landscape:
        """The same where straying from `flow` costs."""
        ...


@dataclass(frozen=True)
class _OfNetwork:
    network: Network

    def smoothed(self, temperature: float, prices: Floats) -> tuple[float, Floats, Floats]:
        return self.network.smoothed(temperature, prices)

    def unit(self, temperature: float) -> Floats:
        return units(*scales_of(self.network), temperature)

    def around(self, flow: Floats, temperature: float) -> Landscape:
        return _OfNetwork(around(self.network, flow, temperature))


def scales_of(network: Network) -> tuple[Floats, Floats]:
    """Yuan per kg that temperature 1 stands for at each want, lane and hub-week, and the kg that each holds."""
    per_kg = np.concatenate([network.want_scale, np.full(sum(network.shape[1:]), PASSAGE_SCALE)])
    return per_kg, np.concatenate([network.step_kg.sum(axis=1), network.lane_kg_max, network.hub_week_kg_max])


def units(per_kg: Floats, kg: Floats, temperature: float) -> Floats:
    """By how much prices of what holds `kg` move where the slope is a kg."""
    unit: Floats = np.sqrt(temperature * per_kg / np.maximum(kg, 1e-3 * kg.mean()))
    return unit


class Walk:
    """Prices on their way down the temperatures: where they are now, and where the stages before ended."""

    def __init__(self, landscape: Landscape, start: Floats, stopped: Callable[[], bool] = never) -> None:
        self.landscape, self.at, self.temperature, self.stopped = landscape, start, WARMING[0].temperature, stopped
        self.ends: list[tuple[float, Floats]] = []
        self.mean_kg: Floats | None = None

    def take(self, stage: Stage, keep_mean: bool = False) -> None:
        if len(self.ends) > 1:
            self.at = self._heading(stage.temperature)
        self._descend(self.landscape, stage, keep_mean)
        self.ends = [(before, prices) for before, prices in self.ends if before != stage.temperature] + [(stage.temperature, self.at)]

    def take_closer(self, stage: Stage) -> None:
        """A stage on which straying from the flow so far costs: it nears the best plan at a temperature at which the descent is quick."""
        near, self.mean_kg, self.ends = self.landscape.around(self.flow(), stage.temperature), None, []
        self._descend(near, stage, keep_mean=True)

    def _descend(self, landscape: Landscape, stage: Stage, keep_mean: bool) -> None:
        self.temperature = stage.temperature
        unit = landscape.unit(stage.temperature)
        seen = itertools.count(1)

        def function(point: Floats) -> tuple[float, Floats]:
            if self.stopped():
                raise KeyboardInterrupt
            self.at = point * unit
            value, slope, flow_kg = landscape.smoothed(stage.temperature, self.at)
            if keep_mean and next(seen) % MEAN_EVERY == 0:
                self.mean_kg = flow_kg if self.mean_kg is None else self.mean_kg + MEAN_SHARE * (flow_kg - self.mean_kg)
            return value, slope * unit

        self.at = descend(function, self.at / unit, stage.steps, stage.enough) * unit

    def flow(self) -> Floats:
        """Kg on every way: the mean where there is one, else as goods go at the prices where the walk stands."""
        return self.landscape.smoothed(self.temperature, self.at)[2] if self.mean_kg is None else self.mean_kg

    def candidates(self) -> list[Floats]:
        """The prices where the walk stands, and those where it is heading."""
        return [self.at] if len(self.ends) < 2 else [self.at, self._heading(0.0)]

    def _heading(self, temperature: float) -> Floats:
        (warm, before), (cool, after) = self.ends[-2:]
        return np.maximum(after + AHEAD * (cool - temperature) / (warm - cool) * (after - before), 0.0)


def around(network: Network, kg: Floats, temperature: float) -> Network:
    """`network` as it is to be smoothed at `temperature` for goods to stray from `kg` (on each way) only as far as that pays.

    Ways cost more the fewer of their pool's goods they have; lots gain, and steps pay, more the fuller they are. By these the smoothing's
    entropy and parabolas are least at `kg` instead of at even shares and at nothing, so smoothing again and again ends at the best plan.
    Source: proximal minimization, Rockafellar (1976), SIAM J. Control Optim. 14; by entropy, Censor & Zenios (1992), J. Optim. Theory
    Appl. 73.
    """
    pools = len(network.pool_scale)
    width = temperature * network.pool_scale
    share = kg / np.maximum(np.bincount(network.pool_of_way, kg, pools), 1e-9)[network.pool_of_way]
    gone = 1 - network.lots_left(kg) / np.maximum(network.lot_kg, 1e-9)
    sold = 1 - network.steps_left(kg) / np.maximum(network.step_kg, 1e-9)
    return replace(
        network,
        cost_per_kg=network.cost_per_kg - width[network.pool_of_way] * np.log(np.maximum(share, SHARE_LEAST)),
        lot_value_per_kg=network.lot_value_per_kg + np.repeat(width, np.diff(network.first_lot)) * gone,
        step_price_per_kg=network.step_price_per_kg + (temperature * network.want_scale)[:, None] * sold,
    )


def first_prices(season: Season) -> Floats:
    """Wants a little under their middle step, and free passage."""
    return np.concatenate([0.9 * season.step_price_per_kg[:, 1], np.zeros(len(season.lane_kg_max) + len(season.hub_week_kg_max))])


def _certified(season: Season, network: Network, walk: Walk) -> Flow:
    bounds = [
        (bound(season, prices), number, prices) for number, prices in enumerate(prices_of(season, network, at) for at in walk.candidates())
    ]
    least, _, prices = min(bounds)
    kg = within_limits(season, tidied(network, rerouted(season, network, walk.flow(), prices_of(season, network, walk.at))))
    return Flow(kg, season.unsold_worth + network.gain(kg), prices, least)


def better(one: Flow, other: Flow) -> Flow:
    """The better plan of the two under the lower bound of the two."""
    plan, proof = max(one, other, key=lambda flow: flow.objective), min(one, other, key=lambda flow: flow.bound)
    return Flow(plan.kg, plan.objective, proof.prices, proof.bound, one.interrupted or other.interrupted)


def prices_of(season: Season, network: Network, at: Floats) -> Prices:
    wants, lanes, _ = network.shape
    lane, hub_week = at[wants : wants + lanes], at[wants + lanes :]
    # A passage that the network holds narrower than the season can never be full, so it has no price.
    return Prices(
        want=at[:wants],
        lane=np.where(season.lane_kg_max <= network.lane_kg_max, lane, 0.0),
        hub_week=np.where(season.hub_week_kg_max <= network.hub_week_kg_max, hub_week, 0.0),
    )


def rerouted(season: Season, network: Network, flow: Floats, prices: Prices) -> Floats:
    """Kg on every way near `flow` that keep every limit; what the limits cut off takes the ways with room that are best at `prices`.

    The lots and steps that would not move at `prices` move last: first each want takes only what pays its price, and a pool's goods only
    ways nearly as good as its best.
    """
    lane_price = (prices.lane + prices.hub_week[network.hub_of_lane])[network.lane]
    best, behind = behind_best(network, way_profit_per_kg(season, prices))
    near = np.flatnonzero(behind < FAR_SHARE)
    order = near[nearest_first(behind[near])]
    pays = network.step_price_per_kg >= prices.want[:, None]
    kg = within_limits(season, scaled_within(flow, network.want, np.where(pays, network.step_kg, 0.0).sum(axis=1), network.kept))
    lot_pool = np.repeat(np.arange(len(best)), np.diff(network.first_lot))
    for share in REROUTE_SHARES:
        # A lot leaves when its pool's best way pays; it must then earn nearly what that way pays.
        floor = best[lot_pool] - share * network.pool_scale[lot_pool]
        asked = np.where(network.lot_value_per_kg + floor > 0, -floor, -1e30)
        kg = replace(network, cost_per_kg=network.cost_per_kg + lane_price, lot_value_per_kg=asked).fill(order, kg)
    return network.fill(order, kg)


def nearest_first(behind: Floats) -> Ints:
    """The order of ways by what share of the product's price they are behind; all at FAR_SHARE and beyond count as equal."""
    # A 65,536th of FAR_SHARE tells ways apart well enough.
    return by_number((np.minimum(behind, FAR_SHARE) * (65_535 / FAR_SHARE)).astype(np.uint16), 65_536)


def behind_best(network: Network, profit: Floats, ways: Ints | None = None) -> tuple[Floats, Floats]:
    """What each pool's best way earns, yuan per kg, and by what share of the product's price each of `ways` (None: all) is behind it."""
    best = np.full(len(network.pool_scale), -1e30)
    some = np.flatnonzero(np.diff(network.first_way))
    if len(some):
        best[some] = np.maximum.reduceat(profit, network.first_way[some])
    of = slice(None) if ways is None else ways
    pool = network.pool_of_way[of]
    return best, (best[pool] - profit[of]) / network.pool_scale[pool]
