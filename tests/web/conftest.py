"""A small season with a few pins: one village, two regions, coffee and mangoes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import crawl
import pytest
import two_cooperatives
from django.db import transaction
from django.test import Client

from pinfold.flows import clock
from pinfold.store.models import (
    Cooperative,
    Customer,
    Hub,
    Lane,
    Lot,
    Person,
    Pin,
    PinLot,
    Product,
    Region,
    Season,
    Village,
)

NOW = datetime(2026, 10, 7, 4, 0, tzinfo=UTC)  # noon in Yunnan, Wednesday of week 4
LADDER = [[3, 4200], [6, 3900], [10, 3600]]


@dataclass(frozen=True)
class SmallSeason:
    open_pin: Pin
    filled_pin: Pin
    friends_pin: Pin


def make_small_season(now: datetime) -> SmallSeason:
    """Rows for the shop's pages, as they would stand at `now` in week 4 of a season."""
    monday = now.date() - timedelta(days=now.weekday())
    Season.objects.create(number=2026, starts_on=monday - timedelta(weeks=4), weeks=26)
    cooperative = Cooperative.objects.create(cooperative_id="coop", name="Conggang and Nankang", name_zh="丛岗南康合作社")
    hub = Hub.objects.create(hub_id="lujiang", name="Lujiang", name_zh="潞江", latitude=24.9, longitude=98.9)
    village = Village.objects.create(
        village_id="conggang", cooperative=cooperative, hub=hub, name="Conggang", name_zh="丛岗", latitude=24.9, longitude=98.8,
        altitude_m=1450, road_km=8, walk_minutes=40, collect_days=1, collect_cost_per_kg=0.4,
    )  # fmt: skip
    regions = {
        key: Region.objects.create(region_id=key, name=name, name_zh=name_zh, latitude=25, longitude=102.7)
        for key, name, name_zh in (("kunming", "Kunming", "昆明"), ("chengdu", "Chengdu", "成都"))
    }
    products = (
        Product.objects.create(product_id="green-beans", name="Green coffee beans, 500 g", name_zh="生咖啡豆 500 克", category="coffee",
                               crop="coffee", pack_kg=0.5, shelf_life_days=365, price_per_kg=84, kg_per_harvest_kg=0.167),
        Product.objects.create(product_id="mango", name="Late mango, 2.5 kg", name_zh="晚熟芒果 2.5 公斤", category="fruit",
                               crop="mango", pack_kg=2.5, shelf_life_days=18, price_per_kg=12, kg_per_harvest_kg=0.95),
    )  # fmt: skip
    lanes = {
        (region, week): Lane.objects.create(
            lane_id=lane_id, hub=hub, region=regions[region], week=week, days=2, truck_kg=1500, truck_cost=1200, trucks_max=2
        )
        for lane_id, region, week in (
            *(("lane-0", "kunming", 6), ("lane-1", "chengdu", 7), ("lane-2", "kunming", 8)),
            *(("chengdu-6", "chengdu", 6), ("kunming-7", "kunming", 7), ("chengdu-8", "chengdu", 8), ("kunming-5", "kunming", 5)),
        )
    }
    pins = []
    for n, (product, region, kind, state, taken) in enumerate(
        [
            (products[0], "kunming", "public", "open", 1),
            (products[1], "chengdu", "public", "filled", 10),
            (products[1], "kunming", "friends", "open", 4),
        ]
    ):
        lot = Lot.objects.create(
            lot_id=f"lot-{n}", season=2026, village=village, hub=hub, product=product, grade=0, ready_week=5 + n, kg=200, kg_cv=0.2,
            kg_promised=60, floor_price_per_kg=30 if n == 0 else 3.2, poverty_weight=0.5, collect_cost_per_kg=0.4, collect_days=1,
            salvage_per_kg=0.5,
        )  # fmt: skip
        pin = Pin.objects.create(
            pin_id=f"pin-{n}", season=2026, product=product, grade=0, region=regions[region], lane=lanes[region, 6 + n], week=6 + n,
            kind=kind, share_code=f"share{n}", state=state, opened_at=now - timedelta(days=2), closes_at=now + timedelta(days=3),
            closed_at=now - timedelta(hours=1) if state == "filled" else None, pack_kg=product.pack_kg, seats_min=3, seats_max=10,
            seats_taken=taken, seats_paid=taken if state == "filled" else 0, ladder=LADDER, floor_fen=round(product.pack_kg * 3000),
            price_fen=3600 if state == "filled" else None,
        )  # fmt: skip
        PinLot.objects.create(pin=pin, lot=lot, kg=10 * product.pack_kg / 0.97, kept=0.97)
        pins.append(pin)
    return SmallSeason(*pins)


@pytest.fixture
def now(monkeypatch) -> datetime:
    """The cooperative's clock, stopped at noon of a Wednesday."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(clock, "today", lambda: date(2026, 10, 7))
    return NOW


@pytest.fixture
def season(db, now) -> SmallSeason:
    return make_small_season(now)


@pytest.fixture(scope="session")
def asked(django_db_setup, django_db_blocker) -> dict[str, dict[str, crawl.Answer]]:
    """What every address and operation answered to every role in a small world, which is gone when this is there."""
    with pytest.MonkeyPatch.context() as patched, django_db_blocker.unblock(), transaction.atomic():
        patched.setattr(clock, "now", lambda: NOW)
        patched.setattr(clock, "today", lambda: date(2026, 10, 7))
        make_small_season(NOW)
        answers = crawl.ask_everything(two_cooperatives.make_world(NOW))
        transaction.set_rollback(True)
    return answers


@pytest.fixture
def world(season, now) -> two_cooperatives.World:
    """Two cooperatives, and a browser for every role."""
    return two_cooperatives.make_world(now)


@pytest.fixture
def customer(season) -> Person:
    row = Customer.objects.create(customer_id="customer-1", region_id="kunming")
    return Person.objects.create_user("13800000101", customer=row, language="en")


@pytest.fixture
def english(client: Client) -> Client:
    """A browser that asked for English and has not signed in."""
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def buyer(english: Client, customer: Person) -> Client:
    """The customer's browser."""
    english.force_login(customer, backend="django.contrib.auth.backends.ModelBackend")
    return english
