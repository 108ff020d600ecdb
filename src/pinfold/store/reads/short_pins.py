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
    pins_before, packs_before : open pins of the same product and region that arrive sooner, or in the same week and are fuller, and their
    packs that nobody has taken
    """

    pin_id: str
    share_code: str
    salvage_fen: float
    accepted: bool
    extended: bool
    why: Choice | None
    pins_before: int
    packs_before: int


def short_pins(cooperative_id: str, now: datetime) -> list[ShortPin]:
    """Public pins with crop of this cooperative alone that lack paid seats, or were accepted without them; those that close first first."""
    lots = PinLot.objects.filter(pin__state=Pin.State.OPEN, pin__kind=Pin.Kind.PUBLIC, pin__closes_at__gt=now)
    others = lots.exclude(lot__village__cooperative=cooperative_id).values("pin")
    own = lots.filter(lot__village__cooperative=cooperative_id).exclude(pin__in=others)
    salvage = dict(own.values_list("pin_id").annotate(yuan=Sum(F("kg") * F("lot__salvage_per_kg"))))
    pins = Pin.objects.filter(pk__in=salvage).order_by("closes_at", "pin_id")
    beside = Pin.objects.filter(state=Pin.State.OPEN, kind=Pin.Kind.PUBLIC, closes_at__gt=now, seats_taken__lt=F("seats_max"))
    before_of = {pin.pin_id: [each for each in beside if _comes_before(each, pin)] for pin in pins}
    return [
        ShortPin(
            pin.pin_id,
            pin.share_code,
            100 * salvage[pin.pin_id] / pin.seats_max,
            pin.accepted_by_id is not None,
            bool(pin.extended_at),
            Choice(**pin.why) if pin.why else None,
            len(before_of[pin.pin_id]),
            sum(each.seats_max - each.seats_taken for each in before_of[pin.pin_id]),
        )
        for pin in pins
        if pin.seats_paid < pin.seats_min or pin.accepted_by_id is not None
    ]


def _comes_before(other: Pin, pin: Pin) -> bool:
    """Whether customers usually join the other pin first."""
    same = (other.product_id, other.region_id) == (pin.product_id, pin.region_id)
    return same and (other.week, -other.seats_taken) < (pin.week, -pin.seats_taken)
