"""A household's own: its plots with their forecasts, and every fen that it is owed, with the reason."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.ledger.reasons import say
from pinfold.store import settlements
from pinfold.store.models import Person
from pinfold.store.reads import household as reads
from pinfold.store.season import current_season
from pinfold.store.settlements import HouseholdSettlement
from pinfold.web.api.fields import Fen, Grade, Kg, Moment, Named, Week
from pinfold.web.api.guard import Only, over
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse

router = Router(tags=["household"], auth=Only(Person.Role.HOUSEHOLD))


class DaysAnswer(Schema):
    """The day on which a stage begins: one of ten ends before p10, one of ten after p90."""

    p10: date
    p25: date
    p50: date
    p75: date
    p90: date
    model: str
    issued_on: date


class HarvestAnswer(Schema):
    """Harvest of a plot in the whole season."""

    mean: Kg
    p10: Kg
    p90: Kg


class PlotAnswer(Schema):
    plot_id: str
    household_id: str
    crop: str
    area_m2: Annotated[float | None, Field(description="square metres")]
    trees: int | None
    variety: str | None
    coming: dict[str, DaysAnswer] = Field(description="stages that are forecast, by name")
    seen: dict[str, date] = Field(description="stages that were reported, by name")
    harvest: HarvestAnswer | None = Field(description="forecast for the whole season")
    picked_kg: Annotated[float, Field(description="kg weighed so far")]


class HouseholdAnswer(Schema):
    household_id: str
    village: Named
    cooperative: Named
    equity_fen: Fen
    owed_fen: Annotated[int, Field(description="fen credited and not yet handed over")]
    paid_fen: Annotated[int, Field(description="fen handed over for crop this season")]
    plots: list[PlotAnswer]


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


@router.get("/household", response=may_refuse(HouseholdAnswer))
def show_household(request: HttpRequest) -> reads.HouseholdFacts:
    """Your plots, when each stage is expected, what was seen, and what you are owed."""
    return reads.facts_of(reads.household(over(request.user, "household_id")), current_season().number)


@router.get("/settlements", response=may_refuse(list[SettlementAnswer]))
@paginate(Pages)
def list_settlements(request: HttpRequest) -> list[dict[str, object]]:
    """What your household is paid, the newest week first."""
    return [settlement_answer(each) for each in settlements.of_household(over(request.user, "household_id"))]
