"""An old phone, or one with scripts switched off, buys as well as any other."""

from __future__ import annotations

import story_season

from browser import buying
from browser.phone import NewPhone
from browser.site import Site


def test_joining_and_paying_in_cash_needs_no_script(site: Site, new_phone: NewPhone) -> None:
    pin = max(site.ask("/api/pins")["items"], key=lambda pin: (pin["closes_at"], pin["pin_id"]))
    buyer = new_phone(story_season.BUYERS["customer-9"], script=False)
    coordinator = new_phone(story_season.COORDINATORS["lower"], script=False)
    order_id = buying.join(buyer, pin, 1)
    buying.pay_in_cash(buyer, coordinator, order_id, buying.asked_fen(pin, 1))
    buyer.follow("My orders")
    buyer.sees("Paid")
