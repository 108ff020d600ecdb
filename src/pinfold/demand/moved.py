"""What moved an outlook away from the usual weeks, in kg, so that a page can say it in a sentence.

Each row of the outlook carries a column for each of PARTS. They sum to its mean:

    usual_kg     mean of the last 8 weeks, where the series stands without anything else
    recent_kg    what the newest weeks and days say beyond that: up or down lately, a shelf that ran empty
    season_kg    the time of the year: last year's same weeks, the sun's year
    festival_kg  Spring Festival, Mid-Autumn and days off
    price_kg     prices paid and asked against the usual ones
    alike_kg     what products alike sell, for a series too young to speak for itself
    errors_kg    what earlier forecasts of this kind missed on average, and what a mean needs above a median

For instance 40 usual, 3 recent, 6 festival, -1 errors and nothing else is a mean of 48: "About 48 kg, of which 40 as usual, 6 more for the
festival, 3 more because the last weeks were good." The parts say what the models answered to and prove no cause.

Source: trees by Shapley values (Lundberg et al. 2020, Nature Machine Intelligence 2, path-dependent TreeSHAP as LightGBM has it), a line in
logarithms by the logarithmic mean (Ang 2004, Energy Policy 32), both of which leave nothing over.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pinfold.basics.quantiles import Floats

MOVERS = ("recent", "season", "festival", "price", "alike")  # what a model can tell apart
PARTS = ("usual", *MOVERS, "errors")
PART_COLUMNS = tuple(f"{part}_kg" for part in PARTS)


def moved_by(guess: Floats, usual: Floats, known: Mapping[str, Floats]) -> Floats:
    """Kg that each of MOVERS adds to the usual, shape (movers, series, weeks), summing to the guess less the usual.

    guess : float array, shape (series, weeks); usual : shape (series,); known : kg of every other mover that a model can tell
    What nothing else explains is recent: the models look at little but the last weeks.

    >>> moved_by(np.array([[48.0]]), np.array([40.0]), {"festival": np.array([[6.0]])})[:, 0, 0]
    array([2., 0., 6., 0., 0.])
    """
    parts = np.zeros((len(MOVERS), *guess.shape))
    for name, kg in known.items():
        parts[MOVERS.index(name)] = kg
    parts[0] = guess - usual[:, None] - parts.sum(axis=0)
    return parts


def logarithmic_mean(a: Floats, b: Floats) -> Floats:
    """(a - b) / (log a - log b), for a, b > 0; a where both are the same.

    >>> logarithmic_mean(np.array([1.0, 3.0]), np.array([np.e, 3.0])).round(3)
    array([1.718, 3.   ])
    """
    logs = np.log(a) - np.log(b)
    small = np.abs(logs) < 1e-9
    return np.where(small, a, (a - b) / np.where(small, 1.0, logs))
