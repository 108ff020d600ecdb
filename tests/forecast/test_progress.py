"""Whoever waits for a forecast sees which model forecasts which season of which crop."""

from datetime import date

import polars as pl

from pinfold.forecast.issue_ripening import issue_ripening
from pinfold.forecast.issue_yield import issue_yield
from pinfold.forecast.ripening import RIPENING_MODELS

PLOTS = pl.DataFrame({"plot_id": ["c1", "c2", "m1"], "crop": ["coffee", "coffee", "mango"]})


class Heard(list):
    def __call__(self, what: str, done: int, total: int) -> None:
        self.append((what, done, total))


def reports() -> pl.DataFrame:
    rows = [(plot, year, "ripe", date(year, 10, 1 + year % 5)) for plot in PLOTS["plot_id"] for year in range(2012, 2021)]
    return pl.DataFrame(rows, schema=["plot_id", "season", "stage", "on"], orient="row")


def harvests() -> pl.DataFrame:
    rows = [(plot, year, 100.0 + year % 5) for plot in PLOTS["plot_id"] for year in range(2015, 2021)]
    return pl.DataFrame(rows, schema=["plot_id", "season", "kg"], orient="row")


def test_every_model_says_which_season_of_which_crop_it_forecasts():
    heard = Heard()
    issue_ripening(PLOTS, reports(), None, 2021, date(2021, 8, 1), progress=heard)
    said = [what for what, _, _ in heard]
    assert {"coffee ripe: climatology 2018", "mango ripe: trend 2020", "mango ripe: climatology 2021"} <= set(said)
    assert len(RIPENING_MODELS) * 2 == heard[0][2], "a step for each model and crop"


def test_yields_say_so_too():
    heard = Heard()
    issue_yield(PLOTS, harvests(), 2021, date(2021, 8, 1), seed=1, progress=heard)
    assert {"coffee: own mean 2019", "mango: own mean 2020"} <= {what for what, _, _ in heard}


def test_the_end_is_not_told_before_it_is_there():
    heard = Heard()
    issue_ripening(PLOTS, reports(), None, 2021, date(2021, 8, 1), progress=heard)
    issue_yield(PLOTS, harvests(), 2021, date(2021, 8, 1), seed=1, progress=heard)
    assert all(0 <= done < total for _, done, total in heard)


def test_a_forecast_is_the_same_whether_somebody_watches_or_not():
    alone = issue_ripening(PLOTS, reports(), None, 2021, date(2021, 8, 1))
    assert issue_ripening(PLOTS, reports(), None, 2021, date(2021, 8, 1), progress=Heard()).dates.equals(alone.dates)
