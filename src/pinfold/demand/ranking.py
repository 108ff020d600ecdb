"""In which order a person sees open pins: by what a join would bring growers, with a place for every cooperative and known chances.

    score = P(the person joins) x fen that the join is expected to bring growers

P(join) is the person's taste for the product (demand/join_chance.py), times how the price moves it (`price_answer`, by what was learned of
the product), times a stated share where the pin is picked up in another region. What a join brings is said in `worth_fen`.

Every cooperative has a pin on the first page. With score s(i) of pin i, each of one cooperative, the page is the best pin of every
cooperative and then the best of the rest. No page with that property has a higher sum of scores, because each cooperative must give one
pin, none can give a better one than its best, and what is left to choose has no further condition. With more cooperatives than
`kept_places` they take turns round a ring, so that everyone comes once in ceil(cooperatives / kept_places) days, for every person. Unlike
a floor of exposure on average (Singh & Joachims 2018, KDD; Biega, Gummadi & Weikum 2018, SIGIR) this one holds on every page.

Chance, once for each person and day. With `neutral_share` the list stands in the neutral order. Otherwise (always where the list fills its
first page, as much more seldom as it is shorter) one free place of that page and one pin of the whole list are drawn, each evenly, and the
two pins change places; a place is free when its cooperative has another on the page. With x the chance of an exchange, f free places F,
n pins, and i, j positions before the exchange:

    P(i -> j) = x ([i in F] + [j in F]) / (f n)   for i not j,    P(i -> i) = 1 - x ([i in F] / f (1 - 1/n) + 1/n (1 - [i in F] / f)).

So the chance with which every pin stands where it stands is exactly known, as demand/off_policy.py needs it.

Where not to trust this: attention falls down the page, and a floor in places says nothing about that; P(join) takes price, region and taste
to act independently; worth is that of one pack, and an order may be of more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import Floats
from pinfold.demand.rules import DemandRules

Ints = npt.NDArray[np.int64]

NEUTRAL, NEUTRAL_VERSION = "closes-first", 1
PERSONAL, PERSONAL_VERSION = "taste-uplift-growers", 2  # 2: learned tastes, and each product's own elasticity


@dataclass(frozen=True)
class Offers:
    """Open pins in the neutral order, arrays of shape (pins,).

    product, region : numbers of product and region
    price_answer : chance of a join at the pin's price over that at the list price, > 0
    worth_fen : what one more join is expected to bring growers, >= 0
    share_pin, share_cooperative : shape (shares,), which cooperative has a part in which pin; a pin may have several
    """

    product: Ints
    region: Ints
    price_answer: Floats
    worth_fen: Floats
    share_pin: Ints
    share_cooperative: Ints

    def only(self, rows: Ints) -> Offers:
        """These pins alone, in this order.

        >>> ones = np.ones(3)
        >>> all_of_them = Offers(np.array([5, 6, 7]), np.array([0, 0, 1]), ones, ones, np.array([0, 2, 2]), np.array([8, 8, 9]))
        >>> some = all_of_them.only(np.array([2]))
        >>> some.product, some.share_pin, some.share_cooperative
        (array([7]), array([0, 0]), array([8, 9]))
        """
        place_of = np.full(len(self.product), -1)
        place_of[rows] = np.arange(len(rows))
        is_there = place_of[self.share_pin] >= 0
        return Offers(
            product=self.product[rows],
            region=self.region[rows],
            price_answer=self.price_answer[rows],
            worth_fen=self.worth_fen[rows],
            share_pin=place_of[self.share_pin[is_there]],
            share_cooperative=self.share_cooperative[is_there],
        )


@dataclass(frozen=True)
class Page:
    """The first page: `places` pins, of which cooperatives have at most `kept_places` for certain; 1 <= kept_places <= places."""

    places: int
    kept_places: int

    def __post_init__(self) -> None:
        if not 1 <= self.kept_places <= self.places:
            raise InputError(f"{self.kept_places} places are kept on a page of {self.places}; keep 1 or more, and no more than there are")


# Half of the page is kept for cooperatives when there are more of them than that; both numbers are assumed.
FIRST_PAGE = Page(places=24, kept_places=12)


@dataclass(frozen=True)
class Lots:
    """What chance says about a person's day: numbers in [0, 1), and the turn of the ring of cooperatives, one more each day."""

    neutral: float
    exchange: float
    place: float
    pin: float
    turn: int


@dataclass(frozen=True)
class Ranking:
    """Pins as shown, arrays of shape (pins,) by position.

    pin : index into the offers, which is the pin's position in the neutral order
    before_chance : position before chance came in
    propensity : the chance with which this pin stood here, above 0 and up to 1
    is_neutral : whether the list was drawn to stand in the neutral order
    """

    pin: Ints
    before_chance: Ints
    propensity: Floats
    is_neutral: bool


def lots_of(customer_id: str, day: date) -> Lots:
    """The same all day long, so that a list that is loaded again stands as it stood.

    >>> today, tomorrow = (lots_of("customer-1", date(2026, 10, day)) for day in (7, 8))
    >>> today == lots_of("customer-1", date(2026, 10, 7)), tomorrow.turn - today.turn
    (True, 1)
    """
    digest = sha256(f"{customer_id} {day}".encode()).digest()
    neutral, exchange, place, pin = (int.from_bytes(digest[start : start + 6]) / 2**48 for start in (0, 6, 12, 18))
    own_turn = int.from_bytes(sha256(customer_id.encode()).digest()[:4])
    return Lots(neutral, exchange, place, pin, own_turn + day.toordinal())


