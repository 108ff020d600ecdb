"""Forecasts of ripening and yield from tables to tables: a folder in, a table out, no server needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.progress import Progress, silent
from pinfold.basics.quantiles import COLUMNS
from pinfold.basics.rules import read_rules
from pinfold.fields.crops import crop, known_crops
from pinfold.fields.fill_weather import FILLED_SCHEMA, with_filled
from pinfold.fields.weather import WeatherRules, known_on
from pinfold.forecast.blossom import with_flushes
from pinfold.forecast.harvest_days import harvest_days
from pinfold.forecast.harvest_weeks import Expected
from pinfold.forecast.issue_ripening import issue_ripening
from pinfold.forecast.issue_yield import SHARED, issue_yield
from pinfold.forecast.pace import past_paces
from pinfold.forecast.watched import AtWork
from pinfold.forecast.yields.record import YieldTables
from pinfold.outside.executors import workers
from pinfold.outside.folder import as_they_came, id_types, read_tables
from pinfold.outside.folder.settings import given


@dataclass(frozen=True)
class FilledDays:
    """Missing days of weather that were filled by the rule of fields/fill_weather.py.

    table : plot_id or village_id, date, temperatures, filled (how)
    """

    table: pl.DataFrame

    @property
    def says(self) -> str:
        """One sentence; "" where none was filled."""
        by_how = self.table.group_by("filled").len().sort("len", "filled", descending=[True, False]).iter_rows()
        told = ", ".join(f"{days:,} {how}" for how, days in by_how)
        return f"weather: {self.table.height:,} missing days filled ({told})" if told else ""


def ripening_from_folder(folder: Path, season: int, as_of: date, out: Path, progress: Progress = silent) -> FilledDays:
    """Write plot_id, season, stage, p10 .. p90 (dates), model, issued_on to `out`, for every stage not yet reported by `as_of`.

    Reads plots and stages, and weather, weather_forecasts, villages and settings where the folder has them; rows later than `as_of` are
    not looked at. Missing days of weather until the day before are filled by the server's rule; which ones comes back.
    Raises BrokenTables, or InputError when no stage has a past season to learn from.
    """
    progress("reading", 0, 1)
    tables = read_tables(folder, ["plots", "stages"], optional=["weather", "weather_forecasts", "villages", "settings"])
    weather = _weather_known(tables, as_of)
    with workers(tables["stages"].height) as elsewhere:
        at_work = AtWork(progress, elsewhere)
        found = issue_ripening(tables["plots"], tables["stages"], weather, season, as_of, at_work=at_work).dates
    if found.is_empty():
        raise InputError(f"{folder}: nothing to forecast for season {season}; stages needs a season before it, reported by {as_of}")
    write(as_they_came(found.select("plot_id", "season", "stage", *COLUMNS, "model", "issued_on"), id_types(folder, "plots")), out)
    progress("ripening", 1, 1)
    return FilledDays(_filled_days(weather, id_types(folder, "plots")))


def _filled_days(weather: pl.DataFrame | None, types: dict[str, pl.DataType]) -> pl.DataFrame:
    if weather is None:
        return pl.DataFrame(schema=FILLED_SCHEMA)
    filled = weather.filter(pl.col("filled").is_not_null()).select("plot_id", *FILLED_SCHEMA)
    place = "plot_id" if filled["village_id"].null_count() == filled.height else "village_id"
    return as_they_came(filled.select(place, *(name for name in FILLED_SCHEMA if name != "village_id")), types)


def _weather_known(tables: Mapping[str, pl.DataFrame], as_of: date) -> pl.DataFrame | None:
    """The folder's weather with missing days filled, and what was forecast of the days from `as_of` on; None without weather."""
    if "weather" not in tables:
        return None
    rules = read_rules(WeatherRules, "weather", given(tables["settings"]) if "settings" in tables else {})
    filled = with_filled(tables["weather"], tables["plots"], tables.get("villages"), as_of - timedelta(days=1), rules)
    return known_on(filled, tables["weather_forecasts"], as_of) if "weather_forecasts" in tables else filled


@dataclass(frozen=True)
class Sums:
    """Where sums over plots are written, None: nowhere. blocks : by block or village; cooperatives : by cooperative"""

    blocks: Path | None = None
    cooperatives: Path | None = None


