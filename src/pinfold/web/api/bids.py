"""Bulk lots and bids for them: merchants offer and withdraw their own, a board sees them all and records how the members voted."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.flows import clock, coop
from pinfold.store.coop import BidFacts, BidOffer, ChoiceFacts
from pinfold.store.models import Person
from pinfold.store.reads import cooperative, merchant
from pinfold.store.season import current_season
from pinfold.web.api.fields import Fen, GivenGrade, GivenKg, GivenPrice, GivenWeek, Id, Kg, Moment, Named, RequestId, Votes, Week, YuanPerKg
from pinfold.web.api.guard import Only, over
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse
from pinfold.web.api.weeks import this_week

router = Router(tags=["bids"])
MERCHANT, BOARD = Only(Person.Role.MERCHANT), Only(Person.Role.BOARD)


class BulkAnswer(Schema):
    """What is ready in a week and promised to nobody, of all villages together."""

    product: Named
    crop: str
    grade: Annotated[int, Field(description="0 best, 1, 2")]
    week: Week
    free_kg: Kg
    weighed_kg: Annotated[float, Field(description="kg of it that are picked already")]


class PriceAnswer(Schema):
    """What a product sold for in your region in one month."""

    product: Named
    month: date = Field(description="its first day")
    kg: Kg
    price_per_kg: YuanPerKg


class NewBid(Schema):
    bid_id: RequestId
    product_id: Id
    grade: Annotated[GivenGrade, Field(description="worst grade accepted: 0 best, 1, 2")]
    region_id: Id
    week: Annotated[GivenWeek, Field(description="week of delivery")]
    kg: GivenKg
    kg_min: Annotated[float, Field(ge=0, lt=1_000_000, allow_inf_nan=False, description="less than this is not taken at all, kg")]
    price_per_kg: GivenPrice


class BidAnswer(Schema):
    """A merchant's offer as it stands: offered -> chosen | declined | withdrawn; chosen -> delivered | missed."""

    bid_id: str
    merchant_id: str
    product_id: str
    grade: Annotated[int, Field(description="worst grade accepted: 0 best, 1, 2")]
    region_id: str
    week: Week
    kg: Kg
    kg_min: Annotated[float, Field(description="less than this is not taken at all, kg")]
    price_per_kg: YuanPerKg
    offered_on: date
    state: str
    owed_fen: Annotated[int, Field(description="fen that the merchant owes for what was delivered, before any payment")]
    is_paid: bool = Field(description="whether that has been paid")


class BidToChoose(BidAnswer):
    proposed: bool = Field(description="the highest of its product, which is proposed to the members")


class NewChoice(Schema):
    choice_id: RequestId
    bid_id: Id
    votes_for: Votes
    votes_against: Votes


class ChoiceAnswer(Schema):
    choice_id: str
    bid_id: str
    cooperative_id: str
    accepted: bool
    votes_for: int
    votes_against: int
    was_proposed: bool
    chosen_at: Moment
    kg_given: Annotated[float, Field(description="kg that leave the villages for the bid; 0 when it was declined")]


class VoteAnswer(Schema):
    """How the members decided on a bid."""

    bid_id: str
    accepted: bool
    votes_for: int
    votes_against: int
    was_proposed: bool
    chosen_at: Moment


class GuaranteedAnswer(Schema):
    """What the cooperative bought of a product and grade at the floor price this season."""

    product: Named
    grade: int
    kg: Kg
    amount_fen: Fen


class BidPaidAnswer(Schema):
    bid_id: str
    paid_fen: Fen


class DividendAnswer(Schema):
    dividend_id: str
    surplus_fen: Fen
    reserve_fen: Annotated[int, Field(description="fen that the members keep in the cooperative")]
    paid_fen: dict[str, int] = Field(description="fen by household_id")


def _bid(facts: BidFacts) -> dict[str, object]:
    beside = {name: getattr(facts, name) for name in ("offered_on", "state", "owed_fen", "is_paid", "proposed")}
    return vars(facts.offer) | beside


