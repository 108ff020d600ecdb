from dataclasses import replace

import numpy as np
import pytest

from pinfold.forecast.backtest import beats, gate, ripening_scores
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.ripening import RIPENING_MODELS
from pinfold.forecast.shocks import Places, split_errors

from .records import stage_record


class Oracle:
    """Cheats: knows the true days."""

    name = "oracle"

    def __init__(self, record):
        self.truth = dict(zip(record.seasons.tolist(), record.days.T, strict=True))

    def expect(self, view):
        days = self.truth[view.season]
        return Expectation(days, np.where(np.isnan(days), np.nan, 1.0))


def test_the_simple_model_serves_where_nothing_could_be_hindcast():
    assert gate(RIPENING_MODELS[:2], stage_record(seasons=1), 5.0).serves == 0


def test_one_good_season_does_not_make_a_model_serve():
    assert not beats(np.array([1.0]), np.array([5.0]))


def test_a_model_that_wins_one_season_in_three_does_not_serve_however_large_the_win():
    assert not beats(np.array([0.1, 4.1, 4.1]), np.array([4.0, 4.0, 4.0]))


@pytest.mark.parametrize("seasons", [2, 3, 6, 20])
def test_luck_in_a_single_season_is_never_enough_however_many_seasons_were_as_good(seasons):
    lucky = np.full(seasons, 4.0)
    lucky[1] = 0.0
    assert not beats(lucky, np.full(seasons, 4.0))


def test_a_few_large_wins_outweigh_many_small_losses():
    """Four days in each of 5 seasons, a quarter of a day lost in 15: 0.81 better on average, and 0.42 is one standard error."""
    assert beats(np.array([2.0] * 5 + [6.25] * 15), np.full(20, 6.0))


def test_wins_and_losses_that_nearly_cancel_do_not_make_a_model_serve():
    """0.2 better on average, where one standard error is 0.4."""
    assert not beats(np.array([2.0, 4.0, 4.0, 4.0, 5.0]), np.full(5, 4.0))


def test_a_model_that_is_better_by_a_hair_does_not_serve():
    assert not beats(np.array([3.99, 3.99, 3.99]), np.array([4.0, 4.0, 4.0]))


def test_a_model_that_is_clearly_better_in_most_seasons_serves():
    """0.3 better on average, where one standard error is 0.2."""
    assert beats(np.array([3.5, 3.5, 4.1]), np.array([4.0, 4.0, 4.0]))


def test_a_model_that_knows_the_truth_is_found_out_by_the_hindcast():
    record = stage_record()
    found = gate([RIPENING_MODELS[0], Oracle(record)], record, 5.0)
    assert found.serves == 1


def test_a_model_that_is_far_off_is_not_chosen():
    record = stage_record()

    class Wrong:
        name = "wrong"

        def expect(self, view):
            return Expectation(np.full(len(view.days), 160.0), np.full(len(view.days), 1.0))

    assert gate([RIPENING_MODELS[0], Wrong()], record, 5.0).serves == 0


class Unsure:
    """Right in the middle, and its spread is twice too large."""

    name = "unsure"

    def expect(self, view):
        return Expectation(np.full(len(view.days), 100.0), np.full(len(view.days), 10.0))


def test_a_band_that_was_too_wide_in_the_hindcast_is_narrowed_until_it_holds_four_days_in_five():
    record = stage_record(plots=40, gaps=0.0)
    days = np.rint(np.random.default_rng(2).normal(100, 5, (40, 20)))
    width = ripening_scores([Unsure()], replace(record, days=days), 5.0)[0].width
    held = (np.abs(days[:, 2:] - 100) <= np.rint(1.2816 * 10 * width)).mean()
    assert held == pytest.approx(0.8, abs=0.05)


def test_a_model_without_a_word_of_its_own_has_no_score():
    record = stage_record()

    class Silent:
        name = "silent"

        def expect(self, view):
            return None

    simple, silent = ripening_scores([RIPENING_MODELS[0], Silent()], record, 5.0)
    assert len(simple.crps) == 18 and len(silent.crps) == 0


def test_the_split_finds_how_large_the_shared_shock_was():
    random = np.random.default_rng(5)
    errors = random.normal(0, 1.0, 40) + random.normal(0, 0.5, (300, 40))
    shocks = split_errors(errors, Places.one(300), 1.0)
    assert shocks.season == pytest.approx(1.0, rel=0.4)
    assert shocks.plot == pytest.approx(0.25, rel=0.1)