def yield_from_folder(folder: Path, season: int, out: Path, sums: Sums, progress: Progress = silent) -> None:
    """Write plot_id, season, mean, p10 .. p90, model, issued_on to `out`, and the same sums where `sums` says.

    Reads plots and harvests, and covariates and villages where the folder has them; the unit is that of the harvests. Harvests of the
    season and later, and covariates of later seasons, are not looked at.
    Raises BrokenTables, or InputError when no plot has an earlier harvest, or sums are wanted that the tables cannot give.
    """
    progress("reading", 0, 1)
    tables = read_tables(folder, ["plots", "harvests"], optional=["covariates", "villages"])
    if sums.blocks is not None and not {"block", "village_id"} & set(tables["plots"].columns):
        raise InputError(f"{folder}: totals need the column block or village_id in plots; add it, or leave --totals out")
    if sums.cooperatives is not None and ("villages" not in tables or "village_id" not in tables["plots"].columns):
        raise InputError(f"{folder}: sums of cooperatives need villages, and village_id in plots; add them, or leave --cooperatives out")
    # The same folder gives the same table: the seed is the season.
    known = YieldTables(tables["plots"], tables["harvests"], tables.get("covariates"), tables.get("villages"))
    with workers(tables["harvests"].height) as elsewhere:
        found = issue_yield(known, season, datetime.now(UTC).date(), seed=season, at_work=AtWork(progress, elsewhere))
    if found.plots.is_empty():
        raise InputError(f"{folder}: nothing to forecast for season {season}; harvests needs a season before it")
    columns = ("plot_id", "season", "mean", *COLUMNS, "model", "issued_on", *SHARED)
    write(as_they_came(found.plots.select(columns), id_types(folder, "plots")), out)
    if sums.blocks is not None:
        write(as_they_came(found.totals, id_types(folder, "plots")), sums.blocks)
    if sums.cooperatives is not None:
        write(found.cooperatives, sums.cooperatives)
    progress("yield", 1, 1)


def harvest_days_from_folder(folder: Path, season: int, as_of: date, out: Path, progress: Progress = silent) -> None:
    """Write village_id, crop, on, kg to `out`: what is expected to be picked on each day, over all days the yield forecast.

    Reads plots, stages and harvests, and covariates, weather, weather_forecasts, villages and settings where the folder has them. A plot
    without village_id stands for itself. Raises BrokenTables, or InputError when no crop has a file, or none a past to learn from.
    """
    progress("reading", 0, 1)
    optional = ["covariates", "weather", "weather_forecasts", "villages", "settings"]
    tables = read_tables(folder, ["plots", "stages", "harvests"], optional=optional)
    village = pl.coalesce("village_id", "plot_id") if "village_id" in tables["plots"].columns else pl.col("plot_id")
    plots = tables["plots"].with_columns(village_id=village)
    crops = {name: crop(name) for name in plots["crop"].unique() if name in known_crops()}
    if not crops:
        raise InputError(f"{folder}: none of the crops of plots has a file; known are {', '.join(known_crops())}")
    ripening = issue_ripening(plots, tables["stages"], _weather_known(tables, as_of), season, as_of).dates
    known = YieldTables(plots, tables["harvests"], tables.get("covariates"), tables.get("villages"))
    yields = issue_yield(known, season, as_of, seed=season).plots
    seen = tables["stages"].filter((pl.col("season") == season) & (pl.col("on") <= as_of)).select("plot_id", "stage", "on")
    if "weather" in tables and "rain_mm" in tables["weather"].columns:
        plots = with_flushes(plots, seen, tables["weather"].filter(pl.col("date") <= as_of), crops)
    paces = past_paces(plots, tables["stages"], tables["harvests"], season, crops)
    found = harvest_days(Expected(plots, ripening, seen, yields, pl.DataFrame(), paces), crops)
    if found.is_empty():
        raise InputError(f"{folder}: nothing to forecast for season {season}; stages and harvests need a season before it")
    write(as_they_came(found, id_types(folder, "plots")), out)
    progress("harvest", 1, 1)


def write(frame: pl.DataFrame, out: Path) -> None:
    if out.suffix == ".parquet":
        frame.write_parquet(out)
    else:
        frame.write_csv(out)