def worth_fen(odds: Floats, odds_with_join: Floats, others: Floats, growers_fen: Floats) -> Floats:
    """Fen that one more join of one pack is expected to bring growers: the pack itself, and those of the others that it helps to be picked.

    odds, odds_with_join : chance that the pin fills without the join and with it; nothing else about the pin changes
    others : packs of the others, if it fills; growers_fen : what growers get for a pack
    Expected packs sold are odds x others without the join and odds_with_join x (others + 1) with it.

    >>> worth_fen(np.array([0.5]), np.array([0.75]), np.array([8]), np.array([1000]))  # 0.25 x 8 packs, and 0.75 of the own one
    array([2750.])
    """
    return np.asarray(((odds_with_join - odds) * others + odds_with_join) * growers_fen, dtype=np.float64)


def price_answer(price_ratio: Floats, elasticities: Floats) -> Floats:
    """How much likelier a join is at each pin's price than at the list price: ratio^-elasticity, its mean over what is thought possible.

    price_ratio : price a pack over its list price, > 0, shape (pins,)
    elasticities : values that are thought equally likely of the pin's product, shape (pins, values)

    >>> price_answer(np.array([1.0, 0.5]), np.array([[1.0, 2.0], [1.0, 2.0]]))
    array([1., 3.])
    """
    return np.asarray((price_ratio[:, None] ** -elasticities).mean(axis=1))


def scores(offers: Offers, taste: Floats, region: int, rules: DemandRules) -> Floats:
    """P(join) x worth of each pin for one person, fen.

    taste : shape (products,), chance of wanting each at its list price, 0 .. 1
    region : where the person picks up
    """
    near = np.where(offers.region == region, 1.0, rules.away_share)
    chance = np.minimum(taste[offers.product] * offers.price_answer * near, 1.0)
    return np.asarray(chance * offers.worth_fen)


def rank(offers: Offers, score: Floats, page: Page, neutral_share: float, lots: Lots) -> Ranking:
    """The list as one person sees it on one day; the higher score comes first, pins alike stand in the neutral order.

    score : shape (pins,); neutral_share : chance of the neutral order, 0 .. 1
    """
    n = len(score)
    order, free = _before_chance(offers, score, page, lots.turn)
    position = np.empty(n, dtype=np.int64)
    position[order] = np.arange(n)
    is_neutral = lots.neutral < neutral_share
    exchange_share = min(n / page.places, 1.0)
    if is_neutral:
        shown = np.arange(n)
    else:
        shown = order.copy()
        if len(free) and lots.exchange < exchange_share:
            place, other = free[int(lots.place * len(free))], int(lots.pin * n)
            shown[[place, other]] = shown[[other, place]]
    before = position[shown]
    exchanged, kept = exchange_chance(before, np.arange(n), free, n), before == np.arange(n)
    chance = exchange_share * exchanged + (1 - exchange_share) * kept
    return Ranking(shown, before, (1 - neutral_share) * chance + neutral_share * (shown == np.arange(n)), is_neutral)


def exchange_chance(before: Ints, after: Ints, free: Ints, n: int) -> Floats:
    """Chance that what stood at `before` stands at `after`, once a free place and any of n positions have changed their pins.

    By hand: two pins and one free place, the first. The exchange is with itself or with the other, evenly.

    >>> exchange_chance(np.array([0, 1, 0]), np.array([0, 1, 1]), np.array([0]), 2)
    array([0.5, 0.5, 0.5])
    """
    if not len(free):
        return np.asarray(before == after, dtype=np.float64)
    is_free = np.zeros(n)
    is_free[free] = 1 / len(free)
    moves = (is_free[before] + is_free[after]) / n
    stays = 1 - is_free[before] * (1 - 1 / n) - (1 - is_free[before]) / n
    return np.asarray(np.where(before == after, stays, moves))


def _before_chance(offers: Offers, score: Floats, page: Page, turn: int) -> tuple[Ints, Ints]:
    """Every pin, in order, and the free places of the first page."""
    n = len(score)
    by_score = np.argsort(-score, kind="stable")
    place_of = np.empty(n, dtype=np.int64)
    place_of[by_score] = np.arange(n)
    best = np.full(int(offers.share_cooperative.max(initial=-1)) + 1, n)
    np.minimum.at(best, offers.share_cooperative, place_of[offers.share_pin])
    there = np.flatnonzero(best < n)
    kept = min(len(there), page.kept_places)
    due = there[(turn * kept + np.arange(kept)) % max(len(there), 1)]
    on_page = np.zeros(n, dtype=bool)
    on_page[best[due]] = True
    others = np.flatnonzero(~on_page)[: max(page.places - int(on_page.sum()), 0)]
    on_page[others] = True
    order = by_score[np.concatenate([np.flatnonzero(on_page), np.flatnonzero(~on_page)])]
    return order, _free_places(offers, order[: page.places], due)


def _free_places(offers: Offers, first_page: Ints, due: Ints) -> Ints:
    """Positions whose pin may leave the page: each cooperative that is due and has a part in it has another there."""
    position = np.full(int(max(offers.share_pin.max(initial=-1), first_page.max(initial=-1))) + 1, -1)
    position[first_page] = np.arange(len(first_page))
    counts = (position[offers.share_pin] >= 0) & np.isin(offers.share_cooperative, due)
    places, cooperatives = position[offers.share_pin[counts]], offers.share_cooperative[counts]
    only = np.bincount(cooperatives)[cooperatives] == 1 if len(cooperatives) else np.zeros(0, dtype=bool)
    return np.setdiff1d(np.arange(len(first_page)), places[only])
