"""What Pinfold asks of a payment provider, and what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Instruction:
    """What the customer does to pay: go to `redirect_url`, or, when there is none, hand the money to the coordinator."""

    payment_id: str
    provider: str
    amount_fen: int
    redirect_url: str | None


@dataclass(frozen=True)
class Notice:
    """A provider's word, checked to be its own, that a payment was made (paid) or will not be."""

    notice_id: str
    payment_id: str
    paid: bool
    amount_fen: int


class Provider(Protocol):
    """One way to pay. `start` and `refund` may be called again with the same id and then do nothing more.

    Both may raise NoAnswer when the provider cannot be reached; the caller asks again later.
    """

    name: str

    def start(self, payment_id: str, amount_fen: int) -> Instruction:
        """Announces a payment to the provider."""

    def verify(self, body: Mapping[str, object]) -> Notice:
        """The notice in what came over the wire. Raises NotAllowed if the provider did not sign it, InputError if it cannot be read."""

    def refund(self, payment_id: str, amount_fen: int, key: str) -> None:
        """Has money given back to the customer; once for each key."""
