"""The pack house's: sending a week's goods off."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from pinfold.flows import clock
from pinfold.flows.harvest import dispatch_week
from pinfold.store.deliver import Dispatched
from pinfold.store.models import Person
from pinfold.web.api.fields import Fen, GivenWeek, Kg, Week
from pinfold.web.api.guard import Only
from pinfold.web.api.refusals import may_refuse

router = Router(tags=["pack house"], auth=Only(Person.Role.PACKHOUSE))


class DispatchAnswer(Schema):
    week: Week
    pins_dispatched: int
    orders_shipped: int
    orders_shortened: int = Field(description="orders that got fewer packs than they paid for")
    orders_refunded: int = Field(description="orders that got none")
    refunded_fen: Fen
    bids_delivered: int
    bids_missed: int
    kg_sent: Annotated[float, Field(description="kg that left the villages")]
    kg_sold: Annotated[float, Field(description="kg that arrived and were paid")]
    kg_spoiled: Kg
    paid_fen: Fen
    growers_fen: Fen


@router.post("/weeks/{week}/dispatch", response=may_refuse(DispatchAnswer))
def dispatch(request: HttpRequest, week: GivenWeek) -> Dispatched:
    """Ships the filled pins and chosen bids of a week from what was really picked; what is short is refunded. Safe to repeat."""
    return dispatch_week(week, clock.now())
