"""What a new plan takes up: the forecast harvest, and what lies picked and unsold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import story_season
from bad_server import drips_headers, keeps_silent, sends, serving
from django.db.models import Sum

from pinfold.basics.errors import InputError
from pinfold.demand.candidates import CANDIDATES
from pinfold.flows.fill_odds import customers
from pinfold.flows.harvest import dispatch_week, record_harvest
from pinfold.flows.pins import open_pins
from pinfold.flows.plan import forecast_and_plan
from pinfold.flows.season import load_season
from pinfold.flows.what_if import plan_as_made, what_if_now
from pinfold.match.what_if import Ask
from pinfold.settings import WeatherSettings
from pinfold.store.models import (
    DemandForecast,
    GateScore,
    Lane,
    Lot,
    Pin,
    PinLot,
    Plan,
    PriceAnswer,
    Product,
    Season,
    Setting,
    Shipment,
    WeekForecast,
)
from pinfold.store.reads.plan import newest_plan

pytestmark = pytest.mark.django_db
MONDAY = datetime.combine(story_season.STARTS_ON, datetime.min.time(), tzinfo=UTC) + timedelta(weeks=2, hours=2)
LOT = "2026-upper-mango-0-1"


@pytest.fixture(autouse=True)
def a_week_of_picking(db, tmp_path: Path) -> None:
    """150 kg of a crop that keeps were picked last week, and nobody has bought them."""
    load_season(story_season.write(tmp_path / "season"), None)
    Product.objects.filter(pk="mango").update(shelf_life_days=60)
    record_harvest("basket", "plot-1", 150.0, 0, story_season.STARTS_ON + timedelta(weeks=1), MONDAY - timedelta(days=3))
    dispatch_week(1, MONDAY - timedelta(days=1))


def test_what_was_picked_last_week_and_not_sold_is_planned_again() -> None:
    forecast_and_plan(MONDAY)
    sent_kg = sum(Shipment.objects.filter(lot_id=LOT).values_list("kg", flat=True))
    assert 0 < sent_kg <= 150.0 + 1e-6, "no more than was weighed"


def test_a_plan_made_again_from_what_was_kept_is_the_same_plan() -> None:
    facts = forecast_and_plan(MONDAY)
    assert plan_as_made().objective == pytest.approx(facts.objective_yuan)
    for lane_id in set(Shipment.objects.values_list("lane_id", flat=True)):
        assert what_if_now(Ask("truck", lane_id)).answer.worth_yuan >= -1e-6


def test_a_cooperative_that_books_whole_trucks_keeps_how_many_on_which_lane() -> None:
    Setting.objects.create(name="whole.in_weekly_plans", value="1")
    forecast_and_plan(MONDAY)
    plan = Plan.objects.latest()
    sent = dict(Shipment.objects.filter(plan=plan).values_list("lane_id").annotate(Sum("kg")))
    assert sent and set(plan.trucks) == set(sent), "no truck without goods, no goods without a truck"
    for lane in Lane.objects.filter(pk__in=sent):
        assert plan.trucks[lane.pk] - 1 < sent[lane.pk] / lane.truck_kg <= plan.trucks[lane.pk] + 1e-6
    paid = sum(plan.trucks[lane.pk] * lane.truck_cost for lane in Lane.objects.filter(pk__in=sent))
    assert plan.facts["trucks"] == pytest.approx(paid)


def test_whole_trucks_promise_nothing_between_villages() -> None:
    Setting.objects.create(name="whole.in_weekly_plans", value="1")
    Setting.objects.create(name="match.village_floor", value="0.5")
    with pytest.raises(InputError, match=r"whole.in_weekly_plans 1 keeps no match.village_band or match.village_floor"):
        forecast_and_plan(MONDAY)


def test_every_plan_learns_how_customers_answer_to_each_products_price() -> None:
    forecast_and_plan(MONDAY)
    learned = {each.product_id: each for each in PriceAnswer.objects.all()}
    assert set(learned) == set(Product.objects.values_list("pk", flat=True))
    low, middle, high = customers().of("mango").elasticities
    assert low < middle < high
    assert middle == pytest.approx(learned["mango"].elasticity)


def test_the_name_of_every_outlook_model_has_room_in_the_tables() -> None:
    longest = max(len(candidate.name) for candidate in CANDIDATES)
    assert longest <= min(model._meta.get_field("model").max_length for model in (DemandForecast, GateScore))


def test_its_pins_stay_open_until_the_goods_are_packed() -> None:
    forecast_and_plan(MONDAY)
    assert open_pins(MONDAY) > 0
    pins = Pin.objects.filter(pk__in=PinLot.objects.filter(lot_id=LOT).values("pin"))
    assert pins.exists()
    assert all(pin.closes_at > MONDAY for pin in pins)


@pytest.mark.parametrize("trouble", [drips_headers, keeps_silent, sends(b"<html>", kind="text/html"), sends({"daily": []})])
def test_a_plan_is_made_whatever_becomes_of_the_weather(trouble, monkeypatch) -> None:
    with serving(trouble) as server:
        weather = WeatherSettings(
            services=("open-meteo", "nasa-power", "files"), open_meteo_url=server.url, open_meteo_archive_url=server.url,
            nasa_power_url=server.url, folder=Path("no-such-folder"), plan_seconds=0.3,
        )  # fmt: skip
        monkeypatch.setattr("pinfold.flows.weather.settings", lambda: SimpleNamespace(weather=weather))
        monkeypatch.setattr("pinfold.flows.plan.settings", lambda: SimpleNamespace(weather=weather))
        Season.objects.update(clock_offset_seconds=0)
        plan = forecast_and_plan(MONDAY)
    assert plan.objective_yuan > 0
    assert server.asked
    assert "no service gave anything new; " in plan.weather
    assert "there is no folder no-such-folder" in plan.weather
    kept = newest_plan().weather
    assert kept is not None and kept.asked and kept.failed[0] == "open-meteo" and not kept.served


def test_what_is_promised_of_it_is_not_planned_twice() -> None:
    Lot.objects.filter(pk=LOT).update(kg=150.0, kg_promised=149.5)
    forecast_and_plan(MONDAY)
    assert not Shipment.objects.filter(lot_id=LOT).exists()


def test_a_lot_is_offered_no_further_than_a_promise_pays() -> None:
    forecast_and_plan(MONDAY)
    plan = Plan.objects.get()
    forecast = Lot.objects.filter(pk__in=plan.offered_kg, kg_real=None)
    assert forecast.exists()
    for lot in forecast:
        assert 0 < lot.sellable_share <= 1
        assert plan.offered_kg[lot.lot_id] == pytest.approx(lot.kg * lot.sellable_share)
    assert {row["product_id"] for row in plan.sold_ahead} == set(forecast.values_list("product_id", flat=True))


def test_each_days_forecast_of_the_weeks_is_kept_beside_the_one_before() -> None:
    forecast_and_plan(MONDAY)
    first = list(WeekForecast.objects.order_by("pk").values())
    forecast_and_plan(MONDAY + timedelta(hours=3))
    assert list(WeekForecast.objects.order_by("pk").values()) == first, "a day is issued once"
    forecast_and_plan(MONDAY + timedelta(days=1))
    assert list(WeekForecast.objects.filter(issued_on=MONDAY.date()).order_by("pk").values()) == first
    assert WeekForecast.objects.filter(issued_on=MONDAY.date() + timedelta(days=1)).count() > 0
    assert all(row["ripening_model"] and row["yield_model"] for row in first), "nobody has seen a plot ripe"
    assert all(row["week"] >= 2 for row in first), "weeks that are over are not forecast"
