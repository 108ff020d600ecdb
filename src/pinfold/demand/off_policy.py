"""What another ranking would have brought, from lists that were shown under a ranking with known chances.

Each place of a list showed pin a at position k with the propensity q it was given there; another ranking would have put it there with the
chance p. Weighted by w = p / q, what people did with what they saw stands for what they would have done. With r whether they did it:

    IPS = sum(w r) / places,    SNIPS = sum(w r) / sum(w).

IPS is unbiased where q > 0 wherever p > 0; its weights sum to the number of places only on average, and SNIPS, which divides by what they
do sum to, is steadier for a bias that vanishes with more lists. Taken for granted: what somebody does at a place depends on the pin and the
place, not on its neighbours (the item-position model of Li et al. 2018).

Source: Swaminathan & Joachims (2015), NIPS 28; Li et al. (2018), KDD, "Offline evaluation of ranking policies with click models";
effective number: Kish (1965), Survey Sampling; interval: percentile bootstrap over people (Efron & Tibshirani 1993), because one person's
lists are alike.

Where not to trust this: when `effective` is small, a few places decide; when `mean_weight` is far from 1, the other ranking would have
shown what never was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import Floats

DRAWS = 1000


@dataclass(frozen=True)
class Estimate:
    """Things done a place shown.

    shown : mean over what was shown, whatever the ranking; ips, snips : had the other ranking stood there
    low, high : 95 % interval of snips
    effective : places of equal weight that would say as much; mean_weight : 1 where the other ranking was fully covered
    """

    places: int
    people: int
    shown: float
    ips: float
    snips: float
    low: float
    high: float
    effective: float
    mean_weight: float


def evaluate(target: Floats, propensity: Floats, done: Floats, person: npt.NDArray[np.int64], seed: int) -> Estimate:
    """The estimate, from arrays of shape (places,).

    target : chance of the pin at its place under the other ranking, 0 .. 1; propensity : the chance under which it stood there, above 0
    done : 0 or 1; person : any number that stands for one person
    Raises InputError without places, on a propensity that is no chance, or when the other ranking would have shown nothing of this.

    By hand: of two places shown evenly at random, the other ranking takes the first, where something was done.

    >>> both = evaluate(np.array([1.0, 0]), np.array([0.5, 0.5]), np.array([1.0, 0]), np.array([1, 2]), seed=0)
    >>> both.shown, both.ips, both.snips, both.effective
    (0.5, 1.0, 1.0, 1.0)
    """
    if not len(target):
        raise InputError("no list was shown whose ranking left anything to chance; export events of more days")
    if (propensity <= 0).any() or (propensity > 1).any():
        raise InputError(f"a propensity is {propensity[(propensity <= 0) | (propensity > 1)][0]}; each must be above 0 and at most 1")
    weight = target / propensity
    if not weight.any():
        raise InputError("the other ranking would have shown none of these pins where they stood; nothing can be said about it")
    _, who = np.unique(person, return_inverse=True)
    of_person: Floats = np.stack([np.bincount(who, weight * done), np.bincount(who, weight)]).astype(np.float64)
    low, high = np.quantile(_bootstrap(of_person, seed), [0.025, 0.975])
    return Estimate(
        places=len(target),
        people=of_person.shape[1],
        shown=float(done.mean()),
        ips=float((weight * done).mean()),
        snips=float((weight * done).sum() / weight.sum()),
        low=float(low),
        high=float(high),
        effective=float(weight.sum() ** 2 / (weight**2).sum()),
        mean_weight=float(weight.mean()),
    )


def _bootstrap(of_person: Floats, seed: int) -> Floats:
    """SNIPS of DRAWS samples of as many people, drawn with replacement; samples without any weight are left out."""
    rng, people = np.random.default_rng(seed), of_person.shape[1]
    sums = np.array([of_person[:, rng.integers(0, people, people)].sum(axis=1) for _ in range(DRAWS)])
    sums = sums[sums[:, 1] > 0]
    return np.asarray(sums[:, 0] / sums[:, 1])
