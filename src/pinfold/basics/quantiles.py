"""The five quantiles that every forecast carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEVELS = (0.10, 0.25, 0.50, 0.75, 0.90)
COLUMNS = ("p10", "p25", "p50", "p75", "p90")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outlook:
    """Forecast of many quantities at once.

    mean : float array, shape (rows,)
    quantiles : float array, shape (rows, 5), non-decreasing along each row, at LEVELS
    """

    mean: Floats
    quantiles: Floats

    def __post_init__(self) -> None:
        assert self.quantiles.shape == (len(self.mean), len(LEVELS)), f"quantiles have shape {self.quantiles.shape}"
        assert not (np.diff(self.quantiles, axis=1) < -1e-9).any(), "quantiles cross"


def pinball(actual: Floats, quantiles: Floats) -> float:
    """Mean of twice the pinball loss over rows and LEVELS, in the unit of `actual`: approximates the CRPS.

    Source: Gneiting & Raftery (2007), J. Am. Stat. Assoc. 102, eq. 40; the factor 2 makes it an integral over levels.
    """
    error = actual[:, None] - quantiles
    levels = np.asarray(LEVELS)
    return float(2 * np.maximum(levels * error, (levels - 1) * error).mean())
