"""Heat drives development: a stage comes when enough degree-days have gathered since a start.

Source: McMaster & Wilhelm (1997), Agric. For. Meteorol. 87:291-300, method 1: (max + min) / 2 - base, never below 0.
Start (a day of the season, or a stage before) and base are those that make past needs most alike; a short record takes the base of
the crop file and counts from a stage before. Days after the day of
issue are taken from past seasons, one trace each, recent ones counting more, and shifted by what this season's last month carries
over, so the weather's uncertainty is in the spread. Past errors that have the same sign
lately are taken for a drift of the need and added (level.py).
A chilled crop needs the less heat the more cold days it had before (cold.py).
Needs are pooled plot < village < variety (panel.pulled_through).
Where not to trust this: crops that wait for rain or short days; without chilling, a winter too warm; fewer than SEASONS_MIN seasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.panel import count, mean_known, pulled_through
from pinfold.forecast.ripening.cold import Cold, colds
from pinfold.forecast.ripening.interface import Ints, StageRecord
from pinfold.forecast.ripening.level import best_gain, levels
from pinfold.forecast.ripening.window import DAYS_BEFORE_MAX, Window

SEASONS_MIN = 5
SEASONS_MIN_WITH_CROP_FILE = 2
SEASONS_FOR_OWN_BASE = 10
BASES_C = tuple(float(base) for base in range(0, 15, 2))
START_DAYS_BEFORE = (20, 30, 40, 50, 60, 75, 90, 120, 150, 180, DAYS_BEFORE_MAX)
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
    """need : each plot's own, °C·day; chilled : what cold adds to it, `past` (plots, seasons) and `now` (plots,), °C·day"""

    base_c: float
    start: Start
    need: Floats
    error_days: float
    chilled: Start


@dataclass(frozen=True)
class DegreeDays:
    """A model of the list; `chilled` says whether heat alone counts, or cold before it too."""

    name: str
    chilled: bool = False

    def expect(self, record: StageRecord) -> Expectation | None:
        """Mean and spread over the traces; silent for plots without weather, and without the stage before if counting starts there."""
        least = SEASONS_MIN if record.base_c is None else SEASONS_MIN_WITH_CROP_FILE
        if record.heat is None or len(record.seasons) < least or not np.isfinite(record.days).any():
            return None
        window = Window.around(record, record.heat)
        fit = best_fit(record, record.heat.place, window, self.chilled)
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
class Heats:
    """Heat above one base in past seasons.

    gathered : float array, shape (places, seasons, days), °C·day from the window's first day to the end of each day
    """

    base_c: float
    place: Ints
    window: Window
    gathered: Floats

    @classmethod
    def above(cls, base_c: float, place: Ints, window: Window) -> Heats:
        """place : int array, shape (plots,), that of each plot, -1 where none measures"""
        return cls(base_c, np.maximum(place, 0), window, np.cumsum(np.maximum(window.past_c - base_c, 0.0), axis=2))

    def until(self, day: Floats, rows: Ints) -> Floats:
        """Heat until the end of `day`, shape (rows, seasons), NaN where day is unknown or the season was hardly measured."""
        place = self.place[rows]
        column = np.clip(np.nan_to_num(day).astype(int) - self.window.first, 0, self.gathered.shape[2] - 1)
        heat = self.gathered[place[:, None], np.arange(self.gathered.shape[1]), column]
        return np.where(np.isnan(day) | ~self.window.usable[place], np.nan, heat)

    def day_of(self, heat: Floats) -> Floats:
        """First day with so much heat, shape (plots, seasons), NaN where that is unknown."""
        days = np.full(heat.shape, np.nan)
        for number, seasons in enumerate(self.gathered):
            here = np.flatnonzero(self.place == number)
            for season, gathered in enumerate(seasons):
                days[here, season] = np.searchsorted(gathered, heat[here, season]) + self.window.first
        return np.where(np.isnan(heat), np.nan, days)


@dataclass(frozen=True)
class Best:
    """The base, start and cold that make past needs most alike, and the root mean square error that is left, days."""

    error_days: float
    base_c: float
    start: Start
    cold: Cold | None


