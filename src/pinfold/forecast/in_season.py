"""What is seen on the plants changes the kilograms the same day: fruit counted, fruit lost to hail or frost, a frost in the weather.

Harvests are taken as log-normal around the forecast's median. A loss of share s leaves 1 - s of it and adds the observer's doubt. A fruit
count says kg = fruits on a plant x plants x kg of a fruit, with an error of its own; both are weighed by their precision (normal means with
known variances: Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, section 2.5). A count is what earlier losses left, so those are not
taken off again.

Where not to trust this: the errors of counts and losses are assumed, and a frost in the weather feed is that of the village, not of the
hollow in which a plot lies; a report of frost from the plot replaces it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from pinfold.basics.quantiles import COLUMNS, LEVELS, Floats
from pinfold.fields.crops import Crop
from pinfold.fields.words import FRUIT_COUNT

FROST_IN_WEATHER = "frost in the weather"
# Standard deviations, all assumed: of log kg from a fruit count; of a share lost that was measured, and of a guessed one on top.
COUNT_LOG_ERROR, LOSS_ERROR, GUESS_ERROR = 0.4, 0.05, 0.15
# A report of frost within so many days of a frost in the weather is about the same frost. Assumed.
SAME_FROST_DAYS = 7
NORMAL_SCORE_90 = 1.2815515655446004
NEWS: dict[str, pl.DataType | type[pl.DataType]] = {
    "plot_id": pl.String,
    "cause": pl.String,
    "on": pl.Date,
    "amount": pl.Float64,
    "certainty": pl.Float64,
}
REASONS = {"plot_id": pl.String, "cause": pl.String, "on": pl.Date, "factor": pl.Float64}


@dataclass(frozen=True)
class News:
    """One row of NEWS about one plot. amount : fruits counted on a plant, or share lost"""

    cause: str
    on: date
    amount: float
    certainty: float


@dataclass(frozen=True)
class Kg:
    """One plot's kilograms. quantiles : shape (5,), rising, >= 0"""

    mean: float
    quantiles: Floats

    @property
    def middle(self) -> float:
        """The median."""
        return float(self.quantiles[LEVELS.index(0.5)])

    @property
    def log_spread(self) -> float:
        """Standard deviation of log kg, from p10 and p90."""
        low, high = max(self.quantiles[0], 1e-9), max(self.quantiles[-1], 1e-9)
        return float(np.log(high / low) / (2 * NORMAL_SCORE_90))

    def times(self, factor: float, log_spread: float) -> Kg:
        """Median times `factor`, with another spread; the mean moves as a log-normal's does."""
        before, middle = self.log_spread, self.middle
        ratio = np.divide(self.quantiles, middle, out=np.ones(len(self.quantiles)), where=middle > 0)
        stretched = ratio ** (log_spread / before if before > 0 else 1.0)
        return Kg(self.mean * factor * float(np.exp((log_spread**2 - before**2) / 2)), middle * factor * stretched)


def after_loss(kg: Kg, lost_share: float, certainty: float) -> Kg:
    """What a loss leaves; certainty 0 (guessed) .. 1 (measured).

    >>> round(after_loss(Kg(100.0, np.array([80.0, 90.0, 100.0, 110.0, 125.0])), 0.3, 1.0).middle, 1)
    70.0
    """
    left = 1 - lost_share
    if left <= 0:
        return Kg(0.0, np.zeros(len(kg.quantiles)))
    doubt = (LOSS_ERROR + GUESS_ERROR * (1 - certainty)) / left
    return kg.times(left, float(np.hypot(kg.log_spread, doubt)))


def after_count(kg: Kg, counted_kg: float) -> Kg:
    """Forecast and count weighed by their precision; a count of nothing leaves nothing."""
    middle, before = kg.middle, kg.log_spread
    if counted_kg <= 0:
        return Kg(0.0, np.zeros(len(kg.quantiles)))
    if middle <= 0 or before <= 0:
        return kg
    weight = before**2 / (before**2 + COUNT_LOG_ERROR**2)
    return kg.times(float((counted_kg / middle) ** weight), before * float(np.sqrt(1 - weight)))


def news_of(reports: pl.DataFrame) -> pl.DataFrame:
    """Crop reports (fields.crop_reports.serving_on, of one season) as rows of NEWS; amount: fruits on a plant, or share lost."""
    return reports.select(
        "plot_id", pl.col("kind").alias("cause"), "on", amount=pl.coalesce("fruits_per_plant", "lost_share"), certainty="certainty"
    ).cast(pl.Schema(NEWS))


