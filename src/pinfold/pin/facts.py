"""What flows answer about pins, orders and payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PinFacts:
    """A pin as it stands. `ladder` holds (seats, price_fen a pack) from the smallest size that fills.

    opened_by : customer_id of a friends' pin
    """

    pin_id: str
    season: int
    kind: str
    state: str
    share_code: str
    seats_min: int
    seats_max: int
    seats_taken: int
    seats_paid: int
    ladder: tuple[tuple[int, int], ...]
    floor_fen: int
    price_fen: int | None
    closes_at: datetime
    opened_by: str | None
    accepted_short: bool

    @property
    def seats_left(self) -> int:
        return self.seats_max - self.seats_taken


@dataclass(frozen=True)
class OrderFacts:
    """An order as it stands. `amount_fen` is what was asked, `refunded_fen` what went back of it."""

    order_id: str
    pin_id: str
    customer_id: str
    seats: int
    price_fen: int
    amount_fen: int
    refunded_fen: int
    state: str
    held_at: datetime
    held_until: datetime
    paid_at: datetime | None


@dataclass(frozen=True)
class PaymentFacts:
    """A payment and its order as they stand; `counted` says whether this notice is the one that moved the payment."""

    payment_id: str
    order_id: str
    provider: str
    amount_fen: int
    state: str
    order_state: str
    counted: bool


@dataclass(frozen=True)
class RefundFacts:
    """Money that goes back to a member; the provider is told until it answers, always with the same refund_id."""

    refund_id: str
    payment_id: str
    provider: str
    amount_fen: int


@dataclass(frozen=True)
class SweepResult:
    """How many orders lapsed, and how many pins filled, expired, were merged or were given more time.

    Refunds : told to their providers, or still to be told; cash is not told
    """

    lapsed: int
    filled: int
    expired: int
    merged: int
    extended: int
    refunds_told: int
    refunds_waiting: int
