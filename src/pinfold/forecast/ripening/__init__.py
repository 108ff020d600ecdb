"""Every ripening model, in plain sight, from the simple to the demanding. The first serves unless a later one beats it."""

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
    DegreeDays(),
    Reports("neighbours' reports", NEARBY),
    # A special case of the one before, which therefore has to earn its place.
    Reports("this season's reports", EVERYWHERE),
)
