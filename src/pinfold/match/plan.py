"""The season's plan: which lot goes to which want, what it earns, and what no plan could exceed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.match.baselines import baselines
from pinfold.match.bound import Prices
from pinfold.match.core import Certified, near_best_flow
from pinfold.match.dual import GAP_ENOUGH
from pinfold.match.kernel import Network
from pinfold.match.score import Facts, broken_limits, judge
from pinfold.match.season import Floats, Season, numbered_hub_weeks
from pinfold.match.shipments import Shipments, share_out, within_limits

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from pinfold.match.fair.villages import Promise

Method = Literal["optimal", "greedy", "first-come"]
METHODS: tuple[Method, ...] = get_args(Method)


@dataclass(frozen=True)
class Plan:
    """bound : yuan that no plan of this season can exceed, whatever its method
    prices : what wants, lanes and hubs are worth at the margin; they prove the bound, and a plan made again starts from them
    beside : facts of the other methods on the same season
    interrupted : whether somebody stopped the search before it was good enough
    promise : between villages, where the rules have one
    """

    method: Method
    season: Season
    chosen: Shipments
    facts: Facts
    bound: float
    prices: Prices
    beside: dict[Method, Facts]
    interrupted: bool = False
    promise: Promise | None = None

    @property
    def objective(self) -> float:
        return self.facts.objective

    @property
    def gap(self) -> float:
        """Share of the bound that this plan may be short of the best one."""
        return max(self.bound - self.objective, 0.0) / max(abs(self.bound), 1e-9)

    @property
    def shipments(self) -> pl.DataFrame:
        """lot_id, want_id, lane_id, kg, kept, age_days."""
        return self.chosen.frame(self.season)

    def price_frame(self) -> pl.DataFrame:
        """The prices as a table: what (want, lane or hub_week), id as text, week (of hub_week, else null), yuan_per_kg."""
        tables, prices = self.season.tables, self.prices
        parts = (
            ("want", tables.wants.select(id=pl.col("want_id").cast(pl.String), week=pl.lit(None, pl.Int64)), prices.want),
            ("lane", tables.lanes.select(id=pl.col("lane_id").cast(pl.String), week=pl.lit(None, pl.Int64)), prices.lane),
            ("hub_week", numbered_hub_weeks(tables).select(id="hub_id", week="week"), prices.hub_week),
        )
        return pl.concat(rows.select(pl.lit(what).alias("what"), "id", "week", pl.Series("yuan_per_kg", of)) for what, rows, of in parts)


def plan_season(season: Season, method: Method = "optimal", gap_enough: float = GAP_ENOUGH, workers: Executor | None = None) -> Plan:
    """The plan that `method` makes, with the bound and the other methods' facts beside it.

    gap_enough : share of the bound within which a large season's plan is sought; a small one is planned exactly
    workers : threads for the parts of a season of millions of ways; the plan is the same without

    Raises InputError when the method is not known, NoPlan when the optimiser gives up.
    """
    if method not in METHODS:
        raise InputError(f"method {method!r} is not known; use one of {', '.join(METHODS)}")
    if season.rules.is_fair and method != "optimal":
        raise InputError(f"method {method!r} promises nothing between villages; use optimal, or take village_band and village_floor away")
    network = Network.of(season, workers)
    best = _best(season, network, gap_enough)
    made: dict[Method, Shipments] = {"optimal": best.shipments}
    made |= {name: _kept(season, kg) for name, kg in baselines(season, network).items()}
    facts = {name: judge(season, shipments) for name, shipments in made.items()}
    broken = broken_limits(season, made[method])
    assert not broken, f"the {method} plan breaks its limits: {'; '.join(broken)}"
    return Plan(
        method=method,
        season=season,
        chosen=made[method],
        facts=facts[method],
        bound=best.bound,
        prices=best.prices,
        interrupted=best.interrupted,
        promise=best.promise,
        beside={name: other for name, other in facts.items() if name != method},
    )


def _best(season: Season, network: Network, gap_enough: float) -> Certified:
    if season.rules.is_fair:
        # Read here, because few seasons promise anything between villages.
        from pinfold.match.fair.plan import fair_flow

        return fair_flow(season, gap_enough)
    flow = near_best_flow(season, None, network, gap_enough)
    return Certified(_kept(season, flow.kg), flow.prices, flow.bound, flow.interrupted)


def _kept(season: Season, way_kg: Floats) -> Shipments:
    return share_out(season, within_limits(season, way_kg))
