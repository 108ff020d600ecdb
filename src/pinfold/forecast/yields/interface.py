"""What a yield model is given and what it gives back.

Models work on the square root of kg per unit of size: roots of harvests have about the same spread whether a tree bears little
or much, zero is allowed, and a season that is good for all is good for the large by more kg than for the small.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pinfold.basics.quantiles import Floats
from pinfold.forecast.expectation import Expectation

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class HarvestRecord:
    """Past harvests of all plots of one crop.

    seasons : int array, shape (seasons,), rising, all before `season`
    root : float array, shape (plots, seasons), square root of kg per unit of size, NaN where not harvested or not known
    size : float array, shape (plots,), trees or m², or 1 where neither is known
    block : int array, shape (plots,), number of the block or village that shares its luck
    season : the season that is forecast
    """

    seasons: Ints
    root: Floats
    size: Floats
    block: Ints
    season: int

    @property
    def has_past(self) -> npt.NDArray[np.bool_]:
        """Which plots have at least one harvest on record, shape (plots,)."""
        return np.asarray(np.isfinite(self.root).any(axis=1))

    def as_known_in(self, index: int) -> HarvestRecord:
        """The record as it stood before past season number `index`."""
        return replace(self, seasons=self.seasons[:index], root=self.root[:, :index], season=int(self.seasons[index]))


class YieldModel(Protocol):
    """Says what each plot will bear, on the root scale. A plot without a past gets what others of its crop bear."""

    @property
    def name(self) -> str: ...

    def expect(self, record: HarvestRecord) -> Expectation:
        """Location and spread for every plot; never silent. `record` holds at least one harvest."""
