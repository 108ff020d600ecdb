"""What weather services answer, one stand for each service on the list.

The answers were written by hand in the form that the public documentation of each service shows; the live services could not be reached
from where they were written. Their fields and units were held against answers that others have recorded and published: FIELDS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pinfold.fields.weather import Place
from pinfold.outside.weather.asking import Patience
from pinfold.outside.weather.files import WeatherFiles
from pinfold.outside.weather.nasa_power import NasaPower
from pinfold.outside.weather.open_meteo import OpenMeteo
from pinfold.outside.weather.weather_service import WeatherService
from pinfold.settings import WeatherSettings

PLACE = Place("upper", 25.02, 98.84, 1050)
TODAY = date(2026, 9, 10)
# Highest, lowest, mean, rain; None where the service has nothing yet.
Figures = tuple[float | None, float | None, float | None, float | None]
SEVENTH: Figures = (27.5, 17.1, 21.8, 4.2)
EIGHTH: Figures = (26.0, 18.0, 21.3, 0.0)
NOTHING: Figures = (None, None, None, None)


def open_meteo(figures: Sequence[Figures], first: date) -> dict[str, Any]:
    """Form: https://open-meteo.com/en/docs, section "JSON Return Object"; the place is the middle of a grid cell near the one asked for."""
    names = ("temperature_2m_max", "temperature_2m_min", "temperature_2m_mean", "precipitation_sum")
    days = [(first + timedelta(days=n)).isoformat() for n in range(len(figures))]
    return {
        "latitude": 25.0,
        "longitude": 98.875,
        "generationtime_ms": 0.21,
        "utc_offset_seconds": 28800,
        "timezone": "Asia/Shanghai",
        "timezone_abbreviation": "GMT+8",
        "elevation": 1050.0,
        "daily_units": {"time": "iso8601", **dict(zip(names, ("°C", "°C", "°C", "mm"), strict=True))},
        "daily": {"time": days, **{name: [row[at] for row in figures] for at, name in enumerate(names)}},
    }


def nasa_power(figures: Sequence[Figures], first: date) -> dict[str, Any]:
    """Form: https://power.larc.nasa.gov/docs/services/api/temporal/daily/, a GeoJSON feature; the cell lies at the village's own height."""
    names = ("T2M_MAX", "T2M_MIN", "T2M", "PRECTOTCORR")
    days = [f"{first + timedelta(days=n):%Y%m%d}" for n in range(len(figures))]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [98.84, 25.02, 1050.0]},
        "properties": {
            "parameter": {
                name: {day: -999.0 if row[at] is None else row[at] for day, row in zip(days, figures, strict=True)}
                for at, name in enumerate(names)
            }
        },
        "header": {
            "title": "NASA/POWER Source Native Resolution Daily Data",
            "api": {"version": "v2.5.6", "name": "POWER Daily API"},
            "sources": ["MERRA2", "POWER"],
            "fill_value": -999.0,
            "time_standard": "LST",
            "start": days[0],
            "end": days[-1],
        },
        "messages": [],
        "parameters": {
            "T2M_MAX": {"units": "C", "longname": "Temperature at 2 Meters Maximum"},
            "T2M_MIN": {"units": "C", "longname": "Temperature at 2 Meters Minimum"},
            "T2M": {"units": "C", "longname": "Temperature at 2 Meters"},
            "PRECTOTCORR": {"units": "mm/day", "longname": "Precipitation Corrected"},
        },
        "times": {"data": 0.4, "process": 0.02},
    }


# Fields of each part of an answer, as published: Open-Meteo's forecast for Beijing, asked on 17 September 2026 with timezone=Asia/Shanghai;
# NASA POWER's daily point 12.4 N, 75.7 E, asked on 1 October 2026, and that of 45.3394 N, 18.9973 E with the older version 2.4.5.
FIELDS: dict[str, dict[str, set[str]]] = {
    "open-meteo": {
        "": {
            "latitude", "longitude", "generationtime_ms", "utc_offset_seconds", "timezone", "timezone_abbreviation", "elevation",
            "daily_units", "daily",
        },
    },
    "nasa-power": {
        "": {"type", "geometry", "properties", "header", "messages", "parameters", "times"},
        "geometry": {"type", "coordinates"},
        "header": {"title", "api", "sources", "fill_value", "time_standard", "start", "end"},
    },
}  # fmt: skip
UNITS = {
    "open-meteo": {"temperature_2m_max": "°C", "temperature_2m_min": "°C", "temperature_2m_mean": "°C", "precipitation_sum": "mm"},
    "nasa-power": {"T2M_MAX": "C", "T2M_MIN": "C", "T2M": "C", "PRECTOTCORR": "mm/day"},
}


@dataclass(frozen=True)
class Stand:
    """A service over HTTP, and what its answers look like. daily : the way to one variable's days in an answer."""

    name: str
    form: Any
    kind: Any

    def service(self, url: str, patience: Patience | None = None, key: str = "") -> WeatherService:
        given = WeatherSettings(
            services=(self.name,), open_meteo_url=url, open_meteo_archive_url=url, open_meteo_key=key, nasa_power_url=url
        )
        return self.kind(given, patience or Patience(5.0, 5.0, wait=lambda seconds: None))

    def answer(self, *figures: Figures, first: date = date(2026, 9, 7)) -> dict[str, Any]:
        return self.form(figures, first)


STANDS = (Stand("open-meteo", open_meteo, OpenMeteo), Stand("nasa-power", nasa_power, NasaPower))


def files(folder: Path, figures: Sequence[Figures], first: date = date(2026, 9, 7)) -> WeatherService:
    """The service `files` on a folder that holds these days."""
    folder.mkdir(exist_ok=True)
    rows = [
        ",".join(["upper", str(first + timedelta(days=n)), *("" if v is None else str(v) for v in row)]) for n, row in enumerate(figures)
    ]
    (folder / "weather.csv").write_text("\n".join(["village_id,date,tmax_c,tmin_c,tmean_c,rain_mm", *rows, ""]))
    return WeatherFiles(WeatherSettings(services=("files",), folder=folder))
