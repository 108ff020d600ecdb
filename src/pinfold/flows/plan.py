"""The plan: from today's forecasts and outlook to which lot goes where, kept with its bound, its baselines and its reasons."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.progress import Progress, silent
from pinfold.basics.rules import read_rules
from pinfold.basics.weeks import week_index
from pinfold.demand.ladder import less_offered, wants_from_outlook
from pinfold.demand.rules import DemandRules
from pinfold.fields.crops import crop
from pinfold.flows.budget import Budget, Charged
from pinfold.flows.clock import home_day
from pinfold.flows.demand import count_outlooks, issue_demand
from pinfold.flows.fill_odds import learn_join_habits
from pinfold.flows.forecast import SeasonForecast, as_they_flowered, issue_forecasts, stages_seen
from pinfold.flows.moving import move_promises
from pinfold.flows.ranking import learn_tastes
from pinfold.flows.weather import refresh_weather, weather_known
from pinfold.forecast.harvest_weeks import Expected, harvest_weeks
from pinfold.match.explain import explained
from pinfold.match.plan import Method, Plan, plan_season
from pinfold.match.rules import MatchRules, WholeRules
from pinfold.match.season import build_season
from pinfold.match.supply import lots_from_harvest, sellable, wants_from_bids, wants_together
from pinfold.match.tables import Tables
from pinfold.match.uncertain.rules import UncertainRules
from pinfold.match.uncertain.sellable import SellAhead, sell_ahead
from pinfold.match.whole.plan import WholePlan, plan_whole_season
from pinfold.outside.executors import side_by_side
from pinfold.settings import settings
from pinfold.store import forecasts, plans
from pinfold.store.season import current_season, settings_given
from pinfold.store.tables import read_table
from pinfold.store.transaction import atomic


@dataclass(frozen=True)
class PlanFacts:
    plan_id: int
    method: str
    objective_yuan: float
    bound_yuan: float
    gap_percent: float
    lots: int
    wants: int
    shipments: int
    weather: str = ""
    """Which weather the forecasts had: who served, until when it is measured, who gave no answer."""


def forecast_and_plan(now: datetime, method: Method = "optimal", progress: Progress = silent) -> PlanFacts:
    """Asks for new weather for a bounded time, issues today's forecasts and outlook, then plans what is still to be sold."""
    steps = 3
    weather = refresh_weather(now, settings().weather.plan_seconds, progress)
    progress("Forecasting ripeness and yield", 0, steps)
    forecast = issue_forecasts(now)
    progress("Forecasting demand", 1, steps)
    count_outlooks(now)
    outlook = issue_demand(now)
    learn_join_habits(now)
    learn_tastes(now)
    progress("Planning", 2, steps)
    facts = make_plan(now, forecast, outlook, method)
    with atomic():
        plans.keep_weather(facts.plan_id, weather.kept)
    progress("Planning", steps, steps)
    return replace(facts, weather=weather.says)


def make_plan(now: datetime, forecast: SeasonForecast, outlook: pl.DataFrame, method: Method) -> PlanFacts:
    """Plans what ripens from this week on, and what is picked and unsold, against the outlook and the undecided bids of later weeks."""
    season, today = current_season(), home_day(now)
    given, this_week = settings_given(), week_index(today, season.starts_on)
    products = read_table("products")
    # A product without a crop is bought in or made elsewhere; nothing of it ripens here.
    grown = products.filter(pl.col("crop") != "")
    weeks = _weeks(forecast, grown, season.number, season.starts_on)
    lots = lots_from_harvest(weeks, read_table("villages"), read_table("households"), _prices(grown), season.number)
    offered = less_offered(
        wants_from_outlook(outlook, products, read_rules(DemandRules, "demand", given), season.starts_on, forecasts.latest_answers()),
        plans.pinned_kg(season.number),
    )
    wants = wants_together(offered.filter(pl.col("week") > this_week), wants_from_bids(plans.open_bids(this_week + 1)))
    at_hand = pl.concat(
        [plans.picked_lots(season.number, this_week), lots.filter(pl.col("ready_week") >= this_week)], how="vertical_relaxed"
    )
    rules = read_rules(MatchRules, "match", given)
    expected = Tables(products, sellable(at_hand, plans.promised_kg(season.number)), wants, read_table("lanes"), read_table("hub_weeks"))
    ahead = sell_ahead(build_season(expected, rules), read_rules(UncertainRules, "uncertain", given))
    with atomic():
        plans.save_lots(season.number, lots, ahead.by_lot, this_week)
    # What is sold already comes first: new sales are planned with the kg that then are left.
    move_promises(now)
    now_sellable = sellable(at_hand, plans.promised_kg(season.number), ahead.by_lot)
    plan, whole = _planned(replace(expected, lots=now_sellable), rules, read_rules(WholeRules, "whole", given), method)
    with atomic():
        forecasts.save_weeks(weeks.filter(pl.col("ready_week") >= this_week), season.number, today)
        plan_id = plans.save_plan(_kept(plan, whole, ahead, season.number, now), now)
    return PlanFacts(
        plan_id, plan.method, plan.objective, plan.bound, 100 * plan.gap, now_sellable.height, wants.height, plan.shipments.height
    )


