"""What is known when coming weeks are guessed, and what past weeks teach about such guesses; each worked out once for all models."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.demand.features import AHEAD_WEEKS, features, level_scale_kg
from pinfold.demand.history import History

FIRST_ORIGIN = 9  # a week after the first whole window of 8
LEARNING_WEEKS = 104  # two turns of the year
HALF_LIFE_WEEKS = 52.0  # what happened a year ago teaches half as much; assumed
CUTS_DAYS = (0, 2, 4)  # days before Monday on which weeks begin; all seven teach no more at twice the time
ROWS_MIN = 1000  # fewer examples than this teach ratios no better than a mean does; assumed
SOLD_WEEKS_MIN = 4  # of the last 8: a series that hardly sells teaches nothing about those that do
WEIGHT_POWER = 0.75  # between every series alike (0) and every kg alike (1), so that one large product does not speak for all; assumed


@dataclass(frozen=True)
class Examples:
    """Past weeks as examples: what was known, and what came over the series' scale.

    x : float array, shape (rows, features); ratio, weight : shape (rows,)
    cuts : how many ways of cutting days into weeks they come from
    """

    names: list[str]
    x: Floats
    ratio: Floats
    weight: Floats
    cuts: int = 1


@dataclass(frozen=True)
class Lesson:
    """What one past week teaches by the series that sold then.

    x : float array, shape (series, weeks ahead, features); ratio : what came over the series' scale, shape (series, weeks ahead);
    weight : shape (series,)
    """

    names: list[str]
    x: Floats
    ratio: Floats
    weight: Floats


class Lessons:
    """The lessons of a past; each is worked out when it is first asked for, and kept, because many days of issue learn from it."""

    def __init__(self, history: History, weeks: int) -> None:
        self._history, self._weeks = history, min(weeks, AHEAD_WEEKS)
        self._kept: dict[tuple[int, int], Lesson] = {}
        self._cuts = {0: history}

    def of(self, days: int, origin: int) -> Lesson:
        """What the week `origin` of the weeks that begin `days` days before a Monday teaches."""
        if days not in self._cuts:
            self._cuts[days] = self._history.earlier(days)
        if (days, origin) not in self._kept:
            self._kept[days, origin] = self._taught(self._cuts[days], origin)
        return self._kept[days, origin]

    def _taught(self, history: History, origin: int) -> Lesson:
        then = history.until(origin)
        sold = (then.kg[:, -8:] > 0).sum(axis=1) >= SOLD_WEEKS_MIN
        came = history.kg[sold, origin : origin + self._weeks]
        names, values = features(then, came.shape[1])
        scale = level_scale_kg(then.kg)[sold]
        return Lesson(names, values[sold], came / scale[:, None], scale**WEIGHT_POWER)


@dataclass(frozen=True)
class Known:
    """The past, and how many coming weeks are guessed from it. lessons : of a past that goes at least as far as `history`"""

    history: History
    weeks: int
    lessons: Lessons

    @classmethod
    def of(cls, history: History, weeks: int) -> Known:
        return cls(history, weeks, Lessons(history, weeks))

    def until(self, week: int) -> Known:
        """What was known when `week` began."""
        return replace(self, history=self.history.until(week))

    @cached_property
    def features(self) -> tuple[list[str], Floats]:
        """As `features.features`: names, and values of shape (series, weeks ahead, names)."""
        return features(self.history, self.weeks)

    @cached_property
    def examples(self) -> Examples | None:
        """Examples from every past week of at most two years, newer ones weighing more; None where there are too few to learn from.

        Where days are known, weeks that begin on other days than Monday are examples too: few weeks are known, and each new cut of them
        is partly new luck.
        """
        cuts = CUTS_DAYS if self.history.knows_days else CUTS_DAYS[:1]
        parts = [part for part in map(self._of_cut, cuts) if part is not None]
        if not parts:
            return None
        x, ratio, weight = (np.concatenate([getattr(part, name) for part in parts]) for name in ("x", "ratio", "weight"))
        return Examples(parts[0].names, x, ratio, weight, len(parts))

    def _of_cut(self, days: int) -> Examples | None:
        weeks = self.history.weeks - (days > 0)
        x, ratio, weight = [], [], []
        names: list[str] = []
        for origin in range(max(FIRST_ORIGIN, weeks - LEARNING_WEEKS), weeks):
            lesson = self.lessons.of(days, origin)
            names, ahead = lesson.names, min(self.weeks, AHEAD_WEEKS, weeks - origin)
            x.append(lesson.x[:, :ahead].reshape(-1, len(names)))
            ratio.append(lesson.ratio[:, :ahead].reshape(-1))
            weight.append(np.repeat(0.5 ** ((weeks - origin) / HALF_LIFE_WEEKS) * lesson.weight, ahead))
        if sum(map(len, ratio)) < ROWS_MIN:
            return None
        weights = np.concatenate(weight)
        return Examples(names, np.concatenate(x), np.concatenate(ratio), weights / weights.mean())
