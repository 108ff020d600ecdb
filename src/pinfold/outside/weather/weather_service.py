"""What Pinfold asks of a weather service, and how long it waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

from pinfold.basics.errors import InputError, WrongAnswer
from pinfold.fields.weather import Place, Span, WeatherDay

# The growers' calendar day, as in flows/clock.py.
TIMEZONE = "Asia/Shanghai"
# Answers are of a grid cell, up to half a degree wide; the nearest one on land may be the next.
FAR_DEGREES = 0.5


class Budget:
    """Seconds that a whole piece of work may take, counted from when it was made."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._ends = clock, clock() + seconds

    def left_seconds(self) -> float:
        """What is left of it, never below 0."""
        return max(0.0, self._ends - self._clock())


@dataclass(frozen=True)
class Question:
    """Which days of which place. today : days before it are over; it and later ones can only be forecast."""

    place: Place
    days: Span
    today: date
    budget: Budget = field(compare=False)

    @property
    def over(self) -> Span | None:
        """The part that is over, or None."""
        last = min(self.days.last, self.today - timedelta(days=1))
        return Span(self.days.first, last) if self.days.first <= last else None


class WeatherService(Protocol):
    """One place where weather can be had. Every one on the list passes tests/outside/test_every_weather_service.py."""

    name: str
    forecasts: bool
    """Whether it has days that are still to come."""
    credit: tuple[str, str] | None
    """What a page that shows its weather must say, and the address to link to."""

    def days(self, question: Question) -> list[WeatherDay]:
        """The days that it knows among those asked for, rising, each once; days that it does not know are left out.

        Raises NoAnswer when it is slow or down, and WrongAnswer when it says what cannot be right. Asking again does no harm.
        """


def checked(name: str, question: Question, days: Iterable[WeatherDay]) -> list[WeatherDay]:
    """`days` that are known, in their order. Raises WrongAnswer for a day that was not asked for or comes twice."""
    found: dict[date, WeatherDay] = {}
    for day in days:
        if day.date not in question.days:
            raise WrongAnswer(f"{name} was asked for {question.days.first} to {question.days.last} and sent {day.date}")
        if day.date in found:
            raise WrongAnswer(f"{name} sent {day.date} twice")
        found[day.date] = day
    return [found[day] for day in sorted(found) if found[day].is_known]


def refuse_elsewhere(name: str, place: Place, latitude: float, longitude: float) -> None:
    """Raises WrongAnswer when an answer is of another place than was asked for."""
    if not (abs(latitude - place.latitude) <= FAR_DEGREES and abs(longitude - place.longitude) <= FAR_DEGREES):
        raise WrongAnswer(
            f"{name} was asked for {place.latitude:.2f}, {place.longitude:.2f} and sent weather of {latitude:.2f}, {longitude:.2f}"
        )


def weather_day(name: str, day: date, values: dict[str, object]) -> WeatherDay:
    """One day from what a service sent: tmax_c, tmin_c, tmean_c, rain_mm. Raises WrongAnswer for what is no number, or no weather."""
    for column, value in values.items():
        # true is a whole number to Python.
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise WrongAnswer(f"{name} sent {column} {value!r} for {day}, which is no number")
    try:
        return WeatherDay(day, **values)  # type: ignore[arg-type]
    except InputError as impossible:
        raise WrongAnswer(f"{name} sent impossible weather: {impossible}") from None
