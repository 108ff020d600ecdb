"""The pack house's: what comes in, what leaves, and sending a week's goods off."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.flows import clock
from pinfold.flows.harvest import dispatch_week
from pinfold.store.deliver import Dispatched
from pinfold.store.models import Person
from pinfold.store.reads import hub as reads
from pinfold.store.season import current_season
from pinfold.web.api.fields import Fen, GivenWeek, Grade, Kg, Named, Week
from pinfold.web.api.guard import Only, over
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse
from pinfold.web.api.weeks import this_week

router = Router(tags=["pack house"], auth=Only(Person.Role.PACKHOUSE))


class ArrivingAnswer(Schema):
    """A lot that comes in."""

    lot_id: str
    village: Named
    product: Named
    grade: Grade
    kg: Annotated[float, Field(description="kg forecast; once its week has been dispatched, kg weighed")]
    weighed_kg: Annotated[float | None, Field(description="kg weighed so far")]
    promised_kg: Annotated[float, Field(description="kg promised to pins and bids")]


class LeavingAnswer(Schema):
    """A pin or bid that leaves, or has left."""

    id: str
    kind: str = Field(description="pin or bid")
    state: str
    product: Named
    grade: Grade
    buyer: Named = Field(description="the region of a pin, the merchant of a bid")
    packs: int = Field(description="0 for a bid")
    pack_kg: Kg
    kg: Annotated[float, Field(description="kg on arrival, as sold")]


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


@router.get("/hub/arriving", response=may_refuse(list[ArrivingAnswer]))
@paginate(Pages)
def list_arriving(request: HttpRequest, week: GivenWeek | None = None) -> list[reads.Arriving]:
    """What comes to your hub in this week or another."""
    return reads.arriving(current_season().number, over(request.user, "hub_id"), this_week() if week is None else week)


@router.get("/hub/leaving", response=may_refuse(list[LeavingAnswer]))
@paginate(Pages)
def list_leaving(request: HttpRequest, week: GivenWeek | None = None) -> list[reads.Leaving]:
    """What leaves your hub in this week or another."""
    return reads.leaving(current_season().number, over(request.user, "hub_id"), this_week() if week is None else week)


@router.post("/weeks/{week}/dispatch", response=may_refuse(DispatchAnswer))
def dispatch(request: HttpRequest, week: GivenWeek, nothing_came: bool = False) -> Dispatched:
    """Ships the filled pins and chosen bids of a week from what was really picked; what is short is refunded. Safe to repeat.

    Refused while nothing at all was weighed for one of them, unless ?nothing_came=true says that nothing more will be weighed.
    """
    return dispatch_week(week, clock.now(), nothing_came)
