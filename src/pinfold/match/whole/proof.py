"""What proves a bound of whole trucks: prices, as they are written beside the plan and read again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.match.season import Floats, Season, numbered_hub_weeks
from pinfold.match.whole.bound import PlacePrices, common_bound, place_bounds
from pinfold.match.whole.problem import Problem
from pinfold.match.whole.programme import bound_of, model_of


@dataclass(frozen=True)
class Proof:
    """rows : yuan per unit of each row of the whole programme (`model_of`), of a season that is decided at once; None: of a larger one"""

    places: PlacePrices
    rows: Floats | None = None

    def bound(self, problem: Problem) -> float:
        """Yuan above leaving every lot unsold that no plan of `problem` can exceed: the lower of what both kinds of prices prove."""
        at_places = common_bound(problem, self.places) + float(place_bounds(problem, self.places).sum())
        return at_places if self.rows is None else min(at_places, bound_of(model_of(problem), self.rows))

    def frame(self, season: Season) -> pl.DataFrame:
        """The prices as a table: what, id as text, week (of hub_week, else null), yuan.

        A pool is named by its first lot, a row of the programme by its number.
        """
        tables = season.tables
        first_lot = np.unique(season.lot_pool, return_index=True)[1]
        parts = [
            ("pool", pl.DataFrame({"id": tables.lots["lot_id"].gather(first_lot)}), self.places.pool),
            ("want", tables.wants.select(id="want_id"), self.places.want),
            ("hub_week", numbered_hub_weeks(tables).select("week", id="hub_id"), self.places.hub_week),
        ]
        if self.rows is not None:
            parts.append(("row", pl.DataFrame({"id": np.arange(len(self.rows))}), self.rows))
        named = [rows.with_columns(pl.col("id").cast(pl.String), what=pl.lit(what), yuan=pl.Series(of)) for what, rows, of in parts]
        return pl.concat(named, how="diagonal").select("what", "id", "week", "yuan")

    @classmethod
    def read(cls, season: Season, problem: Problem, frame: pl.DataFrame) -> Proof:
        """From what `frame` wrote; what it does not name has no price.

        frame : as `checked_file` leaves it
        Raises InputError when rows are priced that the programme does not have.
        """
        tables = season.tables
        lots = tables.lots.select(id=pl.col("lot_id").cast(pl.String), pool=pl.Series(season.lot_pool))
        of_pool = lots.join(frame.filter(pl.col("what") == "pool"), on="id", how="inner")
        pool = np.zeros(problem.pools)
        pool[of_pool["pool"].to_numpy()] = of_pool["yuan"].to_numpy()
        hub_week = _found(frame, "hub_week", numbered_hub_weeks(tables).select("week", id="hub_id"), ["id", "week"])
        want = _found(frame, "want", tables.wants.select(id=pl.col("want_id").cast(pl.String)), ["id"])
        places = PlacePrices(pool, np.where(np.isfinite(season.hub_week_kg_max), hub_week, 0.0), want)
        told = frame.filter(pl.col("what") == "row")
        if told.is_empty():
            return cls(places)
        rows, row = np.zeros(len(model_of(problem).high)), told["id"].cast(pl.Int64, strict=False).to_numpy()
        if not np.array_equal(row, np.arange(len(rows))):
            raise InputError(
                f"proof: {len(row)} rows are priced, the programme has {len(rows)}; certify it beside the tables it was made from"
            )
        return cls(places, told["yuan"].to_numpy())


def _found(frame: pl.DataFrame, what: str, rows: pl.DataFrame, keys: list[str]) -> Floats:
    of = frame.filter(pl.col("what") == what).select(*keys, "yuan")
    return rows.join(of, on=keys, how="left", maintain_order="left")["yuan"].fill_null(0.0).to_numpy()
