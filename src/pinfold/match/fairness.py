"""Fairness between villages as a stated choice: the best plan that keeps their sold shares together, and a bound true for that choice.

A village's *sold share* is what it sends of the kg that any way could take; a lot that nobody can be reached with counts for nothing.
`MatchRules.village_band` holds every share within so much of the average; `village_floor` gives every village so much of its level: the
largest share that all can have at once, and with `village_levels` above 1 what a village can have beyond that while none that has less
loses (max-min, level by level). All are rows of the linear programme, which HiGHS solves exactly at any size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError, NoPlan
from pinfold.match.bound import Prices, bound
from pinfold.match.core import Certified, Programme, optimum, passed_to_highs, programme, row_prices, run_highs, solver_options
from pinfold.match.score import sent_kg
from pinfold.match.season import Floats, Ints, Season
from pinfold.match.shipments import Shipments, share_out, within_limits

# The solver keeps rows to 1e-7; a floor at exactly the level that it found best could be out of its own reach by as much.
LEVEL_SLACK = 1e-6
# Of the prices of a level, which add up to 1 over all villages: what is below this is rounding and holds no village (season S: at every
# level all that hold are above 1e-3, all others below 1e-7).
HOLDS = 1e-5
# Without crossover the interior point ends in the midst of the best prices, so that all villages that a level holds have one at once;
# simplex ends on a corner and finds them one after another (season S: 0.4 CPU s for all 11 levels instead of 1.4).
INTERIOR = {"solver": "ipm", "run_crossover": "off"}
# What the solver leaves below ten grams on a way is not sent; of a village's ways that may be so much together.
PROMISE_KG = 1.0


@dataclass(frozen=True)
class Villages:
    """lot : village of each lot, -1 where no way takes it; shape (lots,). ids, kg : of villages with kg that some way could take."""

    lot: Ints
    ids: list[str]
    kg: Floats

    @classmethod
    def of(cls, season: Season) -> Villages:
        """Raises InputError when the lots do not say their village."""
        if "village_id" not in season.tables.lots.columns:
            raise InputError("lots: column 'village_id' is missing; add it, or plan without fairness between villages")
        leaves = np.isin(season.lot_pool, season.ways.pool) & (season.lot_kg > 0)
        ids, found = np.unique(season.tables.lots["village_id"].cast(pl.String).to_numpy()[leaves].astype(str), return_inverse=True)
        lot = np.full(len(season.lot_kg), -1)
        lot[leaves] = found
        return cls(lot, ids.tolist(), np.bincount(found, season.lot_kg[leaves]).astype(np.float64))

    def sold_share(self, lot_sent: Floats) -> Floats:
        """Of each village, when `lot_sent` kg leave its lots; shape (villages,)."""
        return self.sent_kg(lot_sent) / self.kg

    def average(self, lot_sent: Floats) -> float:
        """Sold share of all villages together."""
        return float(self.sent_kg(lot_sent).sum() / self.kg.sum())

    def sent_kg(self, lot_sent: Floats) -> Floats:
        """Kg of the villages' lots that leave, when `lot_sent` do; shape (villages,)."""
        leaves = self.lot >= 0
        return np.bincount(self.lot[leaves], lot_sent[leaves], len(self.kg)).astype(np.float64)


@dataclass(frozen=True)
class Terms:
    """What the villages are promised, kg: |sent - kg * average share| <= apart (may be infinite), and sent >= floor; shape (villages,)."""

    apart: Floats
    floor: Floats

    def as_kept(self, villages: Villages, sent: Floats) -> Terms:
        """Terms that `sent` kg of each village keep: these, or what it misses them by (tolerance of the solver, dust)."""
        apart = np.abs(sent - sent.sum() / villages.kg.sum() * villages.kg)
        return Terms(np.maximum(self.apart, apart), np.minimum(self.floor, sent))


@dataclass(frozen=True)
class VillagePrices:
    """Yuan per kg: what a village is paid to sell nearer to the average (either sign) and above its floor (>= 0), shape (villages,).

    average : what every village is paid for selling above the average, either sign; it cancels out over all
    """

    band: Floats
    floor: Floats
    average: float

    @classmethod
    def of(cls, dual: Floats) -> VillagePrices:
        """From the duals of the rows that `_with_villages` adds."""
        count = len(dual) // 2
        return cls(-dual[:count], np.maximum(-dual[count : 2 * count], 0.0), -float(dual[-1]))


