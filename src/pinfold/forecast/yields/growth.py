"""Young trees: what a plot bears is what full-grown trees would bear, times the share that trees of its age bear (crop file, by age).

Models are given the record as if all trees had been full-grown in every season, so that growth is not taken for good seasons or for
alternate bearing; the forecast is then scaled back to the trees' age. Whether that serves is decided on past seasons (issue_yield.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from pinfold.basics.quantiles import Floats
from pinfold.fields.crops import crop, known_crops
from pinfold.forecast.yields.interface import HarvestRecord

# A harvest of trees that bear less than a tenth says nothing of what they will bear when full-grown. Assumed.
TELLS_FROM_SHARE = 0.1
# A share is never quite 0, because harvests are divided by it.
SHARE_MIN = 0.01


def bearing_shares(crop_name: str, plots: pl.DataFrame, seasons: Sequence[int]) -> Floats | None:
    """Share of full bearing of each plot in each season, shape (plots, seasons), SHARE_MIN .. 1; None where no plot is known to be young.

    plots : planted_on (may be absent, or null: full-grown)
    """
    if "planted_on" not in plots.columns or crop_name not in known_crops():
        return None
    planted = plots["planted_on"].dt.year().cast(pl.Float64).to_numpy()
    shares = crop(crop_name).bearing_share(np.asarray(seasons, dtype=float) - planted[:, None])
    shares = np.where(np.isfinite(planted)[:, None], np.maximum(shares, SHARE_MIN), 1.0)
    return shares if (shares < 1).any() else None


def full_grown(record: HarvestRecord, bearing: Floats) -> HarvestRecord:
    """The record as if its trees had been full-grown in every season; its size is what they are in the season that is forecast.

    bearing : shape (plots, seasons + 1), the share of the season that is forecast last
    """
    past = bearing[:, :-1]
    root = np.where(past >= TELLS_FROM_SHARE, record.root / np.sqrt(past), np.nan)
    return replace(record, root=root, size=record.size * bearing[:, -1], bearing=bearing)
