"""How pins are joined, learned once a day, and the odds of filling that pages and sweeps read from it."""

from __future__ import annotations

from datetime import datetime

from pinfold.basics.rules import read_rules
from pinfold.demand.elasticity import equally_likely, stated
from pinfold.demand.fill_odds import JoinPrior, Standing, fill_odds
from pinfold.demand.join_habits import default_prior, learn_prior
from pinfold.demand.rules import DemandRules
from pinfold.flows.clock import home_day
from pinfold.pin.choosing import Customers
from pinfold.store import forecasts, joins
from pinfold.store.season import settings_given
from pinfold.store.transaction import atomic

DAY_SECONDS = 86_400


def learn_join_habits(now: datetime) -> JoinPrior:
    """Learns from every pin that is over, and keeps what was learned with its day."""
    prior = learn_prior(joins.past_joins(), _rules())
    with atomic():
        joins.save_habits(home_day(now), prior)
    return prior


def customers() -> Customers:
    """How customers join and how they may answer to each product's price, both as learned last."""
    rules = _rules()
    answers = {product_id: equally_likely(belief) for product_id, belief in forecasts.latest_answers().items()}
    return Customers(joins.latest_habits() or default_prior(rules), equally_likely(stated(rules)), answers)


def odds_of(pins: list[joins.OpenPin], now: datetime) -> list[float]:
    """Probability that each open pin has its smallest size paid by its deadline, 0 .. 1; by the stated prior until habits are learned."""
    if not pins:
        return []
    standing = Standing(
        orders=[pin.orders_paid for pin in pins],
        seats=[pin.seats_paid for pin in pins],
        size=[pin.seats_min for pin in pins],
        elapsed_days=[max((now - pin.opened_at).total_seconds() / DAY_SECONDS, 0) for pin in pins],
        left_days=[(pin.closes_at - now).total_seconds() / DAY_SECONDS for pin in pins],
    )
    return [float(each) for each in fill_odds(standing, join_prior())]


def join_prior() -> JoinPrior:
    """What is believed about a pin before anybody joined: as last learned, or as stated."""
    return joins.latest_habits() or default_prior(_rules())


def _rules() -> DemandRules:
    return read_rules(DemandRules, "demand", settings_given())
