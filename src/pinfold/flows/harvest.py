"""The real harvest: weighed into lots, picked to plan, and dispatched to those who bought it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from pinfold.basics.errors import InputError, WrongStep
from pinfold.basics.rules import read_rules
from pinfold.basics.weeks import week_index, week_monday
from pinfold.deliver import dispatch
from pinfold.deliver.dispatch import Buyer, Claim, Sent, Stock
from pinfold.deliver.keeping import age_on_arrival_days, kept_share
from pinfold.deliver.picking import PickLine, pick_lines
from pinfold.flows.clock import home_day
from pinfold.flows.messages import note
from pinfold.flows.moving import keep_stand_ins
from pinfold.flows.shipping import Shipping, ship_bid, ship_pin
from pinfold.ledger.rules import SplitRules
from pinfold.match.rules import MatchRules
from pinfold.pin.message import STOOD_IN
from pinfold.pin.rules import PinRules
from pinfold.store import deliver as store
from pinfold.store import picking, scarce
from pinfold.store import shipping as waiting
from pinfold.store.deliver import Dispatched, LotFacts, Weighing
from pinfold.store.season import current_season, settings_given
from pinfold.store.shipping import BidToShip, PinToShip, Road
from pinfold.store.transaction import atomic

# Of many that wait, an error names these.
NAMED_MAX = 5


def record_harvest(request_id: str, plot_id: str, kg: float, grade: int, picked_on: date, now: datetime) -> Weighing:
    """Keeps one weighing and adds it to its lots. A repeated request returns the first answer; a weighing that comes after its week's
    dispatch is kept too, and is sold later or bought under the guarantee.

    kg : as weighed at the plot, before processing
    Raises InputError on impossible weights, grades and dates, NotFound for an unknown plot, KeyReused for an id with other content.
    """
    if not 0 < kg < 1_000_000:
        raise InputError(f"weight {kg} kg cannot be right; give the kg of one weighing, more than 0")
    if grade not in (0, 1, 2):
        raise InputError(f"grade {grade} is not known; give 0 (best), 1 or 2")
    if picked_on > home_day(now):
        raise InputError(f"picked on {picked_on} lies in the future; today is {home_day(now)}")
    season = current_season()
    week = week_index(picked_on, season.starts_on)
    if not 0 <= week < season.weeks:
        raise InputError(f"picked on {picked_on} lies outside season {season.number}; it has {season.weeks} weeks from {season.starts_on}")
    with atomic():
        where = store.field(plot_id)
        number, new = store.keep_weighing(request_id, season.number, where, kg, grade, picked_on)
        if new:
            lots = store.lots_of_field(season.number, where, grade, week)
            store.take_in(number, _product_kg(kg, lots), now)
    return store.weighing(request_id, new)


def _product_kg(kg: float, lots: Sequence[tuple[str, float, float]]) -> dict[str, float]:
    """Kg of product for each lot; where a crop makes several products, the harvest is shared as the forecast lots are."""
    weights = [forecast_kg / ratio for _, forecast_kg, ratio in lots]
    if not any(weights):
        weights = [1.0] * len(lots)
    return {lot_id: kg * weight / sum(weights) * ratio for (lot_id, _, ratio), weight in zip(lots, weights, strict=True)}


def pick_list(village_id: str, week: int) -> list[PickLine]:
    """What to pick on each plot of a village in a week of the season; see deliver.picking.

    Raises NotFound without a season.
    """
    season = current_season()
    plots, lots, crops = picking.of_village(season.number, village_id, week)
    return pick_lines(plots, lots, crops, week_monday(week, season.starts_on))


def dispatch_week(week: int, now: datetime, nothing_came: bool = False) -> Dispatched:
    """Ships the week's filled pins and chosen bids from what was really picked; what it did comes back, however often it is called.

    Seats that the harvest does not reach are shared out by the season's shortfall rule and refunded; each payment is split between the
    growers of its lots, cooperative, carrier and platform.
    nothing_came : nothing more will be weighed, so that pins and bids whose lots have no weighing at all are refunded and closed
    Raises InputError for a week that has not begun, WrongStep when such pins or bids wait and nothing_came was not said.
    """
    season = current_season()
    if week_monday(week, season.starts_on) > home_day(now):
        raise InputError(f"week {week} begins on {week_monday(week, season.starts_on)}; it cannot be dispatched on {home_day(now)}")
    given = settings_given()
    match_rules = read_rules(MatchRules, "match", given)
    with atomic():
        pins, bids = waiting.pins_to_ship(season.number, week), waiting.bids_to_ship(week)
        lots = {lot.lot_id: lot for lot in store.weighed_lots(season.number, week, promised_from=week + 1)}
        buyers = [_pin_buyer(pin, week, lots, match_rules) for pin in pins] + [_bid_buyer(bid, week, lots, match_rules) for bid in bids]
        stocks = {lot_id: _stock(lot) for lot_id, lot in lots.items()}
        sent = dispatch.share_out(buyers, stocks.values(), waiting.rooms(week))
        if not nothing_came:
            _refuse_too_early(week, dispatch.not_weighed(buyers, stocks, sent))
        shipping = Shipping(season.number, week, now, lots, read_rules(SplitRules, "split", given), read_rules(PinRules, "pin", given))
        for pin in pins:
            own = [part for part in sent if part.buyer_id == pin.pin_id]
            stood_in = keep_stand_ins(pin, own, lots, now)
            ship_pin(shipping, pin, own)
            if stood_in:
                note(STOOD_IN, pin.pin_id, now)
        for bid in bids:
            ship_bid(shipping, bid, [part for part in sent if part.buyer_id == bid.bid_id])
        _keep_promises([*pins, *bids], sent)
    return store.dispatched(season.number, week)


def _refuse_too_early(week: int, waiting: Sequence[str]) -> None:
    """Whoever sends a week off before its harvest is weighed would refund everybody, for good."""
    if waiting:
        named = ", ".join(waiting[:NAMED_MAX]) + (f" and {len(waiting) - NAMED_MAX} more" if len(waiting) > NAMED_MAX else "")
        raise WrongStep(
            f"week {week} cannot be dispatched: nothing has been weighed yet for {named}; "
            "weigh the harvest first, or say that nothing came (--nothing-came), and they are refunded"
        )


def _keep_promises(served: Iterable[PinToShip | BidToShip], sent: Iterable[Sent]) -> None:
    """Promises of those who were served end; what left instead of them, from whatever lot, cannot be promised to anybody any more."""
    promised_kg: dict[str, float] = defaultdict(float)
    sent_kg: dict[str, float] = defaultdict(float)
    for claim in (claim for buyer in served for claim in buyer.claims):
        promised_kg[claim.lot_id] += claim.kg
    for part in sent:
        sent_kg[part.lot_id] += part.kg_sent
    for lot_id in sorted({*promised_kg, *sent_kg}):
        scarce.promised_has_left(lot_id, promised_kg[lot_id], sent_kg[lot_id])


def _stock(lot: LotFacts) -> Stock:
    return Stock(lot.lot_id, lot.hub_id, lot.product_id, lot.grade, lot.ready_week, lot.kg_left, lot.kg_later)


def _pin_buyer(pin: PinToShip, week: int, lots: Mapping[str, LotFacts], rules: MatchRules) -> Buyer:
    kg_sold = sum(order.seats for order in pin.orders) * pin.pack_kg
    # Nobody could decline so late: whoever bought of one cooperative gets no other's crop.
    fitting = [
        lot
        for lot in lots.values()
        if lot.product_id == pin.product_id and lot.grade <= pin.grade and lot.cooperative_id in pin.cooperatives
    ]
    substitutes = _substitutes(fitting, pin.roads, week, rules)
    return Buyer(pin.pin_id, kg_sold, pin.pack_kg, 0.0, _needed(pin.claims, kg_sold), substitutes, pin.region_id, pin.hubs)


def _bid_buyer(bid: BidToShip, week: int, lots: Mapping[str, LotFacts], rules: MatchRules) -> Buyer:
    kg_sold = min(bid.kg_max, sum(claim.kg * claim.kept for claim in bid.claims))
    fitting = [lot for lot in lots.values() if lot.product_id == bid.product_id and lot.grade <= bid.grade_worst]
    return Buyer(bid.bid_id, kg_sold, 0.0, bid.kg_min, _needed(bid.claims, kg_sold), _substitutes(fitting, bid.roads, week, rules))


def _needed(claims: tuple[Claim, ...], kg_sold: float) -> tuple[Claim, ...]:
    """The claims cut down to what was really sold, so that a half-filled pin takes nothing from its neighbours."""
    promised = sum(claim.kg * claim.kept for claim in claims)
    share = min(1.0, kg_sold / promised) if promised else 0.0
    return tuple(replace(claim, kg=claim.kg * share) for claim in claims)


def _substitutes(fitting: Iterable[LotFacts], roads: tuple[Road, ...], week: int, rules: MatchRules) -> dict[str, float]:
    road_from = {road.hub_id: road for road in roads}
    kept = {
        lot.lot_id: kept_share(
            age_on_arrival_days(lot.ready_week, week, lot.collect_days, road_from[lot.hub_id].days), lot.shelf_life_days, rules
        )
        for lot in fitting
        if lot.hub_id in road_from
    }
    return {lot_id: share for lot_id, share in kept.items() if share is not None}
