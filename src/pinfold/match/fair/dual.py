"""The smoothed dual of a season in which villages are promised something: its prices are those of the match, then of the villages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pinfold.match.bound import Prices
from pinfold.match.dual import around, prices_of, scales_of, units
from pinfold.match.fair.villages import VillagePrices, Villages
from pinfold.match.kernel import Network
from pinfold.match.season import Floats, Ints, Season

# Goods that a promise sends where they do not pay bring a full want's price below 0, which the descent does not go. So it sees wants that
# pay so many times their product's price more, and ways that cost as much: the same goods go the same ways.
BELOW_0 = 20.0
# Yuan per kg that temperature 1 stands for at a village and at the average share, as PASSAGE_SCALE for lanes (80 and 800 measured worse).
VILLAGE_SCALE = 8.0


@dataclass(frozen=True)
class Aims:
    """What the descent aims at for each village, kg, shape (villages,).

    floor : sent at least; softly, where `give` > 0: kg that a village may be short for each yuan that a kg more is paid
    apart : sent at most so far from the average share's kg; None: anything
    average_max : the average share is no more than this
    """

    floor: Floats
    give: Floats
    apart: Floats | None = None
    average_max: float = 1.0


@dataclass(frozen=True)
class FairDual:
    """A `Landscape`. Prices: wants (from `lowest` up), lanes, hub-weeks; of each village's floor; with a band also of being too low and too
    high, and of the average being too low and too high. A flow: kg of each way, then of each lot.

    network : with its lots, wants and ways as the plain dual has them
    village : of each lot in `network.lot_order`, -1: of none
    """

    network: Network
    villages: Villages
    village: Ints
    aims: Aims

    @classmethod
    def of(cls, network: Network, villages: Villages, aims: Aims) -> FairDual:
        lower = BELOW_0 * network.want_scale
        seen = replace(
            network,
            cost_per_kg=network.cost_per_kg + network.kept * lower[network.want],
            step_price_per_kg=network.step_price_per_kg + lower[:, None],
        )
        return cls(seen, villages, villages.lot[network.lot_order], aims)

    @cached_property
    def passages(self) -> int:
        return sum(self.network.shape)

    def begin(self, prices: Floats) -> Floats:
        """Where a descent begins: at `prices` of wants, lanes and hub-weeks, villages unpaid."""
        count = len(self.villages.kg)
        own = np.zeros(count if self.aims.apart is None else 3 * count + 2)
        below_0 = np.zeros(self.passages + len(own))
        below_0[: self.network.shape[0]] = BELOW_0 * self.network.want_scale
        begun: Floats = np.concatenate([prices, own]) + below_0
        return begun

    def told(self, season: Season, at: Floats) -> tuple[Prices, VillagePrices]:
        """The prices `at` as everybody else has them."""
        prices = prices_of(season, self.network, at[: self.passages])
        return replace(prices, want=prices.want - BELOW_0 * self.network.want_scale), self.paid(at)

    def paid(self, at: Floats) -> VillagePrices:
        """What the villages are paid where a descent is `at`."""
        own, count = at[self.passages :], len(self.villages.kg)
        if self.aims.apart is None:
            return VillagePrices(np.zeros(count), own, 0.0)
        return VillagePrices(own[count : 2 * count] - own[2 * count : -2], own[:count], float(own[-2] - own[-1]))

    def smoothed(self, temperature: float, prices: Floats) -> tuple[float, Floats, Floats]:
        network, kg, aims, paid = self.network, self.villages.kg, self.aims, self.paid(prices)
        lot_sent = np.zeros(len(network.lot_kg))
        extra = np.append(paid.per_kg, 0.0)[self.village]
        valued = replace(network, lot_value_per_kg=network.lot_value_per_kg + extra)
        value, slope, way_kg = valued.smoothed(temperature, prices[: self.passages], lot_sent)
        sent = self.villages.loaded_kg + np.bincount(self.village + 1, lot_sent, len(kg) + 1)[1:]
        value += float((aims.give * paid.floor / 2 - aims.floor) @ paid.floor + paid.per_kg @ self.villages.loaded_kg)
        slopes = [slope, sent - aims.floor + aims.give * paid.floor]
        if aims.apart is not None:
            average, earned = self._average(temperature, paid)
            own = prices[self.passages :][len(kg) : -2]
            over = sent - kg * average
            value += earned + float(np.tile(aims.apart, 2) @ own)
            slopes += [aims.apart + over, aims.apart - over, np.array([over.sum(), -over.sum()])]
        return value, np.concatenate(slopes), np.concatenate([way_kg, lot_sent])

    def _average(self, temperature: float, paid: VillagePrices) -> tuple[float, float]:
        """The average share that pays most, rounded off, and what it earns."""
        kg, most, width = self.villages.kg, self.aims.average_max, temperature * VILLAGE_SCALE
        per_kg = -float((paid.band + paid.average) @ kg) / float(kg.sum())
        share = min(max(per_kg / width, 0.0), 1.0)
        return most * share, most * float(kg.sum()) * (share * per_kg - share**2 * width / 2)

    def unit(self, temperature: float) -> Floats:
        (per_kg, kg), own = scales_of(self.network), self.villages.kg
        held = own if self.aims.apart is None else np.concatenate([np.tile(own, 3), np.full(2, own.sum())])
        return units(np.concatenate([per_kg, np.full(len(held), VILLAGE_SCALE)]), np.concatenate([kg, held]), temperature)

    def around(self, flow: Floats, temperature: float) -> FairDual:
        network = self.network
        way_kg, lot_sent = flow[: len(network.want)], flow[len(network.want) :]
        near = around(network, way_kg, temperature)
        width = np.repeat(temperature * network.pool_scale, np.diff(network.first_lot))
        gone = lot_sent / np.maximum(network.lot_kg, 1e-9)
        return replace(self, network=replace(near, lot_value_per_kg=network.lot_value_per_kg + width * gone))
