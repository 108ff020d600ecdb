"""Open pins of a cooperative's crop that still lack paid seats, and what the crop would bring unsold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Sum

from pinfold.pin.choosing import Choice
from pinfold.store.models import Pin, PinLot


@dataclass(frozen=True)
class ShortPin:
    """salvage_fen : what the kg of one pack bring the growers unsold; accepted : by its sellers, with fewer seats than it needed

    why : how its size and price were chosen, None by the stated rules
    """

    pin_id: str
    share_code: str
    salvage_fen: float
    accepted: bool
    extended: bool
    why: Choice | None


def short_pins(cooperative_id: str, now: datetime) -> list[ShortPin]:
    """Public pins with crop of this cooperative alone that lack paid seats, or were accepted without them; those that close first first."""
    lots = PinLot.objects.filter(pin__state=Pin.State.OPEN, pin__kind=Pin.Kind.PUBLIC, pin__closes_at__gt=now)
    others = lots.exclude(lot__village__cooperative=cooperative_id).values("pin")
    own = lots.filter(lot__village__cooperative=cooperative_id).exclude(pin__in=others)
    salvage = dict(own.values_list("pin_id").annotate(yuan=Sum(F("kg") * F("lot__salvage_per_kg"))))
    pins = Pin.objects.filter(pk__in=salvage).order_by("closes_at", "pin_id")
    return [
        ShortPin(
            pin.pin_id,
            pin.share_code,
            100 * salvage[pin.pin_id] / pin.seats_max,
            pin.accepted_by_id is not None,
            bool(pin.extended_at),
            Choice(**pin.why) if pin.why else None,
        )
        for pin in pins
        if pin.seats_paid < pin.seats_min or pin.accepted_by_id is not None
    ]
