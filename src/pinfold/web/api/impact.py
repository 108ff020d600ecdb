"""What the season brought to whom, for anybody; what households earn, for a board and the officer."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.flows import clock
from pinfold.store.models import Person
from pinfold.web.api.fields import Fen, Share
from pinfold.web.api.guard import Only
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse

router = Router(tags=["impact"], auth=None)


class FigureAnswer(Schema):
    """One figure with the method by which it was found."""

    name: str
    value: float | None = Field(description="in `unit`; null while there is nothing to divide by")
    unit: str = Field(description="share (of 1) or yuan")
    beside: float | None = Field(description="the same for the same season sold first come, first served; null where that is not known")
    method: str
    method_zh: str


class GroupAnswer(Schema):
    """People looked at together; figures that would tell of too few people are null."""

    kind: str = Field(description="all, village or poverty")
    name: str
    households: int
    people: int
    per_head_fen: Annotated[int | None, Field(description="income a head and year, fen")]
    below_line_share: Share | None


class ImpactAnswer(Schema):
    season: int
    as_of: date
    poverty_line_fen: Annotated[Fen, Field(description="fen a head and year")]
    poverty_line_year: int
    poverty_line_source: str
    figures: list[FigureAnswer]


@router.get("/impact", response=may_refuse(ImpactAnswer))
def show_impact(request: HttpRequest) -> object:
    """The impact report of today."""
    from pinfold.flows.impact import impact

    return impact(clock.now())


@router.get("/incomes", auth=Only(Person.Role.OFFICER, Person.Role.BOARD), response=may_refuse(list[GroupAnswer]))
@paginate(Pages)
def list_incomes(request: HttpRequest) -> list[object]:
    """Income a head of all members, by village, and by poverty registration."""
    from pinfold.flows.impact import impact

    return list(impact(clock.now()).groups)
