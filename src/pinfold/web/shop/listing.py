"""What ripens soon, and the pins that can be joined."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pinfold.basics.weeks import week_index
from pinfold.flows import clock
from pinfold.store.reads import shop
from pinfold.store.season import current_season, has_season
from pinfold.web.roles import open_to_all

PINS_A_PAGE = 24


@open_to_all
def ripe_soon(request: HttpRequest) -> HttpResponse:
    """Open pins of a region (the customer's own unless another is asked for; ?region= alone shows all), and what ripens without one."""
    if not has_season():
        return render(request, "shop/no_season.html")
    season, now = current_season(), clock.now()
    regions = shop.regions()
    chosen = request.GET.get("region", _own_region(request))
    chosen = chosen if chosen in {region.id for region in regions} else ""
    page = Paginator(shop.open_pins(now, chosen or None), PINS_A_PAGE).get_page(request.GET.get("page"))
    pinned = {card.product.id for card in page.paginator.object_list}
    ripening = [each for each in shop.ripening(week_index(clock.today(), season.starts_on)) if each.product.id not in pinned]
    facts = {"page": page, "regions": regions, "chosen": chosen, "ripening": ripening, "now": now, "season": season}
    return render(request, "shop/list.html", facts)


def _own_region(request: HttpRequest) -> str:
    customer_id = getattr(request.user, "customer_id", None)
    return shop.region_of(customer_id) if customer_id else ""
