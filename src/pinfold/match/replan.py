"""A plan made again after something happened: hail, new orders, a closed road, a lost truck. What was promised stays where it can.

May be called: `plan_again`, with what `earlier.earlier_plan` gives. The old plan is first only mended: its flow is scaled into the new
limits, and what came free takes the best ways that have room. Where the old prices cannot prove that good enough, the season is planned
from them. What is made most of is what a plan earns less `moved_price_per_kg` for every promised kg that moves (`Season.promised`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pinfold.match.baselines import baselines
from pinfold.match.bound import Prices, bound, way_profit_per_kg
from pinfold.match.core import near_best_flow
from pinfold.match.dual import GAP_ENOUGH, Flow, behind_best, better, nearest_first
from pinfold.match.earlier import Earlier, less_frozen
from pinfold.match.kernel import Network
from pinfold.match.plan import Method, Plan
from pinfold.match.score import Facts, broken_limits, judge
from pinfold.match.season import Promised, Season
from pinfold.match.shipments import Shipments, share_out, within_limits

if TYPE_CHECKING:
    from pinfold.match.fair.villages import Promise

# A mended plan is good enough up to this much above the gap that a plan made anew may have.
GAP_MORE = 0.0003
# A pool is looked at again when at least this many kg of it stay.
LEFT_KG = 1.0


@dataclass(frozen=True)
class Moved:
    """promised_kg : kg that were promised; moved_kg : kg of those that no longer go there; moved_yuan : their price

    bound_after_moving : yuan that no plan's objective less its moved_yuan can exceed
    searched : whether new prices were sought, because the mended plan was not near enough to the bound
    """

    promised_kg: float
    moved_kg: float
    moved_yuan: float
    bound_after_moving: float
    searched: bool


def replan(season: Season, earlier: Earlier) -> tuple[Flow, bool]:
    """The plan of what is not frozen, its objective and bound less what moving costs, and whether new prices were sought.

    season : as `less_frozen` leaves it
    """
    season = priced(season, earlier)
    network = Network.of(season)
    mended = _mended(season, earlier, network)
    if mended.gap <= GAP_ENOUGH + GAP_MORE:
        return mended, False
    return better(mended, near_best_flow(season, earlier.prices, network)), True


def priced(season: Season, earlier: Earlier) -> Season:
    """`season` with the price on moving what was promised, where it has one."""
    price = earlier.moved_price_per_kg
    return replace(season, promised=Promised(earlier.promised_kg, price)) if price > 0 else season


def _mended(season: Season, earlier: Earlier, network: Network) -> Flow:
    """The promised flow within the limits of today; only pools that have kg left are looked at again."""
    kg, ways = within_limits(season, earlier.promised_kg), season.ways
    profit, left = way_profit_per_kg(season, earlier.prices), network.left(kg)
    has_goods = np.bincount(season.lot_pool[network.lot_order], left.lot_kg, season.pools.height) > LEFT_KG
    is_open = left.step_kg.sum(axis=1) > LEFT_KG
    some = np.flatnonzero(np.repeat(has_goods, np.diff(network.first_way)))
    some = some[is_open[ways.want[some]]]
    network.fill_up(some[nearest_first(behind_best(network, profit, some)[1])], kg, left)
    return Flow(kg, season.unsold_worth + network.gain(kg, left), earlier.prices, bound(season, earlier.prices, profit))


def plan_again(season: Season, earlier: Earlier) -> tuple[Plan, Moved]:
    """The whole plan of `season`, frozen shipments included, with the other methods beside it, and what moved."""
    rest, frozen = less_frozen(season, earlier.frozen, earlier.places), earlier.frozen
    promise: Promise | None = None
    if season.rules.is_fair:
        made, flow, promise = _fair(season, rest, earlier)
        searched = True
    else:
        flow, searched = replan(rest, earlier)
        made = share_out(rest, within_limits(rest, flow.kg))
    chosen = Shipments(
        lot=np.concatenate([made.lot, frozen.lot]), way=np.concatenate([made.way, frozen.way]), kg=np.concatenate([made.kg, frozen.kg])
    )
    facts = judge(season, chosen)
    broken = broken_limits(season, chosen)
    assert not broken, f"the plan made again breaks its limits: {'; '.join(broken)}"
    # What is frozen earns the same in every plan, so it stands on top of the bound of the rest.
    above = facts.objective - judge(rest, made).objective
    moved_kg = earlier.gone_kg + float(np.maximum(earlier.promised_kg - flow.kg, 0).sum())
    price = earlier.moved_price_per_kg
    moved = Moved(
        promised_kg=float(earlier.promised_kg.sum()) + earlier.gone_kg,
        moved_kg=moved_kg,
        moved_yuan=moved_kg * price,
        bound_after_moving=flow.bound + above - earlier.gone_kg * price,
        searched=searched,
    )
    proven = (_bound(rest, flow.prices, promise) if price else flow.bound) + above
    if promise is not None:
        # Of the whole plan, in which what is loaded is shipped like the rest.
        promise = replace(promise, villages=replace(promise.villages, loaded_kg=np.zeros_like(promise.villages.kg)))
    return Plan("optimal", season, chosen, facts, proven, flow.prices, _beside(season), flow.interrupted, promise), moved


def _fair(season: Season, rest: Season, earlier: Earlier) -> tuple[Shipments, Flow, Promise | None]:
    """The plan of what is not frozen that keeps what the rules of `season` promise between villages, loaded kg counted.

    It is made from the start: a mended flow keeps no promise, and the levels are others after what happened.
    """
    from pinfold.match.fair.plan import fair_flow
    from pinfold.match.fair.villages import Villages

    found = fair_flow(priced(rest, earlier), villages=Villages.of(season).with_loaded(earlier.frozen), start=earlier.prices)
    kg = np.bincount(found.shipments.way, found.shipments.kg, len(rest.ways.pool)).astype(np.float64)
    return found.shipments, Flow(kg, np.nan, found.prices, found.bound, found.interrupted), found.promise


def _bound(season: Season, prices: Prices, promise: Promise | None) -> float:
    """Before anything is paid for what moves."""
    if promise is None:
        return bound(season, prices)
    from pinfold.match.fair.villages import fair_bound

    return fair_bound(season, prices, promise)


def _beside(season: Season) -> dict[Method, Facts]:
    simple = baselines(season, Network.of(season))
    return {name: judge(season, share_out(season, within_limits(season, kg))) for name, kg in simple.items()}
