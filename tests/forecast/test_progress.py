"""Whoever waits for a forecast sees which model forecasts which season of which crop."""

from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

import polars as pl

from pinfold.forecast.issue_ripening import issue_ripening
from pinfold.forecast.issue_yield import issue_yield
from pinfold.forecast.ripening import RIPENING_MODELS
from pinfold.forecast.watched import AtWork
from pinfold.forecast.yields.record import YieldTables

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
    issue_ripening(PLOTS, reports(), None, 2021, date(2021, 8, 1), at_work=AtWork(heard))
    said = [what for what, _, _ in heard]
    assert {"coffee ripe: climatology 2018", "mango ripe: trend 2020", "mango ripe: climatology 2021"} <= set(said)
    assert len(RIPENING_MODELS) * 2 == heard[0][2], "a step for each model and crop"


def test_yields_say_so_too():
    heard = Heard()
    issue_yield(YieldTables(PLOTS, harvests()), 2021, date(2021, 8, 1), seed=1, at_work=AtWork(heard))
    assert {"coffee: own mean 2019", "mango: own mean 2020"} <= {what for what, _, _ in heard}


def test_the_end_is_not_told_before_it_is_there():
    heard = Heard()
    issue_ripening(PLOTS, reports(), None, 2021, date(2021, 8, 1), at_work=AtWork(heard))
    issue_yield(YieldTables(PLOTS, harvests()), 2021, date(2021, 8, 1), seed=1, at_work=AtWork(heard))
    assert all(0 <= done < total for _, done, total in heard)


def test_a_forecast_is_the_same_whether_somebody_watches_or_not():
    alone = issue_ripening(PLOTS, reports(), None, 2021, date(2021, 8, 1))
    assert issue_ripening(PLOTS, reports(), None, 2021, date(2021, 8, 1), at_work=AtWork(Heard())).dates.equals(alone.dates)


def test_a_forecast_is_the_same_on_other_workers_which_are_told_part_by_part():
    heard = Heard()
    alone = (
        issue_ripening(PLOTS, reports(), None, 2021, date(2021, 8, 1)),
        issue_yield(YieldTables(PLOTS, harvests()), 2021, date(2021, 8, 1), seed=1),
    )
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        at_work = AtWork(heard, workers)
        dates = issue_ripening(PLOTS, reports(), None, 2021, date(2021, 8, 1), at_work=at_work).dates
        kg = issue_yield(YieldTables(PLOTS, harvests()), 2021, date(2021, 8, 1), seed=1, at_work=at_work)
    assert dates.equals(alone[0].dates)
    assert kg.plots.equals(alone[1].plots) and kg.totals.equals(alone[1].totals)
    assert heard == [("coffee ripe", 1, 2), ("mango ripe", 2, 2), ("coffee", 1, 2), ("mango", 2, 2)]
