"""Today's forecasts of the season: when each plot ripens and how much it bears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import polars as pl

from pinfold.fields.crop_reports import serving_on
from pinfold.fields.crops import Crop, crop, known_crops
from pinfold.fields.reports import with_first_picking
from pinfold.flows.clock import home_day
from pinfold.flows.field import PICKING_OVER
from pinfold.flows.weather import weather_known
from pinfold.forecast.blossom import with_flushes
from pinfold.forecast.harvest_days import harvest_days
from pinfold.forecast.harvest_weeks import Expected, alike
from pinfold.forecast.in_season import frosts, news_of, with_news
from pinfold.forecast.issue_ripening import RipeningForecast, issue_ripening
from pinfold.forecast.issue_yield import YieldForecast, issue_yield
from pinfold.forecast.pace import AS_ASSUMED, Pace, past_paces
from pinfold.forecast.weighed import with_weighed
from pinfold.forecast.yields.record import YieldTables
from pinfold.forecast.yields.season_weather import season_weather
from pinfold.store import forecasts
from pinfold.store.season import current_season
from pinfold.store.tables import read_table
from pinfold.store.transaction import atomic

# Pickers are asked for the coming weeks; a village's day of less than this is nobody's work. Both assumed.
DAYS_AHEAD, DAY_KG_KEPT = 28, 0.5


@dataclass(frozen=True)
class SeasonForecast:
    """Both forecasts of one day of issue, and how fast crops were picked in seasons before."""

    issued_on: date
    ripening: RipeningForecast
    yields: YieldForecast
    paces: Mapping[str, Pace]


def stages_seen() -> pl.DataFrame:
    """Every stage that was reported, and ripeness where a plot was picked without a report."""
    stage_of = {name: crop(name).harvest_stage for name in known_crops()}
    picked_from = read_table("plots").select("plot_id", stage=pl.col("crop").replace_strict(stage_of, default=None))
    return with_first_picking(read_table("stages"), read_table("harvests"), picked_from.drop_nulls())


def as_they_flowered(plots: pl.DataFrame, stages: pl.DataFrame, weather: pl.DataFrame, issued_on: date) -> pl.DataFrame:
    """`plots` with flush_days where this season's rain places their flowerings; stages and weather as they are known on `issued_on`."""
    seen = stages.filter((pl.col("season") == current_season().number) & (pl.col("on") <= issued_on))
    return with_flushes(plots, seen, weather.filter(~pl.col("forecast")), _crops())


def issue_forecasts(now: datetime) -> SeasonForecast:
    """Makes and keeps the forecasts of today from everything that is known today."""
    season, issued_on = current_season().number, home_day(now)
    plots, stages, weather = read_table("plots"), stages_seen(), weather_known(issued_on)
    past = read_table("harvests").filter(pl.col("season") < season)
    ripening = issue_ripening(plots, stages, weather, season, issued_on)
    # The season is the seed: the same day always issues the same forecast.
    known = YieldTables(plots, past, _covariates(plots, stages, weather, past, issued_on), read_table("villages"))
    yields = issue_yield(known, season, issued_on, seed=season)
    kg, news = with_news(yields.plots, _news(plots, stages, weather, season, issued_on), plots, _crops())
    paces = past_paces(plots, stages, past, season, _crops())
    flowered = as_they_flowered(plots, stages, weather, issued_on)
    kg, picked = with_weighed(kg, _weighed(flowered, stages, season, issued_on, paces), _in_districts(plots), paces)
    yields, reasons = replace(yields, plots=kg), pl.concat([news, picked])
    seen = stages.filter((pl.col("season") == season) & (pl.col("on") <= issued_on)).select("plot_id", "stage", "on")
    days = _days(Expected(flowered, ripening.dates, seen, kg, pl.DataFrame(), paces), issued_on)
    with atomic():
        forecasts.save_days(days, season, issued_on)
        forecasts.save_ripening(ripening.dates)
        forecasts.save_yield(yields.plots)
        forecasts.save_yield_reasons(reasons, season, issued_on)
        forecasts.save_scores("ripening", issued_on, ripening.scores.with_columns(crop=pl.col("crop") + " " + pl.col("stage")))
        forecasts.save_scores("yield", issued_on, yields.scores)
    return SeasonForecast(issued_on, ripening, yields, paces)