@dataclass(frozen=True)
class Promise:
    """What a fair plan promises between villages, and the prices that prove its bound."""

    villages: Villages
    terms: Terms
    paid: VillagePrices

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
            }
        )

    @classmethod
    def read(cls, season: Season, frame: pl.DataFrame) -> Promise:
        """From what `frame` wrote. Raises InputError when its villages are not those of `season`."""
        villages = Villages.of(season)
        if frame["village_id"].to_list() != villages.ids:
            raise InputError("villages: the plan's villages are not those of this season; certify it beside the tables it was made from")
        columns = {name: frame[name].to_numpy() for name in ("apart_kg", "floor_kg", "band_yuan", "floor_yuan")}
        paid = VillagePrices(columns["band_yuan"], columns["floor_yuan"], float(frame["average_yuan"][0]))
        return cls(villages, Terms(columns["apart_kg"], columns["floor_kg"]), paid)

    def broken(self, lot_sent: Floats) -> list[str]:
        """One sentence per village that does not have what it was promised, to a kg; empty when all have."""
        villages, sent = self.villages, self.villages.sent_kg(lot_sent)
        apart = np.abs(sent - villages.average(lot_sent) * villages.kg) - self.terms.apart
        short = np.maximum(apart, self.terms.floor - sent)
        return [
            f"village {villages.ids[row]} misses what it was promised by {short[row]:.0f} kg" for row in np.flatnonzero(short > PROMISE_KG)
        ]


def fair_flow(season: Season) -> Certified:
    """The plan that earns most of all that keep the season's rules of fairness. Raises InputError without villages, NoPlan from HiGHS."""
    villages = Villages.of(season)
    if not len(villages.kg):
        prices = Prices.without_ways(season)
        return Certified(share_out(season, np.zeros(len(season.ways.pool))), prices, bound(season, prices))
    rules = season.rules
    levels = best_levels(season, villages, rules.village_levels) if rules.village_floor > 0 else np.zeros(len(villages.kg))
    floor = rules.village_floor * np.maximum(levels - LEVEL_SLACK, 0.0)
    terms = Terms((rules.village_band if rules.village_band < 1 else np.inf) * villages.kg, floor * villages.kg)
    primal, dual = run_highs(_with_villages(programme(season), villages, terms), solver_options(season))
    shipments = _shipments(season, primal)
    # The bound is over all plans that keep the terms as well as this one does: solvers keep rows to a tolerance, and dust is not sent.
    sent = villages.sent_kg(sent_kg(season, shipments))
    promise = Promise(villages, terms.as_kept(villages, sent), VillagePrices.of(dual[-2 * len(villages.kg) - 1 :]))
    prices = row_prices(season, dual)
    return Certified(shipments, prices, fair_bound(season, prices, promise), promise=promise)


def fair_bound(season: Season, prices: Prices, promise: Promise) -> float:
    """Yuan that no plan that keeps the terms of `promise` can exceed, whatever the prices are.

    A plan within the terms with average share t, 0..1, is paid band * (sent - kg t), floor * (sent - floor) and average * (sent - kg t) in
    each village: at least -apart * |band|, 0, and 0 in all. The best that any plan and any t make of that is an ordinary bound in which a
    lot's kg are worth so much more, plus what t earns.
    """
    villages, terms, paid = promise.villages, promise.terms, promise.paid
    assert (paid.floor >= 0).all(), "a negative price of a floor proves nothing"
    extra = paid.band + paid.floor + paid.average
    value = season.lot_value_per_kg + np.where(villages.lot >= 0, extra[villages.lot], 0.0)
    t_earns = -float((paid.band + paid.average) @ villages.kg)
    # A band of infinity has no price, and 0 times infinity is no number.
    apart = float((np.where(paid.band != 0, terms.apart, 0.0) * np.abs(paid.band)).sum())
    return bound(replace(season, lot_value_per_kg=value), prices) + max(t_earns, 0.0) + apart - float(terms.floor @ paid.floor)


