"""The week's picking list: how many kg of what to pick on which plots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pinfold.fields.crops import Crop


@dataclass(frozen=True)
class RipePlot:
    """What the latest forecasts say of one plot: ripe from `ripe_on` (median), `harvest_kg` in the whole season (mean)."""

    plot_id: str
    household_id: str
    crop: str
    ripe_on: date
    harvest_kg: float


@dataclass(frozen=True)
class PromisedLot:
    """kg : forecast kg of product of the lot's grade; kg_promised : what pins and bids have taken of it."""

    crop: str
    product_id: str
    grade: int
    kg: float
    kg_promised: float


@dataclass(frozen=True)
class PickLine:
    """kg of harvest (as weighed on the plot, before processing): expected ripe this week, and at least to be picked for what is sold."""

    plot_id: str
    household_id: str
    crop: str
    ripe_kg: float
    pick_kg: float


def pick_lines(plots: Sequence[RipePlot], lots: Sequence[PromisedLot], crops: dict[str, Crop], monday: date) -> list[PickLine]:
    """One line per plot that has something ripe in the week from `monday`, most first.

    The share of a crop that must be picked is set by the grade that is sold most fully: grades show only after picking, so every plot
    picks the same share of what is ripe there. What is ripe beyond it falls under the cooperative's guarantee.
    """
    share = {name: _share_sold(lot for lot in lots if lot.crop == name) for name in crops}
    lines = []
    for plot in plots:
        ripe_kg = plot.harvest_kg * ripe_share(crops[plot.crop], plot.ripe_on, monday)
        if ripe_kg >= 0.05:
            lines.append(PickLine(plot.plot_id, plot.household_id, plot.crop, ripe_kg, ripe_kg * share[plot.crop]))
    return sorted(lines, key=lambda line: (line.crop, -line.pick_kg, -line.ripe_kg, line.plot_id))


def ripe_share(crop: Crop, ripe_on: date, monday: date) -> float:
    """Share of a plot's harvest that is picked in the week from `monday`, 0..1, from the crop's picking profile."""
    days = np.array([(monday - ripe_on).days, (monday + timedelta(days=7) - ripe_on).days], dtype=np.float64)
    start, end = crop.picked_share(days)
    return float(end - start)


def _share_sold(lots: Iterable[PromisedLot]) -> float:
    return max((min(1.0, lot.kg_promised / lot.kg) for lot in lots if lot.kg > 0), default=0.0)
