"""Pins that may not fill: merged with a neighbour, given more time once, or accepted short by their cooperative."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pinfold.basics.errors import NotAllowed, WrongStep
from pinfold.basics.rules import read_rules
from pinfold.flows.fill_odds import odds_of
from pinfold.flows.messages import note
from pinfold.pin.facts import PinFacts
from pinfold.pin.message import EXTENDED, MERGED
from pinfold.pin.rescue import Waiting, later_close, merged_terms, neighbour
from pinfold.pin.rules import PinRules
from pinfold.store import joins, pins, scarce
from pinfold.store.season import current_season, settings_given
from pinfold.store.transaction import atomic


@dataclass(frozen=True)
class RescueResult:
    merged: int
    extended: int


def rescue_pins(now: datetime) -> RescueResult:
    """Merges the open pins that close soon and lack paid seats, and gives those more time that are left. Safe to repeat."""
    rules = read_rules(PinRules, "pin", settings_given())
    until = now + timedelta(hours=rules.rescue_hours)
    merged = sum(_merge(pin_id, rules, now) for pin_id in pins.short_pins(now, until))
    extended = sum(_extend(pin_id, rules, now) for pin_id in pins.short_pins(now, until))
    return RescueResult(merged, extended)


def _waiting(now: datetime) -> list[Waiting]:
    rows = pins.waiting_pins(now)
    odds = dict(zip([pin.facts.pin_id for pin in rows], odds_of(joins.open_pins(pin.facts.pin_id for pin in rows), now), strict=True))
    return [replace(pin, odds=odds[pin.facts.pin_id]) for pin in rows]


def _merge(pin_id: str, rules: PinRules, now: datetime) -> bool:
    """Whether the pin's members are another's now."""
    waiting = {pin.facts.pin_id: pin for pin in _waiting(now)}
    into = neighbour(waiting[pin_id], list(waiting.values()), rules) if pin_id in waiting else None
    return into is not None and merge_pins(pin_id, into.facts.pin_id, now)


def merge_pins(source_id: str, into_id: str, now: datetime) -> bool:
    """Moves the members of one open pin to another, with their seats, kg, orders and money.

    False if either is not open any more or no price suits both. Raises NotFound.
    """
    with atomic():
        for pin_id in sorted((source_id, into_id)):
            scarce.lock_pin(pin_id)
        source, target = pins.pin_facts(source_id), pins.pin_facts(into_id)
        terms = merged_terms(source, target)
        if source.state != "open" or target.state != "open" or terms is None or not scarce.merge(source, target, terms, now):
            return False
        note(MERGED, source.pin_id, now)
        pins.move_orders(source.pin_id, target.pin_id)
        pins.move_lots(source.pin_id, target.pin_id)
    return True


def _extend(pin_id: str, rules: PinRules, now: datetime) -> bool:
    """Whether the pin has more time now."""
    pin = next((pin for pin in pins.waiting_pins(now) if pin.facts.pin_id == pin_id), None)
    later = later_close(pin, current_season().starts_on, rules) if pin is not None else None
    if later is None:
        return False
    with_more_time = [replace(standing, closes_at=later) for standing in joins.open_pins([pin_id])]
    if not with_more_time or odds_of(with_more_time, now)[0] < rules.extend_odds_min:
        return False
    with atomic():
        extended = scarce.extend(pin_id, later, now)
        if extended:
            note(EXTENDED, pin_id, now)
        return extended


def accept_short(pin_id: str, cooperative_id: str, person_id: int, now: datetime) -> PinFacts:
    """The sellers let the seats that are paid be enough: the pin fills at its deadline at its first price. A second time nothing happens.

    Raises NotAllowed when other cooperatives' crop is in the pin, WrongStep when it is not open, nobody has paid, or it lacks no seats,
    NotFound.
    """
    _must_sell(pin_id, cooperative_id)
    with atomic():
        scarce.lock_pin(pin_id)
        accepted = scarce.accept_short(pin_id, person_id, now)
        pin = pins.pin_facts(pin_id)
    if not accepted and not (pin.accepted_short and pin.state == "open"):
        raise _not_acceptable(pin, now)
    return pin


def take_acceptance_back(pin_id: str, cooperative_id: str, now: datetime) -> PinFacts:
    """Undoes accept_short while the pin is open: it needs its smallest size again. Raises as accept_short does."""
    _must_sell(pin_id, cooperative_id)
    with atomic():
        scarce.lock_pin(pin_id)
        pin = pins.pin_facts(pin_id)
        if pin.accepted_short and not scarce.take_acceptance_back(pin_id, pin.ladder[0][0], now):
            raise _not_acceptable(pin, now)
        return pins.pin_facts(pin_id)


def _must_sell(pin_id: str, cooperative_id: str) -> None:
    sellers = pins.sellers_of(pin_id)
    if sellers != {cooperative_id}:
        raise NotAllowed(f"the crop of pin {pin_id} is of {', '.join(sorted(sellers)) or 'nobody'}; only its sellers may accept it short")


def _not_acceptable(pin: PinFacts, now: datetime) -> WrongStep:
    if pin.state != "open" or pin.closes_at <= now:
        return WrongStep(f"pin {pin.pin_id} is {'closing' if pin.state == 'open' else pin.state}; only an open pin can be accepted short")
    if pin.seats_paid == 0:
        return WrongStep(f"pin {pin.pin_id} has no paid seat; there is nothing to accept")
    return WrongStep(f"pin {pin.pin_id} has {pin.seats_paid} paid seats and needs {pin.seats_min}; it fills by itself")
