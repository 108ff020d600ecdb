"""The levels of max-min in a large season, by prices: a water level that rises, and villages that are held where they cannot follow.

In a network in which as much arrives as is sent, the plan in which shares differ least by squares has the shares of max-min (Fujishige
1980, Lexicographically optimal base of a polymatroid, Math. Oper. Res. 5). Here some spoils on the way, so that is only where the search
begins: it tells which villages are hardest to serve. Then the level rises step by step; villages that fall short of it are held at what
they have, by a price that may rise for good, and the level goes on with the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pinfold.match.dual import Stage, Walk
from pinfold.match.fair.dual import VILLAGE_SCALE, Aims, FairDual
from pinfold.match.fair.least import least_share
from pinfold.match.fair.rounding import kept_within
from pinfold.match.fair.villages import Least, Villages, only_sent
from pinfold.match.kernel import Network
from pinfold.match.season import Floats, Season

# Temperatures are of VILLAGE_SCALE; the prices of a kg are what a village's share is short of its aim, 0 .. 1, over GIVE.
EVEN = (Stage(0.03 / VILLAGE_SCALE, 60, 1e-7), Stage(0.01 / VILLAGE_SCALE, 60, 1e-7), Stage(0.003 / VILLAGE_SCALE, 80, 1e-7))
# So far the level rises at once; villages are held that fall short by RISE * SHORT. GIVE: share that a village may be short per price of 1,
# small enough for prices to stand out of the temperature. Measured on seasons S0 and M0 beside the exact levels (docs/match.md).
RISE, SHORT, GIVE = 0.005, 0.4, 0.2
RISING, REACHING = Stage(0.001 / VILLAGE_SCALE, 60, 1e-7), 5
# The last stage only makes the flow keep its limits, so that the levels are those of a plan.
SETTLING = Stage(0.001 / VILLAGE_SCALE, 240, 1e-10)


@dataclass(frozen=True)
class Levels:
    """share : sold share that each village has in a plan that can be carried out, shape (villages,); least : what bounds the least"""

    share: Floats
    least: Least


def levels_by_prices(season: Season, villages: Villages, levels: int) -> Levels:
    """Sold shares at which no village could have more while none that has less loses, nearly so: settled to a RISE after the first.

    levels : so many are settled; villages that could have more keep the last one; 0: none is, only the least share is bounded
    """
    network, kg = _of_shares(season, villages), villages.kg
    even = FairDual.of(network, villages, Aims(floor=kg, give=kg))
    walk = Walk(even, even.begin(np.zeros(even.passages)))
    for stage in EVEN:
        walk.take(stage)
    least = least_share(season, villages, 1 - even.paid(walk.at).floor)
    if levels == 0:
        return Levels(np.zeros(len(kg)), least)
    walk = Walk(even, even.begin(np.zeros(even.passages)))
    share = _risen(walk, even, least.share, levels)
    walk.landscape = _aiming(even, walk, share)
    walk.take(SETTLING, keep_mean=True)
    return Levels(np.minimum(share, villages.sold_share(kept_within(season, even, walk.flow()).lot_sent)), least)


def _of_shares(season: Season, villages: Villages) -> Network:
    """The season in which nothing counts but what leaves the villages."""
    network = Network.of(only_sent(season, villages, np.zeros(len(villages.kg))))
    pool_scale, want_scale = (np.full(len(each), VILLAGE_SCALE) for each in (network.pool_scale, network.want_scale))
    return replace(network, pool_scale=pool_scale, want_scale=want_scale)


def _risen(walk: Walk, even: FairDual, level: float, levels: int) -> Floats:
    """Of each village, the share that it is held at; `walk` then stands at the prices that hold them."""
    share, is_open, settled = np.ones(len(even.villages.kg)), np.ones(len(even.villages.kg), bool), 1
    # At the first level nobody is held; the descent only comes to where everybody has it.
    walk.landscape = _aiming(even, walk, share, np.full(len(share), level))
    for _ in range(REACHING):
        walk.take(RISING)
    while is_open.any() and level < 1 and settled < levels:
        level = min(level + RISE, 1.0)
        walk.landscape = _aiming(even, walk, share, np.where(is_open, level, 0.0))
        walk.take(RISING)
        short = GIVE * even.paid(walk.at).floor
        held = is_open & (short > SHORT * RISE)
        share[held] = level - short[held]
        is_open &= ~held
        settled += bool(held.any())
    share[is_open] = level
    return share


def _aiming(even: FairDual, walk: Walk, share: Floats, open_at: Floats | float = 0.0) -> FairDual:
    """`even` with villages held at `share`, at the price that each has now; those with `open_at` above 0 aim at that, unpaid."""
    kg, paid = even.villages.kg, even.paid(walk.at).floor
    # What a village gives way at its price is added to its aim, so that it gives way no further than its price still moves.
    aim = np.where(open_at > 0, open_at, share + GIVE * paid)
    return replace(even, aims=Aims(floor=aim * kg, give=GIVE * kg))
