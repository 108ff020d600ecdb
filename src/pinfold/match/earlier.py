"""The plan before, told in the ways of the season as it is now: what is loaded, what is promised, and what its prices are.

May be called: `earlier_plan`, and `less_frozen` for what is left to plan; `numbered` and `prices_at`, which read a plan's files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from pinfold.match.bound import Prices, way_profit_per_kg
from pinfold.match.rows import SHOWN_MAX, refuse
from pinfold.match.score import named
from pinfold.match.season import Floats, Ints, Season, numbered_hub_weeks
from pinfold.match.shipments import Shipments

# What is frozen may pass what holds it by this much: nobody weighs a kg less at a hub.
SHORT_KG = 1.0


@dataclass(frozen=True)
class Before:
    """What the plan before left. Ids as text or as in the season.

    shipments : lot_id, want_id, kg; prices : as Plan.price_frame
    loaded_until : shipments to wants of this week or an earlier one are frozen; None: no week is
    loaded : lot_id, want_id, kg (> 0) of shipments that are frozen besides; what the plan before sent there counts among them; where it has
        a column place, that says where each row stands, for whoever must correct it
    """

    shipments: pl.DataFrame
    prices: pl.DataFrame
    loaded_until: int | None = None
    loaded: pl.DataFrame | None = None


@dataclass(frozen=True)
class Earlier:
    """The plan before, told in the ways of the season as it is now.

    promised_kg : shape (ways,); what was on ways that are gone is not among them
    gone_kg : kg that were promised on ways that are gone
    frozen : shipments that are loaded and cannot move any more; their kg are not in promised_kg
    places : where each of them stands, for whoever must correct it: of what is loaded besides, the rows that say so
    prices : of the plan before; new wants as `with_new_wants` has them, new lanes at 0
    moved_price_per_kg : yuan that moving a promised kg costs, >= 0
    """

    promised_kg: Floats
    gone_kg: float
    frozen: Shipments
    places: list[str]
    prices: Prices
    moved_price_per_kg: float = 0.0


def earlier_plan(season: Season, before: Before, moved_price: float = 0.0) -> Earlier:
    """`before` in the ways of `season`. Raises InputError naming what is frozen and has no way in this season."""
    told = numbered(season, before.shipments)
    # Row -1, of what is not there, finds what is appended.
    week = np.append(season.tables.wants["week"].to_numpy(), np.inf)[told.want]
    on_time = (told.lot >= 0) & (week <= (-np.inf if before.loaded_until is None else before.loaded_until))
    told = replace(told, kg=np.where(on_time, 0.0, told.kg), frozen_kg=np.where(on_time, told.kg, 0.0))
    if before.loaded is not None:
        told = told.with_loaded(loaded_shipments(season, before.loaded))
    astray = np.flatnonzero((told.frozen_kg > 0) & (told.way < 0))
    if len(astray):
        refuse([_astray(season, told, row) for row in astray])
    promised, frozen = (told.way >= 0) & (told.kg > 0), told.frozen_kg > 0
    at, is_new = prices_at(season, before.prices)
    return Earlier(
        promised_kg=np.bincount(told.way[promised], told.kg[promised], len(season.ways.pool)).astype(np.float64),
        gone_kg=float(told.kg[told.way < 0].sum()),
        frozen=Shipments(told.lot[frozen], told.way[frozen], told.frozen_kg[frozen]),
        places=told.place[frozen].tolist(),
        prices=with_new_wants(season, at, is_new),
        moved_price_per_kg=moved_price,
    )


@dataclass(frozen=True)
class Told:
    """Shipments by row numbers of the season: lot, want, way (-1 where there is none), kg that are promised, kg that are frozen.

    place : where each stands, a text, for whoever must correct it
    """

    lot: Ints
    want: Ints
    way: Ints
    kg: Floats
    frozen_kg: Floats
    place: npt.NDArray[np.object_]

    def with_loaded(self, loaded: Told) -> Told:
        """These and what is `loaded`, whose kg are then no longer promised."""
        wants = 1 + max(self.want.max(initial=0), loaded.want.max(initial=0))
        key, of = self.lot * wants + self.want, loaded.lot * wants + loaded.want
        order = np.argsort(of, kind="stable")
        at = np.minimum(np.searchsorted(of[order], key), max(len(of) - 1, 0))
        taken = np.where(of[order][at] == key, loaded.frozen_kg[order][at], 0.0) if len(of) else np.zeros(len(key))
        left = replace(self, kg=np.maximum(self.kg - taken, 0.0))
        return Told(*(np.concatenate([getattr(left, name), getattr(loaded, name)]) for name in vars(left)))


def loaded_shipments(season: Season, loaded: pl.DataFrame) -> Told:
    """Frozen shipments by row numbers; several rows of one lot and want count together. Raises InputError naming rows that cannot be."""
    if "place" not in loaded.columns:
        loaded = loaded.with_columns(place=pl.concat_str(pl.lit("list of what is loaded, row "), pl.int_range(1, pl.len() + 1)))
    sums = loaded.group_by("lot_id", "want_id", maintain_order=True).agg(pl.col("kg").sum(), pl.col("place").str.join("; "))
    told = numbered(season, sums)
    wrong = [
        f"{row['place']}: {_not_loadable(row, lot, want)}"
        for row, lot, want, way in zip(sums.to_dicts(), told.lot, told.want, told.way, strict=True)
        if way < 0
    ]
    refuse(wrong)
    return replace(told, kg=np.zeros(len(told.kg)), frozen_kg=told.kg, place=sums["place"].to_numpy())


def _not_loadable(row: dict[str, object], lot: np.int64, want: np.int64) -> str:
    if lot < 0:
        return f"lot_id {row['lot_id']} is not in this season; correct it, or take the row away"
    if want < 0:
        return f"want_id {row['want_id']} is not in this season; correct it, or take the row away"
    return f"lot {row['lot_id']} is loaded for want {row['want_id']}, but no way leads there now; take the row away"


def numbered(season: Season, shipments: pl.DataFrame) -> Told:
    """`shipments` by row numbers."""
    tables, ways, wants = season.tables, season.ways, len(season.step_kg)
    lot, want = _rows(shipments["lot_id"], tables.lots["lot_id"]), _rows(shipments["want_id"], tables.wants["want_id"])
    kg = shipments["kg"].cast(pl.Float64).to_numpy()
    # Of a million lots, pools times wants are more than 32 bits hold.
    keys, asked = ways.pool.astype(np.int64) * wants + ways.want, np.append(season.lot_pool, -1)[lot] * wants + want
    at = np.minimum(np.searchsorted(keys, asked), max(len(keys) - 1, 0))
    there = (keys[at] == asked) & (want >= 0) if len(keys) else np.zeros(len(asked), bool)
    return Told(lot, want, np.where(there, at, -1), kg, np.zeros(len(kg)), np.full(len(kg), "the plan before", object))


def _rows(ids: pl.Series, known: pl.Series) -> Ints:
    """Row of each of `ids` in `known`, -1 where it is not there; as text where their types differ."""
    if ids.dtype != known.dtype:
        ids, known = ids.cast(pl.String), known.cast(pl.String)
    rows = pl.DataFrame({"id": known}).with_row_index("row")
    found = pl.DataFrame({"id": ids}).join(rows, on="id", how="left", maintain_order="left")["row"]
    return found.cast(pl.Int64).fill_null(-1).to_numpy()


def _astray(season: Season, told: Told, row: np.int64) -> str:
    lot, want = season.tables.lots["lot_id"][int(told.lot[row])], season.tables.wants["want_id"][int(told.want[row])]
    return f"lot {lot} is frozen on its way to want {want}, but no way leads there now; freeze less"


def prices_at(season: Season, prices: pl.DataFrame) -> tuple[Prices, npt.NDArray[np.bool_]]:
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


def with_new_wants(season: Season, prices: Prices, is_new: npt.NDArray[np.bool_]) -> Prices:
    """`prices` where new wants get what it costs to draw a kg to them, or their dearest step where that is less.

    is_new : shape (wants,); their prices in `prices` are not looked at
    """
    drawn = np.clip(asked_by_new_wants(season, prices, is_new), 0.0, season.step_price_per_kg[:, 0])
    return replace(prices, want=np.where(is_new, drawn, prices.want))


def asked_by_new_wants(season: Season, prices: Prices, is_new: npt.NDArray[np.bool_]) -> Floats:
    """The least yuan per kg delivered at which some pool would turn to each new want; infinite without a way, shape (wants,)."""
    ways, asked = season.ways, np.full(len(is_new), np.inf)
    new = is_new[ways.want]
    if new.any():
        profit = way_profit_per_kg(season, replace(prices, want=np.where(is_new, 0.0, prices.want)))
        # A pool is worth what its best old way earns, and at least what its most willing lot asks for.
        worth = np.full(season.pools.height, np.inf)
        np.minimum.at(worth, season.lot_pool, -season.lot_value_per_kg)
        np.maximum.at(worth, ways.pool[~new], profit[~new])
        np.minimum.at(asked, ways.want[new], ((worth[ways.pool] - profit) / ways.kept)[new])
    return asked


def less_frozen(season: Season, frozen: Shipments, places: Sequence[str] = ()) -> Season:
    """What is left to plan when `frozen` are on their way. Raises InputError naming what no longer holds them, and them.

    places : where each of `frozen` stands, for whoever must correct it
    """
    ways, way, kg = season.ways, frozen.way, frozen.kg
    if not len(kg):
        return season
    delivered = np.bincount(ways.want[way], kg * ways.kept[way], len(season.step_kg))
    before = season.step_kg.cumsum(axis=1) - season.step_kg
    left = {
        "lot": season.lot_kg - np.bincount(frozen.lot, kg, len(season.lot_kg)),
        "lane": season.lane_kg_max - np.bincount(ways.lane[way], kg, len(season.lane_kg_max)),
        "hub": season.hub_week_kg_max - np.bincount(ways.hub_week[way], kg, len(season.hub_week_kg_max)),
        "want": season.step_kg.sum(axis=1) - delivered,
    }
    at = {"lot": frozen.lot, "lane": ways.lane[way], "hub": ways.hub_week[way], "want": ways.want[way]}
    refuse(
        [
            f"{named(season, what, row)} holds {-kg_left[row]:.0f} kg less than is frozen on it; "
            f"freeze less of {_frozen_there(season, frozen, places, np.flatnonzero(at[what] == row))}"
            for what, kg_left in left.items()
            for row in np.flatnonzero(kg_left < -SHORT_KG)[:SHOWN_MAX]
        ]
    )
    return replace(
        season,
        lot_kg=np.maximum(left["lot"], 0),
        lane_kg_max=np.maximum(left["lane"], 0),
        hub_week_kg_max=np.maximum(left["hub"], 0),
        step_kg=np.clip(season.step_kg - np.clip(delivered[:, None] - before, 0, None), 0, season.step_kg),
    )


def _frozen_there(season: Season, frozen: Shipments, places: Sequence[str], rows: Ints) -> str:
    """The shipments in `rows`, the largest first, and where each stands."""
    largest = rows[np.argsort(-frozen.kg[rows], kind="stable")].tolist()
    told = [
        f"{named(season, 'lot', frozen.lot[row])} to {named(season, 'want', season.ways.want[frozen.way[row]])}"
        + (f" ({places[row]})" if places else "")
        for row in largest[:SHOWN_MAX]
    ]
    return ", ".join(told) + (f" and {len(largest) - SHOWN_MAX} more" if len(largest) > SHOWN_MAX else "")
