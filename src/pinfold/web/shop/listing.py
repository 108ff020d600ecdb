"""What ripens soon, and the pins that can be joined."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pinfold.basics.weeks import week_index
from pinfold.demand.events import FAVOURITE, SKIP
from pinfold.demand.ranking import FIRST_PAGE
from pinfold.flows import clock
from pinfold.flows.ranking import in_order_for
from pinfold.store.events import marks_of
from pinfold.store.reads import shop
from pinfold.store.season import current_season, has_season
from pinfold.web.roles import open_to_all
from pinfold.web.shop.seen import list_shown, own_list_of


@open_to_all
@require_safe
def ripe_soon(request: HttpRequest) -> HttpResponse:
    """Open pins of a region (the customer's own unless another is asked for; ?region= alone shows all), and what ripens without one."""
    if not has_season():
        return render(request, "shop/no_season.html")
    season, now = current_season(), clock.now()
    regions = shop.regions()
    chosen = _known(request.GET.get("region", _own_region(request)), regions)
    here = shop.open_pins(now, chosen or None)
    products = sorted({card.product for card in here}, key=lambda product: product.id)
    product_id = _known(request.GET.get("product", ""), products)
    marks = marks_of(request.user.customer_id) if getattr(request.user, "customer_id", None) else {}
    listed = [card for card in here if product_id in ("", card.product.id)]
    wanted = listed if request.GET.get("skipped") else [card for card in listed if marks.get(card.pin_id) != SKIP]
    listed_for_me = in_order_for(own_list_of(request), wanted, now)
    page = Paginator(listed_for_me.cards, FIRST_PAGE.places).get_page(request.GET.get("page"))
    pinned = {product.id for product in products}
    facts = {
        "page": page,
        "seen": list_shown(request, listed_for_me, (max(page.start_index() - 1, 0), page.end_index()), (chosen, product_id)),
        "order": listed_for_me.order,
        "favourites": {pin_id for pin_id, mark in marks.items() if mark == FAVOURITE},
        "skipped": len(listed) - len(wanted),
        "regions": regions,
        "chosen": chosen,
        "products": products,
        "product_id": product_id,
        "ripening": [each for each in shop.ripening(week_index(clock.today(), season.starts_on)) if each.product.id not in pinned],
        "now": now,
        "season": season,
    }
    return render(request, "shop/list.html", facts)


def _known(asked: str, things: list[shop.Named]) -> str:
    """The id asked for if it is one of these, or "" for all."""
    return asked if asked in {thing.id for thing in things} else ""


def _own_region(request: HttpRequest) -> str:
    customer_id = getattr(request.user, "customer_id", None)
    return shop.region_of(customer_id) if customer_id else ""
