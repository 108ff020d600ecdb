"""The harvest calendar: what each village has ready in each week, how that moved and why, and how right forecasts were."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.flows import clock
from pinfold.forecast.outcomes import Outcome, outcomes
from pinfold.forecast.say import Grounds, Moved, say
from pinfold.store.models import Person
from pinfold.store.reads import calendar as reads
from pinfold.store.reads.calendar import Asked
from pinfold.store.reads.outcomes import judged
from pinfold.store.season import current_season
from pinfold.web.api.fields import GivenDay, Id, Kg, Named, Share, Week, Word
from pinfold.web.api.guard import Only
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse

Role = Person.Role
READERS = (Role.COORDINATOR, Role.BOARD, Role.MERCHANT, Role.PACKHOUSE, Role.OFFICER, Role.OPERATOR)
router = Router(tags=["calendar"], auth=Only(*READERS))


class CalendarWeekAnswer(Schema):
    """Kilograms of a product, all grades, that a village has ready in one week."""

    village: Named
    product: Named
    crop: str
    week: Week
    issued_on: date
    kg: Kg
    p10_kg: Kg
    p90_kg: Annotated[float, Field(description="kg; four years in five end between p10_kg and p90_kg")]
    ripening_model: str
    yield_model: str
    before_kg: float | None = Field(description="kg that the earlier forecast expected; null for weeks that are over")
    weighed_kg: float | None = Field(description="kg that were weighed; null before the first weighing")


class ForecastReasonAnswer(Schema):
    """What one forecast was made from, and how it moved since the earlier one."""

    village: Named
    crop: str
    what: str = Field(description="when, or how much")
    since: date | None
    moved_by: float | None = Field(description="days (above 0: later) or share of the earlier kg (above 0: more)")
    why: str = Field(description="one sentence, to be read aloud")
    why_zh: str


class OutcomeAnswer(Schema):
    """How one kind of forecast of one crop did this season. A right forecast has 0.8 inside, by luck luck_low to luck_high."""

    crop: str
    what: str = Field(
        description="a stage (errors in days), kg a week (of a village), kg wanted (of a region in a week) or kg (of a plot in the season)"
    )
    model: str = Field(description="empty for all models together")
    lead_days: int | None = Field(description="days ahead at least; null for the newest forecast that was 15 days ahead")
    cases: int
    weeks: int = Field(description="independent weeks, or seasons, that the cases are worth; luck is counted over these")
    inside_share: Share
    luck_low: Share
    luck_high: Share
    error_mean: float
    off_mean: float = Field(description="the same with its sign: above 0, it came later or was more")
    below: list[float] = Field(description="share of outcomes below each of p10, p25, p50, p75, p90")


@router.get("/calendar/weeks", response=may_refuse(list[CalendarWeekAnswer]))
@paginate(Pages)
def list_weeks(
    request: HttpRequest, crop: Word | None = None, village_id: Id | None = None, since: GivenDay | None = None
) -> list[reads.WeekBand]:
    """The weeks, by crop, village and week, beside the forecast of `since` or of the day of issue before the newest."""
    found = reads.calendar(current_season(), Asked(crop or "", village_id or "", since))
    return [week for part in found.parts for week in part.weeks]


@router.get("/calendar/reasons", response=may_refuse(list[ForecastReasonAnswer]))
@paginate(Pages)
def list_reasons(
    request: HttpRequest, crop: Word | None = None, village_id: Id | None = None, since: GivenDay | None = None
) -> list[dict[str, object]]:
    """By which model each forecast was made, from what, how it moved and why, by crop and village."""
    found = reads.calendar(current_season(), Asked(crop or "", village_id or "", since))
    return [
        {"village": part.village, "crop": part.crop} | _reason(grounds, moved)
        for part in found.parts
        for grounds, moved in ((part.when, part.when_moved), (part.how_much, part.how_much_moved))
        if grounds is not None
    ]


@router.get("/outcomes", response=may_refuse(list[OutcomeAnswer]))
@paginate(Pages)
def list_outcomes(request: HttpRequest) -> list[Outcome]:
    """Forecasts of this season beside what came of them."""
    return outcomes(judged(current_season(), clock.today()))


def _reason(grounds: Grounds, moved: Moved | None) -> dict[str, object]:
    return {
        "what": grounds.what,
        "since": moved and moved.since,
        "moved_by": moved and moved.by,
        "why": say(grounds, moved, "en"),
        "why_zh": say(grounds, moved, "zh-hans"),
    }
