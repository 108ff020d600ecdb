"""What ripens soon, and the pins that can be joined."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pinfold.basics.weeks import week_index
from pinfold.demand.events import FAVOURITE, SKIP
from pinfold.demand.ranking import FIRST_PAGE
from pinfold.flows import clock
from pinfold.flows.ranking import Asked, list_for
from pinfold.store.events import marks_of
from pinfold.store.reads import names, shop
from pinfold.store.season import current_season, has_season
from pinfold.web.roles import open_to_all
from pinfold.web.shop.seen import customer_of, list_shown, own_list_of


@open_to_all
@require_safe
def ripe_soon(request: HttpRequest) -> HttpResponse:
    """Open pins of a region (the customer's own unless another is asked for; ?region= alone shows all), and what ripens without one."""
    if not has_season():
        return render(request, "shop/no_season.html")
    season, now = current_season(), clock.now()
    regions, products = names.regions(), names.products()
    marks = marks_of(request.user.customer_id) if customer_of(request) else {}
    skipped = frozenset() if request.GET.get("skipped") else frozenset(pin_id for pin_id, mark in marks.items() if mark == SKIP)
    asked = Asked(
        _known(request.GET.get("region", _own_region(request)), regions), _known(request.GET.get("product", ""), products), skipped
    )
    listed = list_for(own_list_of(request), asked, now)
    if asked.product_id not in ("", *listed.products):
        asked = replace(asked, product_id="")
        listed = list_for(own_list_of(request), asked, now)
    page = Paginator(listed.rows, FIRST_PAGE.places).get_page(request.GET.get("page"))
    positions = (max(page.start_index() - 1, 0), page.end_index())
    cards = shop.cards_of(listed.pin_ids(*positions), now)
    facts = {
        "page": page,
        "cards": cards,
        "seen": list_shown(request, "list", listed, positions, {card.pin_id for card in cards}, asked),
        "order": listed.order,
        "favourites": {pin_id for pin_id, mark in marks.items() if mark == FAVOURITE},
        "skipped": listed.left_out,
        "regions": regions.values(),
        "chosen": asked.region_id,
        "products": [products[product_id] for product_id in listed.products],
        "product_id": asked.product_id,
        "ripening": [each for each in shop.ripening(week_index(clock.today(), season.starts_on)) if each.product.id not in listed.products],
        "now": now,
        "season": season,
    }
    return render(request, "shop/list.html", facts)


def _known(asked: str, ids: Collection[str]) -> str:
    """The id asked for if it is one of these, or "" for all."""
    return asked if asked in ids else ""


def _own_region(request: HttpRequest) -> str:
    customer_id = customer_of(request)
    return shop.region_of(customer_id) if customer_id else ""