def frosts(weather: pl.DataFrame, plots: pl.DataFrame, flowered: pl.DataFrame, crops: Mapping[str, Crop]) -> pl.DataFrame:
    """The coldest night at or below the crop's frost_c on each plot since it flowered this season, as rows of NEWS.

    weather : village_id, date, tmin_c; measured days only. plots : plot_id, crop, village_id. flowered : plot_id, on
    Crops without frost_c or frost_loss_share in their file, and plots that nobody saw in flower, have none.
    """
    limits = pl.DataFrame(
        [
            (name, known.frost_c.value, known.frost_loss_share.value)
            for name, known in crops.items()
            if known.frost_c is not None and known.frost_loss_share is not None
        ],
        schema={"crop": pl.String, "frost_c": pl.Float64, "amount": pl.Float64},
        orient="row",
    )
    cold = (
        plots.select("plot_id", "crop", "village_id")
        .join(limits, on="crop")
        .join(flowered.select("plot_id", since="on"), on="plot_id")
        .join(weather.select("village_id", "date", "tmin_c"), on="village_id")
        .filter((pl.col("date") > pl.col("since")) & (pl.col("tmin_c") <= pl.col("frost_c")))
    )
    coldest = cold.sort("tmin_c", "date").unique("plot_id", keep="first", maintain_order=True)
    return coldest.select("plot_id", cause=pl.lit(FROST_IN_WEATHER), on="date", amount="amount", certainty=pl.lit(0.0)).cast(
        pl.Schema(NEWS)
    )


def with_news(kg: pl.DataFrame, news: pl.DataFrame, plots: pl.DataFrame, crops: Mapping[str, Crop]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(the forecast after the news, what each of them did as rows of REASONS, factor: median after over before).

    kg : YieldForecast.plots; news : rows of NEWS; plots : plot_id, crop, trees (may be absent)
    A count on a plot without trees, or of a crop without fruit_kg in its file, changes nothing.
    """
    about = {row["plot_id"]: row for row in plots.iter_rows(named=True)}
    rows = {row["plot_id"]: row for row in kg.filter(pl.col("plot_id").is_in(news["plot_id"].to_list())).iter_rows(named=True)}
    changed, reasons = [], []
    for (plot_id,), of_plot in news.sort("on", "cause").group_by("plot_id", maintain_order=True):
        if plot_id not in rows:
            continue
        known = Kg(rows[plot_id]["mean"], np.array([rows[plot_id][column] for column in COLUMNS]))
        for item in _still_telling([News(**row) for row in of_plot.drop("plot_id").iter_rows(named=True)]):
            after = _after(known, item, about[plot_id], crops)
            if after is not None:
                reasons.append((plot_id, item.cause, item.on, after.middle / known.middle if known.middle > 0 else 1.0))
                known = after
        changed.append((plot_id, known.mean, *known.quantiles))
    moved = pl.DataFrame(changed, schema={"plot_id": pl.String, **dict.fromkeys(("mean", *COLUMNS), pl.Float64)}, orient="row")
    return kg.update(moved, on="plot_id"), pl.DataFrame(reasons, schema=REASONS, orient="row")


def _after(kg: Kg, item: News, plot: Mapping[str, Any], crops: Mapping[str, Crop]) -> Kg | None:
    if item.cause != FRUIT_COUNT:
        return after_loss(kg, item.amount, item.certainty)
    known, trees = crops.get(plot["crop"]), plot.get("trees")
    if known is None or known.fruit_kg is None or not trees:
        return None
    return after_count(kg, item.amount * trees * known.fruit_kg.value)


def _still_telling(news: Sequence[News]) -> list[News]:
    """One plot's news in the order of their days: the newest count and what came after it, and a frost told once."""
    newest = max((item.on for item in news if item.cause == FRUIT_COUNT), default=date.min)
    told, near = [item.on for item in news if item.cause == "frost"], timedelta(days=SAME_FROST_DAYS)
    return [
        item
        for item in news
        if (item.on > newest or (item.on == newest and item.cause == FRUIT_COUNT))
        and not (item.cause == FROST_IN_WEATHER and any(abs(item.on - on) <= near for on in told))
    ]
