"""What was wanted in weeks that sold out: at least what was sold, and how much more is guessed from the weeks before.

A shelf that ran empty shows sales, not demand. Taken as demand it would be planned less, and sell less again. For a week that sold out at
s kg, with `usual` and `sd` the mean and standard deviation of the 8 weeks before (themselves filled in this way), demand is taken as normal
and known to be s or more:

    E[D | D >= s]  =  usual + sd * phi(z) / (1 - Phi(z)),    z = (s - usual) / sd

and never as less than s. Where nothing is known from before, it is s.

Source: Tobin (1958), Econometrica 26:24-36 (the likelihood of what is known to be at least so much); Wecker (1978), Management Science
24:1043-1054 (forecasts from sales with stock-outs are too low); the mean of a truncated normal: Johnson, Kotz & Balakrishnan, Continuous
Univariate Distributions, 2nd ed. (1994), section 13.10.

Where not to trust this: a product that sells out week after week is guessed to be wanted a little more each time, and nobody sees how much
more; the spread of what stands in for unseen weeks is smaller than that of weeks that were seen.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from pinfold.basics.quantiles import Floats

BEFORE_WEEKS = 8
LOG_ROOT_TWO_PI = 0.5 * np.log(2 * np.pi)


def wanted_kg(sold: Floats, sold_out: npt.NDArray[np.bool_]) -> Floats:
    """Kg wanted in each week, shape (series, weeks): what was sold, and in weeks that sold out what is expected given at least that.

    sold : float array, shape (series, weeks), the oldest first; sold_out : same shape. Only earlier weeks are looked at.
    By hand: four weeks of 10 kg, then sold out at 4: 10 were wanted, as always; sold out at 14: 14 at least.

    >>> wanted_kg(np.array([[10.0, 10, 10, 10, 4, 14]]), np.array([[False] * 4 + [True] * 2]))
    array([[10., 10., 10., 10., 10., 14.]])
    """
    wanted = sold.astype(float)
    for series, week in zip(*np.nonzero(sold_out), strict=True):
        begun = int((sold[series] > 0).argmax())  # before its first sale a product was not on offer
        wanted[series, week] = at_least(wanted[series, max(begun, week - BEFORE_WEEKS) : week], float(sold[series, week]))
    return wanted


def at_least(before: Floats, sold: float) -> float:
    """Kg expected of a week in which `sold` or more were wanted, from the weeks before.

    >>> round(at_least(np.array([8.0, 12.0]), 10.0), 2)  # 10, and 0.8 of a deviation of 2 above it
    11.6
    """
    if not len(before):
        return sold
    usual, sd = float(before.mean()), float(before.std())
    if sd == 0:
        return max(usual, sold)
    z = (sold - usual) / sd
    hazard = float(np.exp(-0.5 * z * z - LOG_ROOT_TWO_PI - log_ndtr(-z)))
    return max(usual + sd * hazard, sold)
