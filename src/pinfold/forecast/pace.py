"""How fast a crop is picked, learned from the cooperative's own past pickings: seen to be over, or weighed.

A picking's length is counted in windows of the crop's file, on a log scale. It is expected as it was on average in the seasons before, in
which the file counts as one more; what each season was off from that is the error of a past forecast (Dawid 1984, J. R. Stat. Soc. A
147:278-292), split into what the crop's plots have in common and the plot's own part like all errors (shocks.py). Until there is a past,
and against chance while it is short, stands what was assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pinfold.basics.quantiles import Floats
from pinfold.fields.crops import PICKING_OVER, Crop
from pinfold.forecast.panel import mean_known
from pinfold.forecast.shocks import Places, split_errors

# Standard deviation of the log of a picking's length, before any was seen; half of its variance common to all plots of a crop. Where an
# even picking is half over it moves the share that is picked by 0.2, near what weighed.py takes it for. Assumed.
PACE_ERROR = 0.4
# How much plots differ within a season: what is assumed counts as so many plots. Assumed.
PRIOR_PLOTS = 10.0
# A picking that was weighed on fewer days tells how often somebody came, not how long it took. Assumed.
TELLS_FROM_DAYS = 3
HALF = PACE_ERROR**2 / 2


@dataclass(frozen=True)
class Pace:
    """Of the coming season's pickings of a crop: mean log length in windows, and the variances of its error.

    common : shared by all plots of the crop; own : of each plot. As assumed, a length is on average that of the file
    """

    usual: float = -HALF
    common: float = HALF
    own: float = HALF

    @property
    def usual_windows(self) -> float:
        """The mean length."""
        return float(np.exp(self.usual + (self.common + self.own) / 2))

    def windows(self, plots: int, season: Floats, random: np.random.Generator) -> Floats:
        """Lengths over the usual one in simulated seasons, shape (plots, draws), mean 1; season : normal scores, shape (draws,)."""
        error = np.sqrt(self.common) * season + np.sqrt(self.own) * random.standard_normal((plots, len(season)))
        return np.asarray(np.exp(error - (self.common + self.own) / 2))


AS_ASSUMED = Pace()
WEIGHED = {"plot_id": pl.String, "season": pl.Int64, "kg": pl.Float64, "picked_on": pl.Date}


def past_paces(
    plots: pl.DataFrame, stages: pl.DataFrame, harvests: pl.DataFrame, season: int, crops: Mapping[str, Crop]
) -> dict[str, Pace]:
    """The pace of each of `crops` of which a picking before `season` tells it.

    plots : plot_id, crop; stages : plot_id, season, stage, on; harvests : plot_id, season, kg, picked_on (may be absent, or null: a
    season's total). A picking tells its length where ripeness was reported and either its end was, or TELLS_FROM_DAYS weighings were.
    """
    weighed = harvests.filter(pl.col("picked_on").is_not_null()) if "picked_on" in harvests.columns else pl.DataFrame(schema=WEIGHED)
    found = {}
    for name, known in crops.items():
        mine = plots.filter(pl.col("crop") == name)
        seen, told = (rows.filter(pl.col("season") < season).join(mine, on="plot_id", how="semi") for rows in (stages, weighed))
        lengths = _lengths(seen, told, known)
        if lengths.height:
            table = lengths.pivot("season", index="plot_id", values="length", sort_columns=True)
            found[name] = pace_of(table.drop("plot_id").cast(pl.Float64).to_numpy())
    return found


def _lengths(stages: pl.DataFrame, weighed: pl.DataFrame, crop: Crop) -> pl.DataFrame:
    """plot_id, season, length (log, in windows of the file) of each picking that tells it, from the end that was seen or from the scales.

    Of weighings the mean day counts, against that of the file: it tells early and late kilograms, whoever carried off the last basket.
    """
    seen = stages.with_columns(_day("on")).group_by("plot_id", "season")
    ripe = seen.agg(ripe=pl.col("on").filter(pl.col("stage") == crop.harvest_stage).min())
    over = seen.agg(over=pl.col("on").filter(pl.col("stage") == PICKING_OVER).max())
    scales = weighed.filter(pl.col("kg") > 0).with_columns(_day("picked_on")).group_by("plot_id", "season")
    means = scales.agg(mean=(pl.col("picked_on") * pl.col("kg")).sum() / pl.col("kg").sum(), days=pl.col("picked_on").n_unique())
    both = ripe.drop_nulls("ripe").join(over, on=["plot_id", "season"]).join(means, on=["plot_id", "season"], how="left")
    # The last day is picked too, and what is weighed on a day was picked in the middle of it.
    by_end = (pl.col("over") - pl.col("ripe") + 1).clip(1) / crop.picking_window_days.value
    by_scales = (pl.col("mean") - pl.col("ripe") + 0.5).clip(0.5) / _mean_day(crop)
    told = pl.coalesce(by_end, pl.when(pl.col("days") >= TELLS_FROM_DAYS).then(by_scales))
    return both.select("plot_id", "season", length=told.log()).drop_nulls().sort("plot_id", "season")


def _day(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Date).cast(pl.Int32).cast(pl.Float64)


def _mean_day(crop: Crop) -> float:
    """Days from ripeness to the picking of the mean kilogram, as the file says."""
    edges = np.arange(np.ceil(crop.picking_window_days.value) + 1)
    return float(np.diff(crop.picked_share(edges)) @ (edges[:-1] + 0.5))


def pace_of(lengths: Floats) -> Pace:
    """The pace that past pickings tell.

    lengths : float array, shape (plots, seasons), log of windows of the file, NaN where unknown; seasons in order, each known somewhere
    """
    seasons = lengths.shape[1]
    usual = np.append(AS_ASSUMED.usual, mean_known(lengths, axis=0)).cumsum() / np.arange(1, seasons + 2)
    shocks = split_errors((lengths - usual[:-1]) / np.sqrt(HALF), Places.one(len(lengths)), 1.0)
    freedom = float(np.isfinite(lengths).sum() - seasons)
    own = (PRIOR_PLOTS + freedom * shocks.plot) / (PRIOR_PLOTS + freedom)
    return Pace(float(usual[-1]), HALF * shocks.season, HALF * own)
