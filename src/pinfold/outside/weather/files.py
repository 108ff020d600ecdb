"""Weather from the tables `weather` and `weather_forecasts` of a folder: a station's export, or what another program fetched."""

from __future__ import annotations

from datetime import date

import polars as pl

from pinfold.basics.errors import BrokenTables, NoAnswer, WrongAnswer
from pinfold.fields.weather import WeatherDay
from pinfold.outside.folder import read_tables
from pinfold.outside.weather.asking import Patience
from pinfold.outside.weather.weather_service import Question, checked, weather_day
from pinfold.settings import WeatherSettings

COLUMNS = ("tmax_c", "tmin_c", "tmean_c", "rain_mm")


class WeatherFiles:
    name = "files"
    forecasts = True
    credit = None

    def __init__(self, given: WeatherSettings, patience: Patience | None = None) -> None:
        self._folder = given.folder

    def days(self, question: Question) -> list[WeatherDay]:
        if not self._folder.is_dir():
            raise NoAnswer(
                f"there is no folder {self._folder}; make it, put weather.csv there, or take `files` out of PINFOLD_WEATHER_SERVICES"
            )
        try:
            tables = read_tables(self._folder, (), optional=("weather", "weather_forecasts"))
        except BrokenTables as broken:
            first = str(broken).splitlines()[0]
            raise WrongAnswer(f"{self._folder} is broken: {first}; see them all with: pinfold season check {self._folder}") from None
        found: dict[date, WeatherDay] = {}
        for frame in (_newest_forecasts(tables.get("weather_forecasts"), question), _past(tables.get("weather"), question)):
            for row in frame.iter_rows(named=True):
                found[row["date"]] = weather_day(self.name, row["date"], {column: row.get(column) for column in COLUMNS})
        return checked(self.name, question, found.values())


def _past(weather: pl.DataFrame | None, question: Question) -> pl.DataFrame:
    """What was measured at the place on days that are over."""
    return _of_place(weather, question).filter(pl.col("date") < question.today)


def _newest_forecasts(forecasts: pl.DataFrame | None, question: Question) -> pl.DataFrame:
    """Of each coming day what was said last."""
    ahead = _of_place(forecasts, question)
    if ahead.is_empty():
        return ahead
    said = ahead.filter((pl.col("date") >= question.today) & (pl.col("issued_on") <= question.today))
    return said.sort("issued_on").unique("date", keep="last")


def _of_place(frame: pl.DataFrame | None, question: Question) -> pl.DataFrame:
    if frame is None or "village_id" not in frame.columns:
        return pl.DataFrame(schema={"date": pl.Date})
    here = frame.filter(pl.col("village_id") == question.place.village_id)
    return here.filter(pl.col("date").is_between(question.days.first, question.days.last))
