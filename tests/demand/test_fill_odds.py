import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinfold.basics.errors import InputError
from pinfold.basics.rules import read_rules
from pinfold.demand.fill_odds import JoinPrior, default_prior, fill_odds, fit_prior
from pinfold.demand.rules import DemandRules

PRIOR = JoinPrior(seats=2, days=1)
SEED = 5
days = st.floats(0, 60)
seats = st.integers(0, 200)
size = st.integers(1, 200)


def test_a_full_pin_is_certain_even_at_its_deadline():
    assert fill_odds(joined=5, size=5, elapsed_days=3, left_days=0, prior=PRIOR) == 1


def test_a_pin_that_is_not_full_at_its_deadline_is_hopeless():
    assert fill_odds(joined=4, size=5, elapsed_days=3, left_days=0, prior=PRIOR) == 0


def test_a_new_pin_of_one_seat_by_hand():
    # Nobody comes in 1 day with the chance (b / (b + u))^a = (1 / 2)^2.
    assert fill_odds(joined=0, size=1, elapsed_days=0, left_days=1, prior=PRIOR) == pytest.approx(0.75)


@given(seats, size, days, days, days)
def test_more_time_left_never_lowers_the_odds(joined, needed, elapsed, left, more):
    assert fill_odds(joined, needed, elapsed, left + more, PRIOR) >= fill_odds(joined, needed, elapsed, left, PRIOR) - 1e-12


@given(seats, size, days, days)
def test_one_more_seat_joined_never_lowers_the_odds(joined, needed, elapsed, left):
    assert fill_odds(joined + 1, needed, elapsed, left, PRIOR) >= fill_odds(joined, needed, elapsed, left, PRIOR) - 1e-12


@given(seats, size, days, days)
def test_a_larger_pin_never_has_better_odds(joined, needed, elapsed, left):
    assert fill_odds(joined, needed + 1, elapsed, left, PRIOR) <= fill_odds(joined, needed, elapsed, left, PRIOR) + 1e-12


@given(seats, size, days, days)
def test_odds_are_a_probability(joined, needed, elapsed, left):
    assert 0 <= fill_odds(joined, needed, elapsed, left, PRIOR) <= 1


def simulated(pins, prior, total_days, random):
    """Seats joined by each pin up to a random day and up to the deadline."""
    rate = random.gamma(prior.seats, 1 / prior.days, size=pins)
    elapsed = random.uniform(0, total_days, size=pins)
    early = random.poisson(rate * elapsed)
    return elapsed, early, early + random.poisson(rate * (total_days - elapsed))


def expected_calibration_error(odds, happened):
    """Mean over ten bins of |mean odds - share that happened|, weighted by how many odds fall into the bin."""
    bins = np.minimum((odds * 10).astype(int), 9)
    return sum(abs(odds[bins == b].sum() - happened[bins == b].sum()) for b in range(10)) / len(odds)


def test_odds_mean_what_they_say_with_a_prior_learned_from_past_pins():
    random = np.random.default_rng(SEED)
    truth, total_days = JoinPrior(seats=2, days=0.8), 5.0
    _, _, past = simulated(300, truth, total_days, random)
    learned = fit_prior(past, np.full(300, total_days), DemandRules())
    elapsed, early, late = simulated(4000, truth, total_days, random)
    needed = random.integers(2, 25, size=4000)
    odds = fill_odds(early, needed, elapsed, total_days - elapsed, learned)
    assert expected_calibration_error(odds, late >= needed) < 0.03


def test_a_prior_that_believes_too_much_is_found_out_by_the_same_measure():
    random = np.random.default_rng(SEED)
    truth, total_days = JoinPrior(seats=2, days=0.8), 5.0
    elapsed, early, late = simulated(4000, truth, total_days, random)
    needed = random.integers(2, 25, size=4000)
    odds = fill_odds(early, needed, elapsed, total_days - elapsed, JoinPrior(seats=60, days=10))
    assert expected_calibration_error(odds, late >= needed) > 0.06


def test_a_prior_learned_from_many_pins_finds_the_mean_and_the_spread_of_their_rates():
    random = np.random.default_rng(SEED)
    _, _, joined = simulated(20_000, JoinPrior(seats=3, days=1.5), 4.0, random)
    learned = fit_prior(joined, np.full(20_000, 4.0), DemandRules())
    assert learned.seats / learned.days == pytest.approx(2.0, rel=0.03)
    assert learned.seats == pytest.approx(3.0, rel=0.1)


def test_pins_that_differ_only_by_chance_get_one_common_rate():
    learned = fit_prior([4, 4, 4, 4, 4, 4], [2, 2, 2, 2, 2, 2], DemandRules())
    assert learned.seats == 1000
    assert learned.seats / learned.days == pytest.approx(2.0)


def test_too_few_past_pins_leave_the_stated_default():
    rules = read_rules(DemandRules, "demand", {"demand.prior_seats": "2", "demand.prior_seats_per_day": "4"})
    assert fit_prior([9, 1], [1, 1], rules) == default_prior(rules) == JoinPrior(seats=2, days=0.5)


@pytest.mark.parametrize(("joined", "needed", "elapsed"), [(-1, 5, 1), (1, 0, 1), (1, 5, -1)])
def test_negative_seats_or_days_are_refused(joined, needed, elapsed):
    with pytest.raises(InputError):
        fill_odds(joined, needed, elapsed, 1, PRIOR)


def test_a_prior_of_nothing_is_refused():
    with pytest.raises(InputError, match="above zero"):
        JoinPrior(seats=0, days=1)
