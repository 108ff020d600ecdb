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

Full = Literal["customers", "trucks", "hub"]
Stays = Literal["too far", "pays less", "full"]
FULL: tuple[Full | None, ...] = (None, "customers", "trucks", "hub")
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
        home; "full" every place that would bring more is full
    region_id : the best place, None when there is none
    short_per_kg : yuan by which it brings less than selling at home, the equity bonus not counted; negative when it would bring more
    full : what is full at that place
    """

    lot_id: object
    product_id: str
    kg: float
    why: Stays
    region_id: str | None
    short_per_kg: float | None
    full: Full | None


@dataclass(frozen=True)
class Places:
    """How every way stands under a plan; arrays of shape (ways,).

    last_earns, next_earns : yuan per kg sent that the last kg of its want brings on this way, and that one more kg would bring
    full : what bars one more kg, a row of FULL; 0 when there is room
    """

    last_earns: Floats
    next_earns: Floats
    full: Ints


def explain_shipments(season: Season, shipments: Shipments) -> list[Reason]:
    """One reason per shipment, in their order."""
    ways, tables = season.ways, season.tables
    places = _places(season, shipments)
    used = np.unique(shipments.way)
    next_way = np.full(len(ways.pool), -1)
    next_way[used] = _next_best(season, places, used)
    stay_worth = _stay_worth(season)
    want_ids, wanted, lot_ids = (
        tables.wants["want_id"].to_list(),
        tables.wants.select("region_id", "week").rows(),
        tables.lots["lot_id"].to_list(),
    )
    products = season.pools.join(tables.products, on="product_id", how="left", maintain_order="left")
    product_ids, shelf_days = products["product_id"].to_list(), products["shelf_life_days"].to_list()
    reasons = []
    for lot, way, kg in zip(shipments.lot.tolist(), shipments.way.tolist(), shipments.kg.tolist(), strict=True):
        want, pool, other = int(ways.want[way]), int(ways.pool[way]), int(next_way[way])
        earns = float(places.last_earns[way])
        reasons.append(
            Reason(
                lot_id=lot_ids[lot],
                want_id=want_ids[want],
                product_id=product_ids[pool],
                region_id=wanted[want][0],
                week=wanted[want][1],
                kg=kg,
                earns_per_kg=earns,
                above_unsold_per_kg=earns - stay_worth[lot],
                next_region_id=wanted[ways.want[other]][0] if other >= 0 else None,
                next_earns_per_kg=float(places.next_earns[other]) if other >= 0 else None,
                days_left=shelf_days[pool] - float(ways.age_days[way]),
            )
        )
    return reasons


def explain_unsold(season: Season, shipments: Shipments) -> list[Unsold]:
    """One entry per lot of which at least a kg stays, in the order of the table."""
    places = _places(season, shipments)
    open_way, full_way = (_best_way(season, places, mask) for mask in (places.full == 0, places.full > 0))
    stay_worth = _stay_worth(season)
    left = season.lot_kg - sent_kg(season, shipments)
    lots, regions = season.tables.lots.select("lot_id", "product_id").rows(), season.tables.wants["region_id"].to_list()
    found = []
    for lot in np.flatnonzero(left >= ROOM_KG).tolist():
        pool, value = season.lot_pool[lot], float(season.lot_value_per_kg[lot])
        why: Stays = "too far"
        way = full_way[pool]
        if way >= 0 and places.next_earns[way] + value > 0:
            why = "full"
        elif open_way[pool] >= 0 or way >= 0:
            why, way = "pays less", open_way[pool] if open_way[pool] >= 0 else way
        found.append(
            Unsold(
                lot_id=lots[lot][0],
                product_id=lots[lot][1],
                kg=float(left[lot]),
                why=why,
                region_id=regions[season.ways.want[way]] if way >= 0 else None,
                short_per_kg=stay_worth[lot] - float(places.next_earns[way]) if way >= 0 else None,
                full=FULL[places.full[way]] if why == "full" else None,
            )
        )
    return found


def _stay_worth(season: Season) -> list[float]:
    """Yuan per kg of each lot that staying unsold brings and leaving would cost: salvage and collection."""
    lots = season.tables.lots
    return (lots["salvage_per_kg"] + lots["collect_cost_per_kg"]).to_list()


def _places(season: Season, shipments: Shipments) -> Places:
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
    return Places(
        last_earns=ways.kept * last_price[ways.want] - ways.cost_per_kg,
        next_earns=ways.kept * next_price[ways.want] - ways.cost_per_kg,
        full=np.select([no_customers, no_trucks, no_hub], [1, 2, 3], 0),
    )


def _next_best(season: Season, places: Places, used: Ints) -> Ints:
    """For each way in `used` the best way of its pool to another region with room, or -1.

    Its own hub-week always has room: the kg that it would leave.
    """
    ways = season.ways
    every = pl.DataFrame(
        {
            "way": np.arange(len(ways.pool)),
            "pool": ways.pool,
            "region": season.tables.wants["region_id"].gather(ways.want),
            "hub_week": ways.hub_week,
            "earns": places.next_earns,
            "full": places.full,
        }
    )
    best = (
        every[used]
        .join(every, on="pool", suffix="_other")
        .filter(pl.col("region") != pl.col("region_other"))
        .filter((pl.col("full_other") == 0) | ((pl.col("full_other") == 3) & (pl.col("hub_week") == pl.col("hub_week_other"))))
        .sort("way", "earns_other", descending=[False, True], maintain_order=True)
        .unique("way", keep="first")
        .select("way", "way_other")
    )
    return every[used].select("way").join(best, on="way", how="left", maintain_order="left")["way_other"].fill_null(-1).to_numpy()


def _best_way(season: Season, places: Places, among: npt.NDArray[np.bool_]) -> Ints:
    """The way of each pool on which one more kg brings most, of those marked in `among`, or -1; shape (pools,)."""
    best = np.full(season.pools.height, -1)
    order = np.lexsort((places.next_earns, season.ways.pool))
    order = order[among[order]]
    best[season.ways.pool[order]] = order
    return best
