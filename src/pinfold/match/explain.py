"""Why each shipment goes where it goes, and why the rest of a lot stays: figures that `say` turns into a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from pinfold.match.score import delivered_kg, sent_kg
from pinfold.match.season import STEPS, Floats, Ints, Season
from pinfold.match.shipments import Shipments

Full = Literal["customers", "trucks", "hub", "truck", "shut", "booked"]
Stays = Literal["too far", "pays less", "shared", "full"]
FULL: tuple[Full | None, ...] = (None, "customers", "trucks", "hub", "truck", "shut", "booked")
# A place has room when a shipment worth speaking of still fits: one kg.
ROOM_KG = 1.0


@dataclass(frozen=True)
class Reason:
    """Why a shipment goes to its region.

    lot_id, want_id : as the tables wrote them
    earns_per_kg : yuan that the last kg brings per kg sent, after losses, discounts, handling and freight
    above_unsold_per_kg : the same less what the kg costs to collect and what it would bring unsold; the equity bonus is not counted,
        because nobody is paid it
    next_region_id, next_earns_per_kg : the best other region with room and what one more kg would bring there; None when none has room
    days_left : shelf life left on delivery
    """

    lot_id: object
    want_id: object
    product_id: str
    region_id: str
    week: int
    kg: float
    earns_per_kg: float
    above_unsold_per_kg: float
    next_region_id: str | None
    next_earns_per_kg: float | None
    days_left: float


@dataclass(frozen=True)
class Unsold:
    """Why kg of a lot stay unsold.

    why : "too far" no want can be reached before the goods are too old; "pays less" the best place with room brings less than selling at
        home; "shared" that place would bring more, but the villages' sold shares are kept together; "full" every
        place that would bring more is full
    region_id : the best place, None when there is none
    short_per_kg : yuan by which it brings less than selling at home, the equity bonus not counted; negative when it would bring more
    full : what is full at that place; where trucks are whole also "truck": one more would cost more than what waits for it brings; "shut":
        nothing is sold there; "booked": one more could be booked
    truck_yuan, waits_yuan : what one more truck costs, and what all that waits for it would bring there at most, more than at home
    """

    lot_id: object
    product_id: str
    kg: float
    why: Stays
    region_id: str | None
    short_per_kg: float | None
    full: Full | None
    truck_yuan: float | None = None
    waits_yuan: float | None = None


@dataclass(frozen=True)
class Booked:
    """What bars goods where trucks are booked whole and wants open or stay shut.

    more : lanes that could have one more truck; truck_yuan : its cost; waits_yuan : what the goods that wait for it would bring on it at
        most, more than at home; shape (lanes,) each
    shut : wants at which nothing is sold, shape (wants,)
    """

    more: npt.NDArray[np.bool_]
    truck_yuan: Floats
    waits_yuan: Floats
    shut: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Places:
    """How every way stands under a plan; arrays of shape (ways,).

    last_earns, next_earns : yuan per kg sent that the last kg of its want brings on this way, and that one more kg would bring
    full : what bars one more kg, a row of FULL; 0 when there is room
    """

    last_earns: Floats
    next_earns: Floats
    full: Ints


def explained(season: Season, shipments: Shipments, booked: Booked | None = None) -> tuple[list[Reason], list[Unsold]]:
    """One reason per shipment, in their order, and one entry per lot of which at least a kg stays, in the order of the table."""
    sent, stay = reasons(season, shipments, booked)
    return [Reason(**row) for row in sent.iter_rows(named=True)], [Unsold(**row) for row in stay.iter_rows(named=True)]


def reasons(season: Season, shipments: Shipments, booked: Booked | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What `explained` tells, as columns: the fields of a Reason and those of an Unsold."""
    places = _places(season, shipments, booked)
    return _of_shipments(season, shipments, places), _of_unsold(season, shipments, places, booked)


