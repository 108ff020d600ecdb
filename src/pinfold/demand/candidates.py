"""What the gate chooses among: every model alone, and a few combinations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from pinfold.basics.quantiles import Floats
from pinfold.demand.known import Known
from pinfold.demand.learned import BoostedTrees, LeastAbsolute
from pinfold.demand.models import SIMPLE_MODELS, GeometricMean, LastWeek, LastYearsTurn, OutlookModel
from pinfold.demand.smoothing import SMOOTHING

TREES, FROM_LAST_WEEK, LINE = BoostedTrees(), BoostedTrees("trees from last week", from_last_week=True), LeastAbsolute()
MODELS: tuple[OutlookModel, ...] = (*SIMPLE_MODELS, *SMOOTHING, TREES, FROM_LAST_WEEK, LINE)

REFITS = 3  # a learned model is learned anew this often within a backtest, each time from the weeks before only


@dataclass(frozen=True)
class Candidate:
    """A weighted mean of models' guesses; the weights sum to one."""

    name: str
    weights: tuple[tuple[OutlookModel, float], ...]

    def combine(self, guesses: Mapping[str, Floats]) -> Floats:
        """Weighted mean of the guesses of each model's name."""
        return np.asarray(sum(weight * guesses[model.name] for model, weight in self.weights))

    @property
    def models(self) -> list[OutlookModel]:
        return [model for model, _ in self.weights]

    def of(self, fitted: Mapping[OutlookModel, OutlookModel]) -> Candidate:
        """The same mean of the same models, each as it was fitted."""
        return replace(self, weights=tuple((fitted[model], weight) for model, weight in self.weights))

    def predict(self, known: Known) -> Floats:
        """Guess of the coming weeks, shape (series, weeks)."""
        return np.asarray(sum(weight * model.predict(known) for model, weight in self.weights))

    def moved(self, known: Known) -> Floats:
        """What moved that guess, as `OutlookModel.moved` says; shape (movers, series, weeks)."""
        return np.asarray(sum(weight * model.moved(known) for model, weight in self.weights))


def equally(*models: OutlookModel) -> Candidate:
    """The mean of the models' guesses; a model named twice counts twice.

    Equal weights are hard to beat by fitted ones: Bates & Granger (1969), Oper. Res. Q. 20; Clemen (1989), Int. J. Forecast. 5.
    """
    counts = {model: models.count(model) for model in models}
    name = " + ".join(f"{count} x {model.name}" if count > 1 else model.name for model, count in counts.items())
    return Candidate(name, tuple((model, count / len(models)) for model, count in counts.items()))


def mean_of(candidates: Sequence[Candidate], name: str) -> Candidate:
    """The candidates' mean, as one candidate."""
    weights: dict[OutlookModel, float] = {}
    for candidate in candidates:
        for model, weight in candidate.weights:
            weights[model] = weights.get(model, 0.0) + weight / len(candidates)
    return Candidate(name, tuple(weights.items()))


CANDIDATES: tuple[Candidate, ...] = (
    *map(equally, MODELS),
    equally(TREES, LINE),
    equally(FROM_LAST_WEEK, LINE),
    equally(TREES, LINE, GeometricMean(2)),
    equally(TREES, FROM_LAST_WEEK),
    equally(TREES, FROM_LAST_WEEK, LastWeek()),
    equally(TREES, TREES, LastWeek()),
    equally(FROM_LAST_WEEK, FROM_LAST_WEEK, LastWeek()),
    equally(TREES, TREES, LINE, LastYearsTurn()),
    equally(FROM_LAST_WEEK, FROM_LAST_WEEK, LINE, LastYearsTurn()),
    equally(TREES, FROM_LAST_WEEK, LINE),
    equally(TREES, FROM_LAST_WEEK, LINE, LastYearsTurn()),
)


def hindcasts(known: Known, origins: range, candidates: Sequence[Candidate], workers: Executor | None = None) -> dict[str, Floats]:
    """What each model of the candidates would have guessed at every origin, from the weeks before it: name to (origins x series, weeks).

    workers : where each stretch of past weeks goes, with all models, because they share what they learn from
    """
    models = list(dict.fromkeys(model for candidate in candidates for model, _ in candidate.weights))
    stretches = np.array_split(np.asarray(origins), min(REFITS, len(origins)))
    guess = partial(_hindcast, known, models)
    found = list(workers.map(guess, stretches) if workers else map(guess, stretches))
    return {model.name: np.concatenate([of_stretch[at] for of_stretch in found]) for at, model in enumerate(models)}


def _hindcast(known: Known, models: Sequence[OutlookModel], origins: npt.NDArray[np.int64]) -> list[Floats]:
    """Each model's guesses at every origin of one stretch, learned from the weeks before its first."""
    asked = [known.until(int(origin)) for origin in origins]
    fitted = [model.fit(asked[0]) for model in models]
    return [np.concatenate([model.predict(then) for then in asked]) for model in fitted]
