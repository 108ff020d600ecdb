"""The coordinator's: what to pick this week, reports from the fields, weighings, money handed out and given back."""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.deliver.picking import PickLine
from pinfold.fields.conditions import CONDITIONS, ConditionReport
from pinfold.fields.crop_reports import CropReport
from pinfold.fields.words import KINDS
from pinfold.flows import clock
from pinfold.flows.field import ReportFacts, report_condition, report_crop, report_stage
from pinfold.flows.harvest import pick_list, record_harvest
from pinfold.flows.refunds import hand_back
from pinfold.flows.settle import pay_out
from pinfold.pin.facts import RefundFacts
from pinfold.store.deliver import Weighing
from pinfold.store.models import Person
from pinfold.store.reads import village as reads
from pinfold.store.reads.household import PlotFacts
from pinfold.store.reads.owners import household_of_plot, household_of_settlement
from pinfold.store.season import current_season
from pinfold.web.api.fields import (
    Certainty,
    Fen,
    GivenDay,
    GivenGrade,
    GivenKg,
    GivenWeek,
    Grade,
    Id,
    Kg,
    LongId,
    Moment,
    Named,
    RequestId,
    Week,
    Word,
)  # fmt: skip
from pinfold.web.api.guard import Only, over
from pinfold.web.api.household import PlotAnswer, SettlementAnswer, settlement_answer
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse
from pinfold.web.api.weeks import this_week
from pinfold.web.roles import require_household

router = Router(tags=["coordinator"], auth=Only(Person.Role.COORDINATOR))


class PickAnswer(Schema):
    """kg as weighed on the plot, before processing."""

    plot_id: str
    household_id: str
    crop: str
    ripe_kg: Annotated[float, Field(description="kg expected ripe in this week")]
    pick_kg: Annotated[float, Field(description="kg to be picked at least, for what is sold")]


class AskAnswer(Schema):
    """A stage that should be there by now, and that nobody has reported."""

    plot_id: str
    household_id: str
    crop: str
    stage: str
    since: date = Field(description="when it was expected")


class CashAnswer(Schema):
    """A customer's payment that waits to be counted."""

    payment_id: str
    order_id: str
    amount_fen: Fen
    product: Named
    region: Named
    seats: int
    held_until: Moment


class ToGiveBackAnswer(Schema):
    """A refund of an order that was paid in cash, to be handed back to the customer."""

    refund_id: str
    order_id: str
    amount_fen: Fen
    why: str = Field(description="expired, price fell, late, harvest short or declined")
    made_at: Moment


class HandedBackAnswer(Schema):
    refund_id: str
    payment_id: str
    amount_fen: Fen


class ToPayOutAnswer(Schema):
    settlement_id: str
    household_id: str
    week: Week
    amount_fen: Fen


class NewReport(Schema):
    plot_id: Id
    stage: Word = Field(description="a stage of the plot's crop, or 'picking over'")
    on: GivenDay
    certainty: Certainty = 1.0


class ReportAnswer(Schema):
    plot_id: str
    stage: str
    serves: bool = Field(description="whether forecasts use it; a surer one may stand already")
    late: bool


class NewCropReport(Schema):
    plot_id: Id
    kind: Literal[*KINDS]
    on: GivenDay
    amount: Annotated[
        float, Field(ge=0, le=100_000, allow_inf_nan=False, description="fruits on one plant; of a loss the share of the fruit, 0..1")
    ]
    certainty: Certainty = 1.0


class CropReportAnswer(Schema):
    plot_id: str
    kind: str
    on: date
    fruits_per_plant: float | None = Field(description="of a fruit count")
    lost_share: float | None = Field(description="of a loss, 0..1 of the fruit that was there")


class CropReportedAnswer(CropReportAnswer):
    crop: str
    reported_on: date | None
    certainty: float


class NewCondition(Schema):
    plot_id: Id
    name: Literal[*CONDITIONS]
    amount: Annotated[
        float,
        Field(ge=0, le=max(CONDITIONS.values()), allow_inf_nan=False, description="% of the ground shaded at noon, or kg of fertiliser"),
    ]


class ConditionAnswer(Schema):
    plot_id: str
    name: str
    amount: float
    season: int


class NewWeighing(Schema):
    request_id: RequestId
    plot_id: Id
    kg: Annotated[GivenKg, Field(description="kg as weighed on the plot, before processing")]
    grade: GivenGrade
    picked_on: GivenDay


class ReportedAnswer(Schema):
    plot_id: str
    crop: str
    stage: str
    on: date
    reported_on: date | None
    certainty: float


class WeighedAnswer(Schema):
    plot_id: str
    household_id: str
    crop: str
    kg: Kg
    grade: int | None
    picked_on: date | None


class WeighingAnswer(Schema):
    request_id: str
    plot_id: str
    kg: Kg
    grade: Grade
    lots: dict[str, float] = Field(description="kg of product by lot_id")
    new: bool = Field(description="false when the same request came before")


@router.get("/village/picking", response=may_refuse(list[PickAnswer]))
@paginate(Pages)
def list_picking(request: HttpRequest, week: GivenWeek | None = None) -> list[PickLine]:
    """What to pick on each plot of your village, in this week or another."""
    return pick_list(over(request.user, "village_id"), this_week() if week is None else week)


