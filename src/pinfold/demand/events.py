"""What customers did with pins, and what they had been shown when they did it: the facts from which demand is learned.

Without what was shown, and the chance with which it was shown, a later model would take "was on top of the list" for "was wanted".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

VIEW, FAVOURITE, SKIP, SHARE, LINK, JOIN, PAY = KINDS = ("view", "favourite", "skip", "share", "link", "join", "pay")


@dataclass(frozen=True)
class Event:
    """Somebody did `kind` with a pin.

    customer_id : None for somebody who has not signed in
    impression_id : of the list from which they came; "" when they came otherwise
    seats : of a join or pay; else 0
    """

    kind: str
    at: datetime
    pin_id: str
    customer_id: str | None
    impression_id: str = ""
    seats: int = 0

    def __post_init__(self) -> None:
        assert self.kind in KINDS, f"event {self.kind!r} is none of {', '.join(KINDS)}"


@dataclass(frozen=True)
class Shown:
    """One pin of an impression.

    propensity : the chance with which it stood at this position, above 0 and up to 1
    elsewhere : its position under each other rule, where that was worked out; from it the other rule can be judged later
    """

    pin_id: str
    position: int
    propensity: float
    elsewhere: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Impression:
    """One list as it was shown once.

    region_id, product_id : what it was limited to; "" for all
    ranking, version : which rule put the pins in this order
    """

    impression_id: str
    at: datetime
    customer_id: str | None
    page: str
    region_id: str
    product_id: str
    ranking: str
    version: int
    shown: tuple[Shown, ...]


def shown_in_order(pin_ids: Iterable[str], first_position: int = 0) -> tuple[Shown, ...]:
    """Pins that a rule without chance put in this order: each stood where it stands for certain.

    >>> [(each.pin_id, each.position, each.propensity) for each in shown_in_order(["p7", "p3"], first_position=24)]
    [('p7', 24, 1.0), ('p3', 25, 1.0)]
    """
    return tuple(Shown(pin_id, position, 1.0) for position, pin_id in enumerate(pin_ids, first_position))
