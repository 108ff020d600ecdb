"""For a cooperative's board: customers in these cities want this much in these weeks."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pinfold.flows import clock
from pinfold.store.reads.demand import KG_SHOWN, CityDemand, CityWeek, city_demand
from pinfold.store.reads.shop import Named
from pinfold.store.season import current_season
from pinfold.web.api.guard import over
from pinfold.web.charts.answer import picture
from pinfold.web.charts.demand import cities_height_px, draw_cities
from pinfold.web.roles import Role, only
from pinfold.web.rooms.exports import csv_answer

CITIES_NAMED = 2


@dataclass(frozen=True)
class CityTold:
    """One product for the board: all cities together by week, and the picture's height."""

    found: CityDemand
    totals: tuple[tuple[CityWeek, float], ...]
    picture_height: int

    @property
    def first_week(self) -> CityWeek:
        """The first in which anything is wanted or joined: a crop that is not ripe yet is wanted later."""
        wanted = (week for week, _ in self.totals if max(week.p90_kg, week.joined_kg) >= KG_SHOWN)
        return next(wanted, self.totals[0][0])

    @property
    def first_cities(self) -> list[Named]:
        return [city for city, _ in self.found.cities[:CITIES_NAMED]]

    @property
    def other_cities(self) -> int:
        return len(self.found.cities) - len(self.first_cities)


@only(Role.BOARD)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What the cities want of this cooperative's products in the coming weeks, with what pins have gathered of it."""
    told = [
        CityTold(
            each,
            tuple((each.total(at), each.ready_kg[at]) for at in range(len(each.weeks))),
            cities_height_px(len(each.cities)),
        )
        for each in _cities(request)
    ]
    return render(request, "rooms/cities.html", {"told": told})


@only(Role.BOARD)
@require_safe
def city_picture(request: HttpRequest, product_id: str) -> HttpResponseBase:
    """One product: a line for each city, a column for each week."""
    found = [each for each in _cities(request) if each.product.id == product_id]
    return picture(request, found, lambda: draw_cities(found[0]))


@only(Role.BOARD)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The same cities and weeks as CSV."""
    header = ["product_id", "region_id", "monday", "kg", "p10_kg", "p90_kg", "joined_kg"]
    rows = [
        [each.product.id, city.id, week.monday, *(round(kg, 1) for kg in (week.kg, week.p10_kg, week.p90_kg, week.joined_kg))]
        for each in _cities(request)
        for city, weeks in each.cities
        for week in weeks
    ]
    return csv_answer(f"cities-{current_season().number}", header, rows)


def _cities(request: HttpRequest) -> list[CityDemand]:
    return city_demand(over(request.user, "cooperative_id"), current_season(), clock.today())
