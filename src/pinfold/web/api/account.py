"""A customer's own data: marks on pins, and the switches of recording and the own order. Accounts are deleted on the page, which asks."""

from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from pinfold.flows.events import choose_recording, mark_pin
from pinfold.flows.ranking import choose_order
from pinfold.store.events import records
from pinfold.store.models import Person
from pinfold.store.pins import joinable_pin
from pinfold.store.tastes import is_personal
from pinfold.web.api.fields import Id
from pinfold.web.api.guard import Only, over
from pinfold.web.api.refusals import may_refuse
from pinfold.web.api.shop import Seen
from pinfold.web.shop.seen import happened

router = Router(tags=["customer"], auth=Only(Person.Role.CUSTOMER))


class GivenMark(Schema):
    mark: Literal["favourite", "skip", ""] = Field(description='"skip" takes the pin off your own list; "" takes a mark away')


class NewMark(GivenMark):
    seen: Seen = ""


class MarkAnswer(GivenMark):
    pin_id: str


class Recording(Schema):
    records: bool = Field(description="whether what you do is recorded, under a pseudonym; off also deletes what was")


class OwnOrder(Schema):
    personal: bool = Field(description="whether the list may stand in your own order; off also deletes what was learned for it")


@router.post("/pins/{pin_id}/mark", response=may_refuse(MarkAnswer))
def mark(request: HttpRequest, pin_id: Id, given: NewMark) -> dict[str, str]:
    """Your own mark on a pin, in place of the one before."""
    customer_id, pin = over(request.user, "customer_id"), joinable_pin(pin_id)
    mark_pin(customer_id, pin.pin_id, given.mark)
    if given.mark:
        happened(request, given.mark, pin.pin_id, given.seen)
    return {"pin_id": pin.pin_id, "mark": given.mark}


@router.get("/recording", response=may_refuse(Recording))
def show_recording(request: HttpRequest) -> dict[str, bool]:
    """Whether what you do is recorded."""
    return {"records": records(over(request.user, "customer_id"))}


@router.post("/recording", response=may_refuse(Recording))
def choose(request: HttpRequest, given: Recording) -> dict[str, bool]:
    """Turns recording on or off."""
    choose_recording(over(request.user, "customer_id"), given.records)
    return {"records": given.records}


@router.get("/order", response=may_refuse(OwnOrder))
def show_order(request: HttpRequest) -> dict[str, bool]:
    """Whether your list may stand in an order of your own."""
    return {"personal": is_personal(over(request.user, "customer_id"))}


@router.post("/order", response=may_refuse(OwnOrder))
def choose_own_order(request: HttpRequest, given: OwnOrder) -> dict[str, bool]:
    """Turns the own order on or off; on, it begins within a day."""
    choose_order(over(request.user, "customer_id"), given.personal)
    return {"personal": given.personal}