def _covariates(plots: pl.DataFrame, stages: pl.DataFrame, weather: pl.DataFrame, past: pl.DataFrame, issued_on: date) -> pl.DataFrame:
    """What is known before each harvest: numbers that were told, and each season's weather until the same day of its year."""
    season = current_season().number
    seasons = [*past["season"].unique().sort(), season]
    told = read_table("covariates").filter(pl.col("season") <= season)
    measured = weather.filter(~pl.col("forecast"))
    sky = season_weather(plots, stages, measured, seasons, issued_on)
    return told.join(sky, on=["plot_id", "season"], how="full", coalesce=True)


def _news(plots: pl.DataFrame, stages: pl.DataFrame, weather: pl.DataFrame, season: int, issued_on: date) -> pl.DataFrame:
    """What was seen on the plants this season until the day of issue, and frosts that were measured while they bore."""
    reports = serving_on(read_table("crop_reports").filter(pl.col("season") == season), issued_on)
    first = pl.col("stage") == pl.col("plot_id").replace_strict(
        dict(plots.select("plot_id", "crop").iter_rows()), default=None
    ).replace_strict({name: known.stages[0].name for name, known in _crops().items()}, default=None)
    flowered = stages.filter((pl.col("season") == season) & (pl.col("on") <= issued_on) & first).select("plot_id", "on")
    measured = weather.filter(~pl.col("forecast") & pl.col("tmin_c").is_not_null())
    return pl.concat([news_of(reports), frosts(measured, plots, flowered, _crops())])


def _weighed(plots: pl.DataFrame, stages: pl.DataFrame, season: int, issued_on: date, paces: Mapping[str, Pace]) -> pl.DataFrame:
    """What was weighed this season of each plot, and the share of its harvest that is usually picked by now."""
    picked = read_table("harvests").filter((pl.col("season") == season) & (pl.col("picked_on") <= issued_on))
    seen = stages.filter((pl.col("season") == season) & (pl.col("on") <= issued_on)).select("plot_id", "stage", "on")
    over = seen.filter(pl.col("stage") == PICKING_OVER)["plot_id"]
    shares = [pl.DataFrame(schema={"plot_id": pl.String, "share": pl.Float64})]
    for name, known in _crops().items():
        of_crop = plots.filter(pl.col("crop") == name).select("plot_id", "flush_days")
        ripe = seen.filter(pl.col("stage") == known.harvest_stage).join(of_crop, on="plot_id", maintain_order="left")
        days = ripe.select((pl.lit(issued_on) - pl.col("on")).dt.total_days()).to_series().to_numpy()
        at_usual_pace = days / paces.get(name, AS_ASSUMED).usual_windows
        for rows, grown in alike(ripe, known):
            shares.append(ripe[rows].select("plot_id", share=pl.Series(grown.picked_share(at_usual_pace[rows]), dtype=pl.Float64)))
    share = pl.when(pl.col("plot_id").is_in(over.to_list())).then(1.0).otherwise("share")
    by_plot = picked.group_by("plot_id", maintain_order=True).agg(pl.col("kg").sum(), on=pl.col("picked_on").max())
    return by_plot.join(pl.concat(shares), on="plot_id").with_columns(share=share)


def _days(expected: Expected, issued_on: date) -> pl.DataFrame:
    """What each village is expected to pick on each of the next DAYS_AHEAD days, for whoever plans pickers."""
    crops = {name: known for name, known in _crops().items() if name in set(expected.plots["crop"])}
    found = harvest_days(expected, crops)
    near = pl.col("on").is_between(issued_on, issued_on + timedelta(days=DAYS_AHEAD - 1))
    return found.filter(near & (pl.col("kg") >= DAY_KG_KEPT))


def _in_districts(plots: pl.DataFrame) -> pl.DataFrame:
    """Plots with the hub of their village: villages of one hub are a district."""
    hubs = read_table("villages").select("village_id", district_id="hub_id")
    return plots.join(hubs, on="village_id", how="left", maintain_order="left")


def _crops() -> dict[str, Crop]:
    return {name: crop(name) for name in known_crops()}
