"""The odds that a pin fills by its deadline, from the orders that came so far and the time left.

Orders come in bursts: somebody passes the link on, and friends follow. Bursts come at random moments at a rate that belongs to the pin (a
Poisson process), and each is 1, 2, ... orders (geometric, mean `burst_orders`). Pins differ: rate i of a grid belongs to a pin with chance
w(i), the prior. After t days with n orders, Bayes' rule gives

    w(i | n, t)  ~  w(i) P(n orders in t days | rate(i))

with Poisson orders, or Polya-Aeppli ones where they come in bursts. An order is of 1, 2, ... seats, as orders were before. With rate L the
seats of the u days left are compound Poisson, which Panjer's recursion gives exactly: with f(k) the chance that a burst brings k seats,

    g(0) = e^(-L u),    g(s) = L u / s * sum over k = 1 .. s of k f(k) g(s - k),

and P(fills) = 1 - sum over i of w(i | n, t) times the sum of g(s), s < seats missing.

Time runs as orders do: days are weighted by how fast orders came in that part of past pins' windows (`pace`).

Source: Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), chapter 5 (a prior learned from exchangeable things); Panjer (1981), ASTIN
Bulletin 12:22-26; Johnson, Kemp & Kotz, Univariate Discrete Distributions, 3rd ed. (2005), section 9.7 (Polya-Aeppli).

Where not to trust this: a burst is taken to come at once, so friends who follow days later look like a faster pin; a pin whose rate
changes for good (a shop posts it) is learned only as its orders come.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import Floats

Ints = npt.NDArray[np.int64]

BURSTS_MIN = 1e-12
SIZE_TAIL = 1e-9  # chance of a larger burst that is left out
SCALE_MAX = 1e200
CELLS_AT_ONCE = 200_000


@dataclass(frozen=True)
class JoinPrior:
    """What is believed about a pin before anybody joined.

    rates : bursts a day, > 0, rising; chances : of each, summing to 1
    burst_orders : mean number of orders that come together, >= 1
    seat_chances : chance that an order is of 1, 2, ... seats, summing to 1
    pace : how fast orders come in each of equally long parts of the time from opening to deadline, mean 1
    """

    rates: tuple[float, ...]
    chances: tuple[float, ...]
    burst_orders: float = 1.0
    seat_chances: tuple[float, ...] = (1.0,)
    pace: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        if not self.rates or min(self.rates) <= 0 or len(self.rates) != len(self.chances):
            raise InputError(f"rates {self.rates} must be above zero, each with its chance")
        if self.burst_orders < 1:
            raise InputError(f"bursts of {self.burst_orders} orders; a burst is one order at least")
        for what, values, total in (
            ("chances", self.chances, 1.0),
            ("seat_chances", self.seat_chances, 1.0),
            ("pace", self.pace, float(len(self.pace))),
        ):
            if not values or min(values) < 0 or abs(sum(values) - total) > 1e-6:
                raise InputError(f"{what} {values} must be numbers of 0 or more that sum to {total:g}")


@dataclass(frozen=True)
class Standing:
    """Where pins stand; every field is a number or an array, broadcast against each other.

    orders, seats : joined so far, >= 0
    size : seats that fill the pin, >= 1
    elapsed_days, left_days : since it opened, >= 0, and to its deadline; none (or less) left means odds of 0, unless it is full
    """

    orders: npt.ArrayLike
    seats: npt.ArrayLike
    size: npt.ArrayLike
    elapsed_days: npt.ArrayLike
    left_days: npt.ArrayLike

    def arrays(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """The five fields with one shape. Raises InputError on negative seats or days, or a size below 1."""
        given = (np.asarray(each, dtype=np.float64) for each in (self.orders, self.seats, self.size, self.elapsed_days, self.left_days))
        orders, seats, size, elapsed, left = np.broadcast_arrays(*given)
        if (orders < 0).any() or (seats < 0).any() or (elapsed < 0).any() or (size < 1).any():
            raise InputError("fill odds need joined orders, seats and elapsed days of 0 or more and a size of 1 or more")
        return orders, seats, size, elapsed, np.maximum(left, 0)


def fill_odds(standing: Standing, prior: JoinPrior) -> Floats:
    """Probability that each pin has all its seats joined by its deadline, 0 .. 1. Raises InputError as Standing.arrays.

    By hand: every pin gets 1 order of 1 seat a day; one seat is missing and 2 days are left, so nobody comes with the chance e^-2.

    >>> steady = JoinPrior(rates=(1.0,), chances=(1.0,))
    >>> round(float(fill_odds(Standing(orders=1, seats=1, size=2, elapsed_days=1, left_days=2), steady)), 4)
    0.8647
    """
    orders, seats, size, elapsed, left = standing.arrays()
    shape = orders.shape
    orders, elapsed, left = orders.ravel(), elapsed.ravel(), left.ravel()
    missing = np.ceil(size - seats).astype(int).ravel()
    gone, ahead = paced_days(elapsed, left, prior.pace)
    belief = belief_in_rates(orders.astype(int), gone, prior)
    burst_seats = seats_of_a_burst(prior, int(missing.max(initial=1)))
    fewer = np.zeros(len(missing))
    step = max(1, CELLS_AT_ONCE // len(prior.rates))
    for start in range(0, len(missing), step):
        part = slice(start, start + step)
        expected = ahead[part, None] * np.asarray(prior.rates)
        fewer[part] = (belief[part] * chance_of_fewer(missing[part], expected, burst_seats)).sum(axis=1)
    return np.asarray(np.where(missing <= 0, 1.0, np.clip(1 - fewer, 0.0, 1.0)).reshape(shape))


def belief_in_rates(orders: Ints, days: Floats, prior: JoinPrior) -> Floats:
    """Chance of each rate after so many orders in so many (paced) days, shape (pins, rates), each row summing to 1.

    >>> even = JoinPrior(rates=(1.0, 2.0), chances=(0.5, 0.5))
    >>> belief_in_rates(np.array([1]), np.array([1.0]), even).round(3)  # e^-1 against 2 e^-2
    array([[0.576, 0.424]])
    """
    with np.errstate(divide="ignore"):
        logs = np.log(prior.chances) + log_chance_of_orders(orders, days[:, None] * np.asarray(prior.rates), prior.burst_orders)
    likely = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def log_chance_of_orders(orders: Ints, bursts: Floats, burst_orders: float) -> Floats:
    """Log of the Polya-Aeppli chance of exactly so many orders, shape (pins, rates); terms that no rate changes are left out.

    bursts : float array, shape (pins, rates), how many are expected; none is expected on the first day of a pin, which then tells nothing
    With T = 1 - 1 / burst_orders and c = bursts (1 - T): n p(n) = (2 T (n - 1) + c) p(n - 1) - T^2 (n - 2) p(n - 2), p(0) = e^-bursts.
    Without bursts, T = 0, that is Poisson's c^n / n!.
    """
    follow = 1 - 1 / burst_orders
    bursts = np.maximum(bursts, BURSTS_MIN)
    if follow == 0:
        return np.asarray(orders[:, None] * np.log(bursts) - bursts)
    c, answer, log_scale = bursts * (1 - follow), -bursts, -bursts
    before, now = np.zeros(bursts.shape), np.ones(bursts.shape)
    for n in range(1, int(orders.max(initial=0)) + 1):
        before, now = now, ((2 * follow * (n - 1) + c) * now - follow**2 * (n - 2) * before) / n
        large = now > SCALE_MAX
        if large.any():
            before, now = np.where(large, before / SCALE_MAX, before), np.where(large, now / SCALE_MAX, now)
            log_scale = np.where(large, log_scale + np.log(SCALE_MAX), log_scale)
        answer = np.where((orders == n)[:, None], np.log(now) + log_scale, answer)
    return answer


def paced_days(elapsed_days: Floats, left_days: Floats, pace: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Elapsed and remaining days, each weighted by the pace of its part of the window; their sum stays the window's length.

    >>> paced_days(np.array([5.0]), np.array([5.0]), (0.5, 1.5))
    (array([2.5]), array([7.5]))
    """
    window = elapsed_days + left_days
    shares = np.divide(elapsed_days, window, out=np.zeros_like(window), where=window > 0)
    gone = window * np.interp(shares, np.linspace(0, 1, len(pace) + 1), np.concatenate([[0.0], np.cumsum(pace)]) / len(pace))
    return gone, np.maximum(window - gone, 0.0)


