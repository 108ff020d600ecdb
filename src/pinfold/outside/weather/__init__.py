"""Weather services: one file each, and this list. Every one on it passes tests/outside/test_every_weather_service.py."""

from __future__ import annotations

from pinfold.outside.weather.files import WeatherFiles
from pinfold.outside.weather.nasa_power import NasaPower
from pinfold.outside.weather.open_meteo import OpenMeteo
from pinfold.outside.weather.weather_service import Budget, Question, WeatherService
from pinfold.settings import WeatherSettings

WEATHER_SERVICES: tuple[type[WeatherService], ...] = (OpenMeteo, NasaPower, WeatherFiles)


def asked_services(given: WeatherSettings) -> list[WeatherService]:
    """The services that this installation names, in the order in which they are asked."""
    by_name = {kind.name: kind for kind in WEATHER_SERVICES}
    return [by_name[name](given) for name in given.services]


__all__ = ["WEATHER_SERVICES", "Budget", "Question", "WeatherService", "asked_services"]
