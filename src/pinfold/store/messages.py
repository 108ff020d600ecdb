"""Messages to members: noted once when something happens to their pin, and taken once by whoever sends them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Min

from pinfold.store.models import Message, Order, Person
from pinfold.store.moves import to_other_villages


@dataclass(frozen=True)
class Waiting:
    """A message that was not sent yet. price_fen : None before the pin is filled

    made_at : when what it tells of happened; villages : name and name_zh of the one whose crop fell short, then of the one that stands in
    """

    message_id: str
    kind: str
    customer_id: str
    product: str
    product_zh: str
    price_fen: int | None
    closes_at: datetime
    made_at: datetime
    villages: tuple[str, ...] = ()


def note(kind: str, pin_id: str, states: Collection[str], now: datetime, nth: str = "") -> int:
    """Notes one message for every member with an account and an order in one of `states`; a second time nothing more. Belongs in a
    transaction, with the step that it tells of.

    nth : which time it is, for what may happen to a pin again
    """
    orders = Order.objects.filter(
        pin=pin_id, state__in=states, customer__in=Person.objects.filter(customer__isnull=False).values("customer")
    )
    first = orders.order_by().values("customer").annotate(order_id=Min("order_id")).values_list("order_id", flat=True)
    noted = [Message(message_id=f"{kind}{nth}:{pin_id}:{order_id}", order_id=order_id, kind=kind, made_at=now) for order_id in first]
    Message.objects.bulk_create(noted, ignore_conflicts=True)
    return len(noted)


def waiting(since: datetime) -> list[Waiting]:
    """Messages made after `since` that nobody has sent, the oldest first."""
    rows = Message.objects.filter(sent_at=None, made_at__gt=since).order_by("made_at", "message_id")
    pin = "order__pin"
    columns = ("order__customer_id", f"{pin}__product__name", f"{pin}__product__name_zh", f"{pin}__price_fen", f"{pin}__closes_at")
    found = rows.values_list("order__pin_id", "message_id", "kind", *columns, "made_at")
    return [replace(message, villages=_villages(pin_id, message)) for pin_id, *row in found for message in [Waiting(*row)]]


def _villages(pin_id: str, message: Waiting) -> tuple[str, ...]:
    """Of the move that the message tells of; nothing for a message that tells of none."""
    if message.kind not in (Message.Kind.MOVED, Message.Kind.STOOD_IN):
        return ()
    moves = to_other_villages().filter(pin=pin_id, moved_at=message.made_at)
    names = [f"{lot}__village__{name}" for lot in ("lot_from", "lot_to") for name in ("name", "name_zh")]
    return moves.order_by("move_id").values_list(*names).first() or ()


def take(message_id: str, now: datetime) -> bool:
    """Whether this message is the caller's to send: of several only one is told so."""
    return bool(Message.objects.filter(pk=message_id, sent_at=None).update(sent_at=now))


def put_back(message_id: str) -> None:
    """The message could not be sent; the next who looks may take it."""
    Message.objects.filter(pk=message_id).update(sent_at=None)


def phones_of(customer_id: str) -> list[tuple[str, str]]:
    """Phone number and language of everybody who is this customer; nobody where the customer was erased."""
    return list(Person.objects.filter(customer=customer_id, is_active=True).order_by("pk").values_list("phone", "language"))
