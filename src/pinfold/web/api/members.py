"""Member households and the books: for the cooperative's board, and households for the officer. Both see who is registered poor."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.store.models import Person
from pinfold.store.reads import cooperative as reads
from pinfold.store.reads.owners import cooperative_ids
from pinfold.store.season import current_season
from pinfold.web.api.fields import Fen, Id, Moment, Named
from pinfold.web.api.guard import Only, over
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse

router = Router(tags=["members"])
BOARD = Only(Person.Role.BOARD)


class MemberAnswer(Schema):
    household_id: str
    village: Named
    people: int
    registered_poor: bool
    equity_fen: Fen
    plots: int
    credited_fen: Annotated[int, Field(description="fen credited for its crop this season")]
    paid_fen: Annotated[int, Field(description="fen of it handed over")]


class AccountAnswer(Schema):
    """All accounts of one kind in the federation; the sums of all kinds add to zero."""

    kind: str
    accounts: int = Field(description="how many")
    amount_fen: Annotated[int, Field(description="fen; + is held for us or owed to us, - is what we owe")]


class LineAnswer(Schema):
    account: str
    amount_fen: Annotated[int, Field(description="fen into (+) or out of (-) the account")]
    currency: str


class PostingAnswer(Schema):
    """One posting; its lines sum to zero."""

    posting_id: str
    kind: str
    at: Moment
    why: str
    lines: list[LineAnswer]


@router.get("/cooperative/members", auth=BOARD, response=may_refuse(list[MemberAnswer]))
@paginate(Pages)
def list_members(request: HttpRequest) -> list[reads.Member]:
    """The member households of your cooperative."""
    return reads.members(over(request.user, "cooperative_id"), current_season().number)


@router.get("/cooperative/accounts", auth=BOARD, response=may_refuse(list[AccountAnswer]))
@paginate(Pages)
def list_accounts(request: HttpRequest) -> list[reads.AccountGroup]:
    """How the ledger stands, by kind of account."""
    over(request.user, "cooperative_id")
    return reads.account_groups()


@router.get("/cooperative/postings", auth=BOARD, response=may_refuse(list[PostingAnswer]))
@paginate(Pages)
def list_postings(request: HttpRequest) -> list[reads.Booked]:
    """What was booked of your cooperative, its members and their lots this season, in the order in which it was booked."""
    return reads.booked_in(over(request.user, "cooperative_id"), current_season().number)


@router.get("/households", auth=Only(Person.Role.OFFICER), response=may_refuse(list[MemberAnswer]))
@paginate(Pages)
def list_households(request: HttpRequest, cooperative_id: Id | None = None) -> list[reads.Member]:
    """Every household of the federation, or of one cooperative."""
    asked = cooperative_ids() if cooperative_id is None else [cooperative_id]
    return [member for each in asked for member in reads.members(each, current_season().number)]
