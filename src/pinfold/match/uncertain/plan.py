"""A plan for a harvest that is not known: what to book and promise, what each harvest then brings, and what no plan is worth more than."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pinfold.match.bound import Prices
from pinfold.match.core import SIMPLEX_WAYS_MAX, near_best_flow
from pinfold.match.dual import Flow, rerouted
from pinfold.match.kernel import Network
from pinfold.match.season import Floats, Season
from pinfold.match.uncertain.exact import best_plan, exact_yuan, exact_yuan_and_income
from pinfold.match.uncertain.problem import FirstStage, TwoStage, first_of_flow
from pinfold.match.uncertain.recourse import near_yuan
from pinfold.match.uncertain.risk import tail_mean, worth
from pinfold.match.uncertain.rules import UncertainRules
from pinfold.match.uncertain.scenarios import draw_kg
from pinfold.match.uncertain.search import Found, near_best
from pinfold.match.uncertain.sellable import margins, sellable_share

if TYPE_CHECKING:
    from concurrent.futures import Executor


@dataclass(frozen=True)
class UncertainPlan:
    """yuan : what each scenario of the problem brings (at least), shape (scenarios,); bound : on what the rules call its worth

    income : what reaches the growers and their cooperative of each scenario's yuan, which count the equity bonus too
    certain : the same yuan for the plan that takes the forecast for certain, on the same scenarios
    """

    problem: TwoStage
    first: FirstStage
    yuan: Floats
    income: Floats
    bound: float
    certain: Floats
    interrupted: bool = False

    @property
    def worth(self) -> float:
        """(1 - risk weight) x mean + risk weight x mean of the worst, yuan."""
        return worth(self.yuan, self.problem.rules)

    @property
    def gap(self) -> float:
        """Share of the bound that the plan may be short of the best one on these scenarios."""
        return max(self.bound - self.worth, 0.0) / max(abs(self.bound), 1e-9)

    @property
    def tail_mean(self) -> float:
        return tail_mean(self.yuan, self.problem.rules.tail_share)

    @property
    def certain_tail_mean(self) -> float:
        return tail_mean(self.certain, self.problem.rules.tail_share)

    @property
    def booked(self) -> pl.DataFrame:
        """lane_id, trucks (parts of one too: trucks are paid per kg here), kg of every lane that books any."""
        lanes = self.problem.season.tables.lanes
        rows = lanes.select("lane_id", "truck_kg", kg=pl.Series(self.first.booked_kg)).filter(pl.col("kg") > 0)
        return rows.select("lane_id", trucks=pl.col("kg") / pl.col("truck_kg"), kg="kg")

    @property
    def promised(self) -> pl.DataFrame:
        """want_id, kg of every want that is promised any."""
        wants = self.problem.season.tables.wants
        return wants.select("want_id", kg=pl.Series(self.first.promised_kg.sum(axis=1))).filter(pl.col("kg") > 0)

    @property
    def distribution(self) -> pl.DataFrame:
        """scenario (from 0), harvest_kg, yuan, and the yuan of the plan that takes the forecast for certain."""
        kg = self.problem.scenario_kg.sum(axis=1)
        return pl.DataFrame({"scenario": np.arange(len(kg)), "harvest_kg": kg, "yuan": self.yuan, "certain_yuan": self.certain})


def plan_uncertain(season: Season, rules: UncertainRules, workers: Executor | None = None) -> UncertainPlan:
    """The plan for harvests drawn as the rules say; workers : as `TwoStage` has them. Raises NoPlan when the optimiser gives up."""
    certain = near_best_flow(season)
    problem = TwoStage(season, rules, draw_kg(season, rules, np.random.default_rng(rules.seed)), workers)
    found = best_found(problem, certain)
    beside = yuan_after(problem, first_of_flow(problem, certain.kg), certain.prices)
    return UncertainPlan(problem, found.first, found.yuan, found.income, found.bound, beside, found.interrupted)


def cautious_first(problem: TwoStage, certain: Flow) -> FirstStage:
    """A plan of what `sellable_share` leaves of each lot, all of it booked and promised; certain : the plan at the expected harvest.

    A large season is not planned again for it: what the shares cut off `certain` takes what is left of the best ways.
    """
    season = problem.season
    quantile = margins(season, certain.kg, problem.rules).quantile
    share = sellable_share(season.tables.lots["kg_cv"].cast(pl.Float64).to_numpy(), quantile)
    cautious = replace(season, lot_kg=season.lot_kg * share)
    if len(season.ways.pool) <= SIMPLEX_WAYS_MAX:
        return first_of_flow(problem, near_best_flow(cautious).kg)
    return first_of_flow(problem, rerouted(cautious, Network.of(cautious), certain.kg, certain.prices))


def best_found(problem: TwoStage, certain: Flow) -> Found:
    """The best first stage, exactly where ways and scenarios are few, else nearly; certain : the plan at the expected harvest.

    Where simplex is quick, what each scenario brings after it is exact.
    """
    if len(problem.season.ways.pool) * len(problem.scenario_kg) <= SIMPLEX_WAYS_MAX:
        first, yuan, objective = best_plan(problem)
        return Found(first, yuan, exact_yuan_and_income(problem, first)[1], worth(yuan, problem.rules), objective)
    found = near_best(problem, certain.prices, cautious_first(problem, certain))
    if len(problem.season.ways.pool) > SIMPLEX_WAYS_MAX:
        return found
    yuan, income = exact_yuan_and_income(problem, found.first)
    return replace(found, yuan=yuan, income=income, worth=worth(yuan, problem.rules))


def yuan_after(problem: TwoStage, first: FirstStage, start: Prices) -> Floats:
    """What each scenario brings after `first`, shape (scenarios,): exactly where simplex is quick, else at least, by prices."""
    few = len(problem.season.ways.pool) <= SIMPLEX_WAYS_MAX
    return exact_yuan(problem, first) if few else near_yuan(problem, first, start)
