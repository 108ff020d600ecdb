"""Checks that every outlook model on the list passes."""

import numpy as np
import pytest

from pinfold.demand.models import MODELS

SEED = 7


@pytest.fixture
def kg():
    """Five series over 70 weeks: a year and more, with weeks without sales."""
    random = np.random.default_rng(SEED)
    return random.poisson([[1.0], [5.0], [20.0], [80.0], [0.2]], size=(5, 70)).astype(float)


every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)


@every_model
@pytest.mark.parametrize("weeks", [1, 8, 60])
def test_a_guess_is_one_finite_weight_per_series_and_week_and_never_negative(model, kg, weeks):
    guess = model.predict(kg, weeks)
    assert guess.shape == (5, weeks)
    assert np.isfinite(guess).all()
    assert (guess >= 0).all()


@every_model
def test_sales_that_never_change_go_on_unchanged(model):
    assert model.predict(np.full((2, 120), 12.0), 8) == pytest.approx(np.full((2, 8), 12.0))


@every_model
def test_what_never_sold_is_not_guessed_to_sell(model, kg):
    kg[2] = 0
    assert (model.predict(kg, 4)[2] == 0).all()


@every_model
@pytest.mark.parametrize("past", [1, 2, 51, 52, 53])
def test_a_short_past_is_enough(model, kg, past):
    assert np.isfinite(model.predict(kg[:, :past], 4)).all()


@every_model
def test_the_order_of_the_series_does_not_matter(model, kg):
    order = [3, 0, 4, 1, 2]
    assert model.predict(kg[order], 4) == pytest.approx(model.predict(kg, 4)[order])


@every_model
def test_a_guess_leaves_the_past_as_it_was(model, kg):
    before = kg.copy()
    model.predict(kg, 8)
    assert (kg == before).all()


def test_names_differ():
    assert len({model.name for model in MODELS}) == len(MODELS)
