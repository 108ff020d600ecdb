"""The simple ways to guess coming weeks from past weeks, in one list. The gate in backtest.py chooses among them and the learned ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.demand.history import level_kg
from pinfold.demand.known import Known
from pinfold.demand.moved import moved_by

YEAR_WEEKS = 52


class OutlookModel(Protocol):
    @property
    def name(self) -> str:
        """As the outlook's `model` column and the docs show it."""

    def fit(self, known: Known) -> OutlookModel:
        """The same model with what it learned from the past; simple ones learn nothing."""

    def predict(self, known: Known) -> Floats:
        """Guess of the coming weeks, shape (series, weeks), finite and >= 0."""

    def moved(self, known: Known) -> Floats:
        """What moved that guess away from the usual, kg as `moved.moved_by` has them, shape (movers, series, weeks)."""


def _recent(kg: Floats, window_weeks: int, half_life_weeks: float) -> tuple[Floats, Floats]:
    """The last weeks and their weights, which sum to one and halve every `half_life_weeks` going back."""
    recent = kg[:, -window_weeks:]
    weights = 0.5 ** (np.arange(recent.shape[1])[::-1] / half_life_weeks)
    return recent, weights / weights.sum()


def _level(level: Floats, weeks: int) -> Floats:
    return np.repeat(level[:, None], weeks, axis=1)


class Simple:
    """A model that looks at the weeks alone and learns nothing beforehand."""

    def fit(self, known: Known) -> Self:
        return self

    def predict(self, known: Known) -> Floats:
        return self.guess(known.history.kg, known.weeks)

    def moved(self, known: Known) -> Floats:
        kg = known.history.kg
        guess = self.guess(kg, known.weeks)
        return moved_by(guess, level_kg(kg), {"season": guess - self.without_season(kg, known.weeks)})

    def without_season(self, kg: Floats, weeks: int) -> Floats:
        """The guess of one who does not know last year."""
        return self.guess(kg, weeks)

    def guess(self, kg: Floats, weeks: int) -> Floats:
        """As `predict`; kg : float array, shape (series, past weeks), >= 0, oldest week first, at least one week."""
        raise NotImplementedError


@dataclass(frozen=True)
class LastWeek(Simple):
    name: str = "last week"

    def guess(self, kg: Floats, weeks: int) -> Floats:
        return _level(kg[:, -1], weeks)


@dataclass(frozen=True)
class FourWeekMean(Simple):
    name: str = "mean of 4 weeks"

    def guess(self, kg: Floats, weeks: int) -> Floats:
        return _level(kg[:, -4:].mean(axis=1), weeks)


@dataclass(frozen=True)
class WeightedMean(Simple):
    """Mean of 8 weeks, a week's weight halving every 2 weeks back."""

    name: str = "weighted mean of 8 weeks"

    def guess(self, kg: Floats, weeks: int) -> Floats:
        recent, weights = _recent(kg, 8, half_life_weeks=2)
        return _level(recent @ weights, weeks)


@dataclass(frozen=True)
class WeightedMedian(Simple):
    """Median of 8 weeks, a week's weight halving every 3 weeks back: one odd week does not move it."""

    name: str = "weighted median of 8 weeks"

    def guess(self, kg: Floats, weeks: int) -> Floats:
        recent, weights = _recent(kg, 8, half_life_weeks=3)
        order = np.argsort(recent, axis=1, kind="stable")
        middle = (np.cumsum(weights[order], axis=1) >= 0.5).argmax(axis=1)
        return _level(np.take_along_axis(recent, order, axis=1)[np.arange(len(kg)), middle], weeks)


@dataclass(frozen=True)
class GeometricMean(Simple):
    """Geometric mean of 8 weeks (of kg + 1, so that a week without sales counts): high weeks pull less than in a plain mean."""

    half_life_weeks: float

    @property
    def name(self) -> str:
        return f"geometric mean of 8 weeks, half-life {self.half_life_weeks:g}"

    def guess(self, kg: Floats, weeks: int) -> Floats:
        recent, weights = _recent(kg, 8, self.half_life_weeks)
        return _level(np.expm1(np.log1p(recent) @ weights), weeks)


@dataclass(frozen=True)
class SameWeekLastYear(Simple):
    """What was sold 52 weeks before; the mean of 4 weeks where there is no such week."""

    name: str = "same week last year"

    def guess(self, kg: Floats, weeks: int) -> Floats:
        past = kg.shape[1]
        guess = self.without_season(kg, weeks)
        for ahead in range(weeks):
            week = past - YEAR_WEEKS + ahead
            if 0 <= week < past:
                guess[:, ahead] = kg[:, week]
        return guess

    def without_season(self, kg: Floats, weeks: int) -> Floats:
        return FourWeekMean().guess(kg, weeks)


@dataclass(frozen=True)
class LastYearsTurn(Simple):
    """Last week, times half (in logarithms) of the turn that all sales together took over the same weeks of last year.

    The half keeps one odd year from being copied whole; products share one turn because one product's single year is too noisy.
    """

    name: str = "last week with last year's turn"

    def guess(self, kg: Floats, weeks: int) -> Floats:
        guess = self.without_season(kg, weeks)
        total = kg.sum(axis=0)
        then = kg.shape[1] - YEAR_WEEKS
        for ahead in range(min(weeks, YEAR_WEEKS - 1)):
            if then < 1 or total[then - 1] <= 0:
                break
            around = total[max(then + ahead - 1, 0) : then + ahead + 2].mean()
            guess[:, ahead] *= np.sqrt(around / total[then - 1])
        return guess

    def without_season(self, kg: Floats, weeks: int) -> Floats:
        return LastWeek().guess(kg, weeks)


SIMPLE_MODELS: tuple[OutlookModel, ...] = (
    LastWeek(),
    FourWeekMean(),
    WeightedMean(),
    WeightedMedian(),
    GeometricMean(1),
    GeometricMean(2),
    SameWeekLastYear(),
    LastYearsTurn(),
)
