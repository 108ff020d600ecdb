"""Promises move to other lots when a new forecast says that theirs cannot keep them; members whose village changes are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl

from pinfold.basics.errors import NotAllowed, SoldOut, WrongStep
from pinfold.basics.rules import read_rules
from pinfold.basics.weeks import week_index
from pinfold.deliver.dispatch import Sent
from pinfold.deliver.moving import GivenUp, Move, given_up, moves
from pinfold.flows.clock import home_day
from pinfold.flows.messages import note
from pinfold.flows.pins import keep_part, pin_rules
from pinfold.flows.refunds import refund_whole
from pinfold.match.rules import MatchRules
from pinfold.match.supply import less_loaded
from pinfold.match.tables import Tables
from pinfold.match.uncertain.rules import UncertainRules
from pinfold.pin.facts import OrderFacts
from pinfold.pin.ladder import smaller_ladder
from pinfold.pin.message import MOVED
from pinfold.store import moves as store
from pinfold.store import pins, scarce
from pinfold.store.deliver import LotFacts
from pinfold.store.season import current_season, settings_given
from pinfold.store.shipping import PinToShip
from pinfold.store.tables import read_table
from pinfold.store.transaction import atomic


def move_promises(now: datetime) -> int:
    """Moves packs of pins from lots that hold less than was promised of them to lots with kg to spare; of how many pins comes back.

    What no other lot can fill and nobody has taken is not sold any longer; who has taken the rest is served or refunded at dispatch.
    One short transaction for each pin. Safe to repeat: what was moved is not short any more.
    """
    season, given = current_season(), settings_given()
    this_week = week_index(home_day(now), season.starts_on)
    short = store.short_kg(season.number)
    promised = store.promised_of(short, this_week)
    if not promised:
        return 0
    lanes, hub_weeks = less_loaded(read_table("lanes"), read_table("hub_weeks"), store.loaded_kg(this_week))
    tables = Tables(read_table("products"), store.free_lots(season.number, this_week), pl.DataFrame(), lanes, hub_weeks)
    rules, uncertain = read_rules(MatchRules, "match", given), read_rules(UncertainRules, "uncertain", given)
    of_pin: dict[str, list[Move]] = defaultdict(list)
    for move in moves(promised, short, tables, rules, uncertain.refund_cost_share):
        of_pin[move.pin_id].append(move)
    pack_kg = {pin.pin_id: pin.pack_kg for pin in promised}
    moved = sum(move_pin(found, pack_kg[pin_id], now) for pin_id, found in of_pin.items())
    still_short = store.short_kg(season.number)
    for seats in given_up(store.promised_of(still_short, this_week), still_short):
        _sell_no_longer(seats)
    return moved


def _sell_no_longer(gone: GivenUp) -> bool:
    """Whether the pin was made smaller: not where the seats were taken meanwhile, or the lot can fill them by now."""
    try:
        with atomic():
            scarce.lock_pin(gone.pin_id)
            pin = pins.pin_facts(gone.pin_id)
            smaller = scarce.give_up_seats(gone.pin_id, gone.seats, smaller_ladder(pin.ladder, pin.seats_max - gone.seats))
            done = smaller and store.give_up(gone.pin_id, gone.lot_id, gone.kg)
            if not done or not scarce.give_back_short_kg(gone.lot_id, gone.kg, rounded_kg=gone.kg / gone.seats):
                raise SoldOut(f"{gone.seats} seats of pin {gone.pin_id} were taken, or lot {gone.lot_id} can fill them by now")
    except SoldOut:
        return False
    return True


def move_pin(found: Sequence[Move], pack_kg: float, now: datetime) -> bool:
    """Whether all these moves of one pin were made now: none of them where a lot was sold meanwhile, or is not short any more."""
    pin_id = found[0].pin_id
    try:
        with atomic():
            scarce.lock_pin(pin_id)
            known = store.villages_of(pin_id)
            for move in found:
                if not store.keep_move(f"{move.pin_id}:{move.lot_from}:{move.lot_to}:{now:%Y%m%dT%H%M%S}", move, now):
                    return False
                _move_kg(move, pack_kg)
            if not store.villages_of(pin_id) <= known:
                note(MOVED, pin_id, now)
    except SoldOut:
        return False
    return True


def keep_stand_ins(pin: PinToShip, sent: Sequence[Sent], lots: Mapping[str, LotFacts], now: datetime) -> bool:
    """Whether another village's crop goes to a pin when it leaves, written down as a move from the first of its lots that it was given.

    Belongs in the transaction of the dispatch, before its promises end.
    """
    others = [part for part in sent if lots[part.lot_id].village_id not in pin.villages]
    for part in others:
        claim = max(pin.claims, key=lambda claim: (claim.kg, claim.lot_id))
        move = Move(pin.pin_id, claim.lot_id, part.lot_id, part.kg_sold / claim.kept, part.kg_sent, part.kg_sold / part.kg_sent)
        store.keep_move(f"stood-in:{pin.pin_id}:{claim.lot_id}:{part.lot_id}", move, now)
    return bool(others)


def decline_move(order_id: str, customer_id: str, now: datetime) -> OrderFacts:
    """Gives all money of a paid order back, because crop of another village stands in for what was sold; a second time nothing more.

    Raises NotFound, NotAllowed for another customer's order, WrongStep when nothing moved, too long ago, or the packs have left.
    """
    order = pins.order_facts(order_id)
    if order.customer_id != customer_id:
        raise NotAllowed(f"order {order_id} is not yours; sign in with the number that made it")
    if order.state == "refunded":
        return order
    days = pin_rules().decline_days
    with atomic():
        pin_id = scarce.lock_pin_of_order(order_id)
        moved_at = store.declinable_from(order_id)
        if moved_at is None or now >= moved_at + timedelta(days=days):
            raise WrongStep(f"order {order_id} cannot be given back; that is for {days} days after crop of another village stands in")
        pin = pins.pin_facts(pin_id)
        if refund_whole(order_id, "declined", now):
            assert scarce.give_up_paid_seats(pin_id, order.seats), f"pin {pin_id} had not the seats of {order_id} paid"
            if pin.state == "filled":  # seats of an open pin can be taken again, with their kg
                keep_part(pin_id, 1 - order.seats / pin.seats_paid)
    return pins.order_facts(order_id)


def _move_kg(move: Move, pack_kg: float) -> None:
    """The lots are taken in the order of their ids, as everywhere."""
    done = store.exchange(move)
    for lot_id in sorted((move.lot_from, move.lot_to)):
        if lot_id == move.lot_to:
            done = done and scarce.take_kg(lot_id, move.kg_to)
        else:
            done = done and scarce.give_back_short_kg(lot_id, move.kg_from, rounded_kg=pack_kg * move.kg_from / (move.kg_to * move.kept))
    if not done:
        raise SoldOut(f"{move.kg_from:.1f} kg of pin {move.pin_id} cannot move from lot {move.lot_from} to {move.lot_to} any more")
