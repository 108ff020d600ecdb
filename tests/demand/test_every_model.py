"""Checks that every outlook model on the list passes."""

import numpy as np
import pytest

from pinfold.demand.candidates import MODELS
from pinfold.demand.known import Known
from pinfold.demand.moved import MOVERS
from tests.demand.histories import history_of

SEED = 7


def predict(model, kg, weeks):
    known = Known.of(history_of(kg), weeks)
    return model.fit(known).predict(known)


@pytest.fixture
def kg():
    """Five series over 70 weeks: a year and more, with weeks without sales."""
    random = np.random.default_rng(SEED)
    return random.poisson([[1.0], [5.0], [20.0], [80.0], [0.2]], size=(5, 70)).astype(float)


@pytest.fixture
def many():
    """Twelve series over 60 weeks around levels that do not change: enough examples for the learned models."""
    random = np.random.default_rng(SEED)
    return random.gamma(20, 1, size=(12, 1)) * random.gamma(9, 1 / 9, size=(12, 60))


every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)


@every_model
@pytest.mark.parametrize("weeks", [1, 8, 60])
def test_a_guess_is_one_finite_weight_per_series_and_week_and_never_negative(model, kg, weeks):
    guess = predict(model, kg, weeks)
    assert guess.shape == (5, weeks)
    assert np.isfinite(guess).all()
    assert (guess >= 0).all()


@every_model
def test_sales_that_never_change_go_on_unchanged(model):
    assert predict(model, np.full((2, 120), 12.0), 8) == pytest.approx(np.full((2, 8), 12.0))


@every_model
def test_what_never_sold_is_not_guessed_to_sell(model, kg):
    kg[2] = 0
    assert (predict(model, kg, 4)[2] == 0).all()


@every_model
@pytest.mark.parametrize("past", [1, 2, 51, 52, 53])
def test_a_short_past_is_enough(model, kg, past):
    assert np.isfinite(predict(model, kg[:, :past], 4)).all()


@every_model
def test_the_order_of_the_series_does_not_matter(model, kg):
    order = [3, 0, 4, 1, 2]
    assert predict(model, kg[order], 4) == pytest.approx(predict(model, kg, 4)[order])


@every_model
def test_a_guess_leaves_the_past_as_it_was(model, kg):
    before = kg.copy()
    predict(model, kg, 8)
    assert (kg == before).all()


@every_model
def test_the_same_past_gives_the_same_guess(model, many):
    assert (predict(model, many, 4) == predict(model, many, 4)).all()


@every_model
def test_what_was_learned_earlier_serves_later_weeks_too(model, many):
    fitted = model.fit(Known.of(history_of(many[:, :55]), 4))
    guess = fitted.predict(Known.of(history_of(many), 4))
    assert guess.mean() == pytest.approx(many.mean(), rel=0.3)


@every_model
def test_a_past_that_teaches_enough_gives_finite_guesses_that_leave_silence_silent(model, many):
    many[3, 30:] = 0
    guess = predict(model, many, 12)
    assert np.isfinite(guess).all()
    assert (guess >= 0).all()
    assert model.name == "same week last year" or (guess[3] == 0).all()


def test_names_differ():
    assert len({model.name for model in MODELS}) == len(MODELS)


@every_model
def test_what_moved_a_guess_sums_to_its_distance_from_the_usual(model, many):
    known = Known.of(history_of(many), 4)
    fitted = model.fit(known)
    moved = fitted.moved(known)
    assert moved.shape == (len(MOVERS), 12, 4)
    assert moved.sum(axis=0) == pytest.approx(fitted.predict(known) - many[:, -8:].mean(axis=1)[:, None])
