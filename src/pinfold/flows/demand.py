"""Today's outlook: what each region will want of each product in the coming weeks."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from pinfold.basics.rules import read_rules
from pinfold.demand.elasticity import learn_elasticities
from pinfold.demand.history import sales_from_purchases, weekly_history
from pinfold.demand.outlook import issue
from pinfold.demand.rules import DemandRules
from pinfold.flows.clock import home_day
from pinfold.forecast.outcomes import tallies
from pinfold.outside.executors import workers
from pinfold.store import forecasts
from pinfold.store.market import purchases_so_far, sold_out_so_far, sold_until, unserved_so_far
from pinfold.store.reads.outcomes import wanted_cases
from pinfold.store.season import current_season, settings_given
from pinfold.store.tables import read_table
from pinfold.store.transaction import atomic

WEEKS_AHEAD = 8
WEEKS_LATE = 4  # what was sold in a week that ended longer ago is taken to have been told; assumed
SOLD = ("date", "product_id", "region_id", "kg", "price_per_kg", "sold_out")


def issue_demand(now: datetime) -> pl.DataFrame:
    """Makes and keeps today's outlook, and how customers answer to prices; the outlook's rows come back.

    Where the season has a sales table, that is the demand up to its last day; orders in pins since then are added, and what customers
    came for since then and did not find; where that is not counted, a day on which the last pack of all pins was paid counts as sold out.
    Without one, the customers' purchases stand for it.
    """
    issued_on = home_day(now)
    products, sales = read_table("products"), read_table("sales").select(SOLD)
    bought = sales_from_purchases(pl.concat([purchases_so_far(), unserved_so_far()], how="diagonal"), products)
    flagged = sold_out_so_far().with_columns(sold_out=pl.lit(True))
    bought = bought.join(flagged, on=["date", "product_id", "region_id"], how="left").select(SOLD)
    known_until = sold_until()
    if known_until:
        bought = bought.filter(pl.col("date") > known_until)
    sold = pl.concat([sales, bought])
    with workers(sold.height) as elsewhere:
        issued = issue(sold, products, issued_on, WEEKS_AHEAD, elsewhere)
    rules = read_rules(DemandRules, "demand", settings_given())
    answers = learn_elasticities(weekly_history(sold, products, issued_on), products, rules)
    with atomic():
        forecasts.save_answers(answers, issued_on)
        forecasts.save_outlook(issued.outlook)
        forecasts.save_totals(issued.totals, issued_on)
        forecasts.save_scores(
            "demand",
            issued_on,
            issued.scores.select(pl.lit("all").alias("crop"), "model", pl.col("loss").alias("score"), serves=pl.int_range(pl.len()) == 0),
        )
    return issued.outlook


def count_outlooks(now: datetime) -> None:
    """Counts how outlooks for weeks that are over came out, so that no page reads a whole season of them; the newest weeks again."""
    season = current_season()
    last = forecasts.last_week_counted(season.number)
    since = 0 if last is None else max(last + 1 - WEEKS_LATE, 0)
    counted = tallies(wanted_cases(season, home_day(now), since))
    with atomic():
        forecasts.save_tallies(season.number, since, counted)
