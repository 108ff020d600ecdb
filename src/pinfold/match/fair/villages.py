"""What villages are promised, the prices that prove a bound on every plan that keeps it, and that bound.

A village's *sold share* is what it sends of the kg that any way could take; a lot that nobody can be reached with counts for nothing.
`MatchRules.village_band` holds every share within so much of the average; `village_floor` gives every village so much of its level: the
largest share that all can have at once, and with `village_levels` above 1 what a village can have beyond that while none that has less
loses (max-min, level by level).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.match.bound import Prices, bound
from pinfold.match.season import Floats, Ints, Season
from pinfold.match.shipments import Shipments

# What the solver leaves below ten grams on a way is not sent; of a village's ways that may be so much together.
PROMISE_KG = 1.0


@dataclass(frozen=True)
class Villages:
    """lot : village of each lot, -1 where no way takes it; shape (lots,). ids, kg : of villages with kg that some way could take.

    loaded_kg : of those kg, what is on its way whatever is planned
    """

    lot: Ints
    ids: list[str]
    kg: Floats
    loaded_kg: Floats

    @classmethod
    def of(cls, season: Season) -> Villages:
        """Raises InputError when the lots do not say their village."""
        if "village_id" not in season.tables.lots.columns:
            raise InputError("lots: column 'village_id' is missing; add it, or plan without fairness between villages")
        leaves = np.isin(season.lot_pool, season.ways.pool) & (season.lot_kg > 0)
        ids, found = np.unique(season.tables.lots["village_id"].cast(pl.String).to_numpy()[leaves].astype(str), return_inverse=True)
        lot = np.full(len(season.lot_kg), -1)
        lot[leaves] = found
        return cls(lot, ids.tolist(), np.bincount(found, season.lot_kg[leaves]).astype(np.float64), np.zeros(len(ids)))

    def with_loaded(self, frozen: Shipments) -> Villages:
        """The same villages for the plan of what is left when `frozen` are on their way."""
        lot_kg = np.bincount(frozen.lot, frozen.kg, len(self.lot)).astype(np.float64)
        return replace(self, loaded_kg=self.sent_kg(lot_kg))

    def sold_share(self, lot_sent: Floats) -> Floats:
        """Of each village, when `lot_sent` kg leave its lots; shape (villages,)."""
        return self.sent_kg(lot_sent) / self.kg

    def average(self, lot_sent: Floats) -> float:
        """Sold share of all villages together."""
        return float(self.sent_kg(lot_sent).sum() / self.kg.sum())

    def sent_kg(self, lot_sent: Floats) -> Floats:
        """Kg of the villages' lots that leave, when `lot_sent` do beside what is loaded; shape (villages,)."""
        leaves = self.lot >= 0
        sent: Floats = self.loaded_kg + np.bincount(self.lot[leaves], lot_sent[leaves], len(self.kg))
        return sent


@dataclass(frozen=True)
class Terms:
    """What the villages are promised, kg: |sent - kg * average share| <= apart (may be infinite), and sent >= floor; shape (villages,)."""

    apart: Floats
    floor: Floats

    def missed_kg(self, villages: Villages, sent: Floats) -> Floats:
        """Kg that each village sends too little or too much, when `sent` kg leave each; shape (villages,)."""
        least, most = self.range_kg(villages, sent)
        missed: Floats = np.maximum(np.maximum(least - sent, sent - most), 0.0)
        return missed

    def as_kept(self, villages: Villages, sent: Floats) -> Terms:
        """Terms that `sent` kg of each village keep: these, or what it misses them by (tolerance of the solver, dust)."""
        apart = np.abs(sent - sent.sum() / villages.kg.sum() * villages.kg)
        return Terms(np.maximum(self.apart, apart), np.minimum(self.floor, sent))

    def range_kg(self, villages: Villages, sent: Floats) -> tuple[Floats, Floats]:
        """Kg that each village sends at least and at most within the terms while the average share is that of `sent`."""
        average = sent.sum() / villages.kg.sum() * villages.kg
        return np.maximum(self.floor, average - self.apart), average + self.apart


@dataclass(frozen=True)
class VillagePrices:
    """Yuan per kg: what a village is paid to sell nearer to the average (either sign) and above its floor (>= 0), shape (villages,).

    average : what every village is paid for selling above the average, either sign; it cancels out over all
    """

    band: Floats
    floor: Floats
    average: float

    @property
    def per_kg(self) -> Floats:
        """What a kg more that leaves each village is paid in all."""
        paid: Floats = self.band + self.floor + self.average
        return paid

    @classmethod
    def nothing(cls, villages: Villages) -> VillagePrices:
        return cls(np.zeros(len(villages.kg)), np.zeros(len(villages.kg)), 0.0)

    @classmethod
    def of(cls, dual: Floats) -> VillagePrices:
        """From the duals of the rows that `_with_villages` adds."""
        count = len(dual) // 2
        return cls(-dual[:count], np.maximum(-dual[count : 2 * count], 0.0), -float(dual[-1]))


