"""Several models of dates as one: the mean of what those say that beat the simple one.

Which of several good models is the best one cannot be told from twenty seasons, and the mean of them is better than a wrong choice.
Source: equal weights, Bates & Granger (1969), Operational Research Quarterly 20:451-468, and why not fitted ones, Smith & Wallis (2009),
Oxford Bulletin of Economics and Statistics 71:331-355.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pinfold.forecast.expectation import Expectation
from pinfold.forecast.panel import mean_known
from pinfold.forecast.ripening.interface import RipeningModel, StageRecord
from pinfold.forecast.say import MODELS, Spoken

MEAN = "mean of models"
MEAN_WITH_REPORTS = "mean of models with reports"
MEAN_WITH_WEATHER = "mean of models with reports and weather"


@dataclass(frozen=True)
class Remembered:
    """The same model, which is asked once for each season of one record: what it said then is what the mean takes."""

    model: RipeningModel
    said: dict[int, Expectation | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.model.name

    def expect(self, record: StageRecord) -> Expectation | None:
        if record.season not in self.said:
            self.said[record.season] = self.model.expect(record)
        return self.said[record.season]


@dataclass(frozen=True)
class Together:
    """The mean of the members' quantiles; `widths` are the factors on their spreads that their own past errors ask for."""

    members: tuple[RipeningModel, ...]
    widths: tuple[float, ...]

    @property
    def name(self) -> str:
        """Says what was looked at beside past seasons."""
        spoken = [MODELS.get(model.name, Spoken("")) for model in self.members]
        if any(model.weather for model in spoken):
            return MEAN_WITH_WEATHER
        return MEAN_WITH_REPORTS if any(model.reports for model in spoken) else MEAN

    def expect(self, record: StageRecord) -> Expectation | None:
        """A plot on which some members are silent has the mean of the others. Quantiles of normal days are location + spread x score."""
        said = [(word, width) for model, width in zip(self.members, self.widths, strict=True) if (word := model.expect(record))]
        if not said:
            return None
        locations = np.stack([word.location for word, _ in said])
        return Expectation(mean_known(locations, axis=0), mean_known(np.stack([word.spread * width for word, width in said]), axis=0))