@router.get("/village/plots", response=may_refuse(list[PlotAnswer]))
@paginate(Pages)
def list_plots(request: HttpRequest) -> list[PlotFacts]:
    """Your village's plots with their forecasts and reports."""
    return reads.plots(over(request.user, "village_id"), current_season().number)


@router.get("/village/stages", response=may_refuse(list[ReportedAnswer]))
@paginate(Pages)
def list_reports(request: HttpRequest) -> list[reads.Reported]:
    """Your village's newest reports that serve."""
    return reads.newest_reports(over(request.user, "village_id"), current_season().number)


@router.get("/village/crop-reports", response=may_refuse(list[CropReportedAnswer]))
@paginate(Pages)
def list_crop_reports(request: HttpRequest) -> list[reads.CropReported]:
    """Your village's newest counts of fruit and losses."""
    return reads.newest_crop_reports(over(request.user, "village_id"), current_season().number)


@router.get("/village/weighings", response=may_refuse(list[WeighedAnswer]))
@paginate(Pages)
def list_weighings(request: HttpRequest) -> list[reads.Weighed]:
    """Your village's newest weighings."""
    return reads.newest_weighings(over(request.user, "village_id"), current_season().number)


@router.get("/village/to-ask", response=may_refuse(list[AskAnswer]))
@paginate(Pages)
def list_to_ask(request: HttpRequest) -> list[reads.ToAsk]:
    """Stages to ask your village's households about, the longest awaited first."""
    return reads.to_ask(reads.plots(over(request.user, "village_id"), current_season().number), clock.today())


@router.get("/village/settlements", response=may_refuse(list[ToPayOutAnswer]))
@paginate(Pages)
def list_to_pay_out(request: HttpRequest) -> list[reads.ToPayOut]:
    """Settlements of your village whose money is still to be handed over."""
    return reads.to_pay_out(over(request.user, "village_id"))


@router.get("/cash", response=may_refuse(list[CashAnswer]))
@paginate(Pages)
def list_cash(request: HttpRequest) -> list[reads.CashWaiting]:
    """Cash of customers that waits to be counted; customers have no village, so every coordinator sees all of it."""
    return reads.cash_waiting()


@router.get("/refunds", response=may_refuse(list[ToGiveBackAnswer]))
@paginate(Pages)
def list_refunds(request: HttpRequest) -> list[reads.ToGiveBack]:
    """Cash that customers wait to get back, the oldest first; customers have no village, so every coordinator sees all of it."""
    return reads.cash_to_give_back()


@router.post("/refunds/{refund_id}/hand-back", response=may_refuse(HandedBackAnswer))
def give_back(request: HttpRequest, refund_id: LongId) -> RefundFacts:
    """The customer has the cash of this refund in hand; a second time nothing more happens."""
    return hand_back(refund_id, request.user.phone, clock.now())


@router.post("/village/weighings", response=may_refuse(WeighingAnswer))
def weigh(request: HttpRequest, new: NewWeighing) -> Weighing:
    """Crop weighed on one plot of your village."""
    require_household(request.user, household_of_plot(new.plot_id))
    return record_harvest(new.request_id, new.plot_id, new.kg, new.grade, new.picked_on, clock.now())


@router.post("/settlements/{settlement_id}/pay-out", response=may_refuse(SettlementAnswer))
def hand_out(request: HttpRequest, settlement_id: LongId) -> dict[str, object]:
    """The money of a settlement has been handed over in cash."""
    require_household(request.user, household_of_settlement(settlement_id))
    return settlement_answer(pay_out(settlement_id, request.user.phone, clock.now()))


@router.post("/stages", auth=Only(Person.Role.COORDINATOR, Person.Role.HOUSEHOLD), response=may_refuse(ReportAnswer))
def report(request: HttpRequest, new: NewReport) -> dict[str, object]:
    """A stage that was seen on a plot: of your own household, or of your village if you are its coordinator."""
    require_household(request.user, household_of_plot(new.plot_id))
    told: ReportFacts = report_stage(new.plot_id, new.stage, new.on, request.user.phone, new.certainty, clock.now())
    return {"plot_id": new.plot_id, "stage": new.stage, "serves": told.serves, "late": told.late}


@router.post("/crop-reports", auth=Only(Person.Role.COORDINATOR, Person.Role.HOUSEHOLD), response=may_refuse(CropReportAnswer))
def tell_of_crop(request: HttpRequest, new: NewCropReport) -> dict[str, object]:
    """Fruit counted, or lost, on a plot of your own household, or of your village. Sent again, it counts once."""
    require_household(request.user, household_of_plot(new.plot_id))
    season, today = current_season().number, clock.today()
    told = CropReport(new.plot_id, season, new.kind, new.on, max(new.on, today), new.amount, request.user.phone, new.certainty)
    report_crop(told, clock.now())
    return {name: getattr(told, name) for name in ("plot_id", "kind", "fruits_per_plant", "lost_share")} | {"on": told.seen_on}


@router.post("/conditions", auth=Only(Person.Role.COORDINATOR, Person.Role.HOUSEHOLD), response=may_refuse(ConditionAnswer))
def tell_of_condition(request: HttpRequest, new: NewCondition) -> ConditionReport:
    """Ground shaded, or fertiliser given this season so far, on a plot of your own household, or of your village. The last word stands."""
    require_household(request.user, household_of_plot(new.plot_id))
    told = ConditionReport(new.plot_id, current_season().number, new.name, new.amount, clock.today(), request.user.phone)
    report_condition(told)
    return told
