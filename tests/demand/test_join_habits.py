import numpy as np
import pytest

from pinfold.basics.errors import InputError
from pinfold.demand.fill_odds import JoinPrior, fill_odds
from pinfold.demand.join_habits import PastJoins, default_prior, learn_prior
from pinfold.demand.rules import DemandRules
from tests.demand.streams import RUSH, expected_calibration_error, streams

RULES = DemandRules()
RATES = {
    "Gamma": lambda random, pins: random.gamma(1.5, 1 / 1.5, pins),
    "log-normal": lambda random, pins: random.lognormal(0, 1, pins),
    "slow ones and fast ones": lambda random, pins: random.choice([0.3, 3.0], pins),
}
KINDS = [
    ("Gamma", None, 1.0),
    ("log-normal", None, 1.0),
    ("slow ones and fast ones", None, 1.0),
    ("log-normal", RUSH, 1.0),
    ("log-normal", None, 2.0),
    ("log-normal", RUSH, 2.0),
]


@pytest.mark.parametrize(("rates", "pace", "burst_orders"), KINDS)
def test_odds_learned_from_past_pins_mean_what_they_say(rates, pace, burst_orders):
    random = np.random.default_rng(1)
    past = streams(3000, RATES[rates](random, 3000), random, pace, burst_orders)
    coming = streams(6000, RATES[rates](random, 6000), random, pace, burst_orders)
    prior = learn_prior(past.as_past(), RULES)
    for share in (0.25, 0.5, 0.75):
        assert expected_calibration_error(fill_odds(coming.standing(share), prior), coming.filled()) <= 0.02


def test_a_prior_that_knows_nothing_of_bursts_is_found_out_by_the_same_measure():
    random = np.random.default_rng(1)
    coming = streams(6000, RATES["log-normal"](random, 6000), random, burst_orders=3.0)
    odds = fill_odds(coming.standing(0.25), default_prior(RULES))
    assert expected_calibration_error(odds, coming.filled()) > 0.04


def past_of(orders, open_days, window_days=4.0):
    """Pins with single orders of one seat at even times while each was open."""
    pin = np.repeat(np.arange(len(orders)), orders)
    day = np.concatenate([(np.arange(n) + 0.5) / n * days for n, days in zip(orders, open_days, strict=True)] or [np.empty(0)])
    return PastJoins(np.array(orders), np.array(open_days), np.full(len(orders), window_days), pin, day, np.ones(len(pin), int))


def mean_rate(prior: JoinPrior) -> float:
    return float(np.dot(prior.rates, prior.chances))


def test_without_past_pins_the_stated_default_holds():
    assert learn_prior(past_of([], []), RULES) == default_prior(RULES)
    assert mean_rate(default_prior(RULES)) == pytest.approx(RULES.prior_orders_per_day, rel=0.02)


def test_many_pins_with_eight_orders_in_four_days_teach_two_orders_a_day():
    assert mean_rate(learn_prior(past_of([8] * 400, [4.0] * 400), RULES)) == pytest.approx(2.0, rel=0.1)


def test_pins_that_closed_because_they_were_full_are_not_taken_for_faster_than_they_were():
    random = np.random.default_rng(3)
    rate = np.full(2000, 3.0)
    assert mean_rate(learn_prior(streams(2000, rate, random).as_past(), RULES)) == pytest.approx(3.0, rel=0.05)


def test_what_share_of_orders_had_two_seats_is_kept():
    random = np.random.default_rng(4)
    assert learn_prior(streams(500, np.full(500, 2.0), random).as_past(), RULES).seat_chances == pytest.approx((0.6, 0.3, 0.1), abs=0.02)


def test_a_rush_at_both_ends_of_the_window_is_learned():
    random = np.random.default_rng(5)
    pace = learn_prior(streams(1500, np.full(1500, 2.0), random, RUSH).as_past(), RULES).pace
    assert pace == pytest.approx(RUSH / RUSH.mean(), abs=0.15)


def test_a_pin_that_closed_before_it_opened_is_refused():
    with pytest.raises(InputError, match="open days"):
        past_of([1], [0.0])
