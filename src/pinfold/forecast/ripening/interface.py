"""What a ripening model is given and what it gives back.

Days are counted from 1 January of the season's year (day 0), so a harvest after the new year has a day above 365.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pinfold.basics.quantiles import Floats
from pinfold.forecast.expectation import Expectation

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Heat:
    """Daily mean temperatures of the places where plots stand.

    temperature_c : float array, shape (places, days), °C, NaN where the day is missing
    first_day : ordinal of the first day (date.toordinal)
    place : int array, shape (plots,), row of each plot's place, -1 where none measures
    """

    temperature_c: Floats
    first_day: int
    place: Ints

    def until(self, last_day: int) -> Heat:
        """The same without anything after the ordinal `last_day`."""
        return replace(self, temperature_c=self.temperature_c[:, : max(0, last_day - self.first_day + 1)])

    def window(self, season: int, first: int, length: int) -> Floats:
        """Temperatures of one season from day `first` on, shape (places, length), NaN outside the record."""
        start = date(season, 1, 1).toordinal() + first - self.first_day
        found = np.full((len(self.temperature_c), length), np.nan)
        low, high = max(0, start), min(self.temperature_c.shape[1], start + length)
        if low < high:
            found[:, low - start : high - start] = self.temperature_c[:, low:high]
        return found


@dataclass(frozen=True)
class StageRecord:
    """All that is known of one stage of one crop on the day of issue.

    seasons : int array, shape (seasons,), rising, all before `season`
    days : float array, shape (plots, seasons), day on which the stage was seen, NaN where nobody reported
    earlier : float array, shape (stages before, plots, seasons), day of each stage that usually comes before this one, the nearest
        first, NaN where unknown
    season : the season that is forecast
    issued_day : day of issue, counted like `days`
    earlier_now : float array, shape (stages before, plots), the same in `season`, NaN where not yet reported
    heat : temperatures until the day of issue, and of later days that were forecast, or None
    base_c : the crop file's base temperature, °C, or None for a crop without file
    days_now : float array, shape (plots,), day on which the stage was seen in `season`, NaN where not yet; None where nobody asked
    sites : float array, shape (plots, 3), km east, km north, m above the sea, NaN where unknown; None where plots have no place
    groups : int arrays, shape (plots,), from wide to narrow, the number of each plot's variety and of its village in it; none where
        they are not known, or all the same
    """

    seasons: Ints
    days: Floats
    earlier: Floats
    season: int
    issued_day: int
    earlier_now: Floats
    heat: Heat | None = None
    base_c: float | None = None
    days_now: Floats | None = None
    sites: Floats | None = None
    groups: tuple[Ints, ...] = ()

    def as_known_in(self, index: int) -> StageRecord:
        """The record as it stood in past season number `index` on the same day of the season: nothing later remains."""
        season = int(self.seasons[index])
        reported, seen = self.earlier[:, :, index], self.days[:, index]
        # The season before may still have been running: its later days are not known either.
        issued = date(season, 1, 1).toordinal() + self.issued_day
        last_known = np.array([issued - date(int(past), 1, 1).toordinal() for past in self.seasons[:index]], dtype=float)
        days, earlier = self.days[:, :index], self.earlier[:, :, :index]
        return replace(
            self,
            seasons=self.seasons[:index],
            days=np.where(days <= last_known, days, np.nan),
            earlier=np.where(earlier <= last_known, earlier, np.nan),
            season=season,
            earlier_now=np.where(reported <= self.issued_day, reported, np.nan),
            days_now=np.where(seen <= self.issued_day, seen, np.nan),
            heat=None if self.heat is None else self.heat.until(issued),
        )


class RipeningModel(Protocol):
    """Says on which day each plot reaches a stage, without regard to the day of issue: that it has not happened yet is
    put in afterwards, in the same way for every model."""

    @property
    def name(self) -> str: ...

    def expect(self, record: StageRecord) -> Expectation | None:
        """Day and spread in days for every plot, or None when the record is too short for this model."""
