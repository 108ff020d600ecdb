"""Forecasts beside what came of them this season."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from pinfold.store.models import Harvest, RipeningForecast, StageReport, YieldForecast

AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Outcome:
    """How one kind of forecast of one crop did. what : a stage, or kg; error in the unit of the forecast (days or kg), off_mean signed.

    inside_share : share of outcomes from p10 to p90; a good forecast has four in five there
    """

    crop: str
    what: str
    count: int
    inside_share: float
    error_mean: float
    off_mean: float


@dataclass(frozen=True)
class _Pair:
    low: float
    middle: float
    high: float
    came: float


def ripening_outcomes(season: int) -> list[Outcome]:
    """Days: the newest forecast that was issued at least AHEAD before the stage was seen, else the first one before it."""
    seen = {(plot_id, stage): on for plot_id, stage, on in StageReport.objects.filter(season=season).values_list("plot_id", "stage", "on")}
    pairs: dict[tuple[str, str], dict[str, _Pair]] = defaultdict(dict)
    rows = RipeningForecast.objects.filter(season=season).order_by("issued_on")
    for plot_id, crop, stage, issued_on, p10, p50, p90 in rows.values_list(
        "plot_id", "plot__crop", "stage", "issued_on", "p10", "p50", "p90"
    ):
        on = seen.get((plot_id, stage))
        if on is not None and issued_on < on and (issued_on <= on - AHEAD or plot_id not in pairs[crop, stage]):
            pairs[crop, stage][plot_id] = _Pair(*(_days(day) for day in (p10, p50, p90, on)))
    return [_outcome(crop, stage, list(found.values())) for (crop, stage), found in sorted(pairs.items()) if found]


def yield_outcomes(season: int) -> list[Outcome]:
    """Kg: the first forecast of the season of every plot whose picking was reported over."""
    over = StageReport.objects.filter(season=season, stage="picking over").values("plot_id")
    came = dict(Harvest.objects.filter(season=season, plot__in=over).values_list("plot_id").annotate(all_kg=Sum("kg")))
    pairs: dict[str, dict[str, _Pair]] = defaultdict(dict)
    rows = YieldForecast.objects.filter(season=season, plot__in=over).order_by("-issued_on")
    for plot_id, crop, p10, p50, p90 in rows.values_list("plot_id", "plot__crop", "p10", "p50", "p90"):
        pairs[crop][plot_id] = _Pair(p10, p50, p90, came.get(plot_id, 0.0))
    return [_outcome(crop, "kg", list(found.values())) for crop, found in sorted(pairs.items())]


def _outcome(crop: str, what: str, pairs: list[_Pair]) -> Outcome:
    off = [pair.came - pair.middle for pair in pairs]
    inside = sum(pair.low <= pair.came <= pair.high for pair in pairs)
    return Outcome(crop, what, len(pairs), inside / len(pairs), sum(map(abs, off)) / len(off), sum(off) / len(off))


def _days(day: date) -> float:
    return float(day.toordinal())
