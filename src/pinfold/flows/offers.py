"""The pins of all lists, worked out once for many visits: each server process keeps what it found for some seconds.

A list is put in order from this copy. What a page then shows of a pin is read anew, and a pin that has closed or filled since is not
shown; so the copy can make a pin's place a few seconds old, and nothing else. Every process has its own and asks nobody else.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.basics.rules import read_rules
from pinfold.demand import ranking
from pinfold.demand.fill_odds import Standing, fill_odds
from pinfold.demand.ranking import Ints
from pinfold.flows.fill_odds import DAY_SECONDS, customers, join_prior
from pinfold.ledger.rules import WHOLE_BP, SplitRules
from pinfold.pin.ladder import price_at
from pinfold.settings import settings
from pinfold.store.reads import offers as reads
from pinfold.store.reads.offers import Offer, PinShare
from pinfold.store.season import settings_given
from pinfold.store.transaction import forget_broken_connections

# Older than this many times PINFOLD_OFFERS_SECONDS nobody is shown it: a process that was idle takes a new one first.
TIMES_AT_MOST = 10


@dataclass(frozen=True)
class OpenOffers:
    """Every public pin that could be joined when this was taken, in the neutral order; arrays of shape (pins,).

    newest : when the last pin was opened that this knows
    row_of : by pin_id; products, regions : numbers by id, as offers has them
    closes_s : seconds since 1970
    """

    newest: datetime | None
    pin_ids: tuple[str, ...]
    row_of: dict[str, int]
    closes_s: Floats
    products: dict[str, int]
    regions: dict[str, int]
    offers: ranking.Offers

    def rows(self, now: datetime, region_id: str = "", product_id: str = "") -> Ints:
        """The pins that are still open, of one region and product or, with "", of all."""
        wanted = self.closes_s > now.timestamp()
        if region_id:
            wanted &= self.offers.region == self.regions.get(region_id, -1)
        if product_id:
            wanted &= self.offers.product == self.products.get(product_id, -1)
        return np.flatnonzero(wanted)

    def products_of(self, rows: Ints) -> list[str]:
        """The products of these pins, by their id."""
        there = set(np.unique(self.offers.product[rows]).tolist())
        return sorted(product_id for product_id, number in self.products.items() if number in there)


class KeptOffers:
    """One copy, taken again when a new pin was opened, and behind the visitors' backs once it is old.

    newest : when the last pin was opened, asked at every visit; seconds : how old a copy may be, 0 for a new one each time
    """

    def __init__(
        self,
        take: Callable[[datetime], OpenOffers],
        newest: Callable[[], datetime | None],
        seconds: Callable[[], float],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.take, self.newest, self.seconds, self.clock_s = take, newest, seconds, clock_s
        self.kept: OpenOffers | None = None
        self.taken_s = 0.0
        self.taking = threading.Lock()  # one visitor takes it, the others wait for that
        self.behind: ThreadPoolExecutor | None = None
        self.coming: Future[None] | None = None

    def get(self, now: datetime) -> OpenOffers:
        """The copy, at most TIMES_AT_MOST times `seconds` old and with every pin that was opened before this."""
        found, newest, age_s = self.kept, self.newest(), self.clock_s() - self.taken_s
        if found is None or found.newest != newest or age_s >= TIMES_AT_MOST * self.seconds():
            with self.taking:
                return self._take(now) if self.kept is found or self.kept is None else self.kept
        if age_s >= self.seconds() and (self.coming is None or self.coming.done()):
            # Begun with the first visit and not with the process: a thread would not be there after a fork.
            self.behind = self.behind or ThreadPoolExecutor(max_workers=1, thread_name_prefix="offers")
            self.coming = self.behind.submit(self._take_behind, now)
        return found

    def _take(self, now: datetime) -> OpenOffers:
        started_s = self.clock_s()
        self.kept = self.take(now)
        self.taken_s = started_s
        return self.kept

    def _take_behind(self, now: datetime) -> None:
        try:
            self._take(now)
        except Exception:
            # The next visitor asks again; once the copy is too old, the error is that visitor's.
            logging.getLogger(__name__).exception("the open pins could not be read again; lists go on with those of before")
        finally:
            forget_broken_connections()


def take_offers(now: datetime) -> OpenOffers:
    """Reads every public pin that can be joined, with what one more join of each would bring its growers."""
    newest, pins = reads.newest_opening(), reads.offers(now)
    row_of = {pin.pin_id: row for row, pin in enumerate(pins)}
    shares = [share for share in reads.shares(now) if share.pin_id in row_of]
    products, regions, cooperatives = (
        _numbers(ids)
        for ids in ((pin.product_id for pin in pins), (pin.region_id for pin in pins), (share.cooperative_id for share in shares))
    )
    price_fen = np.array([price_at(pin.ladder, pin.seats_paid + 1) for pin in pins], dtype=np.float64)
    list_fen = np.array([100 * pin.list_per_kg * pin.pack_kg for pin in pins])
    price_ratio = np.divide(price_fen, list_fen, out=np.ones(len(pins)), where=list_fen > 0)
    product = np.array([products[pin.product_id] for pin in pins], dtype=np.int64)
    who = customers()
    elasticities = np.array([who.of(product_id).elasticities for product_id in products]).reshape(len(products), len(who.elasticities))
    offers = ranking.Offers(
        product=product,
        region=np.array([regions[pin.region_id] for pin in pins], dtype=np.int64),
        price_answer=ranking.price_answer(price_ratio, elasticities[product]),
        worth_fen=_worth_fen(pins, _growers_fen(pins, price_fen, shares), now),
        share_pin=np.array([row_of[share.pin_id] for share in shares], dtype=np.int64),
        share_cooperative=np.array([cooperatives[share.cooperative_id] for share in shares], dtype=np.int64),
    )
    closes_s = np.array([pin.closes_at.timestamp() for pin in pins])
    return OpenOffers(newest, tuple(row_of), row_of, closes_s, products, regions, offers)


KEPT = KeptOffers(take_offers, reads.newest_opening, lambda: settings().offers_seconds)


def _worth_fen(pins: Sequence[Offer], growers_fen: Floats, now: datetime) -> Floats:
    """As ranking.worth_fen. The join itself says nothing new about how fast a pin is joined: only its seat is added."""
    if not pins:
        return np.zeros(0)
    orders = reads.orders_paid(now)
    seats, size = np.array([pin.seats_paid for pin in pins]), np.array([pin.seats_min for pin in pins])
    orders_paid = np.array([orders.get(pin.pin_id, 0) for pin in pins])
    elapsed = np.array([max((now - pin.opened_at).total_seconds() / DAY_SECONDS, 0) for pin in pins])
    left = np.array([(pin.closes_at - now).total_seconds() / DAY_SECONDS for pin in pins])
    prior = join_prior()
    odds, odds_with_join = (fill_odds(Standing(orders_paid, seats + more, size, elapsed, left), prior) for more in (0, 1))
    return ranking.worth_fen(odds, odds_with_join, np.maximum(seats, size - 1), growers_fen)


def _growers_fen(pins: Sequence[Offer], price_fen: Floats, shares: Sequence[PinShare]) -> Floats:
    """About what growers get for a pack, as ledger.split will share it out: price less shares and carrying, never below the floor."""
    split = read_rules(SplitRules, "split", settings_given())
    carry_yuan: dict[str, float] = defaultdict(float)
    arriving_kg: dict[str, float] = defaultdict(float)
    for share in shares:
        carry_yuan[share.pin_id] += share.kg * share.carry_per_kg
        arriving_kg[share.pin_id] += share.kg * share.kept
    carry_fen = [100 * pin.pack_kg * carry_yuan[pin.pin_id] / arriving_kg[pin.pin_id] if arriving_kg[pin.pin_id] else 0 for pin in pins]
    growers_fen = price_fen * (1 - (split.platform_bp + split.cooperative_bp) / WHOLE_BP) - carry_fen
    return np.asarray(np.maximum(growers_fen, np.array([pin.floor_fen for pin in pins])))


def _numbers(ids: Iterable[str]) -> dict[str, int]:
    return {each: n for n, each in enumerate(dict.fromkeys(ids))}
