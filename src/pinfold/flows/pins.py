"""Group buys open when the plan is near enough, lapse what nobody paid for, and fill or expire when their time is up."""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Iterable
from datetime import datetime

from pinfold.basics.errors import InputError, KeyReused, SoldOut, TooMany, WrongStep
from pinfold.basics.rules import read_rules
from pinfold.flows import clock
from pinfold.flows.erasing import forget_ended_sessions
from pinfold.flows.events import prune
from pinfold.flows.fill_odds import customers
from pinfold.flows.messages import note, send_messages
from pinfold.flows.refunds import refund_part, refund_whole, tell_refunds
from pinfold.flows.rescue import rescue_pins
from pinfold.ledger.rules import SplitRules
from pinfold.match.rules import MatchRules
from pinfold.pin.facts import PinFacts, SweepResult
from pinfold.pin.ladder import price_at, smaller_ladder
from pinfold.pin.message import EXPIRED, FILLED
from pinfold.pin.opening import FriendsPinToOpen, LotShare, PinToOpen, Terms, is_due, pins_to_open
from pinfold.pin.rules import PinRules
from pinfold.store import pins, scarce
from pinfold.store.season import current_season, settings_given
from pinfold.store.transaction import atomic, forget_broken_connections


def pin_rules() -> PinRules:
    """This season's rules of pins."""
    return read_rules(PinRules, "pin", settings_given())


def open_pins(now: datetime) -> int:
    """Opens every pin of the latest plan that is due and not there yet; returns how many. Safe to repeat."""
    plan_id = pins.latest_plan_id()
    if plan_id is None:
        return 0
    given, season = settings_given(), current_season()
    split = read_rules(SplitRules, "split", given)
    terms = Terms(
        season_starts_on=season.starts_on,
        shares_bp=split.platform_bp + split.cooperative_bp,
        pin=read_rules(PinRules, "pin", given),
        match=read_rules(MatchRules, "match", given),
        customers=customers(),
        deadlines=pins.deadlines(),
    )
    known = pins.pin_ids_of(plan_id)
    wanted = {f"p{plan_id}-{pin.number}": pin for pin in pins_to_open(pins.planned_shipments(plan_id), terms)}
    due = {pin_id: pin for pin_id, pin in wanted.items() if pin_id not in known and is_due(pin, now, terms.pin)}
    return sum(_open(pin_id, season.number, plan_id, pin, now) for pin_id, pin in due.items())


def _open(pin_id: str, season: int, plan_id: int, wanted: PinToOpen, now: datetime) -> bool:
    """Whether it was opened now; not when its kg have been promised elsewhere since the plan was made."""
    try:
        with atomic():
            if not pins.new_pin(pin_id, season, plan_id, wanted, _share_code(), now):
                return False
            _take_kg(wanted.lots)
    except SoldOut:
        return False
    return True


def open_friends_pin(friends_pin_id: str, pin_id: str, customer_id: str, seats: int, now: datetime) -> PinFacts:
    """A pin for friends beside a public one, joined by its share code alone; its seats and kg come out of the public pin's spare ones.

    friends_pin_id : made by the client; a retry returns the first answer
    customer_id : who opens it; nobody else is told its share code by asking with the same id
    Raises TooMany when the customer has opened as many as the rules allow in which nobody has paid, InputError for a size that the rules do
    not allow, SoldOut when the public pin cannot spare so many seats, WrongStep when it is not open, NotFound for an unknown pin or
    customer, KeyReused when the id came before from another customer or with another size.
    """
    rules = pin_rules()
    if not rules.friends_seats_min <= seats <= rules.friends_seats_max:
        raise InputError(f"a friends' pin of {seats} seats is not possible; choose {rules.friends_seats_min} to {rules.friends_seats_max}")
    with atomic():
        scarce.lock_customer(customer_id)
        scarce.lock_pin(pin_id)
        if not pins.has_pin(friends_pin_id):
            _refuse_too_many(customer_id, rules, now)
            public = pins.pin_facts(pin_id)
            shares = tuple(_part_of(pins.lots_of(pin_id), seats / public.seats_max))
            wanted = FriendsPinToOpen(friends_pin_id, customer_id, rules.friends_seats_min, seats, shares, _share_code())
            if pins.new_friends_pin(wanted, pin_id, now):
                _make_room(public, seats, now)
                _take_kg(shares)
        made = pins.pin_facts(friends_pin_id)
    if (made.kind, made.opened_by, made.seats_max) != ("friends", customer_id, seats):
        raise KeyReused(f"pin {friends_pin_id} is there already; use a new id for another one")
    return made


def _refuse_too_many(customer_id: str, rules: PinRules, now: datetime) -> None:
    """Seats of a friends' pin are gone from the public one, so that nobody may set many aside without anybody paying."""
    pins_max = rules.friends_pins_open_max
    if pins.unpaid_friends_pins(customer_id, now) >= pins_max:
        raise TooMany(f"customer {customer_id} has opened {pins_max} friends' pins in which nobody has paid; pay for a seat there first")


