"""What every model of this room says: a middle and a spread for each plot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinfold.basics.quantiles import Floats


@dataclass(frozen=True)
class Expectation:
    """One model's word on every plot; NaN in both where it has nothing to say.

    location : float array, shape (plots,)
    spread : float array, shape (plots,), > 0: standard deviation of what is still open, before the backtest corrects it
    """

    location: Floats
    spread: Floats

    def __post_init__(self) -> None:
        assert self.location.shape == self.spread.shape, f"shapes {self.location.shape} and {self.spread.shape} differ"
        silent = np.isnan(self.location)
        assert (silent == np.isnan(self.spread)).all(), "a location without spread, or the other way round"
        assert (self.spread[~silent] > 0).all(), "a spread must be more than 0"

    def or_else(self, simple: Expectation) -> Expectation:
        """This expectation, and `simple` for the plots on which it is silent."""
        silent = np.isnan(self.location)
        return Expectation(np.where(silent, simple.location, self.location), np.where(silent, simple.spread, self.spread))
