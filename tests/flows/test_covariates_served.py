"""What coordinators tell of plots, and the season's weather, move the server's forecast where past seasons had them too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import story_season

from pinfold.fields.conditions import CANOPY, ConditionReport
from pinfold.flows.field import report_condition
from pinfold.flows.forecast import issue_forecasts
from pinfold.flows.season import load_season
from pinfold.forecast.say import say
from pinfold.store.models import YieldForecast
from pinfold.store.reads.grounds import Known
from pinfold.store.tables import read_table

pytestmark = pytest.mark.django_db
MONDAY = datetime.combine(story_season.STARTS_ON, datetime.min.time(), tzinfo=UTC) + timedelta(hours=2)
SEASONS = range(2020, 2026)
THIN, DENSE = story_season.PLOTS[0], story_season.PLOTS[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six seasons in which a plot bore a kg for each per cent of canopy, give or take three; the canopy changed from season to season."""
    folder, random = story_season.write(tmp_path / "season"), np.random.default_rng(3)
    rows = [(plot, season, float(random.integers(40, 80))) for plot in story_season.PLOTS for season in SEASONS]
    told = pl.DataFrame(rows, schema=["plot_id", "season", CANOPY], orient="row")
    told.write_csv(folder / "covariates.csv")
    kg = told.select("plot_id", "season", kg=pl.col(CANOPY) + pl.Series(random.normal(0, 3, told.height)))
    kg.write_csv(folder / "harvests.csv")
    return folder


def tell(canopy_percent: dict[str, float]) -> None:
    for plot_id, percent in canopy_percent.items():
        report_condition(ConditionReport(plot_id, 2026, CANOPY, percent, MONDAY.date(), "13900000001"))


def test_a_dense_canopy_that_was_told_promises_more_than_a_thin_one(folder: Path) -> None:
    load_season(folder)
    tell(dict.fromkeys(story_season.PLOTS, 60.0) | {THIN: 45.0, DENSE: 75.0})
    issue_forecasts(MONDAY)
    told = {row.plot_id: row for row in YieldForecast.objects.all()}
    assert {row.model for row in told.values()} == {"mix of models with covariates"}
    # Half of what the canopy says is enough: the mix also listens to models that know nothing of it.
    assert told[DENSE].p50 - told[THIN].p50 > 15


def test_without_a_word_on_this_season_the_forecast_listens_to_harvests_alone(folder: Path) -> None:
    load_season(folder)
    issue_forecasts(MONDAY)
    assert set(YieldForecast.objects.values_list("model", flat=True)) == {"mix of models"}


def test_the_sentence_names_them_and_the_weather_in_both_languages(folder: Path) -> None:
    load_season(folder)
    tell(dict.fromkeys(story_season.PLOTS, 60.0))
    issue_forecasts(MONDAY)
    plot = YieldForecast.objects.select_related("plot")[0].plot
    grounds = Known(2026, MONDAY.date(), None).how_much((plot.village_id, plot.crop))
    assert grounds is not None
    assert say(grounds, None, "en").startswith("How much: by mix of models with covariates, from 6 past seasons")
    assert "多模型加权（含天气和地块情况）" in say(grounds, None, "zh-hans")


def test_numbers_about_plots_come_out_of_the_database_as_they_went_in(folder: Path) -> None:
    load_season(folder)
    came = read_table("covariates").sort("plot_id", "season")
    assert came.equals(pl.read_csv(folder / "covariates.csv").sort("plot_id", "season"))
