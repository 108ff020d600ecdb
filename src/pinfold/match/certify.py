"""What a plan says of itself, worked out anew from the tables, its shipments and its prices alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.match.bound import bound
from pinfold.match.earlier import less_frozen, numbered, prices_at
from pinfold.match.fair.villages import Promise, Villages, fair_bound
from pinfold.match.score import broken_limits, judge, sent_kg
from pinfold.match.season import Season
from pinfold.match.shipments import Shipments

# Yuan per yuan by which sums in another order may differ.
SAME = 1e-6
NOTHING = Shipments(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True)
class Certificate:
    """objective, bound : yuan, worked out anew; broken : one sentence for everything that the plan breaks or says wrongly"""

    objective: float
    bound: float
    broken: list[str]


def certify(season: Season, told: dict[str, float], frames: dict[str, pl.DataFrame]) -> Certificate:
    """The certificate of a plan of `season`.

    told : objective and bound as the plan says, and least_sold_share_bound of a plan that promises something between villages
    frames : shipments and prices, and villages and least of such a plan; loaded where shipments were frozen; as `checked_file` leaves them
    Raises InputError when a shipment has no way in this season: then these are not the tables that the plan was made from.
    """
    shipments = shipments_told(season, frames["shipments"])
    loaded = shipments_told(season, frames["loaded"]) if "loaded" in frames else NOTHING
    objective, broken = judge(season, shipments).objective, broken_limits(season, shipments)
    # The prices are of what was left to plan; what is loaded earns the same in every plan.
    rest, prices = less_frozen(season, loaded), prices_at(season, frames["prices"])[0]
    above = objective - judge(rest, shipments.less(loaded)).objective
    if "villages" in frames:
        villages = Villages.of(season).with_loaded(loaded)
        promise = Promise.read(rest, villages, frames["villages"], prices_at(season, frames["least"])[0])
        broken += promise.broken(sent_kg(season, shipments.less(loaded)))
        if not abs(told["least_sold_share_bound"] - promise.least.share) <= SAME:
            broken.append(f"the plan says that all villages can sell {told['least_sold_share_bound']:.6f}; it is {promise.least.share:.6f}")
        proven = fair_bound(rest, prices, promise) + above
    else:
        proven = bound(rest, prices) + above
    return Certificate(objective, proven, broken + wrongly_told(told, objective, proven))


def shipments_told(season: Season, frame: pl.DataFrame) -> Shipments:
    """The shipments of a plan's file. Raises InputError when one of them has no way in this season."""
    sent = numbered(season, frame)
    lost = np.flatnonzero(sent.way < 0)
    if len(lost):
        first = frame.row(int(lost[0]), named=True)
        raise InputError(f"lot {first['lot_id']} has no way to want {first['want_id']}; certify a plan beside the tables it was made from")
    return Shipments(sent.lot, sent.way, sent.kg)


def wrongly_told(told: dict[str, float], objective: float, bound: float) -> list[str]:
    """One sentence for each of the two that the plan says otherwise."""
    return [
        f"the plan says {name} {told[name]:,.2f} yuan; it is {found:,.2f}"
        for name, found in (("objective", objective), ("bound", bound))
        if not abs(told[name] - found) <= SAME * max(abs(found), 1.0)
    ]
