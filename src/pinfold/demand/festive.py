"""What a festival that follows the moon does to demand, learned from all its years and put onto coming weeks.

Spring Festival moves by up to a month from one year to the next. A model that looks at last year's same week expects the rush where it was,
and two years of examples (`known.py`) hold too few festivals for trees to be told better: where demand doubled before each of several, they
expected a fifth of it in the right week. So the rush is measured by itself, over all products and regions together. For each week near a
festival, with T its kg and L what the nearest ordinary weeks on both sides let expect (the mean of their two medians of log T),

    log T - L  =  sum over windows of b * (share of the week's days that lie in the window) + error,

with windows of 8 to 14 days before, 1 to 7 before, and the 7 days from the festival on. Each b is drawn towards nothing: normal around zero
with the deviation that makes what was seen likeliest (empirical Bayes; Efron & Morris 1973, J. Am. Stat. Assoc. 68), which is zero where
weeks near the festival stray no more than ordinary ones do. In a coming week in which a festival moves anything, this takes the place of
what the models answer to festivals.

Source: Bell & Hillmer (1983), J. Am. Stat. Assoc. 78:526-534 (regressors that are shares of days; for Easter); Lin & Liu (2002), Modeling
Lunar Calendar Holiday Effects in Taiwan (the same before, during and after Chinese festivals). Windows and widths here are assumed.

Where not to trust this: all products are moved alike, gifts and greens; after the first festival it is a single year's; the span of an
outlook does not know how unsure b is; shops that close for the festival look as if nothing had been wanted; and what models take from last
year's same week still stands where last year's rush was. Taken out of the past before the models learn, it would not, but that was worse on
the store (docs/demand.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from pinfold.basics.quantiles import Floats
from pinfold.demand.festivals import LUNAR, festival_days
from pinfold.demand.history import DAYS, History

WINDOWS = ((-14, -8), (-7, -1), (0, 6))  # days from the festival, first and last
LOCAL_WEEKS, LOCAL_WEEKS_MIN, LOCAL_WITHIN_WEEKS = 3, 2, 8  # on each side, at least, and how far they may be
ORDINARY_WEEKS_MIN = 26  # to know how far ordinary weeks stray
DEVIATIONS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)  # of b, tried in turn
LOG_MAX = 1.5  # nothing is expected to sell more than about four times as much, or less than a quarter; assumed
ROBUST = 1.4826  # deviation of a normal over its median absolute deviation


@dataclass(frozen=True)
class Festive:
    """What festivals add to the logarithm of a week's kg, shape (festivals, windows): for a week that lies in one window wholly."""

    slopes: Floats

    def factor(self, mondays: list[date]) -> Floats:
        """Kg of each week over those of an ordinary one, shape (weeks,)."""
        logs = sum(shares(festival, mondays) @ slopes for festival, slopes in zip(LUNAR, self.slopes, strict=True))
        return np.asarray(np.exp(np.clip(logs, -LOG_MAX, LOG_MAX)))


def learn(history: History) -> Festive:
    """What the festivals within the past did; nothing where none was seen with ordinary weeks around it."""
    mondays = [history.first_monday + timedelta(weeks=week) for week in range(history.weeks)]
    total = history.kg.sum(axis=0)
    near = [shares(festival, mondays) for festival in LUNAR]
    ordinary = (total > 0) & ~np.any([share.any(axis=1) for share in near], axis=0)
    logs = np.log(np.where(total > 0, total, 1.0))
    off = np.array([_off(logs, ordinary, week) if total[week] > 0 else np.nan for week in range(len(total))])
    usual = off[ordinary & ~np.isnan(off)]
    slopes = np.zeros((len(LUNAR), len(WINDOWS)))
    if len(usual) < ORDINARY_WEEKS_MIN:
        return Festive(slopes)
    variance = (ROBUST * float(np.median(np.abs(usual)))) ** 2
    for number, share in enumerate(near):
        told = share.any(axis=1) & ~np.isnan(off)
        if told.any():
            slopes[number] = likeliest(share[told], off[told], variance)
    return Festive(slopes)


def likeliest(share: Floats, off: Floats, variance: float) -> Floats:
    """b of each window, shape (windows,), drawn towards zero as far as the likeliest deviation says.

    share : shape (weeks, windows); off : log T - L of each week; variance : of an ordinary week's

    Four weeks wholly within one window that sold twice as much, where ordinary weeks stray by a tenth, tell of nearly all of it; four
    that strayed as ordinary weeks do tell of nothing.

    >>> four = np.ones((4, 1))
    >>> np.exp(likeliest(four, np.log([2.0, 2.1, 1.9, 2.0]), 0.01)).round(2), likeliest(four, np.array([0.1, -0.1, 0.05, -0.05]), 0.01)
    (array([1.99]), array([0.]))
    """
    variance = max(variance, 1e-6)

    def log_likelihood(deviation: float) -> float:
        covariance = variance * np.eye(len(off)) + deviation**2 * share @ share.T
        return float(-0.5 * (np.linalg.slogdet(covariance)[1] + off @ np.linalg.solve(covariance, off)))

    deviation = max(DEVIATIONS, key=log_likelihood)
    if deviation == 0.0:
        return np.zeros(share.shape[1])
    precision = share.T @ share + np.eye(share.shape[1]) * variance / deviation**2
    return np.asarray(np.linalg.solve(precision, share.T @ off))


def shares(festival: str, mondays: list[date]) -> Floats:
    """Share of each week's days that lie in each of WINDOWS around the nearest festival, shape (weeks, windows).

    By hand: Spring Festival of 2024 was Saturday, 10 February. Of the week from 5 February on five days lie in the week before it.

    >>> (shares("Spring Festival", [date(2024, 2, 5)]) * 7).round().tolist()
    [[0.0, 5.0, 2.0]]
    """
    week = np.array([monday.toordinal() for monday in mondays])[:, None] + np.arange(DAYS)
    found = np.zeros((len(mondays), len(WINDOWS)))
    for day in festival_days(festival, mondays):
        away = week - day.toordinal()
        for window, (first, last) in enumerate(WINDOWS):
            found[:, window] += ((away >= first) & (away <= last)).mean(axis=1)
    return found


def _off(logs: Floats, ordinary: npt.NDArray[np.bool_], week: int) -> float:
    """Log of a week's kg less what ordinary weeks on both sides let expect; NaN where there are too few."""
    near = ordinary[max(week - LOCAL_WITHIN_WEEKS, 0) : week + LOCAL_WITHIN_WEEKS + 1]
    at = np.flatnonzero(near) + max(week - LOCAL_WITHIN_WEEKS, 0)
    before, after = at[at < week][-LOCAL_WEEKS:], at[at > week][:LOCAL_WEEKS]
    if min(len(before), len(after)) < LOCAL_WEEKS_MIN:
        return float("nan")
    return float(logs[week] - (np.median(logs[before]) + np.median(logs[after])) / 2)