@router.get("/lots", auth=MERCHANT, response=may_refuse(list[BulkAnswer]))
@paginate(Pages)
def list_lots(request: HttpRequest) -> list[merchant.Bulk]:
    """What can be had in bulk, by product, week and grade."""
    return merchant.bulk(current_season().number, this_week())


@router.get("/prices", auth=MERCHANT, response=may_refuse(list[PriceAnswer]))
@paginate(Pages)
def list_prices(request: HttpRequest) -> list[merchant.MonthPrice]:
    """What products sold for in your region, month by month."""
    _, region = merchant.merchant(over(request.user, "merchant_id"))
    return merchant.prices(region.id, clock.today())


@router.get("/bids", auth=MERCHANT, response=may_refuse(list[BidAnswer]))
@paginate(Pages)
def list_own_bids(request: HttpRequest) -> list[dict[str, object]]:
    """Your bids, those still open first."""
    return [_bid(facts) for facts in coop.list_bids(over(request.user, "merchant_id"))]


@router.post("/bids", auth=MERCHANT, response=may_refuse(BidAnswer))
def offer(request: HttpRequest, new: NewBid) -> dict[str, object]:
    """Offers a price for kg of a product; the members choose."""
    return _bid(coop.offer_bid(BidOffer(merchant_id=over(request.user, "merchant_id"), **new.model_dump()), clock.now()))


@router.post("/bids/{bid_id}/withdraw", auth=MERCHANT, response=may_refuse(BidAnswer))
def withdraw(request: HttpRequest, bid_id: Id) -> dict[str, object]:
    """Takes back a bid of yours on which the members have not decided."""
    return _bid(coop.withdraw_bid(bid_id, over(request.user, "merchant_id")))


@router.get("/cooperative/bids", auth=BOARD, response=may_refuse(list[BidToChoose]))
@paginate(Pages)
def list_bids(request: HttpRequest) -> list[dict[str, object]]:
    """Every bid, in the order in which the members should look at them."""
    over(request.user, "cooperative_id")
    return [_bid(facts) for facts in coop.list_bids()]


@router.get("/cooperative/choices", auth=BOARD, response=may_refuse(list[VoteAnswer]))
@paginate(Pages)
def list_choices(request: HttpRequest) -> list[cooperative.Vote]:
    """How the members of your cooperative decided, first to last."""
    return list(cooperative.votes(over(request.user, "cooperative_id")).values())


@router.get("/cooperative/guaranteed", auth=BOARD, response=may_refuse(list[GuaranteedAnswer]))
@paginate(Pages)
def list_guaranteed(request: HttpRequest) -> list[cooperative.Guaranteed]:
    """What your cooperative bought under its guarantee this season."""
    return cooperative.guaranteed(over(request.user, "cooperative_id"), current_season().number)


@router.post("/cooperative/choices", auth=BOARD, response=may_refuse(ChoiceAnswer))
def choose(request: HttpRequest, new: NewChoice) -> ChoiceFacts:
    """Records how the members of your cooperative voted on a bid; more for than against accepts it."""
    over(request.user, "cooperative_id")
    return coop.choose_bid(new.choice_id, new.bid_id, new.votes_for, new.votes_against, request.user.pk, clock.now())


@router.post("/cooperative/bids/{bid_id}/payment", auth=BOARD, response=may_refuse(BidPaidAnswer))
def receive_payment(request: HttpRequest, bid_id: Id) -> dict[str, object]:
    """A merchant has paid all of a delivered bid of your cooperative, in cash; a second time nothing more happens."""
    paid_fen = coop.receive_bid_payment(bid_id, over(request.user, "cooperative_id"), request.user.phone, clock.now())
    return {"bid_id": bid_id, "paid_fen": paid_fen}


@router.post("/cooperative/dividends/{dividend_id}", auth=BOARD, response=may_refuse(DividendAnswer))
def pay_dividends(request: HttpRequest, dividend_id: RequestId) -> coop.DividendFacts:
    """Shares out and pays the season's surplus in cash, once the season is over and every week is settled."""
    return coop.pay_dividends(dividend_id, over(request.user, "cooperative_id"), request.user.phone, clock.now())
