"""A plan made again after something happened: hail, new orders, a closed road, a lost truck. What was promised stays where it can.

May be called: `plan_again`, with what `earlier.earlier_plan` gives. The old plan is first only mended: its flow is scaled into the new
limits, and what came free takes the best ways that have room. Where the old prices cannot prove that good enough, new ones are sought from
them; of both plans the one stands that is worth more after `moved_price_per_kg` is paid for every promised kg that moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pinfold.match.baselines import fill, first_come_order, greedy_order
from pinfold.match.bound import bound, way_profit_per_kg
from pinfold.match.dual import GAP_ENOUGH, Flow, behind_best, price_flow
from pinfold.match.earlier import Earlier, less_frozen
from pinfold.match.kernel import Network
from pinfold.match.plan import Method, Plan
from pinfold.match.score import broken_limits, judge
from pinfold.match.season import Ints, Season
from pinfold.match.shipments import Shipments, share_out, within_limits

# A mended plan is good enough up to this much above the gap that a plan made anew may have.
GAP_MORE = 0.0003
# A pool is looked at again when at least this many kg of it stay.
LEFT_KG = 1.0


@dataclass(frozen=True)
class Moved:
    """promised_kg : kg that were promised; moved_kg : kg of those that no longer go there; moved_yuan : their price

    searched : whether new prices were sought, because the mended plan was not near enough to the bound
    """

    promised_kg: float
    moved_kg: float
    moved_yuan: float
    searched: bool


def replan(season: Season, earlier: Earlier, network: Network | None = None) -> tuple[Flow, Moved]:
    """The plan of what is not frozen, and what moved.

    season : as `less_frozen` leaves it
    """
    network = network or Network.of(season)
    mended = _mended(season, earlier, network)
    found, searched = mended, mended.gap > GAP_ENOUGH + GAP_MORE and not mended.interrupted
    if searched:
        anew = price_flow(season, earlier.prices, network)
        found = max(mended, anew, key=lambda flow: flow.objective - earlier.moved_price_per_kg * _moved_kg(earlier, flow))
        found = replace(found, prices=anew.prices, bound=anew.bound) if anew.bound < found.bound else found
    moved = _moved_kg(earlier, found)
    return found, Moved(float(earlier.promised_kg.sum()) + earlier.gone_kg, moved, moved * earlier.moved_price_per_kg, searched)


def _moved_kg(earlier: Earlier, flow: Flow) -> float:
    return earlier.gone_kg + float(np.maximum(earlier.promised_kg - flow.kg, 0).sum())


def _mended(season: Season, earlier: Earlier, network: Network) -> Flow:
    """The promised flow within the limits of today; only pools that have kg left are looked at again."""
    kg = within_limits(season, earlier.promised_kg)
    left = np.add.reduceat(np.append(network.lots_left(kg), 0.0), network.first_lot[:-1]) if len(network.pool_scale) else np.zeros(0)
    open_want = network.steps_left(kg).sum(axis=1) > LEFT_KG
    _, behind = behind_best(network, way_profit_per_kg(season, earlier.prices))
    some = np.flatnonzero((left > LEFT_KG)[network.pool_of_way] & open_want[network.want])
    kg = network.fill(some[np.argsort(behind[some], kind="stable")], kg)
    return Flow(kg, season.unsold_worth + network.gain(kg), earlier.prices, bound(season, earlier.prices))


def plan_again(season: Season, earlier: Earlier) -> tuple[Plan, Moved]:
    """The whole plan of `season`, frozen shipments included, with the other methods beside it, and what moved."""
    rest, network, frozen = less_frozen(season, earlier.frozen), Network.of(season), earlier.frozen
    flow, moved = replan(rest, earlier, network if rest is season else None)
    made = share_out(rest, within_limits(rest, flow.kg))
    chosen = Shipments(
        lot=np.concatenate([made.lot, frozen.lot]), way=np.concatenate([made.way, frozen.way]), kg=np.concatenate([made.kg, frozen.kg])
    )
    facts = judge(season, chosen)
    broken = broken_limits(season, chosen)
    assert not broken, f"the plan made again breaks its limits: {'; '.join(broken)}"
    orders: dict[Method, Ints] = {"greedy": greedy_order(season), "first-come": first_come_order(season)}
    beside = {name: judge(season, share_out(season, within_limits(season, fill(season, order, network)))) for name, order in orders.items()}
    # What is frozen earns the same in every plan, so it stands on top of the bound of the rest.
    above = facts.objective - judge(rest, made).objective
    return Plan("optimal", season, chosen, facts, flow.bound + above, flow.prices, beside, flow.interrupted), moved
