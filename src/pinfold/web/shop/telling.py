"""What a pin page tells beyond the rows: the odds of filling, the price at each size, and where the money goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add

from pinfold.basics.rules import read_rules
from pinfold.flows.fill_odds import odds_of
from pinfold.ledger.rules import SplitRules
from pinfold.ledger.split import NOTHING, LotPart, Split, split_over_lots
from pinfold.pin.ladder import price_at
from pinfold.store.joins import open_pins
from pinfold.store.reads import shop
from pinfold.store.season import settings_given


@dataclass(frozen=True)
class Step:
    """One rung of the ladder. counts : this is the price if it closed now."""

    seats: int
    price_fen: int
    counts: bool


def steps(card: shop.PinCard) -> list[Step]:
    """The price ladder of a pin, with where it stands."""
    now_fen = price_now_fen(card)
    return [Step(seats, price_fen, price_fen == now_fen) for seats, price_fen in card.ladder]


def price_now_fen(card: shop.PinCard) -> int:
    """Fen a pack if the pin closed with the seats that are paid; final once it has filled."""
    return card.price_fen if card.price_fen is not None else price_at(card.ladder, card.seats_paid)


def next_step(card: shop.PinCard) -> Step | None:
    """The next cheaper rung, None on the last one."""
    return next((step for step in steps(card) if step.price_fen < price_now_fen(card)), None)


def odds(card: shop.PinCard, now: datetime) -> float:
    """Probability that an open pin has its smallest size paid in time, 0 .. 1."""
    standing = open_pins([card.pin_id])
    return odds_of(standing, now)[0] if standing else 0.0


def money_of_a_pack(pin: shop.PinFacts) -> Split:
    """Who gets which part of the price of one pack, as the ledger will split it; nothing for a pin without lots."""
    arriving_kg = sum(source.kg * source.kept for source in pin.sources)
    if not arriving_kg:
        return NOTHING
    packs = arriving_kg / pin.card.pack_kg
    parts = [LotPart(each.lot_id, each.kg / packs, each.carry_per_kg, each.floor_price_per_kg) for each in pin.sources]
    return reduce(add, split_over_lots(price_now_fen(pin.card), parts, read_rules(SplitRules, "split", settings_given())), NOTHING)
