"""Which yield models serve, and with what weight: every model forecasts the last seasons from what was known before them.

The simple models are mixed, because a hard choice after two or three seasons is a throw of dice and a mix is seldom far from the best.
A season is one witness, whatever the number of its plots: a model's weight is the product over the hindcast seasons of CRPS^-2, so
before any hindcast all weigh the same, and each season moves them further apart. A learned model takes part only where it beats, in the
hindcasts, the simple model that it extends, and then takes its place.
Sources: Bates & Granger (1969), Operational Research Quarterly 20:451-468 (weights inverse to squared errors); Timmermann (2006),
Handbook of Economic Forecasting 1:135-196 (why mixes win).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinfold.basics.quantiles import Floats, pinball
from pinfold.forecast.backtest import Score
from pinfold.forecast.shocks import Places, Shocks, split_errors
from pinfold.forecast.yields import LEARNED_MODELS, SIMPLE_MODELS
from pinfold.forecast.yields.distribution import kg_quantiles
from pinfold.forecast.yields.interface import HarvestExpectation, HarvestRecord, YieldModel

HINDCASTS_MAX = 5
SHARPNESS = 2.0
MIX = "mix of models"


@dataclass(frozen=True)
class Served:
    """The forecast that serves, on the root scale, with its shocks in units of `expectation.spread`.

    scores : of every model, in the order of the lists, and of the mix, last
    weights : of each score's model in the mix, sum 1 (the mix itself: 0)
    """

    expectation: HarvestExpectation
    shocks: Shocks
    scores: list[Score]
    weights: Floats


@dataclass(frozen=True)
class _Held:
    """A past season held out: what was known before it, and what came. root : shape (plots,), NaN where not known or without a past."""

    view: HarvestRecord
    root: Floats


def models_for(record: HarvestRecord) -> list[YieldModel]:
    """The simple models, then the learned ones that can learn from the record."""
    return [*SIMPLE_MODELS, *(model for model in LEARNED_MODELS if model.can_learn_from(record))]


def serve(record: HarvestRecord, models: Sequence[YieldModel] | None = None) -> Served:
    """The mix of models for `record.season`; `record` holds at least one harvest. models : those of models_for, perhaps watched."""
    models = models_for(record) if models is None else models
    held = _held_out(record)
    hindcasts = [[model.expect(one.view) for one in held] for model in models]
    scores = [score_of(model.name, held, said) for model, said in zip(models, hindcasts, strict=True)]
    part = _taking_part(scores)
    crps = np.array([scores[index].crps for index in part])
    # The mix that serves is the one that is scored: weights of the seasons before each hindcast would be those of a worse mix.
    mixed = [mix([hindcasts[index][at] for index in part], weights_after(crps)) for at in range(len(held))]
    score = score_of(MIX, held, mixed)
    weights = np.zeros(len(models) + 1)
    weights[part] = weights_after(crps)
    expectation = mix([models[index].expect(record) for index in part], weights[part])
    return Served(expectation, score.shocks.against(expectation.season_scale), [*scores, score], weights)


def lets_in(learned: Floats, simple: Floats) -> bool:
    """Whether a learned model takes the simple one's place: better over at least two seasons.

    By how much is not asked: it holds the simple one as a special case and goes back to it by itself, by marginal likelihood, where
    there is little to learn. In how many of two or three seasons it was better says nothing more.
    """
    return len(learned) >= 2 and bool(learned.mean() < simple.mean())


def weights_after(crps: Floats) -> Floats:
    """Weights of models, shape (models,), sum 1, from their crps, shape (models, seasons): equal where there is no season.

    >>> weights_after(np.array([[2.0], [1.0]])).round(1).tolist()
    [0.2, 0.8]
    """
    worth = -SHARPNESS * np.log(np.maximum(crps, 1e-9)).sum(axis=1)
    weight = np.exp(worth - worth.max())
    return np.asarray(weight / weight.sum())


def mix(said: Sequence[HarvestExpectation], weights: Floats) -> HarvestExpectation:
    """Weighted mean of what models say; where they disagree, on plots or on the season, the mix is less sure."""
    location = np.tensordot(weights, [one.location for one in said], axes=1)
    away = np.array([one.location for one in said]) - location
    of_season = np.median(away, axis=1)
    of_plots = away - of_season[:, None]
    spread = np.sqrt(np.tensordot(weights, np.array([one.spread for one in said]) ** 2 + of_plots**2, axes=1))
    return HarvestExpectation(location, spread, float(np.sqrt(weights @ ([one.season_spread**2 for one in said] + of_season**2))))


def score_of(name: str, held: Sequence[_Held], said: Sequence[HarvestExpectation]) -> Score:
    """Score of what one model said of the held-out seasons."""
    errors = [(one.root - e.location) / e.spread for one, e in zip(held, said, strict=True)]
    plots = np.stack(errors, axis=1) if errors else np.empty((0, 0))
    places = held[0].view.places if held else Places.one(0)
    # What the model itself says of seasons is the prior; the hindcasts correct it.
    shocks = split_errors(plots, places, 1.0, np.array([e.season_scale for e in said]))
    crps, error = [], []
    for one, expectation in zip(held, said, strict=True):
        seen = np.isfinite(one.root)
        size = one.view.size[seen]
        kg = one.root[seen] ** 2 * size
        outlook = kg_quantiles(expectation.of(seen), size, shocks.against(expectation.season_scale))
        crps.append(pinball(kg, outlook.quantiles))
        error.append(float(np.sqrt(((kg - outlook.mean) ** 2).mean())))
    return Score(name, tuple(one.view.season for one in held), np.array(crps), np.array(error), shocks)


def _held_out(record: HarvestRecord) -> list[_Held]:
    """The last HINDCASTS_MAX seasons in which a plot with a past bore, oldest first."""
    found = []
    for index in range(max(1, len(record.seasons) - HINDCASTS_MAX), len(record.seasons)):
        view = record.as_known_in(index)
        root = np.where(view.has_past, record.root[:, index], np.nan)
        if np.isfinite(root).any():
            found.append(_Held(view, root))
    return found


def _taking_part(scores: Sequence[Score]) -> list[int]:
    """Indices of the scored models that are mixed: the simple ones, each replaced by a learned one that extends and beats it."""
    part = list(range(len(SIMPLE_MODELS)))
    names = [model.name for model in SIMPLE_MODELS]
    extends = {model.name: model.extends for model in LEARNED_MODELS}
    for index in range(len(SIMPLE_MODELS), len(scores)):
        extended = names.index(extends[scores[index].model])
        if lets_in(scores[index].crps, scores[part[extended]].crps):
            part[extended] = index
    return part
