"""Which model serves: every model forecasts the last seasons from what was known then; the simple one serves unless beaten, and
where several beat it their mean serves, unless one of them beats the mean as well.

Nothing here looks ahead: a hindcast is given a record cut at the same day of its season (StageRecord.as_known_in,
HarvestRecord.as_known_in).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinfold.basics.quantiles import Floats, pinball
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.ripening import EXTENDS
from pinfold.forecast.ripening.dates import not_before
from pinfold.forecast.ripening.interface import RipeningModel, StageRecord
from pinfold.forecast.shocks import PRIOR_SEASONS, Places, Shocks, split_errors
from pinfold.forecast.together import Remembered, Together

# Seasons differ so much that fewer would leave the choice to chance; older ones would be of another climate. Assumed.
RIPENING_SEASONS = 20
RIPENING_SEASONS_BEFORE = 2
# A demanding model must be better by this share, and by more than one standard error: seasons, not plots, are the unit.
BETTER_BY = 0.02
# One lucky season is one standard error to the last digit, and must not serve by the last digit.
ROUNDING = 1e-9
# Factors on a spread of days that are tried; of those that are as good as the best to this share of the CRPS, coverage decides.
WIDTHS: tuple[float, ...] = tuple(np.geomspace(0.4, 4.0, 30).tolist())
AS_GOOD_AS_THE_BEST = 0.005
BAND = 0.8
# So many plots of a season say which width was right, as well as more would.
PLOTS_FOR_WIDTH = 5000


@dataclass(frozen=True)
class Score:
    """What one model did in the hindcasts.

    crps : float array, shape (seasons,), days or kg
    error : float array, shape (seasons,): mean absolute error of the median in days, or root mean square error of the mean in kg
    shocks : of its errors, whether or not they were scored
    width : what a model of dates must multiply its spread with to be as sure as it was right
    """

    model: str
    seasons: tuple[int, ...]
    crps: Floats
    error: Floats
    shocks: Shocks
    width: float = 1.0


@dataclass(frozen=True)
class Gate:
    """Models and their scores, in the same order, and the index of the one that serves."""

    models: tuple[RipeningModel, ...]
    scores: tuple[Score, ...]
    serves: int


def gate(models: Sequence[RipeningModel], record: StageRecord, season_prior_days: float) -> Gate:
    """The first model is the simple one and serves unless others beat it; where several do, their mean stands last and serves.

    The best of them serves in its place where it beats the mean by the same rule: where one model knows what the others cannot, as heat
    does where plots stand near each other, their mean would only water it down.
    season_prior_days : as in ripening_scores
    """
    asked = [Remembered(model) for model in models]
    scores = ripening_scores(asked, record, season_prior_days)
    better = _better(scores)
    if len(better) < 2:
        return Gate(tuple(asked), tuple(scores), better[0] if better else 0)
    together = Together(tuple(asked[index] for index in better), tuple(scores[index].width for index in better))
    of_together = ripening_scores([asked[0], together], record, season_prior_days)[1]
    best = min(better, key=lambda index: float(scores[index].crps.mean()))
    serves = best if beats(scores[best].crps, of_together.crps) else len(asked)
    return Gate((*asked, together), (*scores, of_together), serves)


def _better(scores: Sequence[Score]) -> list[int]:
    """Indices of the models that beat the first; of two where one extends the other only the one that serves (EXTENDS)."""
    better = [index for index, score in enumerate(scores) if index and beats(score.crps, scores[0].crps)]
    crps = {scores[index].model: scores[index].crps for index in better}
    for extending, extended in EXTENDS.items():
        if extending in crps and extended in crps:
            out = extended if beats(crps[extending], crps[extended]) else extending
            better = [index for index in better if scores[index].model != out]
    return better


def beats(candidate: Floats, serving: Floats) -> bool:
    """Better by BETTER_BY over all seasons, and by more than one standard error of the seasons' differences.

    A model that is better in one season and equal in all others is better by exactly one standard error, however large the win and
    however many the seasons; so luck in a single season is never enough, and many small losses do not hide some large wins.
    Source: the one-standard-error rule, Breiman, Friedman, Olshen & Stone (1984), Classification and Regression Trees, section 3.4.3.
    """
    if len(candidate) < 2:
        return False
    better = serving - candidate
    standard_error = better.std(ddof=1) / np.sqrt(len(better))
    return bool(better.mean() >= BETTER_BY * serving.mean() and better.mean() > (1 + ROUNDING) * standard_error)


def ripening_scores(models: Sequence[RipeningModel], record: StageRecord, season_prior_days: float) -> list[Score]:
    """One Score per model, in the order given, over the last RIPENING_SEASONS seasons of the record.

    season_prior_days : spread of the shared season shock that is believed before any was seen, days
    The first model must always have something to say; another that is silent somewhere is scored with the first one's word there.
    """
    held_out = range(max(RIPENING_SEASONS_BEFORE, len(record.seasons) - RIPENING_SEASONS), len(record.seasons))
    views = [(record.as_known_in(index), record.days[:, index]) for index in held_out]
    simple = [_said(models[0], view) for view, _ in views]
    return [_ripening_score(model, views, simple, len(record.days), season_prior_days) for model in models]


def _ripening_score(
    model: RipeningModel, views: Sequence[tuple[StageRecord, Floats]], simple: Sequence[Expectation], plots: int, season_prior_days: float
) -> Score:
    own = [_said(model, view) for view, _ in views]
    said = [word.or_else(first) for word, first in zip(own, simple, strict=True)]
    errors = _columns([(days - e.location) / e.spread for (_, days), e in zip(views, said, strict=True)], plots)
    usual_spread = float(np.nanmedian([np.nanmedian(e.spread) for e in said])) if said else season_prior_days
    shocks = split_errors(errors, Places.one(plots), (season_prior_days / usual_spread) ** 2)
    width = _width(views, said, shocks)
    crps, error, seasons = [], [], []
    # A model without a word of its own has no score, lest the simple one's be taken for it.
    spoke = any(np.isfinite(word.location).any() for word in own)
    for (view, days), expectation in zip(views, said, strict=True) if spoke else ():
        open_still = (days > view.issued_day) & np.isfinite(expectation.location)
        if not open_still.any():
            continue
        wider = Expectation(expectation.location[open_still], expectation.spread[open_still] * width)
        quantiles = not_before(wider, view.issued_day)
        seasons.append(view.season)
        crps.append(pinball(days[open_still], quantiles))
        error.append(float(np.abs(days[open_still] - quantiles[:, 2]).mean()))
    return Score(model.name, tuple(seasons), np.array(crps), np.array(error), shocks, width)


def _width(views: Sequence[tuple[StageRecord, Floats]], said: Sequence[Expectation], shocks: Shocks) -> float:
    """Factor on the spread, learned from the hindcast seasons and pulled to the spread of the errors where seasons are few.

    Of the factors with about the best CRPS, that whose bands p10 .. p90 held nearest to 80 % of the days: sharp bands first, calibrated
    ones among these. The spread of the errors alone would widen every band for the sake of a few far outliers, and counting days alone
    would narrow it where most are cut off at the day of issue.
    Source: minimum CRPS estimation, Gneiting et al. (2005), Monthly Weather Review 133:1098-1118.
    """
    by_spread = float(np.sqrt(shocks.total))
    parts = []
    for (view, days), word in zip(views, said, strict=True):
        rows = np.flatnonzero((days > view.issued_day) & np.isfinite(word.location))
        rows = rows[:: 1 + len(rows) // PLOTS_FOR_WIDTH]
        if len(rows):
            parts.append((days[rows], Expectation(word.location[rows], word.spread[rows]), view.issued_day))
    if not parts:
        return by_spread
    weight = len(parts) / (PRIOR_SEASONS + len(parts))
    return float(by_spread ** (1 - weight) * _best_width(parts) ** weight)


def _best_width(parts: Sequence[tuple[Floats, Expectation, int]]) -> float:
    """As _width, from the hindcasts alone; parts : (days that came, what was said of them, day of issue) of each season."""
    loss, held = np.zeros(len(WIDTHS)), np.zeros(len(WIDTHS))
    for days, word, issued in parts:
        for at, width in enumerate(WIDTHS):
            quantiles = not_before(Expectation(word.location, word.spread * width), issued)
            loss[at] += pinball(days, quantiles)
            # Dates are issued as whole days.
            held[at] += ((days >= np.rint(quantiles[:, 0])) & (days <= np.rint(quantiles[:, -1]))).sum()
    held /= sum(len(days) for days, _, _ in parts)
    good = np.flatnonzero(loss <= (1 + AS_GOOD_AS_THE_BEST) * loss.min())
    return WIDTHS[min(good, key=lambda at: (abs(held[at] - BAND), loss[at]))]


def _said(model: RipeningModel, view: StageRecord) -> Expectation:
    silent = np.full(len(view.days), np.nan)
    return model.expect(view) or Expectation(silent, silent)


def _columns(columns: list[Floats], rows: int) -> Floats:
    return np.stack(columns, axis=1) if columns else np.empty((rows, 0))
