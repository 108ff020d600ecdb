"""The state of an order in plain words, with what the customer can do next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pinfold.store.models import Order, Pin
from pinfold.store.reads.shop import CashBack, MovedFacts, OrderCard
from pinfold.web.templatetags.pinfold import called, day, moment, yuan


@dataclass(frozen=True)
class Story:
    """label : one or two words; says : a sentence; tone : good, bad or plain; moving : it can still change by itself."""

    label: str
    says: str
    tone: str
    moving: bool
    can_pay: bool = False
    can_cancel: bool = False
    can_decline: bool = False


def story_of(order: OrderCard, now: datetime) -> Story:
    """What there is to say about an order at `now`, and last where its cash is that goes back."""
    story = _story_of_state(order, now)
    if order.moved:
        open_until = now < order.moved.until
        story = replace(story, says=f"{story.says} {_from_elsewhere(order.moved, open_until)}", can_decline=open_until)
    return replace(story, says=" ".join([story.says, *map(_in_cash, order.cash_back)]))


def _from_elsewhere(moved: MovedFacts, open_until: bool) -> str:
    words = {"village": called(moved.village), "instead": called(moved.instead), "until": moment(moved.until)}
    says = _("Less is picked in %(village)s than was expected, so packs come from %(instead)s.") % words
    may_decline = _("Until %(until)s you can have your money back instead.") % words
    return f"{says} {may_decline}" if open_until else says


def _in_cash(back: CashBack) -> str:
    if back.given_at is None:
        return _("Your coordinator gives you %(sum)s back in cash.") % {"sum": yuan(back.amount_fen)}
    return _("%(sum)s were given back to you in cash on %(day)s.") % {"sum": yuan(back.amount_fen), "day": day(back.given_at)}


def _story_of_state(order: OrderCard, now: datetime) -> Story:
    match order.state:
        case Order.State.HELD:
            return _held(order, now)
        case Order.State.PAID:
            return _paid(order)
        case Order.State.LAPSED:
            says = _(
                "The places were given back because no payment came in time. Nothing was charged; money that still arrives is returned."
            )
            return Story(_("Lapsed"), says, "bad", moving=order.waiting is not None)
        case Order.State.CANCELLED:
            return Story(_("Cancelled"), _("You gave the places back. Nothing was charged."), "plain", moving=False)
        case Order.State.REFUNDED:
            return Story(_("Refunded"), _refunded(order), "plain", moving=False)
        case Order.State.SHIPPED:
            return Story(_("On its way"), _shipped(order), "good", moving=False)
        case state:
            raise AssertionError(f"order state {state!r} has no words")


def _held(order: OrderCard, now: datetime) -> Story:
    if now >= order.held_until:
        says = _("The time to pay is over; the places are being given back.")
        return Story(_("Time is over"), says, "bad", moving=True)
    if order.waiting and order.waiting.provider == "cash":
        says = _("Pay %(sum)s to the coordinator before %(until)s. The places are yours once the money is counted.")
    elif order.waiting:
        says = _("We wait for the payment service's word on %(sum)s. The places are held until %(until)s.")
    else:
        says = _("Your places are held until %(until)s. Pay %(sum)s to keep them.")
    words = says % {"sum": yuan(order.amount_fen), "until": moment(order.held_until)}
    return Story(_("Held"), words, "plain", moving=True, can_pay=True, can_cancel=True)


def _paid(order: OrderCard) -> Story:
    card = order.card
    if card.state == Pin.State.OPEN:
        if card.seats_missing:
            says = ngettext(
                "Paid. %(n)d more pack must be paid before %(until)s; otherwise all your money comes back.",
                "Paid. %(n)d more packs must be paid before %(until)s; otherwise all your money comes back.",
                card.seats_missing,
            )
        else:
            says = _("Paid, and enough have paid with you. Until %(until)s more may join and lower the price for everybody.")
        return Story(_("Paid"), says % {"n": card.seats_missing, "until": moment(card.closes_at)}, "good", moving=True)
    says = _("The pin is full and will be picked for you.")
    if order.refunded_in_cash:
        says += " " + _("The price fell.")
    elif order.refunded_fen:
        says += " " + _("The price fell: %(back)s came back to you.") % {"back": yuan(order.refunded_fen)}
    return Story(_("Filled"), says, "good", moving=True)


def _refunded(order: OrderCard) -> str:
    if order.refunded_in_cash:
        return _("Too few joined in time.") if order.card.state == Pin.State.EXPIRED else _("You get all your money back.")
    if order.card.state == Pin.State.EXPIRED:
        return _("Too few joined in time. All your money, %(back)s, came back.") % {"back": yuan(order.refunded_fen)}
    return _("All your money, %(back)s, came back.") % {"back": yuan(order.refunded_fen)}


def _shipped(order: OrderCard) -> str:
    if order.seats_kept is not None and order.seats_kept < order.seats:
        words = {"kept": order.seats_kept, "seats": order.seats, "back": yuan(order.refunded_fen)}
        if order.refunded_in_cash:
            return _("The harvest fell short: %(kept)d of your %(seats)d packs are on their way.") % words
        return _("The harvest fell short: %(kept)d of your %(seats)d packs are on their way, and %(back)s came back.") % words
    if order.refunded_in_cash:
        return _("Your packs have left the hub. The price had fallen.")
    if order.refunded_fen:
        return _("Your packs have left the hub. The price had fallen, and %(back)s came back.") % {"back": yuan(order.refunded_fen)}
    return _("Your packs have left the hub.")
