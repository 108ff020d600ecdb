"""Simulated streams of orders for pins: what each pin got, and when."""

from dataclasses import dataclass

import numpy as np

from pinfold.demand.fill_odds import Standing
from pinfold.demand.join_habits import PastJoins

WINDOW_DAYS = 7.0
SEATS, SEAT_CHANCES = np.array([1, 2, 3]), (0.6, 0.3, 0.1)
RUSH = np.array([2.0, 0.7, 0.6, 0.5, 0.5, 0.6, 0.9, 2.2])


@dataclass(frozen=True)
class Streams:
    """Orders of `pins` pins, by pin; size : seats that fill each."""

    size: np.ndarray
    pin: np.ndarray
    day: np.ndarray
    seats: np.ndarray

    def standing(self, share: float) -> Standing:
        """Where every pin stands at a share of the window."""
        early = self.day <= share * WINDOW_DAYS
        orders = np.bincount(self.pin[early], minlength=len(self.size))
        seats = np.bincount(self.pin[early], self.seats[early], len(self.size))
        return Standing(orders, seats, self.size, share * WINDOW_DAYS, (1 - share) * WINDOW_DAYS)

    def filled(self) -> np.ndarray:
        return np.bincount(self.pin, self.seats, len(self.size)) >= self.size

    def as_past(self) -> PastJoins:
        """The same pins when they are over: each closed with the order that took its last seat, twice the smallest size."""
        before = np.cumsum(self.seats) - self.seats
        first = np.searchsorted(self.pin, np.arange(len(self.size)))
        before -= np.append(before, 0)[first][self.pin]
        came = before < 2 * self.size[self.pin]
        closing = came & (before + self.seats >= 2 * self.size[self.pin])
        open_days = np.full(len(self.size), WINDOW_DAYS)
        open_days[self.pin[closing]] = np.maximum(self.day[closing], 1e-6)
        orders = np.bincount(self.pin[came], minlength=len(self.size))
        return PastJoins(orders, open_days, np.full(len(self.size), WINDOW_DAYS), self.pin[came], self.day[came], self.seats[came])


def streams(pins: int, rate: np.ndarray, random: np.random.Generator, pace: np.ndarray | None = None, burst_orders: float = 1.0) -> Streams:
    """rate : bursts a day of each pin; friends of a burst follow within hours."""
    bursts = random.poisson(rate * WINDOW_DAYS)
    pin = np.repeat(np.arange(pins), bursts)
    part = random.choice(8, len(pin), p=(np.ones(8) if pace is None else pace) / 8)
    begins = (part + random.random(len(pin))) / 8 * WINDOW_DAYS
    orders = random.geometric(1 / burst_orders, len(pin))
    follows = np.concatenate([np.arange(count) > 0 for count in orders]) if len(orders) else np.empty(0, bool)
    day = np.minimum(np.repeat(begins, orders) + follows * random.exponential(0.1, len(follows)), WINDOW_DAYS)
    pin = np.repeat(pin, orders)
    order = np.lexsort((day, pin))
    return Streams(random.integers(3, 25, pins), pin[order], day[order], random.choice(SEATS, len(pin), p=SEAT_CHANCES))


def expected_calibration_error(odds: np.ndarray, happened: np.ndarray) -> float:
    """Mean over ten bins of |mean odds - share that happened|, weighted by how many odds fall into the bin."""
    bins = np.minimum((odds * 10).astype(int), 9)
    return float(sum(abs(odds[bins == b].sum() - happened[bins == b].sum()) for b in range(10)) / len(odds))
