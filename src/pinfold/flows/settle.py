"""What every household is paid for a week, and the paying itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pinfold.basics.errors import InputError
from pinfold.basics.rules import read_rules
from pinfold.basics.weeks import week_monday
from pinfold.coop.guarantee import Unsold, is_due, price_fen
from pinfold.coop.rules import CoopRules
from pinfold.flows.clock import home_day
from pinfold.ledger import accounts
from pinfold.ledger.posting import EntryLine, Posting, moved, summed
from pinfold.ledger.settlement import Credit, household_credits
from pinfold.ledger.split import Split
from pinfold.match.rules import MatchRules
from pinfold.store import deliver, ledger, scarce
from pinfold.store import settlements as store
from pinfold.store.deliver import Left, LotFacts
from pinfold.store.season import current_season, settings_given
from pinfold.store.settlements import HouseholdSettlement, LineToKeep, Unsettled
from pinfold.store.transaction import atomic


@dataclass(frozen=True)
class Settled:
    """A settled week; the same whenever it is asked."""

    week: int
    households: int
    amount_fen: int
    settlements: tuple[HouseholdSettlement, ...]


def settle(week: int, now: datetime) -> Settled:
    """Buys what the guarantee has fallen due for, then credits each household for all that was sold and not settled until `week`.

    A settled week stays as it is: what is delivered for it afterwards is credited with the next one.
    Raises InputError for a week that has not begun.
    """
    season = current_season()
    if week_monday(week, season.starts_on) > home_day(now):
        raise InputError(f"week {week} begins on {week_monday(week, season.starts_on)}; it cannot be settled on {home_day(now)}")
    with atomic():
        if not store.is_settled(season.number, week):
            _buy_under_guarantee(season.number, week, season.weeks, now)
            _credit_households(season.number, week, now)
    found = tuple(store.of_week(season.number, week))
    return Settled(week, len(found), sum(settlement.amount_fen for settlement in found), found)


def pay_out(settlement_id: str, counted_by: str, now: datetime) -> HouseholdSettlement:
    """Hands a settlement's money over in cash, once; a repeated call returns the first answer. Raises NotFound.

    counted_by : who counted the money
    """
    season = current_season().number
    with atomic():
        settlement = store.settlement(settlement_id)
        if store.mark_paid_out(settlement_id, counted_by, now) and settlement.amount_fen:
            lines = moved(accounts.provider("cash"), accounts.household(settlement.household_id), settlement.amount_fen)
            ledger.post(Posting(f"payout:{settlement_id}", season, "payout", now, f"paid out in cash for week {settlement.week}", lines))
    return store.settlement(settlement_id)


def _buy_under_guarantee(season: int, week: int, season_weeks: int, now: datetime) -> None:
    given = settings_given()
    rules, match_rules = read_rules(CoopRules, "coop", given), read_rules(MatchRules, "match", given)
    way_days = store.shortest_way_days()
    # Whatever the week: a pin or bid that has not been dispatched still gets what it was promised.
    for lot in deliver.weighed_lots(season, week, promised_from=0):
        unsold = _unsold(lot, way_days, match_rules)
        fen = price_fen(unsold)
        if fen and is_due(unsold, week, season_weeks, rules):
            lines = moved(accounts.lot(lot.lot_id), accounts.cooperative(lot.cooperative_id), fen)
            why = f"the cooperative bought {unsold.kg:.3f} kg of lot {lot.lot_id} at its floor price"
            ledger.post(Posting(f"guarantee:{lot.lot_id}:{week}", season, "guarantee", now, why, lines))
            split = Split(growers_fen=fen, cooperative_fen=-fen, carrier_fen=0, platform_fen=0)
            deliver.keep_deliveries([Left("guarantee", None, lot.lot_id, week, unsold.kg, unsold.kg, split)], now)
            scarce.promise_rest(lot.lot_id)


def _unsold(lot: LotFacts, way_days: Mapping[str, int], rules: MatchRules) -> Unsold:
    days = rules.shelf_share_max * lot.shelf_life_days - lot.collect_days - way_days.get(lot.hub_id, 0)
    kg = max(0.0, lot.kg_left - lot.kg_later)
    return Unsold(lot.lot_id, lot.cooperative_id, lot.grade, lot.ready_week, max(0, int(days // 7)), kg, lot.floor_price_per_kg)


def _credit_households(season: int, week: int, now: datetime) -> None:
    sales = {sale.sold.delivery_id: sale for sale in store.unsettled(season, week)}
    lots = {sale.sold.lot_id for sale in sales.values()}
    parts = household_credits([sale.sold for sale in sales.values()], store.picked(lots), store.credited_kg(lots))
    by_household: dict[str, list[Credit]] = defaultdict(list)
    for credit in parts:
        by_household[credit.household_id].append(credit)
    for household_id, own in sorted(by_household.items()):
        if any(credit.amount_fen for credit in own):
            _keep_settlement(season, week, household_id, [(credit, sales[credit.delivery_id]) for credit in own], now)
    store.mark_settled(sales, week)


def _keep_settlement(season: int, week: int, household_id: str, own: list[tuple[Credit, Unsettled]], now: datetime) -> None:
    settlement_id = f"settlement:{season}:{week}:{household_id}"
    lines = [EntryLine(accounts.lot(credit.lot_id), credit.amount_fen) for credit, _ in own]
    lines.append(EntryLine(accounts.household(household_id), -sum(credit.amount_fen for credit, _ in own)))
    ledger.post(
        Posting(settlement_id, season, "settlement", now, f"crop of household {household_id} sold until week {week}", summed(lines))
    )
    kept = [
        LineToKeep(sale.sold.delivery_id, sale.product_id, replace(sale.reason, kg=credit.kg, amount_fen=credit.amount_fen))
        for credit, sale in own
    ]
    store.keep(season, household_id, week, settlement_id, kept, now)
