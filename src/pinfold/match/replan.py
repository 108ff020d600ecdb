"""A plan made again after something happened: hail, new orders, a closed road, a lost truck. What was promised stays where it can.

May be called: `plan_again`, with what `earlier_plan` gives. The old plan is first only mended: its flow is scaled into the new limits,
and what came free takes the best ways that have room. Where the old prices cannot prove that good enough, new ones are sought from them;
of both plans the one stands that is worth more after `moved_price_per_kg` is paid for every promised kg that moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.match.baselines import fill, first_come_order, greedy_order
from pinfold.match.bound import Prices, bound, way_profit_per_kg
from pinfold.match.dual import GAP_ENOUGH, Flow, behind_best, price_flow
from pinfold.match.kernel import Network
from pinfold.match.plan import Method, Plan
from pinfold.match.score import broken_limits, judge
from pinfold.match.season import Floats, Ints, Season, numbered_hub_weeks
from pinfold.match.shipments import Shipments, share_out, within_limits

# A mended plan is good enough up to this much above the gap that a plan made anew may have.
GAP_MORE = 0.0003
# A pool is looked at again when at least this many kg of it stay.
LEFT_KG = 1.0


@dataclass(frozen=True)
class Earlier:
    """The plan before, told in the ways of the season as it is now.

    promised_kg : shape (ways,); what was on ways that are gone is not among them
    gone_kg : kg that were promised on ways that are gone
    frozen : shipments that are loaded and cannot move any more; their kg are not in promised_kg
    prices : of the plan before; new wants as `with_new_wants` has them, new lanes at 0
    moved_price_per_kg : yuan that moving a promised kg must bring at least, >= 0
    """

    promised_kg: Floats
    gone_kg: float
    frozen: Shipments
    prices: Prices
    moved_price_per_kg: float = 0.0


@dataclass(frozen=True)
class Moved:
    """promised_kg : kg that were promised; moved_kg : kg of those that no longer go there; moved_yuan : their price

    searched : whether new prices were sought, because the mended plan was not near enough to the bound
    """

    promised_kg: float
    moved_kg: float
    moved_yuan: float
    searched: bool


def less_frozen(season: Season, frozen: Shipments) -> Season:
    """What is left to plan when `frozen` are on their way. Raises InputError naming what no longer holds them."""
    ways, way, kg = season.ways, frozen.way, frozen.kg
    if not len(kg):
        return season
    delivered = np.bincount(ways.want[way], kg * ways.kept[way], len(season.step_kg))
    before = season.step_kg.cumsum(axis=1) - season.step_kg
    left = {
        "lot": season.lot_kg - np.bincount(frozen.lot, kg, len(season.lot_kg)),
        "lane": season.lane_kg_max - np.bincount(ways.lane[way], kg, len(season.lane_kg_max)),
        "hub-week": season.hub_week_kg_max - np.bincount(ways.hub_week[way], kg, len(season.hub_week_kg_max)),
        "want": season.step_kg.sum(axis=1) - delivered,
    }
    ids = {"lot": season.tables.lots["lot_id"], "lane": season.tables.lanes["lane_id"], "want": season.tables.wants["want_id"]}
    short = [
        f"{name} {ids[name][int(row)] if name in ids else int(row)} holds {-kg_left[row]:.0f} kg less than is frozen on it; freeze less"
        for name, kg_left in left.items()
        for row in np.flatnonzero(kg_left < -LEFT_KG)[:20]
    ]
    if short:
        raise InputError("\n".join(short))
    return replace(
        season,
        lot_kg=np.maximum(left["lot"], 0),
        lane_kg_max=np.maximum(left["lane"], 0),
        hub_week_kg_max=np.maximum(left["hub-week"], 0),
        step_kg=np.clip(season.step_kg - np.clip(delivered[:, None] - before, 0, None), 0, season.step_kg),
    )


def with_new_wants(season: Season, prices: Prices, is_new: npt.NDArray[np.bool_]) -> Prices:
    """`prices` where new wants get what it costs to draw a kg to them: the least price at which some pool would turn to them.

    is_new : shape (wants,); their prices in `prices` are not looked at
    """
    ways = season.ways
    known = replace(prices, want=np.where(is_new, 0.0, prices.want))
    profit = way_profit_per_kg(season, known)
    old = ~is_new[ways.want]
    # A pool is worth what its best old way earns, and at least what its most willing lot asks for.
    worth = np.full(season.pools.height, np.inf)
    np.minimum.at(worth, season.lot_pool, -season.lot_value_per_kg)
    np.maximum.at(worth, ways.pool[old], profit[old])
    asked = np.full(len(is_new), np.inf)
    np.minimum.at(asked, ways.want[~old], ((worth[ways.pool] - profit) / ways.kept)[~old])
    most = season.step_price_per_kg[:, 0]
    return replace(prices, want=np.where(is_new, np.clip(asked, 0.0, most), prices.want))


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


def earlier_plan(season: Season, shipments: pl.DataFrame, prices: pl.DataFrame, frozen_until: int | None, moved_price: float) -> Earlier:
    """The plan before, in the ways of `season`.

    shipments : lot_id, want_id, kg; prices : as Plan.price_frame; ids as text or as in the season
    frozen_until : shipments to wants of this week or an earlier one are frozen; None freezes none
    Raises InputError when a frozen shipment has no way in this season.
    """
    tables, ways, text = season.tables, season.ways, pl.col("lot_id", "want_id").cast(pl.String)
    lots = tables.lots.with_row_index("lot").select("lot", pl.col("lot_id").cast(pl.String))
    wants = tables.wants.with_row_index("want").select("want", pl.col("want_id").cast(pl.String), "week")
    told = shipments.with_columns(text).join(lots, on="lot_id", how="left").join(wants, on="want_id", how="left").sort("lot_id", "want_id")
    known = told.filter(pl.col("lot").is_not_null() & pl.col("want").is_not_null())
    lot, want = known["lot"].cast(pl.Int64).to_numpy(), known["want"].cast(pl.Int64).to_numpy()
    keys, asked = ways.pool.astype(np.int64) * len(season.step_kg) + ways.want, season.lot_pool[lot] * len(season.step_kg) + want
    way = np.minimum(np.searchsorted(keys, asked), max(len(keys) - 1, 0))
    there = keys[way] == asked if len(keys) else np.zeros(len(asked), bool)
    kg, loaded = known["kg"].to_numpy(), known["week"].to_numpy() <= (-np.inf if frozen_until is None else frozen_until)
    if (loaded & ~there).any():
        first = known.row(int(np.flatnonzero(loaded & ~there)[0]), named=True)
        raise InputError(f"lot {first['lot_id']} is frozen on its way to want {first['want_id']}, but no way leads there now; freeze less")
    promised, frozen = there & ~loaded, there & loaded
    at, is_new = _prices_at(season, prices)
    return Earlier(
        promised_kg=np.bincount(way[promised], kg[promised], len(ways.pool)).astype(np.float64),
        gone_kg=float(told["kg"].sum() - kg[there].sum()),
        frozen=Shipments(lot[frozen], way[frozen], kg[frozen]),
        prices=with_new_wants(season, at, is_new),
        moved_price_per_kg=moved_price,
    )


def _prices_at(season: Season, prices: pl.DataFrame) -> tuple[Prices, npt.NDArray[np.bool_]]:
    """The old prices of this season's wants, lanes and hub-weeks, 0 where there was none, and which wants are new."""
    tables = season.tables

    def found(what: str, rows: pl.DataFrame, keys: list[str]) -> pl.Series:
        of = prices.filter(pl.col("what") == what).select(*keys, "yuan_per_kg")
        return rows.join(of, on=keys, how="left", maintain_order="left")["yuan_per_kg"]

    want = found("want", tables.wants.select(id=pl.col("want_id").cast(pl.String)), ["id"])
    lane = found("lane", tables.lanes.select(id=pl.col("lane_id").cast(pl.String)), ["id"])
    hub_week = found("hub_week", numbered_hub_weeks(tables).select("week", id="hub_id"), ["id", "week"])
    limited = np.isfinite(season.hub_week_kg_max)
    known = Prices(
        want=want.fill_null(0.0).to_numpy(),
        lane=lane.fill_null(0.0).to_numpy(),
        hub_week=np.where(limited, hub_week.fill_null(0.0).to_numpy(), 0.0),
    )
    return known, want.is_null().to_numpy()
