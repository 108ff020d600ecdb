import numpy as np

from pinfold.forecast.shocks import Places
from pinfold.forecast.yields.alternate_bearing import AlternateBearing
from pinfold.forecast.yields.interface import HarvestRecord
from pinfold.forecast.yields.own_mean import OwnMean
from pinfold.forecast.yields.persistence import learned, towards

from .records import harvest_record


def one_plot_of(root):
    """An orchard of swinging trees whose first tree has the roots `root`."""
    record = harvest_record(plots=200, seasons=len(root))
    record.root[0] = root
    return record


def test_after_a_year_on_comes_a_year_off():
    on_last = AlternateBearing().expect(one_plot_of([3.0, 5.0, 3.0, 5.0])).location[0]
    off_last = AlternateBearing().expect(one_plot_of([5.0, 3.0, 5.0, 3.0])).location[0]
    assert on_last < 3.6 and off_last > 4.4


def test_swinging_trees_teach_that_they_swing():
    record = harvest_record(plots=200, seasons=6)
    assert learned(record.root - record.root.mean(), record.seasons, at_least=1e-9).share("swinging") > 0.4


def test_three_seasons_leave_open_how_the_swing_ends_and_no_mixture_is_taken_for_certain():
    record = harvest_record(plots=60, seasons=3)
    assert learned(record.root - record.root.mean(), record.seasons, at_least=1e-9).weights.max() < 0.9


def test_a_plot_without_a_past_is_expected_at_the_mean_with_all_of_the_variance():
    record = harvest_record(plots=200, seasons=4)
    deviation = record.root - record.root.mean()
    deviation[0] = np.nan
    found = learned(deviation, record.seasons, at_least=1e-9)
    own = towards(np.isfinite(deviation), record.seasons, record.season, found)
    assert own.of(deviation)[0] == 0
    assert own.variance[0] > 0.99 * found.variance and own.variance[0] > 1.5 * own.variance[1]


def test_a_tree_with_one_harvest_stays_nearer_to_the_mean_than_its_harvest():
    record = harvest_record(plots=200, seasons=5)
    record.root[0] = [np.nan, np.nan, np.nan, 6.5, np.nan]
    assert 4.0 < AlternateBearing().expect(record).location[0] < 6.5


def test_trees_that_do_not_swing_are_expected_at_their_own_mean():
    random = np.random.default_rng(4)
    own = random.normal(4, 1.0, 150)
    root = own[:, None] + random.normal(0, 0.2, (150, 6))
    record = HarvestRecord(np.arange(1, 7), root, np.ones(150), Places.one(150), 7)
    assert np.abs(AlternateBearing().expect(record).location - OwnMean().expect(record).location).max() < 0.35


def test_a_season_left_out_of_the_record_does_not_turn_on_into_off():
    """Seasons 1, 2, 4: lag counts in seasons, not in columns, so season 5 follows an off year after on, off, (on), off."""
    record = harvest_record(plots=200, seasons=4)
    record.root[0] = [5.0, 3.0, 5.0, 3.0]
    kept = [0, 1, 3]
    gap = HarvestRecord(record.seasons[kept], record.root[:, kept], record.size, record.places, 5)
    assert AlternateBearing().expect(gap).location[0] > 4.2
