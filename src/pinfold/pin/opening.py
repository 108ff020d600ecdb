"""From a plan's shipments to the pins that sell them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from math import ceil

from pinfold.basics.money import yuan_to_fen
from pinfold.basics.weeks import week_monday
from pinfold.match.rules import MatchRules
from pinfold.pin.choosing import Choice, Customers, Goods, choose, chosen_ladder
from pinfold.pin.ladder import Ladder, PackCosts, price_ladder
from pinfold.pin.rules import PinRules

# Eight in the evening in Yunnan, when people are home to see it.
CLOSING_HOUR_UTC = 12


@dataclass(frozen=True)
class Wanted:
    """What is known of a want's customers, and what the choice of its pins turns on.

    kg : wanted at the list price; spread : standard deviation of the outlook over its mean
    open_cost : yuan of work on one pin; salvage_per_kg : yuan that a kg of the lot brings unsold
    """

    kg: float
    spread: float
    open_cost: float
    salvage_per_kg: float


@dataclass(frozen=True)
class PlannedShipment:
    """Kilograms of one lot that the plan sends to one want of kind 'pin', with what is known of both.

    kg : leaving the village; kept : kg sellable on arrival per kg sent; age_days : on arrival
    prices and costs : yuan per kg; price_per_kg is that of the best, freshest goods
    """

    want_id: str
    lot_id: str
    lane_id: str
    product_id: str
    region_id: str
    grade: int
    week: int
    ready_week: int
    kg: float
    kept: float
    age_days: float
    want_kg_min: float
    price_per_kg: float
    floor_price_per_kg: float
    collect_cost_per_kg: float
    truck_cost_per_kg: float
    pack_kg: float
    shelf_life_days: float
    kg_real: float | None = None
    """What was weighed into the lot so far; None while it is all forecast."""
    wanted: Wanted | None = None
    """None without an outlook: the pins then follow the stated rules."""

    @property
    def kg_kept(self) -> float:
        return self.kg * self.kept

    @property
    def order_week(self) -> int:
        """Week before which it must be known whether the goods are wanted: to pick them, or, once picked, to pack them."""
        return self.ready_week if self.kg_real is None else self.week


@dataclass(frozen=True)
class LotShare:
    """Kilograms of a lot, leaving the village, that a pin is given."""

    lot_id: str
    kg: float
    kept: float


@dataclass(frozen=True)
class PinToOpen:
    """A pin that a plan asks for. `number` counts the plan's pins in a fixed order, so that opening them again names the same ones.

    why : how its size and price were chosen; None when they follow the stated rules
    """

    number: int
    product_id: str
    grade: int
    region_id: str
    lane_id: str
    week: int
    pack_kg: float
    seats_min: int
    seats_max: int
    ladder: Ladder
    floor_fen: int
    closes_at: datetime
    lots: tuple[LotShare, ...]
    why: Choice | None = None


@dataclass(frozen=True)
class FriendsPinToOpen:
    """A pin for friends beside a public one, of which it takes `lots`. opened_by : customer_id"""

    pin_id: str
    opened_by: str
    seats_min: int
    seats_max: int
    lots: tuple[LotShare, ...]
    share_code: str


@dataclass(frozen=True)
class Deadline:
    """When a pin closes that delivers in `week`."""

    product_id: str
    region_id: str
    week: int
    closes_at: datetime

    @property
    def goods(self) -> tuple[str, str]:
        """What customers of one place take for the same, whenever it is delivered."""
        return self.product_id, self.region_id


@dataclass(frozen=True)
class Terms:
    """What pins of one season share. shares_bp : what platform and cooperative take of a price together, basis points.

    customers : how they join and answer to prices; without them every pin follows the stated rules
    deadlines : of the pins that are open
    """

    season_starts_on: date
    shares_bp: int
    pin: PinRules
    match: MatchRules
    customers: Customers | None = None
    deadlines: tuple[Deadline, ...] = ()


def pins_to_open(shipments: Iterable[PlannedShipment], terms: Terms) -> list[PinToOpen]:
    """Every pin of a plan, whenever it opens. One pin sells one product and grade over one lane; wants below their kg_min get none."""
    rows = sorted(shipments, key=lambda row: (row.week, row.want_id, row.grade, row.lane_id, row.ready_week, row.lot_id))
    kg_of_want: dict[str, float] = {}
    for row in rows:
        kg_of_want[row.want_id] = kg_of_want.get(row.want_id, 0.0) + row.kg_kept
    rows = [row for row in rows if kg_of_want[row.want_id] >= row.want_kg_min]
    pins: list[PinToOpen] = []
    deadlines: dict[tuple[str, str], list[Deadline]] = defaultdict(list)
    for each in terms.deadlines:
        deadlines[each.goods].append(each)
    first = 0
    for _, group in groupby(rows, lambda row: (row.want_id, row.grade, row.lane_id)):
        flow = list(group)
        packs = _packs(flow)
        deadline = _deadline(flow, terms)
        share = week_share(deadline, deadlines[deadline.goods])
        goods = _goods(flow, kg_of_want[flow[0].want_id], share, terms)
        customers = terms.customers and terms.customers.of(flow[0].product_id)
        choice = choose(goods, customers, terms.pin) if goods is not None and customers is not None else None
        seats_of_pins = sizes(packs, terms.pin) if choice is None else equal_sizes(choice.packs, choice.pins)
        cut = zip(seats_of_pins, _cut(flow, seats_of_pins), strict=True)
        pins += [_priced(first + nth, seats, part, terms, choice) for nth, (seats, part) in enumerate(cut)]
        if seats_of_pins:
            deadlines[deadline.goods].append(deadline)
        # Numbers stay free for pins that were not worth opening, so that another day's choice renames none.
        first += len(sizes(packs, terms.pin))
    return pins


def week_share(pin: Deadline, others: Iterable[Deadline]) -> float:
    """How much of a week's customers come when none of the same goods that are delivered sooner can be joined any more, 0 .. 1.

    Until then they join those: goods that are picked in one week and delivered in two have one deadline and one week's customers.
    others : pins of the same goods

    >>> friday = datetime(2026, 10, 2, tzinfo=UTC)
    >>> sooner = Deadline("beans", "kunming", 4, friday)
    >>> [week_share(Deadline("beans", "kunming", 5, friday + timedelta(days)), [sooner]) for days in (0, 3.5, 7, 14)]
    [0.0, 0.5, 1.0, 1.0]
    """
    sooner = [other.closes_at for other in others if other.week < pin.week]
    return min(max((pin.closes_at - max(sooner)) / timedelta(days=7), 0.0), 1.0) if sooner else 1.0


def is_due(pin: PinToOpen, now: datetime, rules: PinRules) -> bool:
    """Whether the pin should be open at `now`: close enough to its deadline, and with enough time left to join."""
    left = pin.closes_at - now
    return timedelta(days=rules.days_open_min) <= left <= timedelta(days=rules.days_open_max)


def closes_at(order_week: int, season_starts_on: date, rules: PinRules) -> datetime:
    """The evening by which the work of `order_week` must be known.

    >>> closes_at(1, date(2026, 9, 7), PinRules(order_days_before_week=3))
    datetime.datetime(2026, 9, 11, 12, 0, tzinfo=datetime.timezone.utc)
    """
    day = week_monday(order_week, season_starts_on) - timedelta(days=rules.order_days_before_week)
    return datetime.combine(day, time(CLOSING_HOUR_UTC), tzinfo=UTC)


def sizes(packs: int, rules: PinRules) -> list[int]:
    """Seats of each pin that `packs` open: as few pins as hold them, as equal as can be.

    >>> sizes(100, PinRules(pin_seats_max=40)), sizes(2, PinRules(pin_seats_min=3))
    ([34, 33, 33], [])
    """
    if packs < rules.pin_seats_min:
        return []
    return equal_sizes(packs, ceil(packs / rules.pin_seats_max))


def equal_sizes(packs: int, count: int) -> list[int]:
    """`packs` cut into `count` sizes that differ by one at most, the larger first; none for a count of 0."""
    return [packs // count + (1 if number < packs % count else 0) for number in range(count)]


Part = tuple[PlannedShipment, float]
"""A shipment, and how many of its kg (leaving the village) one pin takes."""


def _packs(flow: Sequence[PlannedShipment]) -> int:
    """Whole packs that the shipments fill on arrival."""
    return int(sum(row.kg_kept for row in flow) / flow[0].pack_kg + 1e-6)


def _deadline(flow: Sequence[PlannedShipment], terms: Terms) -> Deadline:
    first, order_week = flow[0], min(row.order_week for row in flow)
    return Deadline(first.product_id, first.region_id, first.week, closes_at(order_week, terms.season_starts_on, terms.pin))


def _goods(flow: Sequence[PlannedShipment], want_kg: float, share: float, terms: Terms) -> Goods | None:
    """What the choice of pins is made from; None without an outlook or a whole pack.

    want_kg : that the plan sends to the same want; share : of its customers who come while nothing sooner is open
    """
    wanted, packs = flow[0].wanted, _packs(flow)
    if wanted is None or not packs or any(row.wanted is None for row in flow):
        return None
    whole = [(row, row.kg) for row in flow]
    kept_kg = sum(row.kg_kept for row in flow)
    seats = kept_kg / flow[0].pack_kg
    return Goods(
        packs=packs,
        expected_packs=share * wanted.kg * kept_kg / want_kg / flow[0].pack_kg,
        spread=wanted.spread,
        list_price_fen=yuan_to_fen(_worth(whole, terms.match) * flow[0].pack_kg),
        costs=_costs(whole, seats, terms),
        salvage_fen=100 * sum(row.kg * row.wanted.salvage_per_kg for row in flow if row.wanted) / seats,
        open_cost_fen=100 * wanted.open_cost,
    )


def _costs(parts: Sequence[Part], seats: float, terms: Terms) -> PackCosts:
    floor_yuan = sum(kg * row.floor_price_per_kg for row, kg in parts) / seats
    carrier_yuan = sum(kg * (row.collect_cost_per_kg + row.truck_cost_per_kg) for row, kg in parts) / seats
    return PackCosts(_fen_up(floor_yuan), _fen_up(carrier_yuan), terms.shares_bp)


def _cut(flow: Sequence[PlannedShipment], seats_of_pins: Sequence[int]) -> Iterator[list[Part]]:
    """Parts of each pin: shipments lie end to end by kg kept, and each pin is the next stretch; kg below one pack are left."""
    start_kg = 0.0
    for seats in seats_of_pins:
        end_kg, at_kg, parts = start_kg + seats * flow[0].pack_kg, 0.0, []
        for row in flow:
            inside_kg = min(end_kg, at_kg + row.kg_kept) - max(start_kg, at_kg)
            if inside_kg > 1e-9:
                parts.append((row, inside_kg / row.kept))
            at_kg += row.kg_kept
        yield parts
        start_kg = end_kg


def _priced(number: int, seats: int, parts: Sequence[Part], terms: Terms, choice: Choice | None) -> PinToOpen:
    first = parts[0][0]
    costs = _costs(parts, seats, terms)
    list_price_fen = yuan_to_fen(_worth(parts, terms.match) * first.pack_kg)
    if choice is None:
        seats_min = max(1, ceil(seats * terms.pin.seats_min_share - 1e-9))
        ladder = price_ladder(list_price_fen, seats_min, seats, costs, terms.pin)
    else:
        seats_min = choice.seats_min
        ladder = chosen_ladder(list_price_fen, (seats_min, seats), (choice.first_discount, choice.last_discount), costs, terms.pin)
    return PinToOpen(
        number=number,
        product_id=first.product_id,
        grade=first.grade,
        region_id=first.region_id,
        lane_id=first.lane_id,
        week=first.week,
        pack_kg=first.pack_kg,
        seats_min=seats_min,
        seats_max=seats,
        ladder=ladder,
        floor_fen=costs.floor_fen,
        closes_at=closes_at(min(row.order_week for row, _ in parts), terms.season_starts_on, terms.pin),
        lots=_by_lot(parts),
        why=choice,
    )


def _worth(parts: Sequence[Part], rules: MatchRules) -> float:
    """Yuan per kg on arrival: the want's price less what grade and age take off, as the plan counted it."""
    kept = [kg * row.kept for row, kg in parts]
    prices = [
        row.price_per_kg * (1 - rules.grade_discount[row.grade] - rules.freshness_discount * row.age_days / row.shelf_life_days)
        for row, _ in parts
    ]
    return sum(price * kg for price, kg in zip(prices, kept, strict=True)) / sum(kept)


def _by_lot(parts: Sequence[Part]) -> tuple[LotShare, ...]:
    kg_of: dict[str, float] = {}
    kept_of: dict[str, float] = {}
    for row, kg in parts:
        kg_of[row.lot_id] = kg_of.get(row.lot_id, 0.0) + kg
        kept_of[row.lot_id] = row.kept
    return tuple(LotShare(lot_id, kg, kept_of[lot_id]) for lot_id, kg in sorted(kg_of.items()))


def _fen_up(yuan: float) -> int:
    """Fen rounded up, so that a guarantee never loses part of a fen."""
    return ceil(yuan * 100 - 1e-9)
