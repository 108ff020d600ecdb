"""Weather in and out of the database: measured days, filled ones beside them, and every forecast as it was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

import polars as pl
from django.db.models import Min

from pinfold.fields.weather import Place, WeatherDay
from pinfold.store.models import Plot, StageReport, Village, Weather, WeatherForecast
from pinfold.store.tables import read_table

ROWS_AT_ONCE = 2_000
FIGURES = ("tmax_c", "tmin_c", "tmean_c", "rain_mm")


def places() -> list[Place]:
    """The villages in which something grows."""
    growing = Village.objects.filter(pk__in=Plot.objects.values("village")).order_by("pk")
    return [Place(*row) for row in growing.values_list("village_id", "latitude", "longitude", "altitude_m")]


def first_reported_season() -> int | None:
    """The oldest season of which stages are known, or None."""
    return StageReport.objects.aggregate(first=Min("season"))["first"]


def days_known(village_id: str) -> dict[date, bool]:
    """Every day of which the village has weather, and whether it was measured (or else filled)."""
    return {day: filled is None for day, filled in Weather.objects.filter(village=village_id).values_list("date", "filled")}


def days_forecast(village_id: str, issued_on: date) -> set[date]:
    """Days of which something was said on `issued_on`."""
    return set(WeatherForecast.objects.filter(village=village_id, issued_on=issued_on).values_list("date", flat=True))


def save_measured(village_id: str, source: str, days: Sequence[WeatherDay]) -> None:
    """Keeps days that are over; they take the place of filled ones."""
    rows = [Weather(village_id=village_id, source=source, filled=None, **asdict(day)) for day in days]
    Weather.objects.bulk_create(
        rows, ROWS_AT_ONCE, update_conflicts=True, unique_fields=["village", "date"], update_fields=[*FIGURES, "source", "filled"]
    )


def save_forecasts(village_id: str, source: str, issued_on: date, days: Sequence[WeatherDay]) -> None:
    """Keeps what was said of coming days; what was said first on a day of issue stays."""
    rows = [WeatherForecast(village_id=village_id, source=source, issued_on=issued_on, **asdict(day)) for day in days]
    WeatherForecast.objects.bulk_create(rows, ROWS_AT_ONCE, ignore_conflicts=True)


def measured() -> pl.DataFrame:
    """Every day that was measured: village_id, date, tmax_c, tmin_c, tmean_c ..."""
    return read_table("weather").filter(pl.col("filled").is_null())


def replace_filled(filled: pl.DataFrame) -> None:
    """Lets `filled` (village_id, date, temperatures, filled) be all that is filled; a day that was measured meanwhile stays."""
    Weather.objects.filter(filled__isnull=False).delete()
    Weather.objects.bulk_create((Weather(**row) for row in filled.iter_rows(named=True)), ROWS_AT_ONCE, ignore_conflicts=True)
