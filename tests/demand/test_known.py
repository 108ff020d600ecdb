from datetime import timedelta

import numpy as np
import pytest

from pinfold.demand.known import CUTS_DAYS, Known
from tests.demand.histories import FIRST_MONDAY, daily_history_of

SEED = 3


@pytest.fixture
def known():
    """Twelve series that sell on every day of 60 weeks."""
    return Known.of(daily_history_of(np.random.default_rng(SEED).gamma(3, 1, size=(12, 60 * 7))), 4)


def test_what_past_weeks_teach_is_the_same_whether_or_not_later_weeks_are_known_by_then(known):
    whole = known.examples
    shared, alone = known.until(45).examples, Known.of(known.history.until(45), 4).examples
    assert shared.cuts == alone.cuts == len(CUTS_DAYS)
    assert all(np.array_equal(getattr(shared, name), getattr(alone, name), equal_nan=True) for name in ("x", "ratio", "weight"))
    assert len(shared.ratio) < len(whole.ratio)


def test_the_last_week_known_teaches_one_week_ahead_and_no_more(known):
    # By hand: 60 weeks less 9 give 51 weeks, of which the last three know 3, 2 and 1 weeks ahead; two more cuts have a week less.
    assert len(known.examples.ratio) == 12 * ((51 * 4 - 6) + 2 * (50 * 4 - 6))


def test_what_one_week_teaches_is_what_was_known_then(known):
    lesson = known.lessons.of(2, 20)
    assert lesson.ratio.shape == (12, 4)
    earlier = known.history.earlier(2)
    assert earlier.first_monday == FIRST_MONDAY + timedelta(days=5)
    assert lesson.ratio[:, 0] / earlier.kg[:, 20] == pytest.approx(lesson.ratio[:, 1] / earlier.kg[:, 21])
