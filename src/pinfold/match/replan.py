"""A plan made again after something happened: hail, new orders, a closed road, a lost truck. What was promised stays where it can.

May be called: `plan_again`, with what `earlier.earlier_plan` gives. The old plan is first only mended: its flow is scaled into the new
limits, and what came free takes the best ways that have room. Where the old prices cannot prove that good enough, the season is planned
from them. What is made most of is what a plan earns less `moved_price_per_kg` for every promised kg that moves (`Season.promised`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pinfold.match.baselines import baselines
from pinfold.match.bound import bound, way_profit_per_kg
from pinfold.match.core import near_best_flow
from pinfold.match.dual import GAP_ENOUGH, Flow, behind_best, better, nearest_first
from pinfold.match.earlier import Earlier, less_frozen
from pinfold.match.kernel import Network
from pinfold.match.plan import Method, Plan
from pinfold.match.score import Facts, broken_limits, judge
from pinfold.match.season import Promised, Season
from pinfold.match.shipments import Shipments, share_out, within_limits

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
    if earlier.moved_price_per_kg > 0:
        season = replace(season, promised=Promised(earlier.promised_kg, earlier.moved_price_per_kg))
    network = Network.of(season)
    mended = _mended(season, earlier, network)
    if mended.gap <= GAP_ENOUGH + GAP_MORE:
        return mended, False
    return better(mended, near_best_flow(season, earlier.prices, network)), True


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
    rest, frozen = less_frozen(season, earlier.frozen), earlier.frozen
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
    proven = (bound(rest, flow.prices) if price else flow.bound) + above
    return Plan("optimal", season, chosen, facts, proven, flow.prices, _beside(season), flow.interrupted), moved


def _beside(season: Season) -> dict[Method, Facts]:
    simple = baselines(season, Network.of(season))
    return {name: judge(season, share_out(season, within_limits(season, kg))) for name, kg in simple.items()}
