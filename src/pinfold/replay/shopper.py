"""What a customer does in the shop: who comes when, which pin is joined, how it is paid. The same customer and day give the same answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from pinfold.replay.rules import ReplayRules


@dataclass(frozen=True)
class Visit:
    """Somebody comes for packs of a product. `visit_id` names the visit for ever, so that a day played twice orders once."""

    visit_id: str
    customer_id: str
    region_id: str
    product_id: str
    packs: int
    minute: int


@dataclass(frozen=True)
class Offer:
    """An open pin as the public list shows it. list_price_fen : what a pack usually costs"""

    pin_id: str
    product_id: str
    region_id: str
    week: int
    seats_left: int
    seats_taken: int
    price_fen: int
    list_price_fen: int


@dataclass(frozen=True)
class Joining:
    """product_id : what the pin sells; it may be another product than the one that the customer came for"""

    pin_id: str
    product_id: str
    seats: int


@dataclass(frozen=True)
class Paying:
    """How an order is paid. notices : how often the provider's word comes; late : only after the hold has lapsed"""

    pays: bool
    provider: str
    notices: int
    late: bool


def chance(*parts: object) -> float:
    """A number from 0 up to 1 that depends on nothing but `parts`: the same question always gets the same answer.

    >>> chance("K1", "2026-09-07") == chance("K1", "2026-09-07") != chance("K1", "2026-09-08")
    True
    """
    digest = blake2b("|".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def visits_of_day(day: date, rows: Iterable[tuple[str, str, str, int]], rules: ReplayRules) -> list[Visit]:
    """The day's visits in the order in which customers come.

    rows : customer_id, region_id, product_id, packs
    minute : of the growers' day, between the shop's first and last hour
    """
    first, length = 60 * rules.opens_hour, 60 * (rules.closes_hour - rules.opens_hour)
    visits = []
    for customer, region, product, packs in rows:
        name = f"{day}-{customer}-{region}-{product}"
        visits.append(Visit(name, customer, region, product, packs, first + int(length * chance(name, "comes"))))
    return sorted(visits, key=lambda visit: (visit.minute, visit.visit_id))


def join_which(visit: Visit, offers: Sequence[Offer], habits: Sequence[str], rules: ReplayRules) -> Joining | None:
    """The pin that the customer joins and with how many seats, or None who leaves with nothing.

    offers : open pins of the customer's region
    habits : products that the customer bought before, most often first
    Of what the customer came for, the pin that delivers soonest, and of those the fullest, because it is likeliest to fill. Who finds none
    may look for the product most often bought before. A pin with fewer seats left than packs wanted is joined with those.
    """
    wanted = [visit.product_id]
    if chance(visit.visit_id, "looks on") < rules.other_product_share:
        wanted += [product for product in habits if product != visit.product_id]
    for product in wanted:
        fitting = [offer for offer in offers if offer.product_id == product and _welcome(offer, rules)]
        if fitting:
            best = min(fitting, key=lambda offer: (offer.week, -offer.seats_taken, offer.pin_id))
            return Joining(best.pin_id, product, min(visit.packs, best.seats_left))
    return None


def _welcome(offer: Offer, rules: ReplayRules) -> bool:
    return offer.seats_left > 0 and offer.price_fen <= rules.dearest_share * offer.list_price_fen


def pay_how(visit: Visit, rules: ReplayRules) -> Paying:
    """Whether, how and when the customer pays for the seats just held."""
    cash = chance(visit.visit_id, "cash") < rules.cash_share
    return Paying(
        pays=chance(visit.visit_id, "forgets") >= rules.forgets_share,
        provider="cash" if cash else "sandbox",
        notices=2 if chance(visit.visit_id, "repeats") < rules.repeated_share else 1,
        late=not cash and chance(visit.visit_id, "late") < rules.late_share,
    )
