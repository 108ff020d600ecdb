"""Once more what it bore last: for young orchards that grow from year to year."""

from __future__ import annotations

import numpy as np

from pinfold.forecast.yields.interface import HarvestExpectation, HarvestRecord
from pinfold.forecast.yields.own_mean import for_all, spread_within, usual_season_spread


class LastSeason:
    name = "last season"

    def expect(self, record: HarvestRecord) -> HarvestExpectation:
        """The last harvest on record of each plot."""
        seen = np.isfinite(record.root)
        last = record.root.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1)
        own = np.where(seen.any(axis=1), record.root[np.arange(len(last)), last], np.nan)
        spread = np.full(len(own), spread_within(record.root) * np.sqrt(2.0))
        return for_all(record, own, spread, usual_season_spread(record.root) * float(np.sqrt(2.0)))
