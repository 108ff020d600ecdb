"""NASA POWER: past days since 1981, some days late; no key, no forecast.

Format: https://power.larc.nasa.gov/docs/services/api/temporal/daily/: `properties.parameter.NAME` maps YYYYMMDD to a value,
`header.fill_value` (-999) stands where there is none yet, `parameters.NAME.units` are the units, `geometry.coordinates` are longitude,
latitude and the mean height of the grid cell (half a degree wide), from which temperatures are moved to the village's.
Height: 6.5 °C per km, ICAO Standard Atmosphere (Doc 7488).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pinfold.basics.errors import WrongAnswer
from pinfold.fields.weather import Place, WeatherDay
from pinfold.outside.weather.asking import Patience, ask_json
from pinfold.outside.weather.weather_service import Question, checked, refuse_elsewhere, weather_day
from pinfold.settings import WeatherSettings

PARAMETERS = {"tmax_c": ("T2M_MAX", "C"), "tmin_c": ("T2M_MIN", "C"), "tmean_c": ("T2M", "C"), "rain_mm": ("PRECTOTCORR", "mm/day")}
LAPSE_C_PER_M = 0.0065
HEIGHT_M = (-500.0, 9000.0)


class NasaPower:
    name = "nasa-power"
    forecasts = False
    credit = ("Weather data by the NASA Langley Research Center POWER Project", "https://power.larc.nasa.gov/")

    def __init__(self, given: WeatherSettings, patience: Patience | None = None) -> None:
        self._url = given.nasa_power_url + "/api/temporal/daily/point"
        self._patience = patience or Patience(given.silence_seconds, given.answer_seconds)

    def days(self, question: Question) -> list[WeatherDay]:
        over = question.over
        if over is None:
            return []
        place = question.place
        params = {
            "parameters": ",".join(parameter for parameter, _ in PARAMETERS.values()),
            "community": "AG",
            "latitude": f"{place.latitude:.4f}",
            "longitude": f"{place.longitude:.4f}",
            "start": f"{over.first:%Y%m%d}",
            "end": f"{over.last:%Y%m%d}",
            "format": "JSON",
            "time-standard": "LST",
        }
        answer = ask_json(self.name, self._url, params, self._patience, question.budget)
        return checked(self.name, question, _read(answer, place))


def _read(answer: Any, place: Place) -> list[WeatherDay]:
    """The days in an answer. Raises WrongAnswer for another form, place or unit than was asked for."""
    try:
        longitude, latitude, height_m = (float(number) for number in answer["geometry"]["coordinates"])
        fill = float(answer["header"]["fill_value"])
        series: dict[str, Mapping[str, Any]] = {
            column: answer["properties"]["parameter"][parameter] for column, (parameter, _) in PARAMETERS.items()
        }
        units = {parameter: answer["parameters"][parameter]["units"] for parameter, _ in PARAMETERS.values()}
        dates = {text: datetime.strptime(text, "%Y%m%d").date() for text in series["tmean_c"]}  # noqa: DTZ007  (a day, not a moment)
        uneven = next((PARAMETERS[column][0] for column, values in series.items() if values.keys() != dates.keys()), None)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise WrongAnswer(f"{NasaPower.name} sent another form than its documentation says: {type(problem).__name__} {problem}") from None
    refuse_elsewhere(NasaPower.name, place, latitude, longitude)
    if not HEIGHT_M[0] <= height_m <= HEIGHT_M[1]:
        raise WrongAnswer(f"{NasaPower.name} sent weather of a height of {height_m:g} m")
    wrong_unit = next(((parameter, units[parameter]) for parameter, unit in PARAMETERS.values() if units[parameter] != unit), None)
    if wrong_unit:
        raise WrongAnswer(f"{NasaPower.name} sent {wrong_unit[0]} in {wrong_unit[1]!r}; C and mm/day were expected")
    if uneven:
        raise WrongAnswer(f"{NasaPower.name} sent {uneven} for other days than T2M")
    warmer_c = LAPSE_C_PER_M * (height_m - place.altitude_m)
    return [
        weather_day(NasaPower.name, day, {column: _moved(column, values[text], fill, warmer_c) for column, values in series.items()})
        for text, day in dates.items()
    ]


def _moved(column: str, value: Any, fill: float, warmer_c: float) -> Any:
    """The value at the village's height; None where the service has none; what is no number is handed on to be refused."""
    if value == fill or value is None:
        return None
    if column == "rain_mm" or isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return value + warmer_c
