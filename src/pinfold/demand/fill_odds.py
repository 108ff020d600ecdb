"""The odds that a pin fills by its deadline, from the seats joined so far and the time left.

Seats are joined one by one at random moments, at a steady rate of `rate` seats a day that belongs to this pin (a Poisson process).
Pins differ: over all pins the rate follows a Gamma distribution with shape a and b days (mean a / b seats a day), the prior. After t days
in which j seats were joined, Bayes' rule gives

    p(rate | j, t)  ~  rate^(a - 1) e^(-b rate) * rate^j e^(-t rate)     =>     rate ~ Gamma(a + j, b + t)

so the prior counts like a seats seen in b days. In the u days left the number N of further seats is Poisson given the rate; averaged
over the rate it is negative binomial: N seats come, each with the chance q = u / (b + t + u), before a + j times none does. The pin fills
if N is at least the number m of seats still open, and the upper tail of a negative binomial is a regularised incomplete beta function:

    P(fills) = P(N >= m) = I_q(m, a + j)

Source: Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), section 2.6 (Gamma-Poisson); NIST Digital Library of Mathematical Functions
8.17.5 (the tail as incomplete beta).

Where not to trust this: the rate is taken as steady, so joins that come in one burst after a shared link, or a rush in the last hours, are
not foreseen; nights count like days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import Floats
from pinfold.demand.rules import DemandRules

PINS_MIN = 5  # two moments from fewer past pins would be noise
SHAPE_MAX = 1000.0  # pins that differ no more than chance: one common rate, as good as known


@dataclass(frozen=True)
class JoinPrior:
    """What is believed about a pin's rate before anybody joined: like `seats` seats seen in `days` days, both > 0."""

    seats: float
    days: float

    def __post_init__(self) -> None:
        if not (self.seats > 0 and self.days > 0):
            raise InputError(f"prior of {self.seats} seats in {self.days} days; both must be above zero")


def fill_odds(
    joined: npt.ArrayLike, size: npt.ArrayLike, elapsed_days: npt.ArrayLike, left_days: npt.ArrayLike, prior: JoinPrior
) -> Floats:
    """Probability that each pin has all its seats joined by its deadline; the inputs are broadcast against each other.

    joined : seats joined so far, >= 0
    size : seats that fill the pin, >= 1
    elapsed_days : days since it opened, >= 0
    left_days : days to its deadline; none (or less) left means 0, unless it is full
    Raises InputError on negative seats or days, or a size below 1.

    By hand: prior of 1 seat in 1 day, 1 day gone, 1 of 2 seats joined, 2 days left. The rate is Gamma(2, 2), q = 2 / (2 + 2) = 1/2,
    and nobody comes with the chance (1 - q)^2 = 1/4.

    >>> float(fill_odds(joined=1, size=2, elapsed_days=1, left_days=2, prior=JoinPrior(seats=1, days=1)))
    0.75
    """
    given = (np.asarray(each, dtype=np.float64) for each in (joined, size, elapsed_days, left_days))
    joined, size, elapsed, left = np.broadcast_arrays(*given)
    if (joined < 0).any() or (elapsed < 0).any() or (size < 1).any():
        raise InputError("fill odds need joined seats and elapsed days of 0 or more and a size of 1 or more")
    missing = size - joined
    left = np.maximum(left, 0)
    chance = left / (prior.days + elapsed + left)
    # betainc is not defined for zero missing seats; those pins are full.
    return np.asarray(np.where(missing <= 0, 1.0, betainc(np.maximum(missing, 1), prior.seats + joined, chance)))


def default_prior(rules: DemandRules) -> JoinPrior:
    """The stated prior for a cooperative without past pins."""
    return JoinPrior(rules.prior_seats, rules.prior_seats / rules.prior_seats_per_day)


def fit_prior(joined: npt.ArrayLike, open_days: npt.ArrayLike, rules: DemandRules) -> JoinPrior:
    """Prior whose mean and variance match past pins, or the stated default for fewer than 5 pins or none ever joined.

    joined : seats joined in each past pin while it was open, shape (pins,), >= 0
    open_days : how long each was open (until it filled or expired), shape (pins,), > 0
    With counts n_i in t_i days: mean m = sum n / sum t; since Var(n_i) = m t_i + v t_i^2, the variance of rates is
    v = sum((n_i - m t_i)^2 - m t_i) / sum t_i^2; the Gamma has a = m^2 / v seats and b = m / v days.
    Source: method of moments for overdispersed counts, as in Gelman et al. (2013), exercise 2.20 and section 2.6.
    """
    seats, days = np.asarray(joined, dtype=np.float64), np.asarray(open_days, dtype=np.float64)
    if (seats < 0).any() or (days <= 0).any():
        raise InputError("past pins need joined seats of 0 or more and open days above 0")
    if len(seats) < PINS_MIN or seats.sum() == 0:
        return default_prior(rules)
    mean = seats.sum() / days.sum()
    variance = (((seats - mean * days) ** 2) - mean * days).sum() / (days**2).sum()
    shape = SHAPE_MAX if variance <= mean**2 / SHAPE_MAX else mean**2 / variance
    return JoinPrior(float(shape), float(shape / mean))
