"""The plan: anybody may see what ripens when and how good the plan is; who buys what is for those who carry it out."""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.flows import clock
from pinfold.match.say import say
from pinfold.store.models import Person
from pinfold.store.reads import plan as reads
from pinfold.store.season import current_season
from pinfold.web.api.fields import GivenWeek, Grade, Kg, Moment, Named, Share, Week, Yuan, YuanPerKg
from pinfold.web.api.guard import Only
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse
from pinfold.web.api.weeks import this_week

router = Router(tags=["plan"])
Role = Person.Role


class MethodAnswer(Schema):
    """What one way of planning reaches on the same harvest and the same wants."""

    method: str
    worth_yuan: Yuan
    sold_share: Share
    spoiled_share: Share
    is_chosen: bool


class RipeAnswer(Schema):
    """What one village is expected to have ready in one week, all grades together."""

    product: Named
    village: Named
    week: Week
    kg: Kg
    kg_cv: Annotated[float, Field(description="standard deviation over kg; 0 once it is weighed")]
    weighed: bool


class PlanAnswer(Schema):
    plan_id: int
    as_of: date
    made_at: Moment
    worth_yuan: Yuan
    bound_yuan: Annotated[float, Field(description="yuan that no plan of this season can exceed")]
    gap_share: Annotated[float, Field(description="share of the bound that the plan may be short of the best one")]
    methods: list[MethodAnswer]


class NewPlan(Schema):
    method: Literal["optimal", "greedy", "first-come"] = "optimal"


class NewPlanAnswer(Schema):
    plan_id: int
    method: str
    objective_yuan: Yuan
    bound_yuan: Annotated[float, Field(description="yuan that no plan can exceed")]
    gap_percent: float = Field(description="per cent of the bound that the plan may be short of the best one")
    lots: int
    wants: int
    shipments: int
    weather: str = Field(description="which weather the forecasts had: who served, until when it is measured, who gave no answer")


class ParcelAnswer(Schema):
    """Kilograms of one lot for one buyer."""

    lot_id: str
    village: Named
    product: Named
    grade: Grade
    ready_week: Week
    hub: Named
    region: Named
    buyer: Named = Field(description="the region of a pin, the merchant of a bid")
    kind: str = Field(description="pin or bid")
    state: str = Field(description="planned; open or filled for a pin; chosen for a bid")
    week: Annotated[int, Field(description="week of delivery")]
    kg: Annotated[float, Field(description="kg leaving the village")]
    kept: Annotated[float, Field(description="kg sellable on arrival for each kg sent")]
    low_per_kg: YuanPerKg
    high_per_kg: YuanPerKg
    why: str | None = Field(description="one sentence, to be read aloud")
    why_zh: str | None


@router.get("/plan", auth=None, response=may_refuse(PlanAnswer))
def show_plan(request: HttpRequest) -> reads.PlanFacts:
    """The newest plan, and how it stands beside simpler ones."""
    return reads.newest_plan()


@router.post("/plan", auth=Only(Role.OPERATOR), response=may_refuse(NewPlanAnswer))
def make_plan(request: HttpRequest, new: NewPlan) -> object:
    """Issues today's forecasts and outlook, and plans what is still to be sold. Takes some seconds."""
    # Not before it is needed: the optimiser and the models are most of a server's memory.
    from pinfold.flows.plan import forecast_and_plan

    return forecast_and_plan(clock.now(), new.method)


@router.get("/plan/ripening", auth=None, response=may_refuse(list[RipeAnswer]))
@paginate(Pages)
def list_ripening_weeks(request: HttpRequest) -> list[reads.Ripe]:
    """The harvest calendar: kg by product, village and week."""
    return reads.ripening_weeks(current_season().number)


@router.get(
    "/plan/parcels",
    auth=Only(Role.BOARD, Role.COORDINATOR, Role.PACKHOUSE, Role.OFFICER, Role.OPERATOR),
    response=may_refuse(list[ParcelAnswer]),
)
@paginate(Pages)
def list_parcels(request: HttpRequest, week: GivenWeek | None = None) -> list[dict[str, object]]:
    """Who buys what of the lots that are ready in a week (the next one unless you give another), and why."""
    names = {language: reads.names(chinese=language == "zh-hans") for language in ("en", "zh-hans")}
    ready_week = this_week() + 1 if week is None else week
    return [
        {name: getattr(parcel, name) for name in ParcelAnswer.model_fields if not name.startswith("why")}
        | {"why": parcel.reason and say(parcel.reason, names["en"], "en")}
        | {"why_zh": parcel.reason and say(parcel.reason, names["zh-hans"], "zh-hans")}
        for parcel in reads.parcels(current_season().number, [ready_week])
    ]
