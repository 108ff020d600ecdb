"""From the tables plots and harvests to one HarvestRecord per crop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import Floats
from pinfold.forecast.shocks import Ints, Places
from pinfold.forecast.yields.growth import bearing_shares
from pinfold.forecast.yields.interface import HarvestRecord


@dataclass(frozen=True)
class YieldTables:
    """What is known of harvests.

    plots : plot_id, crop; block or village_id (plots that share their luck), trees or area_m2, planted_on (all may be absent)
    harvests : plot_id, season, kg or kg_per_m2; several rows of one plot and season are summed; later seasons are not looked at
    covariates : plot_id, season and numbers known before the harvest, under any name, those of the season to come too; blank where not
        known; None where no such table is kept
    villages : village_id, hub_id (villages of one hub are a district, which shares its luck), cooperative_id (may be absent); None where
        no such table is kept
    """

    plots: pl.DataFrame
    harvests: pl.DataFrame
    covariates: pl.DataFrame | None = None
    villages: pl.DataFrame | None = None


@dataclass(frozen=True)
class NamedHarvests:
    """A HarvestRecord and whose it is: `plot_ids` are its rows, `blocks` the names of its block numbers.

    bearing : shape (plots, seasons + 1), share of full bearing by age; None where no plot is known to be young
    """

    crop: str
    plot_ids: pl.Series
    blocks: list[str | None]
    record: HarvestRecord
    bearing: Floats | None = None


def named_harvests(tables: YieldTables, season: int) -> Iterator[NamedHarvests]:
    """One record per crop with at least one past harvest. Raises InputError on amounts that are missing, negative or not finite."""
    plots = tables.plots
    amount = "kg" if "kg" in tables.harvests.columns else "kg_per_m2"
    past = _summed(tables.harvests, amount, season)
    block = next((name for name in ("block", "village_id") if name in plots.columns and plots[name].null_count() < plots.height), None)
    for (crop,), of_crop in plots.sort("crop", "plot_id").group_by("crop", maintain_order=True):
        rows = of_crop.with_row_index("plot_row")
        seen = past.join(rows.select("plot_id", "plot_row"), on="plot_id", how="inner")
        if seen.is_empty():
            continue
        seasons = seen["season"].unique().sort().to_numpy().astype(np.int64)
        size = _size(rows) if amount == "kg" else np.ones(rows.height)
        per_size = np.full((rows.height, len(seasons)), np.nan)
        per_size[seen["plot_row"].to_numpy(), np.searchsorted(seasons, seen["season"].to_numpy())] = seen[amount].to_numpy()
        blocks, number = _numbered(rows[block] if block else _unknown(rows.height))
        places = Places(number, _numbered(_districts(rows, tables.villages))[1])
        every = [*seasons.tolist(), season]
        covariates = _covariates(tables.covariates, rows, every)
        record = HarvestRecord(seasons, np.sqrt(per_size / size[:, None]), size, places, season, covariates)
        yield NamedHarvests(str(crop), rows["plot_id"], blocks, record, bearing_shares(str(crop), rows, every))


def _summed(harvests: pl.DataFrame, amount: str, season: int) -> pl.DataFrame:
    """Harvest of each plot and past season over its grades and picking days. Raises InputError on amounts that are none."""
    if amount not in harvests.columns:
        raise InputError(f"harvests has columns {harvests.columns}; give kg, or kg_per_m2 where plots differ in size")
    broken = harvests.filter(pl.col(amount).is_null() | ~pl.col(amount).is_finite() | (pl.col(amount) < 0) | pl.col("season").is_null())
    if broken.height:
        row = broken.row(0, named=True)
        raise InputError(f"harvest of plot {row['plot_id']}, season {row['season']}, is {row[amount]} {amount}; give a number >= 0")
    past = harvests.filter(pl.col("season") < season)
    return past.group_by("plot_id", "season").agg(pl.col(amount).cast(pl.Float64).sum())


def _unknown(plots: int) -> pl.Series:
    return pl.repeat(None, plots, dtype=pl.String, eager=True)


def _numbered(names: pl.Series) -> tuple[list[str | None], Ints]:
    """(different names, null last; the number of each row's name)."""
    different = names.unique().sort(nulls_last=True).to_list()
    return different, names.replace_strict(different, list(range(len(different))), return_dtype=pl.Int64).to_numpy()


def _districts(plots: pl.DataFrame, villages: pl.DataFrame | None) -> pl.Series:
    """The hub of each plot's village, null where it is not known."""
    if villages is None or "village_id" not in plots.columns:
        return _unknown(plots.height)
    hub = dict(villages.select("village_id", "hub_id").iter_rows())
    return plots["village_id"].replace_strict(hub, default=None, return_dtype=pl.String)


def _size(plots: pl.DataFrame) -> Floats:
    """Trees, else m², where every plot of the crop says it; else 1 for all."""
    for column in ("trees", "area_m2"):
        if column in plots.columns and plots[column].null_count() == 0:
            return plots[column].cast(pl.Float64).to_numpy()
    return np.ones(plots.height)


def _covariates(table: pl.DataFrame | None, rows: pl.DataFrame, seasons: list[int]) -> Floats | None:
    """Covariates of the crop's plots and seasons, shape (plots, seasons, kinds), NaN where not known; None where none is."""
    if table is None:
        return None
    kinds = [name for name in table.columns if name not in ("plot_id", "season")]
    of_crop = table.join(rows.select("plot_id", "plot_row"), on="plot_id").filter(pl.col("season").is_in(seasons))
    values = of_crop.select(pl.col(kinds).cast(pl.Float64)).to_numpy()
    if not np.isfinite(values).any():
        return None
    filled = np.full((rows.height, len(seasons), len(kinds)), np.nan)
    filled[of_crop["plot_row"].to_numpy(), np.searchsorted(seasons, of_crop["season"].to_numpy())] = values
    return filled
