"""Where the weather that forecasts use came from, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max

from pinfold.store.models import Plot, Weather, WeatherForecast


@dataclass(frozen=True)
class SourceFacts:
    """What one source has measured. source : a weather service, or None for the season's own record."""

    source: str | None
    villages: int
    days: int
    newest: date


@dataclass(frozen=True)
class ForecastFacts:
    """The newest weather forecast."""

    source: str | None
    issued_on: date
    until: date


@dataclass(frozen=True)
class WeatherFacts:
    """measured_until : the last day that is measured in every village where something grows; None while one has no weather at all."""

    sources: list[SourceFacts]
    measured_until: date | None
    filled_days: int
    forecast: ForecastFacts | None


def weather_facts() -> WeatherFacts:
    """What there is of the season's weather."""
    growing = set(Plot.objects.values_list("village_id", flat=True))
    measured = Weather.objects.filter(filled__isnull=True)
    newest = dict(measured.filter(village__in=growing).values_list("village_id").annotate(newest=Max("date")))
    sources = measured.values("source").annotate(villages=Count("village", distinct=True), days=Count("pk"), newest=Max("date"))
    return WeatherFacts(
        sources=sorted((SourceFacts(**row) for row in sources), key=lambda each: each.newest, reverse=True),
        measured_until=min(newest.values()) if growing and set(newest) == growing else None,
        filled_days=Weather.objects.filter(filled__isnull=False).count(),
        forecast=_newest_forecast(),
    )


def _newest_forecast() -> ForecastFacts | None:
    newest = WeatherForecast.objects.order_by("-issued_on", "-date").first()
    return newest and ForecastFacts(newest.source, newest.issued_on, newest.date)
