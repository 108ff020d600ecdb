"""What customers and the coordinator who counts their cash do on the pages."""

from __future__ import annotations

import re
from typing import Any

from browser.phone import Phone
from pinfold.web.templatetags.pinfold import yuan


def join(phone: Phone, pin: dict[str, Any], seats: int) -> str:
    """Holds seats by the link to the pin; the number of the order comes back."""
    phone.open(f"/pins/{pin['share_code']}/")
    phone.fill("Packs", str(seats))
    phone.press("Join")
    phone.sees("Your places are held until %(until)s. Pay %(sum)s to keep them.", sum=yuan(asked_fen(pin, seats)))
    return re.findall(r"/orders/([\w-]+)/", phone.page.url)[0]


def pay_by_phone(phone: Phone) -> None:
    """On the practice provider's page; its notice comes by itself, and so does the news to the order's page."""
    phone.press("Pay by phone (practice money)")
    phone.press("Pay")
    phone.sees_state("Paid")


def pay_in_cash(phone: Phone, coordinator: Phone, order_id: str, fen: int) -> None:
    phone.press("Pay the coordinator in cash")
    phone.sees("Pay %(sum)s to the coordinator before %(until)s. The places are yours once the money is counted.", sum=yuan(fen))
    coordinator.follow("Cash")
    coordinator.fill("Order number", order_id)
    coordinator.press("Find")
    coordinator.press("I counted %(sum)s", sum=yuan(fen))
    coordinator.sees("Counted: %(sum)s. The places are paid.", sum=yuan(fen))
    phone.open(f"/orders/{order_id}/")
    phone.sees_state("Paid")


def asked_fen(pin: dict[str, Any], seats: int) -> int:
    """What members pay at first: the price of the smallest size that fills."""
    return int(pin["ladder"][0][1]) * seats
