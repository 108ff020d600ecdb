"""The impact report of today, beside the same season sold first come, first served."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pinfold.basics.rules import read_rules
from pinfold.flows.clock import home_day
from pinfold.impact.report import Day, ImpactFacts, report
from pinfold.impact.rules import ImpactRules
from pinfold.ledger.rules import WHOLE_BP, SplitRules
from pinfold.match.rules import MatchRules
from pinfold.match.tables import Tables
from pinfold.replay.simple_sale import first_come, wants_asked
from pinfold.store import impact as store
from pinfold.store.season import current_season, settings_given
from pinfold.store.tables import read_table


def impact(now: datetime) -> ImpactFacts:
    """What the season has brought until now. Raises NotFound without a season."""
    season, given, today = current_season(), settings_given(), home_day(now)
    return report(
        Day(season.number, today),
        store.season_books(season.number),
        store.incomes(season.number),
        _first_come(season.number, given),
        read_rules(ImpactRules, "impact", given),
    )


def _first_come(season: int, given: dict[str, str]) -> dict[str, float]:
    """The figures that selling the same harvest to the same people without a plan would have; empty before there is anything to sell.

    Until the last week that was sent: later orders have not had their turn here, so they may not have it there.
    """
    week = store.last_week_sent(season)
    lots = store.picked_lots(season)
    if week is None or lots.is_empty():
        return {}
    asked = store.asked(season, week)
    split = read_rules(SplitRules, "split", given)
    tables = Tables(read_table("products"), lots, wants_asked(asked), read_table("lanes"), read_table("hub_weeks"))
    sale = first_come(tables, _as_paid(read_rules(MatchRules, "match", given)), (split.platform_bp + split.cooperative_bp) / WHOLE_BP)
    return {"growers_yuan": sale.growers_yuan, "sold_share": 1 - sale.unsold_share}


def _as_paid(rules: MatchRules) -> MatchRules:
    """The match's rules without what the season's own money knows nothing of: prices that were asked are net of grade and age already,
    and nobody is paid for handling, storage and cooling.
    """
    return replace(
        rules, handling_per_kg=0.0, storage_per_kg_week=0.0, cold_per_kg=0.0, freshness_discount=0.0,
        grade_discount_best=0.0, grade_discount_second=0.0, grade_discount_third=0.0,
    )  # fmt: skip
