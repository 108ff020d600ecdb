"""Which pins a customer sees first: tastes are learned once a day, and lists are put in order from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.basics.rules import read_rules
from pinfold.demand import ranking
from pinfold.demand.events import Shown, shown_in_order
from pinfold.demand.fill_odds import Standing, fill_odds
from pinfold.demand.join_chance import taste_chances
from pinfold.demand.rules import DemandRules
from pinfold.flows.clock import home_day
from pinfold.flows.fill_odds import DAY_SECONDS, join_prior
from pinfold.ledger.rules import WHOLE_BP, SplitRules
from pinfold.pin.ladder import price_at
from pinfold.settings import settings
from pinfold.store import joins, tastes
from pinfold.store.market import purchases_so_far
from pinfold.store.reads.shop import PinCard
from pinfold.store.season import settings_given
from pinfold.store.tables import read_table
from pinfold.store.transaction import atomic


@dataclass(frozen=True)
class Listed:
    """Pins in the order in which somebody sees them.

    ranking, version : the rule, as impressions name it
    order : "personal"; "drawn", closing first because the day's lot says so; or "closes first"
    shown : each pin with its chance of standing there, and where other rules would have put it
    """

    cards: list[PinCard]
    ranking: str
    version: int
    order: str
    positions: tuple[tuple[int, int], ...] = ()
    propensity: tuple[float, ...] = ()

    def shown(self, first: int, last: int) -> tuple[Shown, ...]:
        """What an impression of positions `first` up to before `last` keeps."""
        if not self.positions:
            return shown_in_order((card.pin_id for card in self.cards[first:last]), first)
        names = (ranking.NEUTRAL, ranking.PERSONAL)
        return tuple(
            Shown(self.cards[n].pin_id, n, self.propensity[n], dict(zip(names, self.positions[n], strict=True)))
            for n in range(first, min(last, len(self.cards)))
        )


def learn_tastes(now: datetime) -> int:
    """Learns what customers with an account will likely want, from all that was bought; for how many comes back."""
    who = tastes.who_may_be_learned() if settings().personal_ranking else []
    bought = purchases_so_far()
    if not who or bought.is_empty():
        return 0
    ranked, chances = taste_chances(bought.select("date", "customer_id", "product_id"), read_table("products"), home_day(now))
    with atomic():
        return tastes.save_tastes(home_day(now), ranked.filter(ranked["customer_id"].is_in(who)), chances.other)


def choose_order(customer_id: str, personal: bool) -> None:
    """Turns the customer's personal order on or off; off also deletes what was learned for it."""
    with atomic():
        tastes.set_personal(customer_id, personal)


def in_order_for(customer_id: str | None, cards: list[PinCard], now: datetime) -> Listed:
    """The pins, given in the neutral order, as this customer sees them today.

    customer_id : None for strangers and for whom nothing may be used. They, who turned the personal order off, and of whom nothing is known
        yet have the neutral order, and so has everybody where the installation says so (PINFOLD_PERSONAL_RANKING).
    """
    taste = tastes.taste_of(customer_id) if customer_id and settings().personal_ranking else None
    if customer_id is None or taste is None or not cards:
        return Listed(cards, ranking.NEUTRAL, ranking.NEUTRAL_VERSION, "closes first")
    rules = read_rules(DemandRules, "demand", settings_given())
    products, regions = _numbers(card.product.id for card in cards), _numbers(card.region.id for card in cards)
    offers = _offers(cards, products, regions, now)
    chances = np.array([taste.chances.get(product_id, taste.other) for product_id in products])
    score = ranking.scores(offers, chances, regions.get(taste.region_id, -1), rules)
    found = ranking.rank(offers, score, ranking.FIRST_PAGE, rules.neutral_share, ranking.lots_of(customer_id, home_day(now)))
    return Listed(
        [cards[pin] for pin in found.pin],
        ranking.PERSONAL,
        ranking.PERSONAL_VERSION,
        "drawn" if found.is_neutral else "personal",
        tuple(zip(found.pin.tolist(), found.before_chance.tolist(), strict=True)),
        tuple(found.propensity.tolist()),
    )


def _offers(cards: Sequence[PinCard], products: dict[str, int], regions: dict[str, int], now: datetime) -> ranking.Offers:
    shares = tastes.shares_of([card.pin_id for card in cards])
    row_of = {card.pin_id: row for row, card in enumerate(cards)}
    cooperatives = _numbers(share.cooperative_id for share in shares)
    price_fen = np.array([price_at(card.ladder, card.seats_paid + 1) for card in cards], dtype=np.float64)
    prices = tastes.list_prices()
    list_fen = np.array([prices[card.product.id] * card.pack_kg * 100 for card in cards])
    return ranking.Offers(
        product=np.array([products[card.product.id] for card in cards]),
        region=np.array([regions[card.region.id] for card in cards]),
        price_ratio=np.divide(price_fen, list_fen, out=np.ones(len(cards)), where=list_fen > 0),
        worth_fen=_worth_fen(cards, _growers_fen(cards, price_fen, shares), now),
        share_pin=np.array([row_of[share.pin_id] for share in shares], dtype=np.int64),
        share_cooperative=np.array([cooperatives[share.cooperative_id] for share in shares], dtype=np.int64),
    )


def _worth_fen(cards: Sequence[PinCard], growers_fen: Floats, now: datetime) -> Floats:
    """As ranking.worth_fen. The join itself says nothing new about how fast a pin is joined: only its seat is added."""
    orders = {pin.pin_id: pin.orders_paid for pin in joins.open_pins([card.pin_id for card in cards])}
    seats, size = np.array([card.seats_paid for card in cards]), np.array([card.seats_min for card in cards])
    orders_paid = np.array([orders.get(card.pin_id, 0) for card in cards])
    elapsed = np.array([max((now - card.opened_at).total_seconds() / DAY_SECONDS, 0) for card in cards])
    left = np.array([(card.closes_at - now).total_seconds() / DAY_SECONDS for card in cards])
    prior = join_prior()
    odds, odds_with_join = (fill_odds(Standing(orders_paid, seats + more, size, elapsed, left), prior) for more in (0, 1))
    return ranking.worth_fen(odds, odds_with_join, np.maximum(seats, size - 1), growers_fen)


def _growers_fen(cards: Sequence[PinCard], price_fen: Floats, shares: Sequence[tastes.PinShare]) -> Floats:
    """About what growers get for a pack, as ledger.split will share it out: price less shares and carrying, never below the floor."""
    split = read_rules(SplitRules, "split", settings_given())
    carry_yuan: dict[str, float] = defaultdict(float)
    arriving_kg: dict[str, float] = defaultdict(float)
    for share in shares:
        carry_yuan[share.pin_id] += share.kg * share.carry_per_kg
        arriving_kg[share.pin_id] += share.kg * share.kept
    carry_fen = [
        100 * card.pack_kg * carry_yuan[card.pin_id] / arriving_kg[card.pin_id] if arriving_kg[card.pin_id] else 0 for card in cards
    ]
    growers_fen = price_fen * (1 - (split.platform_bp + split.cooperative_bp) / WHOLE_BP) - carry_fen
    return np.asarray(np.maximum(growers_fen, [card.floor_fen for card in cards]))


def _numbers(ids: Iterable[str]) -> dict[str, int]:
    return {each: n for n, each in enumerate(dict.fromkeys(ids))}
