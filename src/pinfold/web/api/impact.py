"""What the season brought to whom: for anybody, except what tells of the registered poor."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from pinfold.flows import clock
from pinfold.web.api.fields import Fen, Share
from pinfold.web.api.refusals import may_refuse
from pinfold.web.roles import sees_poverty

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

    kind: str = Field(description="all, village, or poverty (for a board and the officer alone)")
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
    groups: list[GroupAnswer]


@router.get("/impact", response=may_refuse(ImpactAnswer))
def show_impact(request: HttpRequest) -> dict[str, object]:
    """The impact report of today."""
    from pinfold.flows.impact import impact

    facts = impact(clock.now())
    groups = [group for group in facts.groups if group.kind != "poverty" or sees_poverty(request.user)]
    return vars(facts) | {"groups": groups}
