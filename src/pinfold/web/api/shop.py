"""What anybody sees: regions, products, pins."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.demand.events import VIEW
from pinfold.flows import clock
from pinfold.flows.ranking import Asked, list_for
from pinfold.store.events import skipped_by
from pinfold.store.pins import joinable_pin
from pinfold.store.reads import goods, shop
from pinfold.web.api.fields import Days, Fen, Grade, Id, Kg, Moment, Named, Share, Week, YuanPerKg
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse
from pinfold.web.api.weeks import this_week
from pinfold.web.shop import telling
from pinfold.web.shop.seen import customer_of, happened, list_shown, own_list_of

router = Router(tags=["shop"], auth=None)


class ProductAnswer(Named):
    category: str
    crop: str
    pack_kg: Annotated[float, Field(description="kg in one seat of a pin")]
    shelf_life_days: Days
    price_per_kg: Annotated[float, Field(description="yuan per kg, for planning")]


class PinAnswer(Schema):
    """One group buy. A seat is one pack."""

    pin_id: str
    share_code: str = Field(description="whoever has it may join")
    product: Named
    crop: str
    region: Named
    grade: Grade
    week: Annotated[int, Field(description="week of delivery")]
    state: str = Field(description="open, filled, expired or dispatched")
    kind: str = Field(description="public or friends")
    opened_at: Moment
    closes_at: Moment
    pack_kg: Annotated[float, Field(description="kg in one seat")]
    seats_min: int = Field(description="paid seats with which it fills")
    seats_max: int
    seats_taken: int = Field(description="held or paid")
    seats_paid: int
    ladder: list[tuple[int, int]] = Field(description="(seats, fen a pack) from the smallest size that fills")
    floor_fen: Annotated[int, Field(description="fen of a pack that the growers are guaranteed")]
    price_fen: Annotated[int | None, Field(description="fen a pack that everybody pays, once filled")]


class SourceAnswer(Schema):
    """Where a part of a pin's goods comes from."""

    village: Named
    cooperative: Named
    hub: Named
    lane_days: Days
    altitude_m: float = Field(description="metres above the sea")
    road_km: float = Field(description="km of road from the town")
    walk_minutes: float = Field(description="minutes on foot to the plots")
    ready_week: Week
    kg: Annotated[float, Field(description="kg leaving the village")]
    kept: Annotated[float, Field(description="kg that arrive sellable for each kg sent")]
    floor_price_per_kg: YuanPerKg


class MoneyAnswer(Schema):
    """Who gets which part of the price of one pack."""

    paid_fen: Fen
    growers_fen: Fen
    cooperative_fen: Fen
    carrier_fen: Fen
    platform_fen: Fen


class PinWithSources(PinAnswer):
    hubs: list[Named] = Field(description="where it is packed")
    lane_days: Days
    days_left_on_arrival: int = Field(description="days of shelf life left on arrival, at worst")
    sources: list[SourceAnswer]
    price_now_fen: Fen = Field(description="fen a pack if it closed now")
    odds: Share | None = Field(description="probability that the smallest size is paid in time; null once it is closed")
    money: MoneyAnswer


class RipeningAnswer(Schema):
    """What ripens soon and is not promised to anybody yet."""

    product: Named
    crop: str
    week: Annotated[int, Field(description="the next week in which some is ready")]
    kg: Kg


@router.get("/regions", response=may_refuse(list[Named]))
@paginate(Pages)
def list_regions(request: HttpRequest) -> list[shop.Named]:
    """Where customers pick up."""
    return shop.regions()


@router.get("/products", response=may_refuse(list[ProductAnswer]))
@paginate(Pages)
def list_products(request: HttpRequest) -> list[goods.ProductFacts]:
    """What is sold."""
    return goods.products()


@router.get("/ripening", response=may_refuse(list[RipeningAnswer]))
@paginate(Pages)
def list_ripening(request: HttpRequest) -> list[shop.Ripening]:
    """What ripens in the next weeks and no pin has been given yet."""
    return shop.ripening(this_week())


class PinsShown(Schema):
    """A page of the list of open pins."""

    items: list[PinAnswer]
    count: int = Field(description="pins in all pages")
    order: str = Field(description="personal; drawn (by today's lot in the order of closing); or closes first")
    seen: str = Field(description="send it back when one of these is looked at, marked or joined; empty where nothing is recorded")


Seen = Annotated[str, Field(max_length=200, description="from the list in which the pin was seen")]


@router.get("/pins", response=may_refuse(PinsShown))
def list_pins(
    request: HttpRequest, page: Query[Pages.Input], region_id: Id | None = None, product_id: Id | None = None
) -> dict[str, object]:
    """Public pins that can be joined now: a customer's in the own order without skipped ones, as on the page; else what closes first."""
    now = clock.now()
    asked = Asked(region_id or "", product_id or "", skipped_by(customer_of(request)))
    listed = list_for(own_list_of(request), asked, now)
    positions = (page.offset, min(page.offset + page.limit, len(listed)))
    cards = shop.cards_of(listed.pin_ids(*positions), now)
    seen = list_shown(request, "api", listed, positions, {card.pin_id for card in cards}, asked)
    return {"items": cards, "count": len(listed), "order": listed.order, "seen": seen}


@router.get("/pins/{pin_id}", response=may_refuse(PinWithSources))
def show_pin(request: HttpRequest, pin_id: Id, seen: Seen = "") -> dict[str, object]:
    """A public pin by its id, or any pin by its share code: where it comes from, what it costs, and who gets the money."""
    facts, now = shop.pin_facts(joinable_pin(pin_id).share_code), clock.now()
    card = facts.card
    if seen:
        happened(request, VIEW, card.pin_id, seen)
    return {
        **{name: getattr(card, name) for name in PinAnswer.model_fields},
        "hubs": facts.hubs,
        "lane_days": facts.lane_days,
        "days_left_on_arrival": facts.days_left_on_arrival,
        "sources": facts.sources,
        "price_now_fen": telling.price_now_fen(card),
        "odds": telling.odds(card, now) if card.is_open and now < card.closes_at else None,
        "money": telling.money_of_a_pack(facts),
    }
