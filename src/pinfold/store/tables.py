"""Tables of a season folder as rows of the database and back. Column names are the same on both sides (docs/tables.md)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl
from django.contrib.auth.hashers import make_password
from django.db import models

from pinfold.basics.errors import NotFound
from pinfold.basics.progress import Progress, silent
from pinfold.store import models as store
from pinfold.store.models import Order, Person, Posting, Season

ROWS_AT_ONCE = 5_000

# In the order in which they can be written: what is pointed at comes first.
MODELS: dict[str, type[models.Model]] = {
    "settings": store.Setting,
    "cooperatives": store.Cooperative,
    "hubs": store.Hub,
    "regions": store.Region,
    "villages": store.Village,
    "households": store.Household,
    "plots": store.Plot,
    "products": store.Product,
    "merchants": store.Merchant,
    "customers": store.Customer,
    "stages": store.StageReport,
    "crop_reports": store.CropReport,
    "harvests": store.Harvest,
    "covariates": store.Covariate,
    "weather": store.Weather,
    "weather_forecasts": store.WeatherForecast,
    "hub_weeks": store.HubWeek,
    "lanes": store.Lane,
    "sales": store.Sale,
    "purchases": store.Purchase,
    "bids": store.Bid,
    "people": store.Person,
}
# Made from the tables above before the first order, and made again after a new load.
DERIVED: tuple[type[models.Model], ...] = (
    store.CalendarFeed,
    store.Session,
    store.Event,
    store.Impression,
    store.EventLoss,
    store.EventKey,
    store.Mark,
    store.Unserved,
    store.Intake,
    store.BidLot,
    store.ReplacedReport,
    store.Shipment,
    store.Want,
    store.PinLot,
    store.PinMove,
    store.Pin,
    store.Plan,
    store.Lot,
    store.DemandForecast,
    store.DemandTotal,
    store.OutlookTally,
    store.WeekForecast,
    store.DayForecast,
    store.YieldForecast,
    store.YieldReason,
    store.RipeningForecast,
    store.GateScore,
    store.JoinHabits,
    store.PriceAnswer,
    store.Taste,
    store.Choice,
)
SUBJECTS = {
    "household": "household_id",
    "coordinator": "village_id",
    "board": "cooperative_id",
    "merchant": "merchant_id",
    "packhouse": "hub_id",
    "customer": "customer_id",
}
DTYPES: dict[type[models.Field[Any, Any]], pl.DataType] = {
    models.CharField: pl.String(),
    models.TextField: pl.String(),
    models.FloatField: pl.Float64(),
    models.IntegerField: pl.Int64(),
    models.BigIntegerField: pl.Int64(),
    models.BooleanField: pl.Boolean(),
    models.DateField: pl.Date(),
}


def write_table(name: str, frame: pl.DataFrame, progress: Progress = silent) -> int:
    """Inserts the rows of table `name`; how many they were comes back.

    frame : columns as in docs/tables.md; those that the database does not keep are left out, blank ones become the field's default
    """
    model = _model(name)
    rows = AS_ROWS[name](frame) if name in AS_ROWS else frame
    kept = {field.attname: field for field in _fields(model) if field.attname in rows.columns}
    for start in range(0, rows.height, ROWS_AT_ONCE):
        part = rows.slice(start, ROWS_AT_ONCE).select(list(kept))
        model._default_manager.bulk_create(
            model(**{column: kept[column].get_default() if value is None else value for column, value in row.items()})
            for row in part.iter_rows(named=True)
        )
        if rows.height > ROWS_AT_ONCE:
            progress(f"Saving {name}", min(start + ROWS_AT_ONCE, rows.height), rows.height)
    return rows.height


def read_table(name: str) -> pl.DataFrame:
    """All rows of table `name`, in the order in which they were written."""
    model = _model(name)
    if name in AS_TABLE:
        return AS_TABLE[name]()
    fields = [field for field in _fields(model) if not field.auto_created]
    schema = {field.attname: _dtype(field) for field in fields}
    rows = model._default_manager.order_by("pk").values_list(*schema)
    return pl.DataFrame(list(rows.iterator(chunk_size=ROWS_AT_ONCE)), schema=schema, orient="row")


def has_orders() -> bool:
    """Whether somebody has ordered or money has moved: then a season is no longer to be replaced."""
    return Order.objects.exists() or Posting.objects.exists()


def clear_season(phones: Iterable[str]) -> None:
    """Takes away the season, its tables and what was made from them.

    phones : of the people who will be loaded; operators made by hand stay unless they are among these
    """
    loaded: list[type[models.Model]] = [model for name, model in reversed(MODELS.items()) if name != "people"]
    for model in DERIVED:
        model._default_manager.all().delete()
    Person.objects.filter(models.Q(is_superuser=False) | models.Q(phone__in=list(phones))).delete()
    for model in loaded:
        model._default_manager.all().delete()
    Season.objects.all().delete()


def write_season(number: int, starts_on: date, weeks: int, clock_offset_seconds: int, folder: str) -> None:
    """Inserts the season's own row."""
    Season.objects.create(number=number, starts_on=starts_on, weeks=weeks, clock_offset_seconds=clock_offset_seconds, folder=folder)


def _model(name: str) -> type[models.Model]:
    if name not in MODELS:
        raise NotFound(f"table {name!r} is not kept in the database; it keeps {', '.join(MODELS)}")
    return MODELS[name]


def _fields(model: type[models.Model]) -> Iterable[models.Field[Any, Any]]:
    return model._meta.concrete_fields


def _dtype(field: models.Field[Any, Any]) -> pl.DataType:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return DTYPES[next(kind for kind in type(target).__mro__ if kind in DTYPES)]


def _person_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """People with the id of what their role is over in its own column."""
    return frame.with_columns(
        *(pl.when(pl.col("role") == role).then(pl.col("subject_id")).alias(column) for role, column in SUBJECTS.items()),
        # Everybody signs in with a code; nobody has a password until they set one.
        password=pl.lit(make_password(None)),
        is_staff=pl.col("role") == "operator",
        is_superuser=pl.col("role") == "operator",
    )


def _people() -> pl.DataFrame:
    schema = dict.fromkeys(("phone", "role", "language", *SUBJECTS.values()), pl.String())
    people = pl.DataFrame(list(Person.objects.order_by("pk").values_list(*schema)), schema=schema, orient="row")
    return people.select("phone", "role", pl.coalesce(list(SUBJECTS.values())).alias("subject_id"), "language")


def _covariate_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """One row for each number that is known; the table has a column for each name."""
    return frame.unpivot(index=["plot_id", "season"], variable_name="name", value_name="value").drop_nulls("value")


def _covariates() -> pl.DataFrame:
    schema = {"plot_id": pl.String(), "season": pl.Int64(), "name": pl.String(), "value": pl.Float64()}
    rows = store.Covariate.objects.order_by("pk").values_list(*schema)
    return pl.DataFrame(list(rows), schema=schema, orient="row").pivot("name", index=["plot_id", "season"], values="value")


# Tables that look another way in a folder than in the database.
AS_ROWS = {"people": _person_rows, "covariates": _covariate_rows}
AS_TABLE = {"people": _people, "covariates": _covariates}
