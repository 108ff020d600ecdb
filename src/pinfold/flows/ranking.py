"""Which pins a customer sees first: tastes are learned once a day, and lists are put in order from them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from pinfold.basics.rules import read_rules
from pinfold.demand import ranking
from pinfold.demand.events import Shown, shown_in_order
from pinfold.demand.join_chance import taste_chances
from pinfold.demand.ranking import Ints, Ranking
from pinfold.demand.rules import DemandRules
from pinfold.flows.clock import home_day
from pinfold.flows.offers import KEPT, OpenOffers
from pinfold.settings import settings
from pinfold.store import tastes
from pinfold.store.erasing import ERASED
from pinfold.store.market import purchases_so_far
from pinfold.store.season import settings_given
from pinfold.store.tables import read_table
from pinfold.store.transaction import atomic


@dataclass(frozen=True)
class Asked:
    """What a list is limited to, "" for all; without : pins that it leaves out."""

    region_id: str = ""
    product_id: str = ""
    without: Collection[str] = ()


@dataclass(frozen=True)
class Listed:
    """Pins in the order in which somebody sees them.

    rows : of offers, in that order; products : those of the region, whatever product was asked for
    left_out : how many pins were to be left out and would have been here
    ranking, version : the rule, as impressions name it
    order : "personal"; "drawn", closing first because the day's lot says so; or "closes first"
    ranked : each place with its chance, and where other rules would have put its pin; None where nothing was left to chance
    """

    offers: OpenOffers
    rows: Ints
    products: list[str]
    left_out: int
    ranking: str
    version: int
    order: str
    ranked: Ranking | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def pin_ids(self, first: int = 0, last: int | None = None) -> list[str]:
        """The pins at the positions from `first` up to before `last`."""
        return [self.offers.pin_ids[row] for row in self.rows[first:last].tolist()]

    def shown(self, first: int, last: int, there: Collection[str]) -> tuple[Shown, ...]:
        """What an impression of these positions keeps: the pins that were `there` when the page was made, where they stood."""
        pins = self.pin_ids(first, last)
        if self.ranked is None:
            shown = shown_in_order(pins, first)
        else:
            names = (ranking.NEUTRAL, ranking.PERSONAL)
            columns = (self.ranked.propensity, self.ranked.pin, self.ranked.before_chance)
            places = zip(pins, *(column[first:last].tolist() for column in columns), strict=True)
            shown = tuple(
                Shown(pin_id, position, propensity, dict(zip(names, elsewhere, strict=True)))
                for position, (pin_id, propensity, *elsewhere) in enumerate(places, first)
            )
        return tuple(each for each in shown if each.pin_id in there)


def learn_tastes(now: datetime) -> int:
    """Learns what customers with an account will likely want, from what everybody bought who is still there; for how many comes back."""
    who = tastes.who_may_be_learned() if settings().personal_ranking else []
    bought = purchases_so_far().filter(~pl.col("customer_id").str.starts_with(ERASED))
    if not who or bought.is_empty():
        return 0
    ranked, chances = taste_chances(bought.select("date", "customer_id", "product_id"), read_table("products"), home_day(now))
    with atomic():
        return tastes.save_tastes(home_day(now), ranked.filter(ranked["customer_id"].is_in(who)), chances.other)


def choose_order(customer_id: str, personal: bool) -> None:
    """Turns the customer's personal order on or off; off also deletes what was learned for it."""
    with atomic():
        tastes.set_personal(customer_id, personal)


def list_for(customer_id: str | None, asked: Asked, now: datetime) -> Listed:
    """The open pins as this customer sees them today.

    customer_id : None for strangers and for whom nothing may be used. They, who turned the personal order off, and of whom nothing is known
        yet have the neutral order, and so has everybody where the installation says so (PINFOLD_PERSONAL_RANKING).
    """
    offers = KEPT.get(now)
    here = offers.rows(now, asked.region_id)
    products = offers.products_of(here)
    if asked.product_id:
        here = offers.rows(now, asked.region_id, asked.product_id)
    without = [offers.row_of[pin_id] for pin_id in asked.without if pin_id in offers.row_of]
    left_out = int(np.isin(here, without).sum()) if without else 0
    here = np.setdiff1d(here, without) if left_out else here
    taste = tastes.taste_of(customer_id) if customer_id and settings().personal_ranking else None
    if customer_id is None or taste is None or not len(here):
        return Listed(offers, here, products, left_out, ranking.NEUTRAL, ranking.NEUTRAL_VERSION, "closes first")
    rules = read_rules(DemandRules, "demand", settings_given())
    some, chances = offers.offers.only(here), np.full(len(offers.products), taste.other)
    for product_id, chance in taste.chances.items():
        if product_id in offers.products:
            chances[offers.products[product_id]] = chance
    score = ranking.scores(some, chances, offers.regions.get(taste.region_id, -1), rules)
    found = ranking.rank(some, score, ranking.FIRST_PAGE, rules.neutral_share, ranking.lots_of(customer_id, home_day(now)))
    order = "drawn" if found.is_neutral else "personal"
    return Listed(offers, here[found.pin], products, left_out, ranking.PERSONAL, ranking.PERSONAL_VERSION, order, found)
