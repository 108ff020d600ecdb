"""Sales of whole weeks, which stand on their Mondays, beside purchases of days: no kilogram may be counted twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import small_season

from pinfold.flows.demand import issue_demand
from pinfold.store.market import sold_until, wanted_kg
from pinfold.store.models import Customer, Purchase, Sale

pytestmark = pytest.mark.django_db
LAST_MONDAY = date(2026, 8, 31)


@pytest.fixture(autouse=True)
def ten_weeks_of_which_the_last_was_bought_on_a_thursday(db) -> None:
    small_season.found()
    for week in range(10):
        sold(LAST_MONDAY - timedelta(weeks=week), 40)
    Customer.objects.create(customer_id="ann", region_id="r")
    Purchase.objects.create(
        date=LAST_MONDAY + timedelta(days=3), customer_id="ann", region_id="r", product_id="mango", quantity=40
    )  # of a kg each


def sold(on: date, kg: float) -> None:
    Sale.objects.create(date=on, product_id="mango", region_id="r", kg=kg, price_per_kg=10)


def test_what_was_bought_within_the_newest_week_of_sales_is_not_counted_again() -> None:
    assert sold_until() == date(2026, 9, 6)
    assert wanted_kg(LAST_MONDAY) == {("mango", "r", LAST_MONDAY): 40}
    assert issue_demand(small_season.NOON)["usual_kg"].unique().to_list() == [40]


def test_what_was_bought_after_the_newest_day_of_daily_sales_is_added() -> None:
    """One sale on a Tuesday, and the table is one of days: its last week ends on its Monday, and Thursday's 40 kg come on top."""
    sold(LAST_MONDAY - timedelta(days=6), 1)
    assert sold_until() == LAST_MONDAY
    assert wanted_kg(LAST_MONDAY) == {("mango", "r", LAST_MONDAY): 80}


def test_without_sales_nothing_is_said_to_be_known() -> None:
    Sale.objects.all().delete()
    assert sold_until() is None