def seats_of_a_burst(prior: JoinPrior, seats_max: int) -> Floats:
    """Chance that a burst brings 1, 2, ... up to seats_max seats; what is missing to 1 brings more.

    After each order another follows with the chance 1 - 1 / burst_orders, so f = stop * p + (1 - stop) * (p convolved with f).
    """
    stop, chances = 1 / prior.burst_orders, np.asarray(prior.seat_chances)
    found = np.zeros(seats_max)
    for seats in range(1, seats_max + 1):
        own = chances[seats - 1] if seats <= len(chances) else 0.0
        before = range(1, min(seats - 1, len(chances)) + 1)
        found[seats - 1] = stop * own + (1 - stop) * sum(chances[k - 1] * found[seats - k - 1] for k in before)
        if found[:seats].sum() >= 1 - SIZE_TAIL:
            return found[:seats]
    return found


def chance_of_fewer(seats: Ints, bursts: Floats, burst_seats: Floats) -> Floats:
    """Chance that fewer than `seats` seats come, shape (pins, rates); 0 where none is missing.

    bursts : float array, shape (pins, rates), how many are expected; burst_seats : chance that one brings 1, 2, ... seats
    """
    seats_max = int(seats.max(initial=0))
    found = np.zeros((max(seats_max, 1), *bursts.shape))
    found[0] = 1.0
    total, answer = np.zeros(bursts.shape), np.zeros(bursts.shape)
    # g(0) may be too small for a float, so g(s) / g(0) is summed and scaled down whenever it grows large.
    log_scale = -bursts
    for s in range(seats_max):
        if s:
            k = np.arange(1, min(s, len(burst_seats)) + 1)
            found[s] = bursts / s * np.tensordot(k * burst_seats[: len(k)], found[s - len(k) : s][::-1], axes=1)
        total += found[s]
        large = total > SCALE_MAX
        if large.any():
            found[:, large] /= SCALE_MAX
            total[large] /= SCALE_MAX
            log_scale = np.where(large, log_scale + np.log(SCALE_MAX), log_scale)
        done = seats == s + 1
        answer[done] = total[done] * np.exp(log_scale[done])
    return np.clip(answer, 0.0, 1.0)
