"""What one change would bring to the newest plan, as it was made."""

from __future__ import annotations

from dataclasses import dataclass

from pinfold.basics.errors import NoPlan
from pinfold.basics.rules import read_rules
from pinfold.match.core import SIMPLEX_WAYS_MAX
from pinfold.match.frontier import Point, frontier
from pinfold.match.plan import Plan, plan_season
from pinfold.match.rules import MatchRules
from pinfold.match.season import build_season
from pinfold.match.tables import Tables
from pinfold.match.what_if import Answer, Ask, what_if
from pinfold.store import plans
from pinfold.store.season import settings_given
from pinfold.store.tables import read_table


@dataclass(frozen=True)
class Told:
    """income_yuan : of the growers and their cooperative in the plan as it is"""

    income_yuan: float
    answer: Answer


def what_if_now(ask: Ask) -> Told:
    """What `ask` would change. Raises NoPlan before the first plan, NotFound when it has no such lane or region."""
    plan = plan_as_made()
    return Told(plan.facts.income, what_if(plan, ask))


def frontier_now() -> list[Point]:
    """What each choice of fairness would come to in the newest plan; none when its season is too large for so many plans at once.

    Raises NoPlan before the first plan.
    """
    season = plan_as_made().season
    return frontier(season) if len(season.ways.pool) <= SIMPLEX_WAYS_MAX else []


def plan_as_made() -> Plan:
    """The newest plan made again from what it could sell and whom it knew, under today's rules. Raises NoPlan before the first."""
    lots, wants = plans.newest_lots_and_wants()
    if lots.is_empty():
        raise NoPlan("the newest plan kept nothing that could be sold; make one with: pinfold plan")
    tables = Tables(read_table("products"), lots, wants, read_table("lanes"), read_table("hub_weeks"))
    return plan_season(build_season(tables, read_rules(MatchRules, "match", settings_given())))
