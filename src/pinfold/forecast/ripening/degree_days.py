"""Heat drives development: a stage comes when enough degree-days have gathered since a start.

Source: McMaster & Wilhelm (1997), Agric. For. Meteorol. 87:291-300, method 1: (max + min) / 2 - base, never below 0.
Start (a day of the season, or a stage before) and base are those that make past needs most alike; a short record takes the base of
the crop file and counts from a stage before. Days after the day of
issue are taken from past seasons, one trace each, recent ones counting more, and shifted by what this season's last month carries
over, so the weather's uncertainty is in the spread. Past errors that have the same sign
lately are taken for a drift of the need and added (level.py).
Where not to trust this: crops that wait for rain or short days; a winter too warm to chill; fewer than SEASONS_MIN seasons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.panel import count, mean_known, pulled_means
from pinfold.forecast.ripening.interface import Heat, StageRecord
from pinfold.forecast.ripening.level import best_gain, levels

SEASONS_MIN = 5
SEASONS_MIN_WITH_CROP_FILE = 2
SEASONS_FOR_OWN_BASE = 10
BASES_C = tuple(float(base) for base in range(0, 15, 2))
START_DAYS_BEFORE = (20, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240)
DAYS_PAST_LATEST = 60
TRACES_MAX = 30
MISSING_SHARE_MAX = 0.25
PLOTS_FOR_FIT = 300
SPREAD_DAYS_MIN = 1.5
RATE_DAYS = 5
# A month of weather says how the coming weeks begin. Assumed.
DAYS_BEHIND = 30
# Weather of long ago stands for that to come half as much after so many seasons. Assumed.
HALF_LIFE_SEASONS = 15.0
VARIANCE_MIN = 1e-9


@dataclass(frozen=True)
class Start:
    """Where counting begins: fixed day, or a stage before. `past` (plots, seasons) and `now` (plots,) are days."""

    past: Floats
    now: Floats


@dataclass(frozen=True)
class Fit:
    base_c: float
    start: Start
    need: Floats
    error_days: float


class DegreeDays:
    name = "degree-days"

    def expect(self, record: StageRecord) -> Expectation | None:
        """Mean and spread over the traces; silent for plots without weather, and without the stage before if counting starts there."""
        least = SEASONS_MIN if record.base_c is None else SEASONS_MIN_WITH_CROP_FILE
        if record.heat is None or len(record.seasons) < least or not np.isfinite(record.days).any():
            return None
        window = Window.around(record, record.heat)
        fit = best_fit(record, record.heat.place, window)
        if fit is None:
            return None
        days = arrival_days(record, window, fit)
        if len(days) < 2:
            return None
        weight = 0.5 ** (np.arange(len(days))[::-1] / HALF_LIFE_SEASONS)
        weight /= weight.sum()
        middle = weight @ days
        location = middle + drift_days(record, window, fit)
        spread = np.sqrt(weight @ (days - middle) ** 2 / (1 - weight @ weight) + fit.error_days**2)
        silent = (record.heat.place < 0) | np.isnan(location) | np.isnan(fit.need)
        return Expectation(np.where(silent, np.nan, location), np.where(silent, np.nan, spread))


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
        first = int(typical) - max(START_DAYS_BEFORE) - 1
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


def best_fit(record: StageRecord, place: np.ndarray, window: Window) -> Fit | None:
    """Start and base with the smallest error in days over past seasons, and each plot's need in °C·day."""
    rows = np.flatnonzero((place >= 0) & (count(record.days, axis=1) > 0))
    if not len(rows):
        return None
    # Start and base belong to the crop, so a sample of plots finds them; needs are then taken for every plot.
    rows = rows[:: max(1, len(rows) // PLOTS_FOR_FIT)]
    best: tuple[float, float, Start] | None = None
    for base in _bases(record):
        gathered = np.cumsum(np.maximum(window.past_c - base, 0.0), axis=2)
        for start in _starts(record):
            error = _error_days(record, place, window, gathered, start, rows)
            if np.isfinite(error) and (best is None or error < best[0]):
                best = (error, base, start)
    if best is None:
        return None
    error, base, start = best
    gathered = np.cumsum(np.maximum(window.past_c - base, 0.0), axis=2)
    needs = _needs(record, place, window, gathered, start, np.arange(len(place)))
    need = pulled_means(needs)
    return Fit(base, start, np.where(np.isnan(need), np.nanmean(needs), need), max(SPREAD_DAYS_MIN, error))


def _bases(record: StageRecord) -> tuple[float, ...]:
    """Candidate base temperatures, °C: a short record takes the crop file's word for it."""
    if record.base_c is not None and len(record.seasons) < SEASONS_FOR_OWN_BASE:
        return (record.base_c,)
    return BASES_C


def _starts(record: StageRecord) -> list[Start]:
    """Candidate starts: the stages before that are reported, and fixed days unless the record is too short to tell them apart."""
    stages = [
        Start(past, now)
        for past, now in zip(record.earlier, record.earlier_now, strict=True)
        if np.isfinite(now).any() and np.isfinite(record.days - past).any(axis=0).sum() >= SEASONS_MIN_WITH_CROP_FILE
    ]
    if len(record.seasons) < SEASONS_MIN:
        return stages
    typical = float(np.nanmedian(record.days))
    fixed = [
        Start(np.full(record.days.shape, typical - before), np.full(len(record.days), typical - before)) for before in START_DAYS_BEFORE
    ]
    return stages + fixed


def _gathered_on(gathered: Floats, place: np.ndarray, window: Window, day: Floats) -> Floats:
    """Heat until the end of `day`, shape (rows, seasons), NaN where day is unknown or the season was hardly measured."""
    column = np.clip(np.nan_to_num(day).astype(int) - window.first, 0, gathered.shape[2] - 1)
    seasons = np.arange(gathered.shape[1])
    heat = gathered[place[:, None], seasons, column]
    return np.where(np.isnan(day) | ~window.usable[place], np.nan, heat)


def _needs(record: StageRecord, place: np.ndarray, window: Window, gathered: Floats, start: Start, rows: np.ndarray) -> Floats:
    """Heat from start to stage in every past season, shape (rows, seasons), °C·day."""
    places = np.maximum(place[rows], 0)
    until = _gathered_on(gathered, places, window, record.days[rows])
    return until - _gathered_on(gathered, places, window, start.past[rows])


def _error_days(record: StageRecord, place: np.ndarray, window: Window, gathered: Floats, start: Start, rows: np.ndarray) -> float:
    """Root mean square of past errors in days: heat missing or over, divided by the heat of a day at that time."""
    needs = _needs(record, place, window, gathered, start, rows)
    if (np.isfinite(needs).any(axis=0)).sum() < 2:
        return float("nan")
    places = place[rows]
    day = record.days[rows]
    rate = _gathered_on(gathered, places, window, day + RATE_DAYS) - _gathered_on(gathered, places, window, day - RATE_DAYS)
    rate = np.where(rate > 0.5, rate, np.nan) / (2 * RATE_DAYS)
    error = (needs - pulled_means(needs)[:, None]) / rate
    known = np.isfinite(error).sum()
    return float(np.sqrt(np.nansum(error**2) / known)) if known == np.isfinite(needs).sum() else float("nan")


def drift_days(record: StageRecord, window: Window, fit: Fit) -> float:
    """How much later than heat alone says the crop has come lately, days: needs drift as trees age and stations move."""
    place = np.maximum(record.heat.place, 0) if record.heat is not None else np.zeros(len(record.days), dtype=int)
    gathered = np.cumsum(np.maximum(window.past_c - fit.base_c, 0.0), axis=2)
    target = fit.need[:, None] + _gathered_on(gathered, place, window, fit.start.past)
    said = np.full(record.days.shape, np.nan)
    for plot, season in zip(*np.nonzero(np.isfinite(target)), strict=True):
        said[plot, season] = np.searchsorted(gathered[place[plot], season], target[plot, season]) + window.first
    error = mean_known(record.days - said, axis=0)
    error = error[np.isfinite(error)]
    return float(levels(error, best_gain(error))[-1]) if len(error) >= SEASONS_MIN else 0.0


def arrival_days(record: StageRecord, window: Window, fit: Fit) -> Floats:
    """Day on which each plot has what it needs, once per past season's weather, shape (traces, plots), the last season last."""
    assert record.heat is not None
    place = np.maximum(record.heat.place, 0)
    length = window.past_c.shape[2]
    day = np.arange(length) + window.first
    # Days that are known are taken as they are: measured until the day of issue, and forecast by a weather service beyond it.
    ahead = (day > record.issued_day) & np.isnan(window.now_c)
    warmer_c = _carried_over(window, (day > record.issued_day) & (day <= np.nanmedian(record.days)), record.issued_day)
    start_column = np.clip(np.nan_to_num(fit.start.now).astype(int) - window.first, 0, length - 1)
    traces = [index for index in range(len(record.seasons)) if window.usable[:, index].any()][-TRACES_MAX:]
    days = np.full((len(traces), len(place)), np.nan)
    for row, index in enumerate(traces):
        path = np.where(ahead, window.past_c[:, index] + warmer_c[:, index, None], window.now_c)
        heat = np.cumsum(np.maximum(path - fit.base_c, 0.0), axis=1)
        target = fit.need + heat[place, start_column]
        # A few places serve many plots: one sorted look-up per place.
        for number in range(len(heat)):
            here = np.flatnonzero(place == number)
            days[row, here] = np.searchsorted(heat[number], target[here]) + window.first
    return np.where(np.isnan(fit.start.now), np.nan, days)


def _carried_over(window: Window, coming: np.ndarray, issued_day: int) -> Floats:
    """What each past season's weather needs to stand for this one's, °C, shape (places, seasons): a warm month is followed by warm weeks.

    coming : bool array, shape (days,), days from the day of issue to the usual day of the stage
    Slope of the coming weeks on the DAYS_BEHIND before them over past seasons, pulled to 0 by its own uncertainty.
    Source: empirical Bayes, Efron & Morris (1975), J. Am. Stat. Assoc. 70:311-319, the positive part.
    """
    day = np.arange(window.past_c.shape[2]) + window.first
    behind = (day <= issued_day) & (day > issued_day - DAYS_BEHIND)
    seasons = window.past_c.shape[1]
    if not coming.any() or not behind.any() or seasons < SEASONS_MIN:
        return np.zeros(window.past_c.shape[:2])
    before, after = window.past_c[:, :, behind].mean(axis=2), window.past_c[:, :, coming].mean(axis=2)
    away, follows = before - before.mean(axis=1, keepdims=True), after - after.mean(axis=1, keepdims=True)
    squares = np.maximum((away**2).sum(), VARIANCE_MIN)
    slope = float((away * follows).sum() / squares)
    # Places share their weather, so a season counts once, however many places measured it.
    unsure = float(((follows - slope * away) ** 2).mean() * seasons / (seasons - 2) / (squares / len(before)))
    kept = max(0.0, 1 - unsure / max(slope**2, VARIANCE_MIN))
    return np.asarray(kept * slope * (window.now_c[:, behind].mean(axis=1)[:, None] - before))
