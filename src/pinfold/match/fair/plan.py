"""The plan that earns most of all that keep what villages are promised: by HiGHS in a small season, by prices in a large one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pinfold.match.bound import Prices, bound
from pinfold.match.core import SIMPLEX_WAYS_MAX, Certified
from pinfold.match.dual import CLOSER, GAP_ENOUGH, Stage, Walk, first_prices
from pinfold.match.fair.dual import Aims, FairDual
from pinfold.match.fair.exact import LEVEL_SLACK, best_levels, best_within
from pinfold.match.fair.least import least_share
from pinfold.match.fair.levels import levels_by_prices
from pinfold.match.fair.rounding import filled, kept_within, levelled
from pinfold.match.fair.villages import Least, Promise, Terms, VillagePrices, Villages, fair_bound
from pinfold.match.kernel import Network
from pinfold.match.score import judge, sent_kg
from pinfold.match.season import Floats, Season
from pinfold.match.shipments import Shipments, share_out

# Prices of villages begin at 0 and go far, so the first stages are longer than those of a plan without a promise.
WARMING = (Stage(0.03, 100, 1e-9), Stage(0.01, 100, 1e-9), Stage(0.003, 200, 1e-9), Stage(0.001, 200, 1e-9))
# At most so many stages around the flow so far follow; after every AIMED_AGAIN a plan is made, and what it misses is added to the aims.
STAGES_MAX, AIMED_AGAIN = 12, 4
# A village that misses no more of its kg than this has what it was promised; plan.json and the villages' file say what each really has.
MISSED_ENOUGH = 0.001
# Floors are below the levels of a large season by this share: at the levels themselves the prices that prove a plan have no end.
LEVEL_ROOM = 0.005


def fair_flow(season: Season, gap_enough: float = GAP_ENOUGH, villages: Villages | None = None, start: Prices | None = None) -> Certified:
    """The plan that earns most of all that keep the season's rules of fairness. Raises InputError without villages, NoPlan from HiGHS.

    villages : of the season; those of the whole season where this is what loaded shipments leave of one
    start : prices of a season like this one
    gap_enough : share of the bound within which a large season's plan is sought; a small one is planned exactly
    """
    villages = villages or Villages.of(season)
    if not len(villages.kg):
        prices = Prices.without_ways(season)
        return Certified(share_out(season, np.zeros(len(season.ways.pool))), prices, bound(season, prices))
    if len(season.ways.pool) > SIMPLEX_WAYS_MAX:
        return _by_prices(season, villages, gap_enough, start)
    return _exactly(season, villages)


def _exactly(season: Season, villages: Villages) -> Certified:
    rules = season.rules
    levels = best_levels(season, villages, rules.village_levels) if rules.village_floor > 0 else np.zeros(len(villages.kg))
    terms = _terms(season, villages, levels - LEVEL_SLACK)
    shipments, prices, paid = best_within(season, villages, terms)
    # The bound is over all plans that keep the terms as well as this one does: solvers keep rows to a tolerance, and dust is not sent.
    sent = villages.sent_kg(sent_kg(season, shipments))
    missed = float((terms.missed_kg(villages, sent) / villages.kg).max())
    promise = Promise(villages, terms.as_kept(villages, sent), paid, least_share(season, villages, levels), missed)
    return Certified(shipments, prices, fair_bound(season, prices, promise), promise=promise)


def _by_prices(season: Season, villages: Villages, gap_enough: float, start: Prices | None) -> Certified:
    """KeyboardInterrupt ends the search once there is a plan: the best so far comes back, certified."""
    levels = levels_by_prices(season, villages, season.rules.village_levels if season.rules.village_floor > 0 else 0)
    search = _Search(season, villages, _terms(season, villages, levels.share - LEVEL_ROOM), levels.least)
    search.walk.at = search.dual.begin(first_prices(season) if start is None else np.concatenate([start.want, start.lane, start.hub_week]))
    best = search.begun()
    try:
        for number, stage in enumerate(CLOSER[:STAGES_MAX], start=1):
            search.walk.take_closer(stage)
            if number % AIMED_AGAIN == 0:
                best = min(best, search.found(), key=lambda each: each.short(gap_enough))
                if best.short(gap_enough) <= 1:
                    break
    except KeyboardInterrupt:
        return replace(best.certified, interrupted=True)
    return best.certified


@dataclass(frozen=True)
class _Found:
    """gap : share of the bound; missed : the largest share of its kg by which a village misses what was promised"""

    certified: Certified
    gap: float
    missed: float

    def short(self, gap_enough: float) -> float:
        """How far from good enough: at most 1 where it is."""
        return max(self.gap / max(gap_enough, 1e-9), self.missed / MISSED_ENOUGH)


class _Search:
    """The walk down to a plan within `terms`; what a plan still misses is added to the aims of the next."""

    def __init__(self, season: Season, villages: Villages, terms: Terms, least: Least) -> None:
        self.season, self.villages, self.terms = season, villages, terms
        self.promise = Promise(villages, terms, VillagePrices.nothing(villages), least)
        self.missed_kg = np.zeros(len(villages.kg))
        dual = FairDual.of(Network.of(season), villages, self._aims())
        self.walk, self.dual = Walk(dual, dual.begin(first_prices(season))), dual

    def begun(self) -> _Found:
        *warming, coldest = WARMING
        for stage in warming:
            self.walk.take(stage)
        self.walk.take(coldest, keep_mean=True)
        return self.found()

    def found(self) -> _Found:
        """The plan where the walk stands."""
        season, villages, terms = self.season, self.villages, self.terms
        prices, paid = self.dual.told(season, self.walk.at)
        made = kept_within(season, self.dual, self.walk.flow())
        made = filled(season, replace(self.promise, paid=paid), made, prices)
        shipments = share_out(season, made.way_kg, levelled(season, villages, made.lot_sent, terms))
        sent = villages.sent_kg(sent_kg(season, shipments))
        missed_kg = terms.missed_kg(villages, sent)
        missed = float((missed_kg / villages.kg).max())
        promise = replace(self.promise, terms=terms.as_kept(villages, sent), missed_share=missed)
        bounds = [(self._bound(promise, at), number, at) for number, at in enumerate(self.walk.candidates())]
        proven, _, at = min(bounds)
        prices, paid = self.dual.told(season, at)
        certified = Certified(shipments, prices, proven, promise=replace(promise, paid=paid))
        self.missed_kg += missed_kg
        self.walk.landscape = replace(self.dual, aims=self._aims())
        gap = (proven - _earned(season, shipments)) / max(abs(proven), 1e-9)
        return _Found(certified, gap, missed)

    def _bound(self, promise: Promise, at: Floats) -> float:
        prices, paid = self.dual.told(self.season, at)
        return fair_bound(self.season, prices, replace(promise, paid=paid))

    def _aims(self) -> Aims:
        terms, kg = self.terms, self.villages.kg
        banded = bool(np.isfinite(terms.apart).all())
        return Aims(
            floor=np.minimum(terms.floor + np.where(terms.floor > 0, self.missed_kg, 0.0), kg),
            give=np.zeros(len(kg)),
            apart=np.maximum(terms.apart - self.missed_kg, 0.0) if banded else None,
            average_max=self.promise.average_max,
        )


def _terms(season: Season, villages: Villages, levels: Floats) -> Terms:
    rules = season.rules
    floor = rules.village_floor * np.maximum(levels, 0.0)
    return Terms((rules.village_band if rules.village_band < 1 else np.inf) * villages.kg, floor * villages.kg)


def _earned(season: Season, shipments: Shipments) -> float:
    """The objective, after what moving promised kg costs."""
    objective = judge(season, shipments).objective
    if season.promised is None:
        return objective
    way_kg = np.bincount(shipments.way, shipments.kg, len(season.ways.pool))
    return objective - season.promised.moved_price_per_kg * float(np.maximum(season.promised.kg - way_kg, 0.0).sum())
