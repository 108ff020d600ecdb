"""The ripening forecast of a season: which day each plot reaches each stage, how sure, by which model, issued when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import polars as pl

from pinfold.basics.quantiles import COLUMNS
from pinfold.forecast.backtest import Score, gate
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.ripening import RIPENING_MODELS
from pinfold.forecast.ripening.dates import not_before
from pinfold.forecast.ripening.record import NamedRecord, named_records
from pinfold.forecast.watched import HERE, AtWork, Watch

# How far a whole season is early or late where no season was seen yet. Assumed.
SEASON_PRIOR_DAYS = 5.0

DATES_SCHEMA = {
    "plot_id": pl.String,
    "season": pl.Int64,
    "stage": pl.String,
    **dict.fromkeys(COLUMNS, pl.Date),
    "model": pl.String,
    "issued_on": pl.Date,
    "shared": pl.Float64,
}
SCORES_SCHEMA = {
    "crop": pl.String,
    "stage": pl.String,
    "model": pl.String,
    "score": pl.Float64,
    "error": pl.Float64,
    "seasons": pl.Int64,
    "serves": pl.Boolean,
}


@dataclass(frozen=True)
class RipeningForecast:
    """What issue_ripening gives.

    dates : plot_id, season, stage, p10 .. p90 (dates), model, issued_on, shared (0..1: share of the error's variance that all plots of
        the crop have in common in a season); one row per plot and stage that is not yet reported
    scores : crop, stage, model, score (mean CRPS of the hindcasts, days), error (mean absolute error of the median, days),
        seasons (how many were hindcast), serves
    """

    dates: pl.DataFrame
    scores: pl.DataFrame


def issue_ripening(
    plots: pl.DataFrame, stages: pl.DataFrame, weather: pl.DataFrame | None, season: int, as_of: date, *, at_work: AtWork = HERE
) -> RipeningForecast:
    """When each plot of `plots` reaches each stage that it has not reached by `as_of`.

    plots : plot_id, crop; village_id, latitude, longitude, altitude_m (may be absent)
    stages : plot_id, season, stage, on, reported_on (may be absent); what is later than `as_of` is not looked at
    weather : plot_id or village_id, date, tmax_c, tmin_c, tmean_c; or None
    season : year in which the season that is forecast starts
    at_work : whose progress is told, and on which workers; every crop's stage is a part
    A crop's stage is forecast when some plot of that crop reported it in a past season; other crops have no rows.
    Raises InputError on reports without date.
    """
    records = list(named_records(plots, stages, weather, season, as_of))
    found = at_work.over(partial(_one_stage, as_of=as_of), records, [f"{named.crop} {named.stage}" for named in records])
    return RipeningForecast(
        pl.concat([pl.DataFrame(schema=DATES_SCHEMA), *(dates for dates, _ in found)]),
        pl.concat([pl.DataFrame(schema=SCORES_SCHEMA), *(scores for _, scores in found)]),
    )


def _one_stage(named: NamedRecord, watch: Watch, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    models = watch(RIPENING_MODELS)
    found = gate(models, named.record, SEASON_PRIOR_DAYS)
    simple_score, score = found.scores[0], found.scores[found.serves]
    simple = found.models[0].expect(named.record)
    assert simple is not None, "a record without a single day"
    said = found.models[found.serves].expect(named.record)
    assert named.record.days_now is not None, "named_records says what has been reported"
    open_still = np.isnan(named.record.days_now)
    silent = np.ones(len(open_still), dtype=bool) if said is None else np.isnan(said.location)
    expectation = simple if said is None else said.or_else(simple)
    # A plot on which the serving model is silent keeps the simple model's word, and that model's record of errors.
    wider = Expectation(expectation.location, expectation.spread * np.where(silent, simple_score.width, score.width))
    rows = np.flatnonzero(open_still)
    quantiles = not_before(Expectation(wider.location[rows], wider.spread[rows]), named.record.issued_day)
    first_of_january = date(named.record.season, 1, 1)
    days = np.rint(quantiles).astype(int)
    dates = pl.DataFrame(
        {
            "plot_id": named.plot_ids.gather(rows),
            "season": pl.repeat(named.record.season, len(rows), dtype=pl.Int64, eager=True),
            "stage": pl.repeat(named.stage, len(rows), dtype=pl.String, eager=True),
            **{column: _dates(first_of_january, days[:, at]) for at, column in enumerate(COLUMNS)},
            "model": pl.Series(np.where(silent[rows], simple_score.model, score.model).tolist(), dtype=pl.String),
            "issued_on": pl.repeat(as_of, len(rows), dtype=pl.Date, eager=True),
            "shared": np.where(silent[rows], simple_score.shocks.shared, score.shocks.shared),
        },
        schema=DATES_SCHEMA,
    )
    return dates, scores_frame(named.crop, named.stage, found.scores, found.serves)


def _dates(first_of_january: date, days: np.ndarray) -> pl.Series:
    epoch = (first_of_january - date(1970, 1, 1)) // timedelta(days=1)
    return pl.Series(days + epoch).cast(pl.Int32).cast(pl.Date)


def scores_frame(crop: str, stage: str, scores: Sequence[Score], serves: int) -> pl.DataFrame:
    """Scores of one gate as rows of SCORES_SCHEMA; score and error are null where no season could be hindcast."""
    return pl.DataFrame(
        [(crop, stage, s.model, _mean(s.crps), _mean(s.error), len(s.seasons), index == serves) for index, s in enumerate(scores)],
        schema=SCORES_SCHEMA,
        orient="row",
    )


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None
