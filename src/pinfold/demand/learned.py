"""Two models that learn from all series at once; the gate lets them serve only where they beat the simple ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.demand.features import LEVEL_FLOOR, level_scale_kg
from pinfold.demand.history import level_kg
from pinfold.demand.known import Examples, Known
from pinfold.demand.models import GeometricMean, OutlookModel
from pinfold.demand.moved import MOVERS, logarithmic_mean, moved_by


@dataclass(frozen=True)
class BoostedTrees:
    """Gradient-boosted trees for the median of coming kg over recent kg, or for how far it strays from last week's.

    Both are learned as square roots: between ratios, in which a few series that come back from nothing speak loudest, and logarithms, in
    which a week without sales does. Trees that start from last week are at home where levels jump and stay, the others where they return.

    Source: Ke et al. (2017), LightGBM, NeurIPS 30, with the loss of quantile regression (Koenker & Bassett 1978, Econometrica 46) at
    one half; one model over all series and horizons, as the winners of the M5 competition had it (Makridakis et al. 2022, Int. J.
    Forecast. 38).
    """

    name: str = "trees"
    from_last_week: bool = False

    def fit(self, known: Known) -> OutlookModel:
        taught = known.examples
        if taught is None:
            return GeometricMean(2)
        try:
            import lightgbm
        except OSError:  # a machine without libgomp: the simple ones serve there
            return GeometricMean(2)
        start = last_week_root(taught.names, taught.x) if self.from_last_week else 0.0
        rows = lightgbm.Dataset(taught.x, np.sqrt(taught.ratio) - start, weight=taught.weight, params={"verbose": -1})
        # The same week cut in three ways is still one week: a leaf needs as many different ones as before.
        asked = TREES | {"min_data_in_leaf": TREES["min_data_in_leaf"] * taught.cuts}
        return FittedTrees(lightgbm.train(asked, rows, ROUNDS), self.name, self.from_last_week)

    def predict(self, known: Known) -> Floats:
        return self.fit(known).predict(known)

    def moved(self, known: Known) -> Floats:
        return self.fit(known).moved(known)


# Small trees, half of the features each: the usual guard where examples are many but weeks are few. Assumed, not searched for.
TREES: dict[str, Any] = {
    "objective": "quantile",
    "alpha": 0.5,
    "learning_rate": 0.05,
    "num_leaves": 7,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "num_threads": 1,
    "deterministic": True,
    "seed": 1,
    "verbose": -1,
}
ROUNDS = 150


def last_week_root(names: list[str], values: Floats) -> Floats:
    """Square root of last week's kg over the series' scale, from the feature that tells it; shape as `values` without its last."""
    logs = np.nan_to_num(values[..., names.index("level week 1 back")])
    return np.sqrt(np.maximum(np.exp(logs) * (1 + LEVEL_FLOOR) - LEVEL_FLOOR, 0))


@dataclass(frozen=True)
class FittedTrees:
    trees: Any
    name: str
    from_last_week: bool

    def fit(self, known: Known) -> OutlookModel:
        return self

    def predict(self, known: Known) -> Floats:
        names, values = known.features
        root = np.asarray(self.trees.predict(values.reshape(-1, len(names)))).reshape(values.shape[:2])
        return _in_kg(np.maximum(root + self._start(names, values), 0) ** 2, known.history.kg)

    def _start(self, names: list[str], values: Floats) -> Floats | float:
        return last_week_root(names, values) if self.from_last_week else 0.0

    def moved(self, known: Known) -> Floats:
        names, values = known.features
        shares = np.asarray(self.trees.predict(values.reshape(-1, len(names)), pred_contrib=True)).reshape(*values.shape[:2], -1)
        whole = np.maximum(shares.sum(axis=2) + self._start(names, values), 0)
        told = {mover: _of_mover(names, shares, mover) for mover in TOLD_APART}
        # A square a^2 - b^2 is (a + b) times what the movers add to the root b; below zero nothing is taken away twice.
        per_root = whole + np.maximum(whole - sum(told.values()), 0)
        told_kg = {mover: _in_kg_signed(per_root * share, known.history.kg) for mover, share in told.items()}
        return moved_by(_in_kg(whole**2, known.history.kg), level_kg(known.history.kg), told_kg)


@dataclass(frozen=True)
class LeastAbsolute:
    """A straight line through the logarithms of the same ratios, by least absolute deviations with a ridge.

    Source: Koenker & Bassett (1978), Econometrica 46, at one half, solved by iteratively reweighted least squares (Schlossmacher 1973,
    J. Am. Stat. Assoc. 68). It strays less than trees do where few weeks are known.
    """

    name: str = "line"

    def fit(self, known: Known) -> OutlookModel:
        taught = known.examples
        if taught is None:
            return GeometricMean(2)
        kept = [number for number, name in enumerate(taught.names) if name not in NOT_STRAIGHT]
        x = taught.x[:, kept]
        middle = np.array([np.median(column[~np.isnan(column)]) if not np.isnan(column).all() else 0.0 for column in x.T])
        spread = _filled(x, middle).std(axis=0) + 1e-6
        line = FittedLine(kept, taught.names.index("ahead weeks"), middle, spread, np.zeros(0), self.name)
        return FittedLine(kept, line.ahead, middle, spread, _deviations(line.design(taught.x), taught), self.name)

    def predict(self, known: Known) -> Floats:
        return self.fit(known).predict(known)

    def moved(self, known: Known) -> Floats:
        return self.fit(known).moved(known)


NOT_STRAIGHT = ("ahead weeks", "level weeks since first sale", "level weeks sold")
RIDGE = 1000.0  # in examples of mean weight: about that many are needed before a feature moves the guess freely; assumed
RATIO_FLOOR = 0.05  # so that a week without sales has a logarithm
STEPS = 12
LOGS = (-4.0, 2.0)  # no guess is further than that from the usual


@dataclass(frozen=True)
class FittedLine:
    """kept, ahead : numbers of features; middle, spread : of the kept ones; slopes : of the columns of `design`."""

    kept: list[int]
    ahead: int
    middle: Floats
    spread: Floats
    slopes: Floats
    name: str

    def fit(self, known: Known) -> OutlookModel:
        return self

    def design(self, x: Floats) -> Floats:
        """One, every feature, and every feature times the weeks ahead; shape (rows, columns)."""
        z = _filled(x[:, self.kept], self.middle) / self.spread
        ahead = x[:, self.ahead, None] / 4
        return np.concatenate([np.ones_like(ahead), ahead, z, z * ahead], axis=1)

    def predict(self, known: Known) -> Floats:
        names, values = known.features
        logs = self.design(values.reshape(-1, len(names))) @ self.slopes
        return _in_kg(np.exp(logs.clip(*LOGS)).reshape(values.shape[:2]) - RATIO_FLOOR, known.history.kg)

    def moved(self, known: Known) -> Floats:
        names, values = known.features
        shares = (self.design(values.reshape(-1, len(names))) * self.slopes).reshape(*values.shape[:2], -1)
        columns = ["level", "ahead", *(2 * [names[number] for number in self.kept])]
        logs = {mover: _of_mover(columns, shares, mover) for mover in TOLD_APART}
        whole = shares.sum(axis=2)
        per_log = logarithmic_mean(np.exp(whole.clip(*LOGS)), np.exp((whole - sum(logs.values())).clip(*LOGS)))
        told_kg = {mover: _in_kg_signed(per_log * share, known.history.kg) for mover, share in logs.items()}
        return moved_by(self.predict(known), level_kg(known.history.kg), told_kg)


def _filled(x: Floats, middle: Floats) -> Floats:
    """Features around their middle, unknown ones at it, none further away than 3 (a factor of 20)."""
    return np.asarray(np.nan_to_num(x - middle).clip(-3, 3))


def _deviations(design: Floats, taught: Examples) -> Floats:
    target = np.log(taught.ratio + RATIO_FLOOR)
    ridge = np.diag(np.r_[1e-3, np.full(design.shape[1] - 1, RIDGE)])
    weight, slopes = taught.weight, np.zeros(design.shape[1])
    for _ in range(STEPS):
        weighted = (design * weight[:, None]).T
        slopes = np.linalg.solve(weighted @ design + ridge, weighted @ target)
        weight = taught.weight / np.maximum(np.abs(target - design @ slopes), 0.05)
    return slopes


def _in_kg(ratio: Floats, kg: Floats) -> Floats:
    """Ratios times each series' scale, never below zero; nothing where nothing was sold for 8 weeks."""
    return _in_kg_signed(np.maximum(ratio, 0), kg)


def _in_kg_signed(ratio: Floats, kg: Floats) -> Floats:
    sells = np.asarray(kg[:, -8:].max(axis=1) > 0)
    return np.where(sells[:, None], ratio * level_scale_kg(kg)[:, None], 0.0)


TOLD_APART = tuple(mover for mover in MOVERS if mover != "recent")


def _of_mover(names: list[str], shares: Floats, mover: str) -> Floats:
    """Sum of the shares of the features that tell of this mover, shape as `shares` without the last; features first among its columns."""
    columns = [at for at, name in enumerate(names) if name.startswith(mover)]
    return np.asarray(shares[..., columns].sum(axis=-1))