def best_fit(record: StageRecord, place: Ints, window: Window, chilled: bool = False) -> Fit | None:
    """What has the smallest error in days over past seasons, and each plot's need in °C·day; None where none can be told."""
    rows = np.flatnonzero((place >= 0) & (count(record.days, axis=1) > 0))
    if not len(rows):
        return None
    # Start and base belong to the crop, so a sample of plots finds them; needs are then taken for every plot.
    rows = rows[:: max(1, len(rows) // PLOTS_FOR_FIT)]
    starts = [(start, _colds(record, place, window, start) if chilled else [None]) for start in _starts(record, chilled)]
    found: list[Best] = []
    for base_c in _bases(record):
        heats = Heats.above(base_c, place, window)
        for start, candidates in starts:
            errors = _errors_days(record, heats, start, candidates, rows)
            found += [Best(error, base_c, start, cold) for error, cold in zip(errors, candidates, strict=True) if np.isfinite(error)]
    return _fit(record, place, window, rows, min(found, key=lambda one: one.error_days)) if found else None


def _fit(record: StageRecord, place: Ints, window: Window, rows: Ints, best: Best) -> Fit:
    """Needs of every plot; `rows` tell what cold is worth."""
    needs = _needs(record, Heats.above(best.base_c, place, window), best.start, np.arange(len(place)))
    chill = Start(np.zeros(needs.shape), np.zeros(len(needs)))
    if best.cold is not None:
        worth = best.cold.worth(needs[rows], rows)
        chill = Start(worth * best.cold.past, worth * best.cold.now)
    needs -= chill.past
    need = pulled_through(needs, record.groups)
    own = np.where(np.isnan(need), np.nanmean(needs), need)
    return Fit(best.base_c, best.start, own, max(SPREAD_DAYS_MIN, best.error_days), chill)


def _colds(record: StageRecord, place: Ints, window: Window, start: Start) -> list[Cold]:
    """Cold until a fixed start, or until the day of issue where the start is still to come."""
    return colds(place, window, int(min(start.now[0], record.issued_day)))


def _bases(record: StageRecord) -> tuple[float, ...]:
    """Candidate base temperatures, °C: a short record takes the crop file's word for it."""
    if record.base_c is not None and len(record.seasons) < SEASONS_FOR_OWN_BASE:
        return (record.base_c,)
    return BASES_C


def _starts(record: StageRecord, fixed_only: bool) -> list[Start]:
    """Candidate starts: the stages before that are reported, and fixed days unless the record is too short to tell them apart."""
    stages = [
        Start(past, now)
        for past, now in zip(record.earlier, record.earlier_now, strict=True)
        if not fixed_only and np.isfinite(now).any() and np.isfinite(record.days - past).any(axis=0).sum() >= SEASONS_MIN_WITH_CROP_FILE
    ]
    if len(record.seasons) < SEASONS_MIN:
        return stages
    typical = float(np.nanmedian(record.days))
    fixed = [
        Start(np.full(record.days.shape, typical - before), np.full(len(record.days), typical - before)) for before in START_DAYS_BEFORE
    ]
    return stages + fixed


def _needs(record: StageRecord, heats: Heats, start: Start, rows: Ints) -> Floats:
    """Heat from start to stage in every past season, shape (rows, seasons), °C·day."""
    return heats.until(record.days[rows], rows) - heats.until(start.past[rows], rows)


def _errors_days(record: StageRecord, heats: Heats, start: Start, colds: Sequence[Cold | None], rows: Ints) -> list[float]:
    """Root mean square of past errors in days for each cold: heat missing or over, divided by the heat of a day at that time."""
    needs, day = _needs(record, heats, start, rows), record.days[rows]
    if (np.isfinite(needs).any(axis=0)).sum() < 2:
        return [np.nan] * len(colds)
    rate = heats.until(day + RATE_DAYS, rows) - heats.until(day - RATE_DAYS, rows)
    rate = np.where(rate > 0.5, rate, np.nan) / (2 * RATE_DAYS)
    groups = [group[rows] for group in record.groups]
    errors = []
    for cold in colds:
        left = needs if cold is None else needs - cold.worth(needs, rows) * cold.past[rows]
        error = (left - pulled_through(left, groups)[:, None]) / rate
        known = np.isfinite(error).sum()
        errors.append(float(np.sqrt(np.nansum(error**2) / known)) if known == np.isfinite(needs).sum() else np.nan)
    return errors


def drift_days(record: StageRecord, window: Window, fit: Fit) -> float:
    """How much later than heat alone says the crop has come lately, days: needs drift as trees age and stations move."""
    assert record.heat is not None
    heats = Heats.above(fit.base_c, record.heat.place, window)
    said = heats.day_of(fit.need[:, None] + fit.chilled.past + heats.until(fit.start.past, np.arange(len(record.days))))
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
        target = fit.need + fit.chilled.now + heat[place, start_column]
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
