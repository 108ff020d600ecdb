"""What is known of a plot before its harvest, beside its fruit: how much its plants shade, what was put on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pinfold.basics.errors import InputError

# Name, which is also the column in the table covariates, and the most that can be told.
CANOPY, FERTILISER = "canopy_percent", "fertiliser_kg"
CONDITIONS = {CANOPY: 100.0, FERTILISER: 100_000.0}


@dataclass(frozen=True)
class ConditionReport:
    """One number about one plot in one season; a later one takes its place.

    name : one of CONDITIONS. amount : canopy_percent: share of the ground that is shaded at noon, %; fertiliser_kg: kg put on the plot in
        the season so far
    Raises InputError for another name, or an amount that cannot be.

    >>> ConditionReport("p1", 2026, "canopy_percent", 65.0, date(2026, 8, 2)).amount
    65.0
    """

    plot_id: str
    season: int
    name: str
    amount: float
    reported_on: date
    reported_by: str = ""

    def __post_init__(self) -> None:
        if self.name not in CONDITIONS:
            raise InputError(f"plot {self.plot_id}: there is no such condition as {self.name!r}; report one of {', '.join(CONDITIONS)}")
        if not 0 <= self.amount <= CONDITIONS[self.name]:
            raise InputError(f"plot {self.plot_id}: {self.name} is {self.amount:g}; give a number from 0 to {CONDITIONS[self.name]:g}")
