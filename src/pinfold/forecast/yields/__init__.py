"""Every yield model, in plain sight. The simple ones are mixed (serving.py); a learned one is let in where it beats the one it extends."""

from pinfold.forecast.yields.alternate_bearing import AlternateBearing
from pinfold.forecast.yields.covariates import WithCovariates
from pinfold.forecast.yields.interface import LearnedModel, YieldModel
from pinfold.forecast.yields.last_season import LastSeason
from pinfold.forecast.yields.own_mean import OwnMean

SIMPLE_MODELS: tuple[YieldModel, ...] = (OwnMean(), LastSeason(), AlternateBearing())
LEARNED_MODELS: tuple[LearnedModel, ...] = (WithCovariates(),)
YIELD_MODELS: tuple[YieldModel, ...] = (*SIMPLE_MODELS, *LEARNED_MODELS)
