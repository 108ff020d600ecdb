"""Forecasts into the database and out of it. They are added day by day and never overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

import polars as pl
from django.db import models

from pinfold.basics.quantiles import COLUMNS
from pinfold.demand.elasticity import Belief
from pinfold.demand.moved import PART_COLUMNS
from pinfold.forecast.outcomes import Tally
from pinfold.store.models import (
    DayForecast,
    DemandForecast,
    DemandTotal,
    GateScore,
    OutlookTally,
    PriceAnswer,
    RipeningForecast,
    WeekForecast,
    YieldForecast,
    YieldReason,
)

ROWS_AT_ONCE = 2_000


def save_ripening(dates: pl.DataFrame) -> int:
    """Keeps plot_id, season, stage, p10 .. p90, model, issued_on; rows of a day that is kept already are left as they were."""
    return _add(RipeningForecast, dates.select("plot_id", "season", "stage", "issued_on", "model", *COLUMNS))


def save_yield(plots: pl.DataFrame) -> int:
    """Keeps plot_id, season, mean, p10 .. p90, model, issued_on; a day that is kept already is left as it was."""
    return _add(YieldForecast, plots.select("plot_id", "season", "issued_on", "model", "mean", *COLUMNS))


def save_weeks(weeks: pl.DataFrame, season: int, issued_on: date) -> int:
    """Keeps what each village has ready in each week, all grades together; a day that is kept already is left as it was.

    weeks : village_id, product_id, grade, ready_week, kg, p10 .. p90, ripening_model, yield_model
    """
    together = weeks.group_by("village_id", "product_id", pl.col("ready_week").alias("week"), maintain_order=True).agg(
        pl.col("ripening_model", "yield_model").first(), pl.col("kg").sum().alias("mean"), pl.col(COLUMNS).sum()
    )
    return _add(WeekForecast, together.with_columns(season=pl.lit(season), issued_on=pl.lit(issued_on)))


def save_days(days: pl.DataFrame, season: int, issued_on: date) -> int:
    """Keeps village_id, crop, on, kg of the days after that of issue; a day that is kept already is left as it was."""
    return _add(DayForecast, days.with_columns(season=pl.lit(season), issued_on=pl.lit(issued_on)))


def save_yield_reasons(reasons: pl.DataFrame, season: int, issued_on: date) -> int:
    """Keeps plot_id, cause, on, factor of what changed that day's forecast; a day that is kept already is left as it was."""
    return _add(YieldReason, reasons.with_columns(season=pl.lit(season), issued_on=pl.lit(issued_on)))


def save_outlook(outlook: pl.DataFrame) -> int:
    """Keeps an outlook with what moved it (demand/moved.py); a day that is kept already is left as it was."""
    return _add(DemandForecast, outlook.select("product_id", "region_id", "week", "issued_on", "model", "mean", *COLUMNS, *PART_COLUMNS))


def has_outlook_since(day: date) -> bool:
    """Whether one was made on this day or later."""
    return DemandForecast.objects.filter(issued_on__gte=day).exists()


def last_week_counted(season: int) -> int | None:
    """The newest week whose outlooks were counted, None before the first."""
    last: int | None = OutlookTally.objects.filter(season=season).aggregate(last=models.Max("week"))["last"]
    return last


def save_tallies(season: int, since: int, counted: Iterable[Tally]) -> None:
    """Keeps how outlooks for weeks from `since` on came out, in place of what was kept of those weeks."""
    OutlookTally.objects.filter(season=season, week__gte=since).delete()
    rows = ({name: value for name, value in asdict(each).items() if name not in ("what", "luck")} | {"week": each.luck} for each in counted)
    OutlookTally.objects.bulk_create((OutlookTally(season=season, **row) for row in rows), batch_size=ROWS_AT_ONCE)


def save_totals(totals: pl.DataFrame, issued_on: date) -> int:
    """Keeps product_id and region_id (empty: all of them), week, mean, p10 .. p90; a day that is kept already is replaced."""
    DemandTotal.objects.filter(issued_on=issued_on).delete()
    either = [pl.when(pl.col(key) != "").then(key).alias(key) for key in ("product_id", "region_id")]
    return _add(DemandTotal, totals.with_columns(*either, issued_on=pl.lit(issued_on)))


def save_scores(kind: str, issued_on: date, scores: pl.DataFrame) -> int:
    """Keeps what the gate saw on that day: crop, model, score, serves; models that no season could test are left out."""
    rows = scores.drop_nulls("score").with_columns(pl.lit(kind).alias("kind"), pl.lit(issued_on).alias("issued_on"))
    GateScore.objects.filter(kind=kind, issued_on=issued_on).delete()
    return _add(GateScore, rows.select("issued_on", "kind", "crop", "model", "score", "serves"))


def save_answers(answers: pl.DataFrame, learned_on: date) -> int:
    """Keeps product_id, elasticity, elasticity_sd, price_changes; a day that is kept already is left as it was."""
    return _add(PriceAnswer, answers.with_columns(learned_on=pl.lit(learned_on)))


def latest_answers() -> dict[str, Belief]:
    """How customers answer to each product's price, as learned last; products that were not there then are missing."""
    rows = PriceAnswer.objects.filter(learned_on=PriceAnswer.objects.aggregate(last=models.Max("learned_on"))["last"])
    return {product_id: Belief(mean, sd) for product_id, mean, sd in rows.values_list("product_id", "elasticity", "elasticity_sd")}


def _add(model: type[models.Model], rows: pl.DataFrame) -> int:
    model._default_manager.bulk_create((model(**row) for row in rows.iter_rows(named=True)), batch_size=ROWS_AT_ONCE, ignore_conflicts=True)
    return rows.height
