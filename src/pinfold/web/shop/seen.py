"""What is recorded of a visit: which list was shown, and what came of it.

Each list has an id, which its links carry, signed for the person who saw it; so nobody can say of himself, or of others, that he had been
shown what he had not. Nothing is recorded of browsers that ask not to be tracked, nor of people who are here to work.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import uuid4

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest

from pinfold.demand.events import Event, Impression
from pinfold.flows import clock
from pinfold.flows.events import record
from pinfold.flows.ranking import Asked, Listed
from pinfold.store.models import Person

SEEN_SECONDS = 86_400  # a link that is followed a day later was found in another way


def list_shown(request: HttpRequest, page: str, listed: Listed, positions: tuple[int, int], pin_ids: Collection[str], asked: Asked) -> str:
    """Records what somebody was shown of a list of pins and returns what its links carry; "" when nothing is recorded.

    page : where; positions : of the first pin and after the last one; pin_ids : those of them that were shown
    """
    shown = listed.shown(*positions, pin_ids)
    if not _may_record(request) or not shown:
        return ""
    impression_id, limits = uuid4().hex, (asked.region_id, asked.product_id)
    record(Impression(impression_id, clock.now(), customer_of(request), page, *limits, listed.ranking, listed.version, shown))
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


def own_list_of(request: HttpRequest) -> str | None:
    """The customer whose own order a list may have; None where the browser asks not to be tracked, and for people who work here."""
    return customer_of(request) if _is_visitor(request) else None


def _may_record(request: HttpRequest) -> bool:
    return request.method != "HEAD" and _is_visitor(request)


def _is_visitor(request: HttpRequest) -> bool:
    asks_not_to = "1" in (request.headers.get("Sec-GPC"), request.headers.get("DNT"))
    works_here = request.user.is_authenticated and request.user.role != Person.Role.CUSTOMER
    return not asks_not_to and not works_here
