"""A household's own: its plots with their forecasts, and every fen that it is owed, with the reason."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.ledger.reasons import say
from pinfold.store import settlements
from pinfold.store.models import Person
from pinfold.store.settlements import HouseholdSettlement
from pinfold.web.api.fields import Fen, Grade, Kg, Moment, Week
from pinfold.web.api.guard import Only, over
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse

router = Router(tags=["household"], auth=Only(Person.Role.HOUSEHOLD))


class ReasonAnswer(Schema):
    """One line of a settlement, with sentences to read aloud."""

    kind: str = Field(description="pin, bid or guarantee")
    product: str
    product_zh: str
    grade: Grade
    week: Week
    kg: Kg
    amount_fen: Fen
    says: str
    says_zh: str


class SettlementAnswer(Schema):
    settlement_id: str
    household_id: str
    week: Week
    amount_fen: Fen
    settled_at: Moment
    paid_out_at: Annotated[Moment | None, Field(description="when the cash was handed over")]
    reasons: list[ReasonAnswer]


def settlement_answer(settlement: HouseholdSettlement) -> dict[str, object]:
    """The settlement with its reasons said in both languages."""
    facts = {name: getattr(settlement, name) for name in SettlementAnswer.model_fields if name != "reasons"}
    named = ("kind", "product", "product_zh", "grade", "week", "kg", "amount_fen")
    reasons = [
        {name: getattr(reason, name) for name in named} | {"says": say(reason, "en"), "says_zh": say(reason, "zh-hans")}
        for reason in settlement.reasons
    ]
    return facts | {"reasons": reasons}


@router.get("/settlements", response=may_refuse(list[SettlementAnswer]))
@paginate(Pages)
def list_settlements(request: HttpRequest) -> list[dict[str, object]]:
    """What your household is paid, the newest week first."""
    return [settlement_answer(each) for each in settlements.of_household(over(request.user, "household_id"))]