@dataclass(frozen=True)
class Least:
    """No plan can give every village a sold share above `share`: proven by `prices` of wants (<= 0), lanes and hub-weeks, and of the kg of
    each village (>= 0), shape (villages,). They are shares of a share, not yuan: what a season earns in which nothing but these counts."""

    share: float
    prices: Prices
    paid: Floats

    @classmethod
    def proven(cls, season: Season, villages: Villages, prices: Prices, paid: Floats) -> Least:
        """What the prices prove, whatever they are.

        By weak duality no plan sends more than `bound` of kg that count `paid` each in a season without costs and money; a plan that gives
        every village a share s sends s times all their kg.
        """
        assert (paid >= 0).all(), "a negative price of a village proves nothing"
        weight = float(paid @ villages.kg)
        most = bound(only_sent(season, villages, paid), prices) - season.unsold_worth + float(paid @ villages.loaded_kg)
        return cls(min(max(most, 0.0) / weight, 1.0) if weight > 0 else 1.0, prices, paid)


def only_sent(season: Season, villages: Villages, paid: Floats) -> Season:
    """The same season where nothing counts but the kg that leave the villages, each at what its village is `paid`."""
    ways = replace(season.ways, cost_per_kg=np.zeros(len(season.ways.pool)))
    value = np.append(paid, 0.0)[villages.lot]
    return replace(season, ways=ways, lot_value_per_kg=value, step_price_per_kg=np.zeros_like(season.step_price_per_kg), promised=None)


@dataclass(frozen=True)
class Promise:
    """What a fair plan promises between villages, and the prices that prove its bound.

    terms : as the plan keeps them; the bound is over all plans that keep these
    least : what the share that all villages have at once cannot exceed, and the prices that prove it
    missed_share : of its kg, the most that a village misses of what the season's rules ask
    """

    villages: Villages
    terms: Terms
    paid: VillagePrices
    least: Least
    missed_share: float = 0.0

    @property
    def average_max(self) -> float:
        """What the average share cannot exceed: no village lies further below it than `apart`, and not all of them are above the least."""
        weights = self.least.paid * self.villages.kg
        if not weights.any() or np.isinf(self.terms.apart[weights > 0]).any():
            return 1.0
        return min(1.0, self.least.share + float(self.least.paid @ self.terms.apart / weights.sum()))

    def frame(self, lot_sent: Floats) -> pl.DataFrame:
        """village_id, kg that could be sold, sent_kg, apart_kg and floor_kg as promised, and the prices, yuan per kg."""
        return pl.DataFrame(
            {
                "village_id": self.villages.ids,
                "kg": self.villages.kg,
                "sent_kg": self.villages.sent_kg(lot_sent),
                "apart_kg": self.terms.apart,
                "floor_kg": self.terms.floor,
                "band_yuan": self.paid.band,
                "floor_yuan": self.paid.floor,
                "average_yuan": np.full(len(self.villages.kg), self.paid.average),
                "least_price": self.least.paid,
            }
        )

    @classmethod
    def read(cls, season: Season, villages: Villages, frame: pl.DataFrame, least: Prices) -> Promise:
        """From what `frame` wrote, and the prices of the least share. Raises InputError when its villages are not `villages`."""
        if frame["village_id"].to_list() != villages.ids:
            raise InputError("villages: the plan's villages are not those of this season; certify it beside the tables it was made from")
        columns = {name: frame[name].to_numpy() for name in ("apart_kg", "floor_kg", "band_yuan", "floor_yuan")}
        paid = VillagePrices(columns["band_yuan"], columns["floor_yuan"], float(frame["average_yuan"][0]))
        proof = Least.proven(season, villages, least, frame["least_price"].to_numpy())
        return cls(villages, Terms(columns["apart_kg"], columns["floor_kg"]), paid, proof)

    def broken(self, lot_sent: Floats) -> list[str]:
        """One sentence per village that does not have what it was promised, to a kg; empty when all have."""
        villages, sent = self.villages, self.villages.sent_kg(lot_sent)
        apart = np.abs(sent - villages.average(lot_sent) * villages.kg) - self.terms.apart
        short = np.maximum(apart, self.terms.floor - sent)
        return [
            f"village {villages.ids[row]} misses what it was promised by {short[row]:.0f} kg" for row in np.flatnonzero(short > PROMISE_KG)
        ]


def fair_bound(season: Season, prices: Prices, promise: Promise) -> float:
    """Yuan that no plan that keeps the terms of `promise` can exceed, whatever the prices are.

    A plan within the terms with average share t, 0..1, is paid band * (sent - kg t), floor * (sent - floor) and average * (sent - kg t) in
    each village: at least -apart * |band|, 0, and 0 in all. The best that any plan and any t up to the largest that can be make of that is
    an ordinary bound in which a lot's kg are worth so much more, plus what t earns.
    """
    villages, terms, paid = promise.villages, promise.terms, promise.paid
    assert (paid.floor >= 0).all(), "a negative price of a floor proves nothing"
    value = season.lot_value_per_kg + np.append(paid.per_kg, 0.0)[villages.lot]
    t_earns = -float((paid.band + paid.average) @ villages.kg) * promise.average_max
    # A band of infinity has no price, and 0 times infinity is no number.
    apart = float((np.where(paid.band != 0, terms.apart, 0.0) * np.abs(paid.band)).sum())
    of_loaded = float(paid.per_kg @ villages.loaded_kg)
    return bound(replace(season, lot_value_per_kg=value), prices) + of_loaded + max(t_earns, 0.0) + apart - float(terms.floor @ paid.floor)
