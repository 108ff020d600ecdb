"""Every week has an outlook, so that each can be held against what was wanted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pin_market import MONDAY, make_market

from pinfold.flows.weekly_outlook import keep_weekly_outlook
from pinfold.store.models import DemandForecast, Sale

pytestmark = pytest.mark.django_db


@pytest.fixture
def market():
    """Mangoes sold for twelve weeks."""
    make_market()
    for weeks in range(1, 13):
        Sale.objects.create(
            date=MONDAY.date() - timedelta(weeks=weeks), product_id="mango", region_id="city", kg=30 + weeks, price_per_kg=20
        )


def test_a_week_in_which_nobody_planned_has_one_and_only_one(market):
    assert [keep_weekly_outlook(MONDAY + timedelta(days=days)) for days in (1, 2, 6, 7)] == [True, False, False, True]
    assert DemandForecast.objects.values("issued_on").distinct().count() == 2


def test_where_a_plan_was_made_this_week_nothing_is_made_again(market):
    keep_weekly_outlook(MONDAY)
    before = set(DemandForecast.objects.values_list("pk", "mean"))
    assert keep_weekly_outlook(MONDAY + timedelta(days=3)) is False
    assert set(DemandForecast.objects.values_list("pk", "mean")) == before


def test_where_nothing_was_sold_yet_there_is_none_and_nothing_fails():
    make_market()
    assert keep_weekly_outlook(MONDAY) is False


def test_before_a_season_is_loaded_there_is_none():
    assert keep_weekly_outlook(MONDAY) is False
