"""Members are told what became of their pin: noted with the step itself, sent after it, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from pinfold.basics.money import Money
from pinfold.basics.rules import read_rules
from pinfold.flows.clock import HOME
from pinfold.match.say import Language
from pinfold.outside.messages import send_message
from pinfold.pin.message import EXPIRED, EXTENDED, FILLED, MERGED, MOVED, STOOD_IN, Kind, News, say
from pinfold.pin.rules import PinRules
from pinfold.store import messages
from pinfold.store.messages import Waiting
from pinfold.store.season import settings_given

# Whose order must stand how to be told: who has not paid in time is no member of a pin that filled or expired.
MEMBERS: dict[str, tuple[str, ...]] = {
    MERGED: ("held", "paid"),
    EXTENDED: ("held", "paid"),
    FILLED: ("paid",),
    EXPIRED: ("paid",),
    MOVED: ("held", "paid"),
    STOOD_IN: ("shipped",),
}
# What could not be sent within a day is no news any more; the page says it.
NEWS_LASTS = timedelta(days=1)


def note(kind: Kind, pin_id: str, now: datetime) -> int:
    """Notes what is to be told to the members of a pin, inside the transaction of the step; to how many comes back."""
    nth = f"{now:%Y%m%dT%H%M%S}" if kind == MOVED else ""  # all else happens to a pin once
    return messages.note(kind, pin_id, MEMBERS[kind], now, nth)


def send_messages(now: datetime) -> int:
    """Sends what is noted, outside any transaction; how many went out comes back. Safe to repeat, and from several processes.

    A message is taken before it is sent and put back when its service refuses it. So nobody is told twice, and a process that is killed
    between the two leaves one message unsent.
    Raises ExceptionGroup after all others were sent, with the error of each that could not be.
    """
    sent, errors = 0, []
    for message in messages.waiting(now - NEWS_LASTS):
        if not messages.take(message.message_id, now):
            continue
        try:
            for phone, language in messages.phones_of(message.customer_id):
                send_message(phone, say(_news(message), "zh-hans" if language.startswith("zh") else "en"), key=message.message_id)
                sent += 1
        except Exception as error:
            messages.put_back(message.message_id)
            error.add_note(f"while sending message {message.message_id}")
            errors.append(error)
    if errors:
        raise ExceptionGroup("messages that could not be sent", errors)
    return sent


def _news(message: Waiting) -> News:
    ends_at = message.closes_at
    village, village_zh, instead, instead_zh = message.villages or [""] * 4
    if message.kind == MOVED:
        ends_at = message.made_at + timedelta(days=read_rules(PinRules, "pin", settings_given()).decline_days)
    at = ends_at.astimezone(HOME)
    until: dict[Language, str] = {"en": f"{at:%-d %b %H:%M}", "zh-hans": f"{at.month}月{at.day}日{at:%H:%M}"}
    price = str(Money(message.price_fen)) if message.price_fen is not None else ""
    product = _named(message.product, message.product_zh)
    return News(message.kind, product, price, until, _named(village, village_zh), _named(instead, instead_zh))


def _named(name: str, name_zh: str) -> dict[Language, str]:
    return {"en": name, "zh-hans": name_zh or name}
