"""Every ripening model, in plain sight, from the simple to the demanding. The first serves unless a later one beats it."""

from collections.abc import Mapping

from pinfold.forecast.ripening.climatology import Climatology
from pinfold.forecast.ripening.closeness import EVERYWHERE, NEARBY
from pinfold.forecast.ripening.degree_days import DegreeDays
from pinfold.forecast.ripening.interface import RipeningModel
from pinfold.forecast.ripening.neighbours import Reports
from pinfold.forecast.ripening.recent import Recent
from pinfold.forecast.ripening.since_stage import SinceStage
from pinfold.forecast.ripening.trend import Trend

RIPENING_MODELS: tuple[RipeningModel, ...] = (
    Climatology(),
    Recent(),
    Trend(),
    SinceStage(),
    DegreeDays("degree-days"),
    DegreeDays("chill, then degree-days", chilled=True),
    Reports("neighbours' reports", NEARBY),
    # A special case of the one before, which therefore has to earn its place.
    Reports("this season's reports", EVERYWHERE),
)
# A model that holds another as a special case has to beat that one too, and then takes its place: the mean would count its word twice.
EXTENDS: Mapping[str, str] = {"chill, then degree-days": "degree-days"}
