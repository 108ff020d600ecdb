"""The rules of pins."""

from __future__ import annotations

from dataclasses import dataclass

from pinfold.basics.errors import InputError
from pinfold.basics.rules import rule


@dataclass(frozen=True)
class PinRules:
    hold_minutes: int = rule(30, "minutes", "how long seats are kept for a member who has not paid", 1, 10_080)
    pin_seats_max: int = rule(40, "seats", "most seats of one public pin; a larger shipment opens several", 1)
    pin_seats_min: int = rule(3, "seats", "a shipment with fewer packs than this opens no pin", 1)
    seats_min_share: float = rule(0.5, "share of seats", "how much of a pin must be paid for it to fill, where no outlook says more", 0, 1)
    seats_per_order_max: int = rule(10, "seats", "most seats in one order", 1)
    full_discount: float = rule(0.10, "share of price", "the most that a price may fall below the list price", 0, 0.9)
    ladder_steps: int = rule(3, "steps", "prices on the ladder from the smallest size that fills to the largest", 1, 10)
    order_days_before_week: int = rule(3, "days", "how long before the Monday of picking a pin closes", 0, 60)
    days_open_max: int = rule(28, "days", "pins open at most this long before they close, when the forecast is sharper", 1)
    days_open_min: int = rule(2, "days", "a pin that would close sooner than this is not opened", 0)
    friends_seats_min: int = rule(2, "seats", "paid seats that fill a friends' pin", 1)
    friends_seats_max: int = rule(8, "seats", "most seats of a friends' pin", 1)
    rescue_hours: int = rule(24, "hours", "how long before it closes a pin that lacks paid seats is merged or extended", 0, 1000)
    merge_odds_max: float = rule(0.5, "probability", "a pin likelier than this to fill is not merged into a neighbour", 0, 1)
    extend_days: int = rule(2, "days", "how much longer a pin stays open when it is extended, once; 0 to never extend", 0, 30)
    extend_days_before_week: int = rule(1, "days", "but it closes so long before the Monday of picking at the latest", 0, 60)
    extend_odds_min: float = rule(0.2, "probability", "a pin is extended only if it then fills at least so likely", 0, 1)
    decline_days: int = rule(2, "days", "how long members may have their money back once crop of another village stands in", 0, 30)
    holds_open_max: int = rule(3, "orders", "most orders that one customer may hold at a time without paying", 1)
    friends_pins_open_max: int = rule(1, "pins", "most open friends' pins in which nobody has paid yet, by the customer who opened them", 1)
    shortfall_rule: str = rule("first come", "name", "who gets packs when less arrives than was sold; a name listed in pin/shortfall.py")

    def __post_init__(self) -> None:
        for low, high in (
            ("pin_seats_min", "pin_seats_max"),
            ("friends_seats_min", "friends_seats_max"),
            ("days_open_min", "days_open_max"),
        ):
            if getattr(self, low) > getattr(self, high):
                raise InputError(f"setting pin.{low} is {getattr(self, low)}, above pin.{high} {getattr(self, high)}; lower the first")
