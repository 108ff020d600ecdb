"""Paying: a customer starts it, a provider or a coordinator says that the money has come."""

from typing import Annotated

from django.http import HttpRequest
from django.views.decorators.csrf import csrf_exempt
from ninja import Router, Schema
from pydantic import Field, StrictBool, StrictInt

from pinfold.flows import clock
from pinfold.flows.pay import count_cash, receive_notice, start_payment
from pinfold.outside.payments.provider import Instruction
from pinfold.pin.facts import PaymentFacts
from pinfold.store.models import Person
from pinfold.store.reads import shop
from pinfold.web.api.fields import Fen, Id, LongId, RequestId, Word
from pinfold.web.api.guard import Only, over
from pinfold.web.api.refusals import may_refuse

router = Router(tags=["payments"])


class NewPayment(Schema):
    payment_id: RequestId
    order_id: Id
    provider: Word = Field(description="cash or sandbox")


class InstructionAnswer(Schema):
    payment_id: str
    provider: str
    amount_fen: Fen
    redirect_url: str | None = Field(description="where to pay; null: hand the money to the coordinator")


class SandboxNotice(Schema):
    """The provider's word; its signature is over all other fields (outside/payments/sandbox.py)."""

    notice_id: LongId
    payment_id: Id
    paid: StrictBool
    amount_fen: Annotated[StrictInt, Field(ge=0, le=10**12, description="fen")]
    signature: LongId


class PaymentState(Schema):
    payment_id: str
    order_id: str
    provider: str
    amount_fen: Fen
    state: str = Field(description="started, received, refused or returned")
    order_state: str = Field(description="held, paid, lapsed, cancelled, refunded or shipped")
    counted: bool = Field(description="whether it was this request that counted the money")


@router.post("/payments", auth=Only(Person.Role.CUSTOMER), response=may_refuse(InstructionAnswer))
def pay(request: HttpRequest, new: NewPayment) -> Instruction:
    """Starts a payment for an order of yours that is held."""
    own = shop.order_of(new.order_id, over(request.user, "customer_id"))
    return start_payment(new.payment_id, own.order_id, new.provider, clock.now())


@router.post("/payments/sandbox/notice", auth=None, response=may_refuse(PaymentState))
@csrf_exempt
def notice_of_sandbox(request: HttpRequest, notice: SandboxNotice) -> PaymentFacts:
    """For the provider: its signed word that a payment was made or refused. It may come late and more than once."""
    return receive_notice(notice.model_dump(), clock.now(), "sandbox")


@router.post("/cash/{payment_id}", auth=Only(Person.Role.COORDINATOR), response=may_refuse(PaymentState))
def count(request: HttpRequest, payment_id: Id) -> PaymentFacts:
    """For a coordinator: the money of this payment has been counted."""
    return count_cash(payment_id, request.user.phone, clock.now())
