"""Temperatures of past seasons and of this one, side by side and without gaps: what models of heat and cold count in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.panel import mean_known
from pinfold.forecast.ripening.interface import Heat, StageRecord

# Counting starts at most so long before the usual day of a stage, and ends so long after the latest. Assumed.
DAYS_BEFORE_MAX = 240
DAYS_PAST_LATEST = 60
MISSING_SHARE_MAX = 0.25


@dataclass(frozen=True)
class Window:
    """Temperatures by place, season and day of the season, gaps filled by the usual temperature of that day.

    first : day of the season of the first column
    past_c : float array, shape (places, seasons, days)
    now_c : float array, shape (places, days), NaN after the day of issue but for days that a weather service forecast
    usable : bool array, shape (places, seasons): enough of the season was measured
    """

    first: int
    past_c: Floats
    now_c: Floats
    usable: np.ndarray

    @classmethod
    def around(cls, record: StageRecord, heat: Heat) -> Window:
        typical = float(np.nanmedian(record.days))
        first = int(typical) - DAYS_BEFORE_MAX - 1
        for stages in (record.earlier, record.earlier_now):
            if np.isfinite(stages).any():
                first = min(first, int(np.nanmin(stages)) - 1)
        length = int(max(np.nanmax(record.days), record.issued_day)) + DAYS_PAST_LATEST - first
        raw = np.stack([heat.window(int(season), first, length) for season in record.seasons], axis=1)
        now = heat.window(record.season, first, length)
        near = slice(max(0, int(typical) - 60 - first), int(typical) - first)
        usable = np.isnan(raw[:, :, near]).mean(axis=2) <= MISSING_SHARE_MAX
        usual = _smooth(mean_known(raw, axis=1))
        seen = np.arange(length) + first <= record.issued_day
        return cls(first, np.where(np.isnan(raw), usual[:, None], raw), np.where(np.isnan(now) & seen, usual, now), usable)


def _smooth(usual: Floats) -> Floats:
    """Running mean of 15 days with gaps closed along the days; the overall mean where a place never measured."""
    days = np.arange(usual.shape[1])
    filled = usual.copy()
    for row in filled:
        known = np.isfinite(row)
        row[:] = np.interp(days, days[known], row[known]) if known.any() else np.nan
    padded = np.pad(filled, ((0, 0), (7, 7)), mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 15, axis=1).mean(axis=2))
