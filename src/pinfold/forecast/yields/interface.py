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
from pinfold.forecast.shocks import Places

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class HarvestRecord:
    """Past harvests of all plots of one crop.

    seasons : int array, shape (seasons,), rising, all before `season`
    root : float array, shape (plots, seasons), square root of kg per unit of size, NaN where not harvested or not known
    size : float array, shape (plots,), trees or m², or 1 where neither is known
    places : blocks or villages, and districts, that share their luck
    season : the season that is forecast
    covariates : float array, shape (plots, seasons + 1, kinds), numbers known before each harvest, those of `season` last; NaN where not
        known; None where no such table is kept
    bearing : float array, shape (plots, seasons + 1), above 0: share of full bearing by age that `root` and `size` are freed of
        (growth.py); None where ages are not looked at
    """

    seasons: Ints
    root: Floats
    size: Floats
    places: Places
    season: int
    covariates: Floats | None = None
    bearing: Floats | None = None

    @property
    def has_past(self) -> npt.NDArray[np.bool_]:
        """Which plots have at least one harvest on record, shape (plots,)."""
        return np.asarray(np.isfinite(self.root).any(axis=1))

    def latest(self, seasons_max: int) -> HarvestRecord:
        """The record without all but its last `seasons_max` seasons."""
        kept = slice(-seasons_max - 1, None)
        return replace(
            self,
            seasons=self.seasons[-seasons_max:],
            root=self.root[:, -seasons_max:],
            covariates=None if self.covariates is None else self.covariates[:, kept],
            bearing=None if self.bearing is None else self.bearing[:, kept],
        )

    def as_known_in(self, index: int) -> HarvestRecord:
        """The record as it stood before past season number `index`."""
        known = slice(index + 1)
        return replace(
            self,
            seasons=self.seasons[:index],
            root=self.root[:, :index],
            season=int(self.seasons[index]),
            size=self.size if self.bearing is None else self.size * self.bearing[:, index] / self.bearing[:, -1],
            covariates=None if self.covariates is None else self.covariates[:, known],
            bearing=None if self.bearing is None else self.bearing[:, known],
        )


@dataclass(frozen=True)
class HarvestExpectation(Expectation):
    """A model's word on every plot. `spread` is what a plot leaves open when its season is known; the rest of the season adds

    season_spread : standard deviation of the season part that all plots share, root scale, > 0, before the backtest corrects it
    """

    season_spread: float

    @property
    def season_scale(self) -> float:
        """`season_spread` in units of the usual plot's spread."""
        return self.season_spread / float(np.median(self.spread))

    def of(self, rows: Ints | npt.NDArray[np.bool_]) -> HarvestExpectation:
        """The same for some of the plots."""
        return HarvestExpectation(self.location[rows], self.spread[rows], self.season_spread)


class YieldModel(Protocol):
    """Says what each plot will bear, on the root scale. A plot without a past gets what others of its crop bear."""

    @property
    def name(self) -> str: ...

    def expect(self, record: HarvestRecord) -> HarvestExpectation:
        """Location and spreads; never silent. `record` holds at least one harvest."""


class LearnedModel(YieldModel, Protocol):
    """A model that is let in only where it beats the simple model named `extends`, whose place it then takes."""

    @property
    def extends(self) -> str: ...

    def can_learn_from(self, record: HarvestRecord) -> bool:
        """Whether the record holds what the model needs beyond harvests."""
