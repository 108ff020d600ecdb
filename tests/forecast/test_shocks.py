import numpy as np
import pytest

from pinfold.forecast.expectation import Expectation
from pinfold.forecast.shocks import Places, Shocks, split_errors
from pinfold.forecast.yields.distribution import block_draws, kg_quantiles, outlook_of

NORMAL = np.random.default_rng(0).standard_normal(4000)
PLOTS = 100
EXPECTED = Expectation(np.full(PLOTS, 4.0), np.full(PLOTS, 0.8))
SIZE, ONE_BLOCK = np.ones(PLOTS), Places.one(PLOTS)


def shocks(season, plot, block=0.0, district=0.0):
    return Shocks(season, district, block, plot, 30.0, NORMAL)


def villages(block, district=None):
    return Places(block, np.zeros_like(block) if district is None else district)


def relative_width(given):
    total = outlook_of(block_draws(EXPECTED, SIZE, ONE_BLOCK, given, np.random.default_rng(1)))
    return (total.quantiles[0, 4] - total.quantiles[0, 0]) / total.mean[0]


def test_a_total_of_plots_that_share_their_luck_is_as_unsure_as_one_plot():
    alone = kg_quantiles(EXPECTED, SIZE, shocks(1.0, 0.001))
    one_plot = (alone.quantiles[0, 4] - alone.quantiles[0, 0]) / alone.mean[0]
    assert relative_width(shocks(1.0, 0.001)) == pytest.approx(one_plot, rel=0.1)


def test_a_total_of_plots_with_luck_of_their_own_is_ten_times_surer_for_a_hundred_plots():
    assert relative_width(shocks(1e-9, 1.0)) == pytest.approx(relative_width(shocks(1.0, 0.001)) / 10, rel=0.2)


def test_the_mean_of_a_total_is_the_sum_of_the_plots_means():
    given = shocks(0.5, 0.5)
    total = outlook_of(block_draws(EXPECTED, SIZE, ONE_BLOCK, given, np.random.default_rng(1)))
    assert total.mean[0] == pytest.approx(kg_quantiles(EXPECTED, SIZE, given).mean.sum(), rel=0.03)


def test_blocks_are_summed_apart_whatever_the_order_of_their_plots():
    places = villages(np.arange(PLOTS) % 4)
    draws = block_draws(EXPECTED, np.where(places.block == 3, 10.0, 1.0), places, shocks(0.1, 0.1), np.random.default_rng(1))
    mean = draws.mean(axis=0)
    assert mean[3] == pytest.approx(10 * mean[0], rel=0.05)


def test_without_past_seasons_the_season_shock_is_what_is_believed():
    found = split_errors(np.empty((5, 0)), Places.one(5), 0.7)
    assert found.season == pytest.approx(0.7)
    assert found.plot == 1.0


def test_quiet_seasons_make_the_season_shock_smaller_but_never_nothing():
    quiet = split_errors(np.random.default_rng(2).normal(0, 1, (200, 3)), Places.one(200), 1.0)
    assert 0.3 < quiet.season < 0.7


def test_blocks_that_moved_together_show_in_the_block_part():
    random = np.random.default_rng(3)
    block = np.arange(200) // 20
    errors = random.normal(0, 1, (10, 8))[block] + random.normal(0, 0.5, (200, 8))
    assert split_errors(errors, villages(block), 0.1).block == pytest.approx(1.0, rel=0.5)


def test_a_district_shares_what_its_villages_have_in_common_and_others_lack():
    """North was 1 better and south 1 worse than expected, in both villages of each: nothing of it is the season's or a village's."""
    village = np.repeat([0, 1, 2, 3], 2)
    errors = np.where(village < 2, 1.0, -1.0)[:, None] + np.array([0.1, -0.1] * 4)[:, None]
    found = split_errors(errors, villages(village, village // 2), 1e-6)
    assert found.district == pytest.approx(2.0, rel=0.01)
    assert found.block < 0.01 and found.season < 0.01


def test_where_there_is_one_district_its_luck_is_the_seasons():
    village = np.repeat([0, 1, 2, 3], 2)
    errors = np.ones((8, 1)) + np.array([0.1, -0.1] * 4)[:, None]
    found = split_errors(errors, villages(village), 1.0)
    assert found.district == 0.0 and found.season == pytest.approx(1.0, rel=0.01)


def test_two_villages_of_a_district_are_good_and_bad_together():
    village = np.arange(PLOTS) % 4
    drawn = block_draws(EXPECTED, SIZE, villages(village, village // 2), shocks(0.01, 0.1, district=1.0), np.random.default_rng(1))
    together = np.corrcoef(drawn.T)
    assert together[0, 1] > 0.8 and together[0, 2] < 0.3


def test_villages_of_two_plots_do_not_take_the_plots_luck_for_their_own():
    random = np.random.default_rng(5)
    village = np.repeat(np.arange(100), 2)
    assert split_errors(random.normal(0, 1, (200, 6)), villages(village), 0.1).block < 0.1