def _planned(tables: Tables, rules: MatchRules, whole_rules: WholeRules, method: Method) -> tuple[Plan, WholePlan | None]:
    """The plan, and with whole trucks where the cooperative books them so; only the optimal method does.

    Raises InputError when whole trucks are to keep a promise between villages, which they cannot.
    """
    if not whole_rules.in_weekly_plans or method != "optimal":
        return plan_season(build_season(tables, rules), method), None
    if rules.is_fair:
        raise InputError("whole.in_weekly_plans 1 keeps no match.village_band or match.village_floor; set one or the other back")
    # What pins have left of a want may be less than the least that opens another.
    can_open = tables.wants.filter(pl.col("kg_min") <= pl.sum_horizontal("kg_1", "kg_2", "kg_3"))
    season = build_season(replace(tables, wants=can_open), rules)
    with side_by_side() as workers, Budget(whole_rules.seconds(len(season.ways.pool))) as budget:
        whole = plan_whole_season(season, whole_rules, budget.seconds_left, silent, workers and Charged(workers, budget))
    return whole.plan, whole


def _weeks(forecast: SeasonForecast, grown: pl.DataFrame, season: int, starts_on: date) -> pl.DataFrame:
    """What each village has ready in each week, as harvest_weeks says, with the ripening_model and yield_model of most of its plots."""
    plots = read_table("plots")
    stages = stages_seen()
    flowered = as_they_flowered(plots, stages, weather_known(forecast.issued_on), forecast.issued_on)
    expected = Expected(
        plots=flowered.join(read_table("villages").select("village_id", "hub_id"), on="village_id", how="left"),
        ripe=forecast.ripening.dates,
        seen=stages.filter(pl.col("season") == season),
        kg=forecast.yields.plots,
        products=grown,
        paces=forecast.paces,
    )
    crops = {name: crop(name) for name in grown["crop"]}
    stage_of = {name: facts.harvest_stage for name, facts in crops.items()}
    # The season is the seed: the same forecast always makes the same weeks.
    weeks = harvest_weeks(expected, crops, starts_on, seed=season).join(grown.select("product_id", "crop"), on="product_id")
    dates = forecast.ripening.dates.join(plots.select("plot_id", "crop"), on="plot_id")
    ripe = dates.filter(pl.col("stage") == pl.col("crop").replace_strict(stage_of, default=None)).drop("crop")
    for name, found in (("ripening_model", ripe), ("yield_model", forecast.yields.plots)):
        most = found.join(plots, on="plot_id").group_by("village_id", "crop").agg(pl.col("model").mode().sort().first().alias(name))
        weeks = weeks.join(most, on=["village_id", "crop"], how="left", maintain_order="left").with_columns(pl.col(name).fill_null(""))
    return weeks


def _prices(products: pl.DataFrame) -> pl.DataFrame:
    """Floor price of every product and grade and what a kg brings unsold, from the crop files."""
    rows = [
        (product_id, grade.grade, grade.floor_price_per_kg.value, crop(name).salvage_per_kg.value)
        for product_id, name in products.select("product_id", "crop").iter_rows()
        for grade in crop(name).grades
    ]
    return pl.DataFrame(rows, schema=["product_id", "grade", "floor_price_per_kg", "salvage_per_kg"], orient="row")


def _kept(plan: Plan, whole: WholePlan | None, ahead: SellAhead, season: int, now: datetime) -> plans.NewPlan:
    sent, stay = explained(plan.season, plan.chosen, None if whole is None else whole.booked)
    return plans.NewPlan(
        season=season,
        as_of=home_day(now),
        method=plan.method,
        objective=plan.objective,
        bound=plan.bound,
        facts=asdict(plan.facts),
        baselines={name: asdict(facts) for name, facts in plan.beside.items()},
        wants=plan.season.tables.wants,
        shipments=plan.shipments,
        reasons=(asdict(reason) for reason in sent),
        offered=plan.season.tables.lots,
        sold_ahead=ahead.by_product.to_dicts(),
        trucks={} if whole is None else whole.trucks_by_lane(),
        unsold=[asdict(unsold) for unsold in stay],
    )