def _make_room(public: PinFacts, seats: int, now: datetime) -> None:
    if public.kind != "public" or public.state != "open" or public.closes_at <= now:
        raise WrongStep(f"pin {public.pin_id} is {public.kind} and {public.state}; start a friends' pin beside an open public one")
    if not scarce.give_up_seats(public.pin_id, seats, smaller_ladder(public.ladder, public.seats_max - seats)):
        raise SoldOut(f"pin {public.pin_id} cannot spare {seats} seats for friends; ask for fewer, or join it as it is")
    keep_part(public.pin_id, 1 - seats / public.seats_max)


def sweep(now: datetime) -> SweepResult:
    """Rescues pins that may not fill, lets holds lapse, closes pins whose time is up, tells providers of refunds. Safe to repeat.

    One short transaction for each pin.

    Raises ExceptionGroup after all that could be done is done, with the error of each pin or refund that failed.
    """
    lapsed, closed, errors = 0, [], []
    rescued = rescue_pins(now)
    for pin_id in sorted({*pins.pins_with_due_holds(now), *pins.pins_due(now)}):
        try:
            with atomic():
                scarce.lock_pin(pin_id)
                pin_lapsed = scarce.lapse_holds(pin_id, now)
                state = close_if_ready(pin_id, now)
        except Exception as error:
            # The other pins' members wait for their money too; this one is told of at the end.
            error.add_note(f"while sweeping pin {pin_id}")
            errors.append(error)
        else:
            lapsed += pin_lapsed
            closed.append(state)
    try:
        told, waiting = tell_refunds(now)
    except ExceptionGroup as untold:
        errors.extend(untold.exceptions)
    if errors:
        raise ExceptionGroup("pins and refunds that could not be swept", errors)
    return SweepResult(lapsed, closed.count("filled"), closed.count("expired"), rescued.merged, rescued.extended, told, waiting)


def close_if_ready(pin_id: str, now: datetime) -> str:
    """The pin's state after it was filled or expired, if it is time for either. The pin must be locked by the caller's transaction."""
    pin = pins.pin_facts(pin_id)
    if pin.closes_at <= now:
        scarce.lapse_holds(pin_id, now)
    price_fen = price_at(pin.ladder, pin.seats_paid)
    if scarce.fill(pin_id, price_fen, now):
        _after_fill(pin, price_fen, now)
        return "filled"
    if scarce.expire(pin_id, now):
        note(EXPIRED, pin_id, now)
        for order in pins.paid_orders(pin_id):
            refund_whole(order.order_id, "expired", now)
        _give_back_kg(pins.lots_of(pin_id))
        return "expired"
    return pin.state


def _after_fill(pin: PinFacts, price_fen: int, now: datetime) -> None:
    """Everybody pays the final price and is told it; kg of seats that nobody took go back to their lots."""
    note(FILLED, pin.pin_id, now)
    for order in pins.paid_orders(pin.pin_id):
        refund_part(order.order_id, (order.price_fen - price_fen) * order.seats, "price fell", now)
    if pin.seats_paid < pin.seats_max:
        keep_part(pin.pin_id, pin.seats_paid / pin.seats_max)


def keep_part(pin_id: str, share: float) -> None:
    """Gives kg of every lot of a pin back, so that it keeps `share` of them, 0 .. 1. The pin must be locked by the caller's transaction."""
    lots = pins.lots_of(pin_id)
    _give_back_kg(_part_of(lots, 1 - share))
    pins.set_lots(pin_id, _part_of(lots, share))


def sweep_while_parent_lives(every_seconds: int) -> None:
    """Sweeps again and again beside the server, and ends when the server has ended, however that happened."""
    parent = os.getppid()
    while os.getppid() == parent:
        try:
            sweep(clock.now())
            send_messages(clock.now())
            prune(clock.now())
            forget_ended_sessions()
        except Exception:
            # Whatever it was, the answer is the same: the next sweep finds everything that this one left.
            logging.getLogger(__name__).exception("sweep failed and is tried again in %s s", every_seconds)
        forget_broken_connections()
        due = time.monotonic() + every_seconds
        while time.monotonic() < due and os.getppid() == parent:
            time.sleep(1)


def _take_kg(shares: Iterable[LotShare]) -> None:
    for share in sorted(shares, key=lambda share: share.lot_id):
        if not scarce.take_kg(share.lot_id, share.kg):
            raise SoldOut(f"lot {share.lot_id} has no {share.kg:.1f} kg left; make a new plan")


def _give_back_kg(shares: Iterable[LotShare]) -> None:
    for share in sorted(shares, key=lambda share: share.lot_id):
        assert scarce.give_back_kg(share.lot_id, share.kg), f"lot {share.lot_id} was not promised {share.kg} kg"


def _part_of(lots: Iterable[LotShare], share: float) -> list[LotShare]:
    return [LotShare(lot.lot_id, lot.kg * share, lot.kept) for lot in lots]


def _share_code() -> str:
    """Hard to guess: whoever has it may join a friends' pin."""
    return secrets.token_urlsafe(12)
