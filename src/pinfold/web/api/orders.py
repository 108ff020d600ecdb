"""A customer's own: the region, orders for seats, and payments for them."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.basics.errors import NotFound
from pinfold.flows import clock
from pinfold.flows.customer import choose_region
from pinfold.flows.join import cancel_order, hold_seats
from pinfold.flows.moving import decline_move
from pinfold.flows.pins import open_friends_pin
from pinfold.store.models import Person
from pinfold.store.pins import is_code_of, joinable_pin
from pinfold.store.reads import shop
from pinfold.web.api.fields import Fen, Id, Moment, RequestId, Seats
from pinfold.web.api.guard import Only, over
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse
from pinfold.web.api.shop import Named, PinAnswer, Seen
from pinfold.web.shop.seen import impression_of

router = Router(tags=["customer"], auth=Only(Person.Role.CUSTOMER))


class NewOrder(Schema):
    order_id: RequestId
    pin_id: Id
    seats: Seats
    share_code: Id | None = Field(None, description="of the pin; needed for a friends' pin")
    seen: Seen = ""


class NewFriendsPin(Schema):
    friends_pin_id: RequestId
    seats: Seats


class ChosenRegion(Schema):
    region_id: Id


class CustomerAnswer(Schema):
    customer_id: str = Field(description="a pseudonym")
    region_id: str


class PaymentAnswer(Schema):
    payment_id: str
    provider: str
    amount_fen: Fen
    state: str = Field(description="started, received, refused or returned")


class CashBackAnswer(Schema):
    amount_fen: Fen
    why: str = Field(description="expired, price fell, late, harvest short or declined")
    given_at: Annotated[datetime | None, Field(description="when a coordinator handed it over, UTC; null while it waits")]


class MovedAnswer(Schema):
    """Crop of one village that stands in for that of another."""

    village: Named = Field(description="whose crop fell short")
    instead: Named
    until: Annotated[datetime, Field(description="until when the order can be declined for it, UTC")]


class OrderAnswer(Schema):
    """An order as it stands. held -> paid | lapsed | cancelled; paid -> refunded | shipped."""

    order_id: str
    pin: PinAnswer = Field(validation_alias="card")
    state: str = Field(description="held, paid, lapsed, cancelled, refunded or shipped")
    seats: int
    seats_kept: Annotated[int | None, Field(description="seats left to it when the harvest fell short")]
    price_fen: Annotated[int, Field(description="fen a pack asked when the seats were held")]
    amount_fen: Annotated[int, Field(description="fen asked for all seats")]
    refunded_fen: Annotated[int, Field(description="fen of it that went back")]
    held_at: Moment
    held_until: Moment
    paid_at: Moment | None
    payments: list[PaymentAnswer]
    cash_back: list[CashBackAnswer] = Field(description="refunds of what was paid in cash, which a coordinator hands over")
    moved: MovedAnswer | None = Field(description="set while the order waits for its packs, once packs come from another village")


@router.post("/region", response=may_refuse(CustomerAnswer))
def set_region(request: HttpRequest, chosen: ChosenRegion) -> dict[str, str]:
    """Where you pick up from now on. Needed once before the first order."""
    customer_id = choose_region(request.user.pk, chosen.region_id)
    return {"customer_id": customer_id, "region_id": chosen.region_id}


@router.get("/orders", response=may_refuse(list[OrderAnswer]))
@paginate(Pages)
def list_orders(request: HttpRequest) -> list[shop.OrderCard]:
    """Your orders, newest first."""
    return shop.orders_of(request.user.customer_id) if request.user.customer_id else []


@router.post("/orders", response=may_refuse(OrderAnswer))
def order(request: HttpRequest, new: NewOrder) -> shop.OrderCard:
    """Holds seats for you until held_until; pay them before."""
    customer_id = over(request.user, "customer_id")
    pin = joinable_pin(new.share_code or new.pin_id)
    if new.share_code and not is_code_of(new.share_code, new.pin_id):
        raise NotFound(f"share code {new.share_code!r} is not that of pin {new.pin_id!r}; give the code that came with the link")
    hold_seats(new.order_id, pin.share_code, customer_id, new.seats, clock.now(), impression_of(request, new.seen))
    return shop.order_of(new.order_id, customer_id)


@router.get("/orders/{order_id}", response=may_refuse(OrderAnswer))
def show_order(request: HttpRequest, order_id: Id) -> shop.OrderCard:
    """One of your orders."""
    return shop.order_of(order_id, over(request.user, "customer_id"))


@router.post("/orders/{order_id}/cancel", response=may_refuse(OrderAnswer))
def cancel(request: HttpRequest, order_id: Id) -> shop.OrderCard:
    """Gives held seats back; a second time nothing more happens."""
    customer_id = over(request.user, "customer_id")
    cancel_order(order_id, customer_id, clock.now())
    return shop.order_of(order_id, customer_id)


@router.post("/orders/{order_id}/decline", response=may_refuse(OrderAnswer))
def decline(request: HttpRequest, order_id: Id) -> shop.OrderCard:
    """Gives a paid order back, because crop of another village stands in for what was sold; a second time nothing more happens."""
    customer_id = over(request.user, "customer_id")
    decline_move(order_id, customer_id, clock.now())
    return shop.order_of(order_id, customer_id)


@router.post("/pins/{pin_id}/friends", response=may_refuse(PinAnswer))
def start_friends_pin(request: HttpRequest, pin_id: Id, new: NewFriendsPin) -> shop.PinCard:
    """A pin for friends beside a public one, joined by its share code alone."""
    customer_id = over(request.user, "customer_id")
    made = open_friends_pin(new.friends_pin_id, joinable_pin(pin_id).pin_id, customer_id, new.seats, clock.now())
    return shop.pin_card(made.share_code)
