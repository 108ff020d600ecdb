"""What a plan is worth when its yuan differ from scenario to scenario: their mean, and the mean of the worst."""

from __future__ import annotations

from math import ceil

import numpy as np

from pinfold.match.season import Floats
from pinfold.match.uncertain.rules import UncertainRules


def tail_mean(yuan: Floats, tail_share: float) -> float:
    """Conditional value at risk: the mean of the worst `tail_share` of equally likely scenarios, the last of them in part.

    Source: Rockafellar & Uryasev (2000), Journal of Risk 2(3).

    >>> float(tail_mean(np.array([5.0, 1.0, 3.0, 7.0]), 0.5))
    2.0
    """
    return float(np.sort(yuan) @ _tail_weights(len(yuan), tail_share))


def weights(yuan: Floats, rules: UncertainRules) -> Floats:
    """Weights of the scenarios, sum 1, that make their weighted mean what the rules say they are worth: least of all such weights.

    Any weights from this set that fit other yuan make the mean no smaller, which is why a bound may use any (see `dual.bound`).
    """
    found = np.full(len(yuan), (1 - rules.risk_weight) / len(yuan))
    found[np.argsort(yuan, kind="stable")] += rules.risk_weight * _tail_weights(len(yuan), rules.tail_share)
    return found


def worth(yuan: Floats, rules: UncertainRules) -> float:
    """(1 - risk weight) x mean + risk weight x mean of the worst."""
    return float(yuan @ weights(yuan, rules))


def _tail_weights(count: int, tail_share: float) -> Floats:
    """Weights of sorted scenarios, worst first: those of the tail alike, the last of them what is left."""
    held = tail_share * count
    whole: Floats = np.clip(held - np.arange(count), 0, 1) / held
    assert ceil(held) >= 1
    return whole