def _of_shipments(season: Season, shipments: Shipments, places: Places) -> pl.DataFrame:
    ways, tables, (lot, way) = season.ways, season.tables, (shipments.lot, shipments.way)
    used = np.flatnonzero(np.bincount(way))
    next_way = np.full(len(ways.pool), -1)
    next_way[used] = _next_best(season, places, used)
    want, other = ways.want[way], next_way[way]
    products = season.pools.join(tables.products, on="product_id", how="left", maintain_order="left")
    return pl.DataFrame(
        {
            "lot_id": tables.lots["lot_id"].gather(lot),
            "want_id": tables.wants["want_id"].gather(want),
            "product_id": products["product_id"].gather(ways.pool[way]),
            "region_id": tables.wants["region_id"].gather(want),
            "week": tables.wants["week"].gather(want),
            "kg": shipments.kg,
            "earns_per_kg": places.last_earns[way],
            "above_unsold_per_kg": places.last_earns[way] - stay_worth(season)[lot],
            "next_region_id": _rows(tables.wants["region_id"], _rows(ways.want, other)),
            "next_earns_per_kg": _rows(places.next_earns, other),
            "days_left": products["shelf_life_days"].to_numpy()[ways.pool[way]] - ways.age_days[way],
        }
    )


def _of_unsold(season: Season, shipments: Shipments, places: Places, booked: Booked | None) -> pl.DataFrame:
    left = season.lot_kg - sent_kg(season, shipments)
    lot = np.flatnonzero(left >= ROOM_KG)
    pool = season.lot_pool[lot]
    open_way, full_way = (
        _first_best(season.ways.pool, places.next_earns, among, season.pools.height)[pool] for among in (places.full == 0, places.full > 0)
    )
    # A lot without any way has -1 here, which finds the -inf at the end.
    full = np.append(places.next_earns, -np.inf)[full_way] + season.lot_value_per_kg[lot] > 0
    if season.rules.is_fair:
        full &= (open_way < 0) | (np.append(places.next_earns, -np.inf)[open_way] <= stay_worth(season)[lot])
    way = np.where(full | (open_way < 0), full_way, open_way)
    short = stay_worth(season)[lot] - np.append(places.next_earns, -np.inf)[way]
    shared = season.rules.is_fair & ~full & (way >= 0) & (short < 0)
    barred = np.where(full, np.append(places.full, 0)[way], 0)
    # The lane of one more truck, where that is what bars the goods.
    lane = np.where(barred == FULL.index("truck"), np.append(season.ways.lane, -1)[way], -1)
    stays = np.select([full, shared, way >= 0], ["full", "shared", "pays less"], "too far")
    return pl.DataFrame(
        {
            "lot_id": season.tables.lots["lot_id"].gather(lot),
            "product_id": season.tables.lots["product_id"].gather(lot),
            "kg": left[lot],
            "why": pl.Series(stays.tolist(), dtype=pl.String),
            "region_id": _rows(season.tables.wants["region_id"], _rows(season.ways.want, way)),
            "short_per_kg": stay_worth(season)[lot] - _rows(places.next_earns, way),
            "full": pl.Series(FULL, dtype=pl.String).gather(barred),
            "truck_yuan": _rows(np.zeros(0) if booked is None else booked.truck_yuan, lane),
            "waits_yuan": _rows(np.zeros(0) if booked is None else booked.waits_yuan, lane),
        }
    )


def _rows(of: pl.Series | Floats | Ints, rows: pl.Series | Ints) -> pl.Series:
    """The values at `rows`, null where a row is -1 or null."""
    rows = pl.Series(rows)
    return pl.Series(of).gather(rows.set(rows < 0, None))


def stay_worth(season: Season) -> Floats:
    """Yuan per kg of each lot that staying unsold brings and leaving would cost: salvage and collection."""
    lots = season.tables.lots
    return (lots["salvage_per_kg"] + lots["collect_cost_per_kg"]).to_numpy()