def best_levels(season: Season, villages: Villages, levels: int = 1) -> Floats:
    """The sold share that each village can have when the least is made as large as it can be, then the next, and so on; shape (villages,).

    levels : after so many all villages that are not held yet keep the last one; 1 gives all the largest share that all can have at once
    A village whose price at a level is above 0 has no more than that level in any plan that reaches it (complementary slackness), so its
    share is settled there. Source: Ogryczak, Pióro & Tomaszewski (2005), Telecommunication networks and max-min optimization, JTIT 3.
    """
    base, count = programme(season), len(villages.kg)
    nothing = replace(base, gain=np.zeros(len(base.gain)))
    terms = Terms(np.full(count, np.inf), np.zeros(count))
    solver = passed_to_highs(_with_villages(nothing, villages, terms, level_pays=True), INTERIOR)
    found, open_rows = np.zeros(count), np.arange(count)
    for _ in range(levels):
        primal, dual = _interior_optimum(solver)
        found[open_rows] = level = float(np.clip(primal[-1], 0.0, 1.0))
        prices = -dual[len(base.row_low) :][open_rows] * villages.kg[open_rows]
        held = prices >= min(HOLDS, prices.max())
        if held.all() or level >= 1 - LEVEL_SLACK:
            break
        for village in open_rows[held]:
            row = len(base.row_low) + int(village)
            solver.changeRowBounds(row, -np.inf, np.inf)
            solver.changeRowBounds(row + count, (level - LEVEL_SLACK) * villages.kg[village], np.inf)
        open_rows = open_rows[~held]
    return found


def _interior_optimum(solver: Any) -> tuple[Floats, Floats]:
    """As `optimum`, from the interior; with crossover where HiGHS says that it is not sure without."""
    try:
        return optimum(solver)
    except NoPlan:
        solver.setOptionValue("run_crossover", "on")
        found = optimum(solver)
        solver.setOptionValue("run_crossover", "off")
        return found


def _with_villages(base: Programme, villages: Villages, terms: Terms, level_pays: bool = False) -> Programme:
    """`base` with one more column, a share t, and rows below its own: sent - kg t and sent of each village, then all sent - all kg t.

    level_pays : t is then a share that every village reaches, and all that is earned; otherwise the average
    """
    # Only a fair plan waits for scipy to start.
    from scipy.sparse import csc_matrix, csr_matrix, hstack, vstack

    rows, columns, count = len(base.row_low), len(base.gain), len(villages.kg)
    leaves = np.flatnonzero(villages.lot >= 0)
    sent = csr_matrix((np.ones(len(leaves)), (villages.lot[leaves], leaves)), shape=(count, columns))
    matrix = csc_matrix((base.values, base.rows, base.starts), shape=(rows, columns))
    share = csc_matrix(np.concatenate([np.zeros(rows), -villages.kg, np.zeros(count), [-villages.kg.sum()]])[:, None])
    whole = hstack([vstack([matrix, sent, sent, csr_matrix(sent.sum(axis=0))]), share]).tocsc()
    free, none = np.full(count, np.inf), np.zeros(count)
    low, high = (none, free) if level_pays else (-terms.apart, terms.apart)
    return Programme(
        gain=np.append(base.gain, float(level_pays)),
        upper=np.append(base.upper, 1.0),
        row_low=np.concatenate([base.row_low, low, terms.floor, [-np.inf if level_pays else 0.0]]),
        row_high=np.concatenate([base.row_high, high, free, [np.inf if level_pays else 0.0]]),
        starts=whole.indptr.astype(np.int32),
        rows=whole.indices.astype(np.int32),
        values=whole.data,
    )


def _shipments(season: Season, primal: Floats) -> Shipments:
    """Shipments of the solver's kg of each lot and way, kept within limits that it missed by a hair."""
    lots, pools = len(season.lot_kg), season.pools.height
    kg = within_limits(season, primal[lots : lots + len(season.ways.pool)])
    sent = np.clip(primal[:lots], 0.0, season.lot_kg)
    way_sum, lot_sum = np.bincount(season.ways.pool, kg, pools), np.bincount(season.lot_pool, sent, pools)
    smaller = np.minimum(way_sum, lot_sum)
    way_kept, lot_kept = (np.divide(smaller, each, out=np.zeros(pools), where=each > 0) for each in (way_sum, lot_sum))
    return share_out(season, kg * way_kept[season.ways.pool], sent * lot_kept[season.lot_pool])
