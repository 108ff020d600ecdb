"""Every yield model, in plain sight, from the simple to the demanding. The first serves unless a later one beats it."""

from pinfold.forecast.yields.alternate_bearing import AlternateBearing
from pinfold.forecast.yields.interface import YieldModel
from pinfold.forecast.yields.last_season import LastSeason
from pinfold.forecast.yields.own_mean import OwnMean

YIELD_MODELS: tuple[YieldModel, ...] = (OwnMean(), LastSeason(), AlternateBearing())
