from dataclasses import dataclass, field

import numpy as np
import pytest

from pinfold.forecast.backtest import gate
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.ripening import RIPENING_MODELS
from pinfold.forecast.say import MODELS
from pinfold.forecast.together import Remembered, Together

from .records import stage_record

RECORD = stage_record(plots=2, seasons=6)


@dataclass(frozen=True)
class Says:
    """Says the same of every season."""

    location: tuple[float, ...]
    spread: float = 4.0
    name: str = "trend"
    asked: list[int] = field(default_factory=list)

    def expect(self, record):
        self.asked.append(record.season)
        location = np.array(self.location)
        return Expectation(location, np.where(np.isnan(location), np.nan, self.spread))


class Silent:
    name = "silent"

    def expect(self, record):
        return None


class Off:
    """Knows the days but for an error of its own in each season."""

    def __init__(self, name, record, errors):
        self.name, self.errors = name, errors
        self.truth = dict(zip(record.seasons.tolist(), record.days.T, strict=True))

    def expect(self, view):
        days = self.truth[view.season] + self.errors[view.season % 2]
        return Expectation(days, np.where(np.isnan(days), np.nan, 2.0))


def test_two_models_together_say_the_day_between_with_the_spread_between():
    """Days 100 and 110; spreads 4 x 1.5 = 6 and 8 x 0.5 = 4."""
    said = Together((Says((100.0, 100.0), 4.0), Says((110.0, 120.0), 8.0)), (1.5, 0.5)).expect(RECORD)
    assert said.location.tolist() == [105, 110]
    assert said.spread.tolist() == [5, 5]


def test_a_plot_on_which_one_is_silent_has_the_word_of_the_other():
    said = Together((Says((100.0, np.nan)), Says((110.0, 120.0)), Silent()), (1.0, 1.0, 1.0)).expect(RECORD)
    assert said.location.tolist() == [105, 120]


def test_where_all_are_silent_nothing_is_said():
    assert Together((Silent(), Silent()), (1.0, 1.0)).expect(RECORD) is None


def test_a_model_is_asked_once_for_each_season():
    model = Says((100.0, 100.0))
    remembered = Remembered(model)
    first, again = remembered.expect(RECORD), remembered.expect(RECORD)
    assert first is again and model.asked == [RECORD.season]


@pytest.mark.parametrize(
    "members, name",
    [
        (("recent seasons", "trend"), "mean of models"),
        (("trend", "neighbours' reports"), "mean of models with reports"),
        (("degree-days", "trend"), "mean of models with reports and weather"),
    ],
)
def test_the_name_says_what_was_looked_at(members, name):
    together = Together(tuple(Says((100.0,), name=member) for member in members), (1.0, 1.0))
    assert together.name == name and name in MODELS


def test_two_models_that_beat_the_simple_one_serve_together_and_are_better_than_each():
    """One is 2 days late in every season, the other 2 days early in even and 1 in odd ones: together 0 and half a day off."""
    record = stage_record(plots=6)
    found = gate([RIPENING_MODELS[0], Off("trend", record, (2, 2)), Off("recent seasons", record, (-2, -1))], record, 5.0)
    assert found.serves == 3 and found.scores[3].model == "mean of models"
    assert found.scores[3].error.mean() < 0.6 < found.scores[1].error.mean()


def test_a_model_that_beats_the_simple_one_alone_serves_alone():
    record = stage_record(plots=6)
    found = gate([RIPENING_MODELS[0], Off("trend", record, (30, 30)), Off("recent seasons", record, (-2, -1))], record, 5.0)
    assert found.serves == 2 and len(found.models) == 3


def test_a_model_that_extends_another_takes_its_place_only_where_it_beats_it():
    """Both beat climatology; chilling serves alone where it is better than heat alone, and not at all where it is only as good."""
    record = stage_record(plots=2, seasons=8, gaps=0.0)
    far, near, nearer = [9.0, -9.0], [4.0, -4.0], [1.0, -1.0]

    def serving(of_chill):
        models = (Off("climatology", record, far), Off("degree-days", record, near), Off("chill, then degree-days", record, of_chill))
        found = gate(models, record, 5.0)
        return found.models[found.serves].name

    assert serving(near) == "degree-days"
    assert serving(nearer) == "chill, then degree-days"


def test_one_model_that_is_far_better_than_the_mean_of_all_serves_alone():
    """Climatology is 9 days off, the others 6 and 1 on the same side: their mean 3.5. It is scored, but does not serve."""
    record = stage_record(plots=6, seasons=8, gaps=0.0)
    models = (Off("climatology", record, (9, -9)), Off("trend", record, (6, -6)), Off("degree-days", record, (1, -1)))
    found = gate(models, record, 5.0)
    assert found.scores[3].model == "mean of models with reports and weather"
    assert found.models[found.serves].name == "degree-days"
