"""What is recorded of a visit: which list was shown, and what came of it.

Each list has an id, which its links carry, signed for the person who saw it; so nobody can say of himself, or of others, that he had been
shown what he had not. Nothing is recorded of browsers that ask not to be tracked, nor of people who are here to work.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest

from pinfold.demand.events import Event, Impression, shown_in_order
from pinfold.flows import clock
from pinfold.flows.events import record
from pinfold.store.models import Person
from pinfold.store.reads.shop import PinCard

SEEN_SECONDS = 86_400  # a link that is followed a day later was found in another way


def list_shown(request: HttpRequest, cards: Sequence[PinCard], first_position: int, limits: tuple[str, str]) -> str:
    """Records a list of pins and returns what its links carry; "" when nothing is recorded.

    limits : region and product that the list was limited to, "" for all
    """
    if not _may_record(request) or not cards:
        return ""
    impression_id = uuid4().hex
    shown = shown_in_order((card.pin_id for card in cards), first_position)
    # Which rule orders the list is said in store.reads.shop.open_pins; another rule, or a change of it, gets another name or version.
    record(Impression(impression_id, clock.now(), customer_of(request), "list", *limits, "closes-first", 1, shown))
    return _signer(request).sign(impression_id)


def happened(request: HttpRequest, kind: str, pin_id: str, seen: str = "") -> None:
    """Records that the visitor did `kind` with a pin. seen : what the link or form carried"""
    if _may_record(request):
        record(Event(kind, clock.now(), pin_id, customer_of(request), impression_of(request, seen)))


def impression_of(request: HttpRequest, seen: str) -> str:
    """The id of the list that this person was shown within the last day; "" for anything else."""
    try:
        return _signer(request).unsign(seen, max_age=SEEN_SECONDS) if seen else ""
    except BadSignature:
        return ""


def customer_of(request: HttpRequest) -> str | None:
    """The visitor's customer id, once there is one."""
    return getattr(request.user, "customer_id", None)


def _signer(request: HttpRequest) -> TimestampSigner:
    return TimestampSigner(salt=f"seen by {customer_of(request) or 'a stranger'}")


def _may_record(request: HttpRequest) -> bool:
    asks_not_to = "1" in (request.headers.get("Sec-GPC"), request.headers.get("DNT"))
    works_here = request.user.is_authenticated and request.user.role != Person.Role.CUSTOMER
    return request.method != "HEAD" and not asks_not_to and not works_here
