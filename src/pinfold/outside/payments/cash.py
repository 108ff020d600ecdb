"""Money handed to a coordinator, who counts it in Pinfold. Nobody outside is told anything; the coordinator hands refunds back."""

from __future__ import annotations

from collections.abc import Mapping

from pinfold.basics.errors import NotAllowed
from pinfold.outside.payments.provider import Instruction, Notice


class Cash:
    name = "cash"

    def start(self, payment_id: str, amount_fen: int) -> Instruction:
        return Instruction(payment_id, self.name, amount_fen, redirect_url=None)

    def verify(self, body: Mapping[str, object]) -> Notice:
        raise NotAllowed("cash has no notices from outside; a signed-in coordinator counts it")

    def refund(self, payment_id: str, amount_fen: int, key: str) -> None:
        """Nothing to send: the refund stands in the coordinators' list until one has handed it back (flows/refunds.hand_back)."""
