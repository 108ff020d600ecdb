import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from pinfold.basics.errors import InputError
from pinfold.basics.rules import read_rules
from pinfold.demand.fill_odds import (
    JoinPrior,
    Standing,
    belief_in_rates,
    chance_of_fewer,
    fill_odds,
    log_chance_of_orders,
    seats_of_a_burst,
)
from pinfold.demand.join_habits import default_prior
from pinfold.demand.rules import DemandRules

STEADY = JoinPrior(rates=(1.0,), chances=(1.0,))
PRIOR = JoinPrior(rates=(0.3, 1.0, 4.0), chances=(0.5, 0.3, 0.2), burst_orders=1.5, seat_chances=(0.7, 0.2, 0.1), pace=(1.2, 0.4, 1.4))
days = st.floats(0, 60)
seats = st.integers(0, 200)
size = st.integers(1, 200)


def odds(joined, needed, elapsed, left, prior=PRIOR):
    return float(fill_odds(Standing(orders=joined, seats=joined, size=needed, elapsed_days=elapsed, left_days=left), prior))


def test_a_full_pin_is_certain_even_at_its_deadline():
    assert odds(joined=5, needed=5, elapsed=3, left=0) == 1


def test_a_pin_that_is_not_full_at_its_deadline_is_hopeless():
    assert odds(joined=4, needed=5, elapsed=3, left=0) == pytest.approx(0)


def test_a_new_pin_of_one_seat_by_hand():
    assert odds(joined=0, needed=1, elapsed=0, left=1, prior=STEADY) == pytest.approx(1 - np.exp(-1))


def test_of_two_rates_the_one_that_fits_what_came_is_believed_by_hand():
    # One order in a day: e^-1 against 2 e^-2, so 0.576 against 0.424.
    belief = belief_in_rates(np.array([1]), np.array([1.0]), JoinPrior((1.0, 2.0), (0.5, 0.5)))
    assert belief.ravel() == pytest.approx([np.e / (np.e + 2), 2 / (np.e + 2)])


def test_single_orders_of_one_seat_are_poisson():
    fewer = chance_of_fewer(np.array([4, 9]), np.array([[2.0], [7.5]]), np.array([1.0]))
    assert fewer.ravel() == pytest.approx(poisson.cdf([3, 8], [2.0, 7.5]))


def test_very_many_expected_orders_do_not_overflow():
    assert chance_of_fewer(np.array([1000]), np.array([[1000.0]]), np.array([1.0])).item() == pytest.approx(poisson.cdf(999, 1000))


def test_two_orders_come_in_one_burst_or_in_two_by_hand():
    # 1 burst of 2 orders: e^-1 * 1/2 * 1/2; 2 bursts of 1: e^-1 / 2 * 1/4.
    at_two = np.exp(log_chance_of_orders(np.array([2]), np.array([[1.0]]), burst_orders=2.0)).item()
    assert at_two == pytest.approx(np.exp(-1) * (1 / 4 + 1 / 8))


def test_a_burst_brings_two_seats_by_one_order_of_two_or_two_orders_of_one_by_hand():
    prior = JoinPrior((1.0,), (1.0,), burst_orders=2.0, seat_chances=(0.5, 0.5))
    # One order of two: 1/2 * 1/2; two of one, and no third: 1/2 * 1/2 * (1/2)^2.
    assert seats_of_a_burst(prior, 2) == pytest.approx([1 / 4, 1 / 4 + 1 / 16])


def test_gamma_rates_give_the_negative_binomial_of_the_textbook():
    prior = default_prior(read_rules(DemandRules, "demand", {"demand.prior_orders": "2", "demand.prior_orders_per_day": "1"}))
    # Gamma(2, 2 days), 3 orders in 1 day: Gamma(5, 3 days); 2 days left; 4 more are needed.
    assert odds(3, 7, 1, 2, prior) == pytest.approx(nbinom.sf(3, 5, 3 / 5), abs=0.005)


@given(seats, size, days, days, days)
def test_more_time_left_never_lowers_the_odds_at_a_steady_pace(joined, needed, elapsed, left, more):
    steady = JoinPrior(PRIOR.rates, PRIOR.chances)
    assert odds(joined, needed, elapsed, left + more, steady) >= odds(joined, needed, elapsed, left, steady) - 1e-9


@given(seats, size, days, days)
def test_one_more_seat_joined_never_lowers_the_odds(joined, needed, elapsed, left):
    assert odds(joined + 1, needed, elapsed, left) >= odds(joined, needed, elapsed, left) - 1e-9


@given(seats, size, days, days)
def test_a_larger_pin_never_has_better_odds(joined, needed, elapsed, left):
    assert odds(joined, needed + 1, elapsed, left) <= odds(joined, needed, elapsed, left) + 1e-9


@given(seats, size, days, days)
def test_odds_are_a_probability(joined, needed, elapsed, left):
    assert 0 <= odds(joined, needed, elapsed, left) <= 1


@pytest.mark.parametrize(("joined", "needed", "elapsed"), [(-1, 5, 1), (1, 0, 1), (1, 5, -1)])
def test_negative_seats_or_days_are_refused(joined, needed, elapsed):
    with pytest.raises(InputError):
        odds(joined, needed, elapsed, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rates": (0.0,), "chances": (1.0,)},
        {"rates": (1.0,), "chances": (0.9,)},
        {"rates": (1.0,), "chances": (1.0,), "burst_orders": 0.5},
        {"rates": (1.0,), "chances": (1.0,), "seat_chances": (0.5,)},
        {"rates": (1.0,), "chances": (1.0,), "pace": (1.0, 0.0)},
    ],
)
def test_a_prior_that_is_no_prior_is_refused(wrong):
    with pytest.raises(InputError):
        JoinPrior(**wrong)
