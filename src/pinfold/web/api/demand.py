"""What customers will want: the outlook by product, region and week and why it moved; for a board, which cities want how much and when."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.demand.say import say, say_parts
from pinfold.flows import clock
from pinfold.store.models import Person
from pinfold.store.reads import demand as reads
from pinfold.store.reads.demand import DemandWeek
from pinfold.store.season import current_season
from pinfold.web.api.fields import GivenDay, Id, Kg, Named
from pinfold.web.api.guard import Only, over
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse

router = Router(tags=["demand"])
Monday = Annotated[date, Field(description="the week's Monday")]
High = Annotated[float | None, Field(description="kg; four weeks in five end between p10_kg and p90_kg")]


class DemandWeekAnswer(Schema):
    """Kilograms of a product that one region wants in one week, by the newest outlook made before its end."""

    product: Named
    region: Named
    monday: Monday
    kg: float | None = Field(description="kg; null where no outlook was kept")
    p10_kg: float | None
    p90_kg: High
    before_kg: float | None = Field(description="kg that the earlier outlook expected; null for weeks that are over")
    wanted_kg: float | None = Field(description="kg that were wanted; null while the week is not over")
    model: str


class DemandProductAnswer(Schema):
    """One product over all regions and coming weeks; its span is added up as if all weeks were off the same way."""

    product: Named
    weeks: int
    kg: Kg
    p10_kg: Kg
    p90_kg: Kg
    parts: dict[str, float] = Field(description="kg that the mean is made of")
    why: str = Field(description="what it is made of, and how it moved, to be read aloud")
    why_zh: str


class CityWeekAnswer(Schema):
    """What one region wants of one of your products in one week."""

    product: Named
    region: Named
    monday: Monday
    kg: Kg
    p10_kg: Kg
    p90_kg: Kg
    joined_kg: Annotated[float, Field(description="kg of it that are in pins, held or paid")]


@router.get("/demand/weeks", response=may_refuse(list[DemandWeekAnswer]), auth=Only(Person.Role.OPERATOR))
@paginate(Pages)
def list_demand_weeks(request: HttpRequest, product_id: Id | None = None, since: GivenDay | None = None) -> list[DemandWeek]:
    """Every product, region and week from eight weeks ago on, beside the outlook of `since` or the one before the newest."""
    return reads.demand_weeks(clock.today(), reads.compared_day(since), product_id or "")


@router.get("/demand/products", response=may_refuse(list[DemandProductAnswer]), auth=Only(Person.Role.OPERATOR))
@paginate(Pages)
def list_demand_products(request: HttpRequest, since: GivenDay | None = None) -> list[dict[str, object]]:
    """Every product, the most wanted first."""
    return [
        {
            **{name: getattr(each, name) for name in ("product", "weeks", "kg", "p10_kg", "p90_kg", "parts")},
            **{
                name: " ".join([say_parts(each.parts, each.weeks, language), *([say(each.moved, language)] if each.moved else [])])
                for name, language in (("why", "en"), ("why_zh", "zh-hans"))
            },
        }
        for each in reads.demand(clock.today(), since).products
    ]


@router.get("/cooperative/demand", response=may_refuse(list[CityWeekAnswer]), auth=Only(Person.Role.BOARD))
@paginate(Pages)
def list_cities(request: HttpRequest) -> list[dict[str, object]]:
    """What the cities want of your products in the coming weeks."""
    found = reads.city_demand(over(request.user, "cooperative_id"), current_season(), clock.today())
    return [
        {"product": each.product, **{name: getattr(week, name) for name in CityWeekAnswer.model_fields if name != "product"}}
        for each in found
        for _, weeks in each.cities
        for week in weeks
    ]
