"""Open-Meteo: past days from its archive, recent and coming ones from its forecast, both moved to the village's height by the service.

Format: https://open-meteo.com/en/docs and https://open-meteo.com/en/docs/historical-weather-api: `daily` holds one list per variable beside
the list `time`, `daily_units` their units; null is a day that is not there yet. The archive lags some days behind, the forecast reaches 92
days back. Without a key it is not for commercial use; data are CC BY 4.0, so pages that show them name Open-Meteo.com.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pinfold.basics.errors import WrongAnswer
from pinfold.fields.weather import Place, Span, WeatherDay
from pinfold.outside.weather.asking import Patience, ask_json
from pinfold.outside.weather.weather_service import TIMEZONE, Question, checked, refuse_elsewhere, weather_day
from pinfold.settings import WeatherSettings

# Variable and unit that each of our columns is asked as.
VARIABLES = {
    "tmax_c": ("temperature_2m_max", "°C"),
    "tmin_c": ("temperature_2m_min", "°C"),
    "tmean_c": ("temperature_2m_mean", "°C"),
    "rain_mm": ("precipitation_sum", "mm"),
}
# Newer days than this are asked of the forecast, whose past days are there at once. The archive is days late, the forecast has 92 days.
RECENT_DAYS = 60
# Its forecast has 16 days, today among them; a question that goes on to a later one is refused as a whole, with 400.
LAST_DAYS_AHEAD = 15


class OpenMeteo:
    name = "open-meteo"
    forecasts = True
    credit = ("Weather data by Open-Meteo.com, CC BY 4.0", "https://open-meteo.com/")

    def __init__(self, given: WeatherSettings, patience: Patience | None = None) -> None:
        self._given = given
        self._patience = patience or Patience(given.silence_seconds, given.answer_seconds)

    def days(self, question: Question) -> list[WeatherDay]:
        recent = question.today - timedelta(days=RECENT_DAYS)
        asked = question.days
        found: list[WeatherDay] = []
        if asked.first < recent:
            found += self._ask(self._given.open_meteo_archive_url + "/v1/archive", question, Span(asked.first, min(asked.last, recent)))
        ahead = Span(max(asked.first, recent + timedelta(days=1)), min(asked.last, question.today + timedelta(days=LAST_DAYS_AHEAD)))
        if ahead.first <= ahead.last:
            found += self._ask(self._given.open_meteo_url + "/v1/forecast", question, ahead)
        return checked(self.name, question, found)

    def _ask(self, url: str, question: Question, days: Span) -> list[WeatherDay]:
        place = question.place
        params = {
            "latitude": f"{place.latitude:.4f}",
            "longitude": f"{place.longitude:.4f}",
            "elevation": f"{place.altitude_m:.0f}",
            "start_date": days.first.isoformat(),
            "end_date": days.last.isoformat(),
            "daily": ",".join(variable for variable, _ in VARIABLES.values()),
            "timezone": TIMEZONE,
        }
        if self._given.open_meteo_key:
            params["apikey"] = self._given.open_meteo_key
        return _read(ask_json(self.name, url, params, self._patience, question.budget), place)


def _read(answer: Any, place: Place) -> list[WeatherDay]:
    """The days in an answer. Raises WrongAnswer for another form, place or unit than was asked for."""
    try:
        daily, units = answer["daily"], answer["daily_units"]
        here = float(answer["latitude"]), float(answer["longitude"])
        dates = [date.fromisoformat(text) for text in daily["time"]]
        lists = {column: daily[variable] for column, (variable, _) in VARIABLES.items()}
        wrong_unit = next(((variable, units[variable]) for variable, unit in VARIABLES.values() if units[variable] != unit), None)
        lengths = {len(values) for values in lists.values()}
    except (KeyError, TypeError, ValueError) as problem:
        raise WrongAnswer(f"{OpenMeteo.name} sent another form than its documentation says: {type(problem).__name__} {problem}") from None
    refuse_elsewhere(OpenMeteo.name, place, *here)
    if wrong_unit:
        raise WrongAnswer(f"{OpenMeteo.name} sent {wrong_unit[0]} in {wrong_unit[1]!r}; it was asked for °C and mm")
    if any(not isinstance(values, list) for values in lists.values()) or lengths != {len(dates)}:
        raise WrongAnswer(f"{OpenMeteo.name} sent {len(dates)} days and lists of {sorted(lengths)} values")
    return [weather_day(OpenMeteo.name, day, {column: values[at] for column, values in lists.items()}) for at, day in enumerate(dates)]
