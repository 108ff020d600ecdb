"""From a flow of the smoothed dual, which passes limits a little, to kg that keep every limit and nearly all that villages are promised."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pinfold.match.bound import Prices, way_profit_per_kg
from pinfold.match.dual import FAR_SHARE, behind_best, nearest_first
from pinfold.match.fair.dual import FairDual
from pinfold.match.fair.villages import Promise, Terms, Villages
from pinfold.match.kernel import Left, Network
from pinfold.match.season import Floats, Season
from pinfold.match.shipments import within_limits


@dataclass(frozen=True)
class Made:
    """way_kg : on each way; lot_sent : of each lot, as many of each pool as its ways carry."""

    way_kg: Floats
    lot_sent: Floats


def kept_within(season: Season, dual: FairDual, flow: Floats) -> Made:
    """`flow`, scaled down wherever it passes a limit; a pool's lots all by the same share."""
    ways, pools = len(season.ways.pool), season.pools.height
    way_kg, lot_sent = within_limits(season, flow[:ways]), np.empty(len(season.lot_kg))
    lot_sent[dual.network.lot_order] = flow[ways:]
    lot_sent = np.clip(lot_sent, 0.0, season.lot_kg)
    sent, left = np.bincount(season.ways.pool, way_kg, pools), np.bincount(season.lot_pool, lot_sent, pools)
    least = np.minimum(sent, left)
    of_ways, of_lots = (np.divide(least, each, out=np.zeros(pools), where=each > 0) for each in (sent, left))
    return Made(way_kg * of_ways[season.ways.pool], lot_sent * of_lots[season.lot_pool])


def filled(season: Season, promise: Promise, made: Made, prices: Prices) -> Made:
    """`made`, and on ways that still have room what it leaves and what pays at what the promise pays; no village sends more than it may."""
    villages, paid = promise.villages, promise.paid
    sent = villages.sent_kg(made.lot_sent)
    may_send = np.maximum(promise.terms.range_kg(villages, sent)[1] - sent, 0.0)
    valued = replace(season, lot_value_per_kg=season.lot_value_per_kg + np.append(paid.per_kg, 0.0)[villages.lot])
    network, way_kg = Network.of(valued), made.way_kg.copy()
    stays = season.lot_kg - made.lot_sent
    room = np.append(np.divide(may_send, villages.kg - sent + 1e-9).clip(0.0, 1.0), 1.0)
    left = Left((stays * room[villages.lot])[network.lot_order], network.steps_left(way_kg))
    before = left.lot_kg.copy()
    behind = behind_best(network, way_profit_per_kg(valued, prices))[1]
    near = np.flatnonzero(behind < FAR_SHARE)
    network.fill_up(near[nearest_first(behind[near])], way_kg, left)
    lot_sent = made.lot_sent.copy()
    lot_sent[network.lot_order] += before - left.lot_kg
    return Made(way_kg, lot_sent)


def levelled(season: Season, villages: Villages, lot_sent: Floats, terms: Terms) -> Floats:
    """`lot_sent` where villages that are short of `terms` sell in place of others of the same pool that have to spare; the ways stay."""
    sent, kg = villages.sent_kg(lot_sent), lot_sent.copy()
    least, _ = terms.range_kg(villages, sent)
    spare = sent - least
    lots = np.flatnonzero(villages.lot >= 0)
    by_pool = lots[np.argsort(season.lot_pool[lots], kind="stable")]
    first = np.searchsorted(season.lot_pool[by_pool], np.arange(season.pools.height + 1))
    by_village = lots[np.argsort(villages.lot[lots], kind="stable")]
    own = np.searchsorted(villages.lot[by_village], np.arange(len(villages.kg) + 1))
    for village in np.flatnonzero(spare < 0):
        for lot in by_village[own[village] : own[village + 1]]:
            pool = season.lot_pool[lot]
            others = by_pool[first[pool] : first[pool + 1]]
            gives = np.minimum(kg[others], np.maximum(spare[villages.lot[others]], 0.0))
            taken = min(season.lot_kg[lot] - kg[lot], -spare[village], gives.sum())
            if taken > 0:
                moved = gives * (taken / gives.sum())
                # Lots of one village may stand in one pool: each gives, and their village's spare falls by all of them.
                kg[others] -= moved
                np.subtract.at(spare, villages.lot[others], moved)
                kg[lot] += taken
                spare[village] += taken
    return kg