def _places(season: Season, shipments: Shipments, booked: Booked | None) -> Places:
    ways, delivered = season.ways, delivered_kg(season, shipments)
    ends = season.step_kg.cumsum(axis=1)
    last_step = np.clip((ends - season.step_kg < delivered[:, None] - ROOM_KG / 2).sum(axis=1) - 1, 0, STEPS - 1)
    next_step = (ends < delivered[:, None] + ROOM_KG).sum(axis=1)
    rows = np.arange(len(delivered))
    last_price = season.step_price_per_kg[rows, last_step]
    next_price = np.where(next_step < STEPS, season.step_price_per_kg[rows, np.minimum(next_step, STEPS - 1)], last_price)
    lane_kg = np.bincount(ways.lane[shipments.way], shipments.kg, len(season.lane_kg_max))
    hub_kg = np.bincount(ways.hub_week[shipments.way], shipments.kg, len(season.hub_week_kg_max))
    no_customers = (next_step == STEPS)[ways.want]
    no_trucks = (lane_kg + ROOM_KG > season.lane_kg_max)[ways.lane]
    no_hub = (hub_kg + ROOM_KG > season.hub_week_kg_max)[ways.hub_week]
    bars = {"customers": no_customers, "trucks": no_trucks, "hub": no_hub}
    if booked is not None:
        one_more = no_trucks & booked.more[ways.lane]
        dear = one_more & (booked.waits_yuan < booked.truck_yuan)[ways.lane]
        bars = {"customers": no_customers, "truck": dear, "shut": booked.shut[ways.want], "booked": one_more, **bars}
    return Places(
        last_earns=ways.kept * last_price[ways.want] - ways.cost_per_kg,
        next_earns=ways.kept * next_price[ways.want] - ways.cost_per_kg,
        full=np.select(list(bars.values()), [FULL.index(bar) for bar in bars], 0),
    )


def _next_best(season: Season, places: Places, used: Ints) -> Ints:
    """For each way in `used` the best way of its pool to another region with room, or -1.

    Its own hub-week always has room: the kg that it would leave.
    """
    ways = season.ways
    region = season.tables.wants["region_id"].to_physical().rank("dense").to_numpy()[ways.want]
    elsewhere = _best_of_other_regions(ways.pool, region, places.next_earns, places.full == 0)
    barred, hub_is_full = places.full == FULL.index("hub"), np.zeros(len(season.hub_week_kg_max), bool)
    hub_is_full[ways.hub_week[barred]] = True
    beside = np.full(len(ways.pool), -1)
    if len(packed := np.flatnonzero(hub_is_full[ways.hub_week])):
        _, same_hub_week = np.unique(ways.pool[packed].astype(np.int64) * len(hub_is_full) + ways.hub_week[packed], return_inverse=True)
        best = _best_of_other_regions(same_hub_week, region[packed], places.next_earns[packed], barred[packed])
        beside[packed] = np.append(packed, -1)[best]
    one, other = elsewhere[used], beside[used]
    earns = np.append(places.next_earns, -np.inf)
    return np.where(earns[other] > earns[one], other, one)


def _best_of_other_regions(group: Ints, region: Ints, earns: Floats, among: npt.NDArray[np.bool_]) -> Ints:
    """For each way the best of those marked in `among` that share its group and go to another region, or -1; all of shape (ways,)."""
    groups = int(group.max(initial=-1)) + 1
    best = _first_best(group, earns, among, groups)[group]
    second = _first_best(group, earns, among & (region != region[best]), groups)[group]
    return np.where((best >= 0) & (region == region[best]), second, best)


def _first_best(group: Ints, earns: Floats, among: npt.NDArray[np.bool_], groups: int) -> Ints:
    """The first way of each group that earns most, of those marked in `among`, or -1; shape (groups,)."""
    most, best = np.full(groups, -np.inf), np.full(groups, -1)
    marked = np.flatnonzero(among)
    np.maximum.at(most, group[marked], earns[marked])
    winners = marked[earns[marked] == most[group[marked]]][::-1]
    best[group[winners]] = winners
    return best
