"""One installation with many open pins, and what a visit to its list costs: the part of `scripts/bench.py list` that needs a database."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

import django
import numpy as np

PRODUCTS, REGIONS, COOPERATIVES, CUSTOMERS, VISITS = 200, 30, 40, 100, 200


def measure(pins: int) -> None:
    """Prints CPU seconds as JSON: of each visit to the list and the page, of reading all pins, of the dot products of all visits."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "pinfold.web.django_settings"
    django.setup()
    from django.core.cache import cache
    from django.test import Client

    from pinfold.demand.ranking import FIRST_PAGE
    from pinfold.flows import clock
    from pinfold.flows.offers import KEPT
    from pinfold.flows.ranking import Asked, list_for
    from pinfold.store import setup
    from pinfold.store.reads import shop

    setup.migrate()
    rng, now = np.random.default_rng(0), clock.now()
    open_many_pins(pins, rng)
    people = customers(rng)
    cache.clear()

    def visit(number: int) -> None:
        listed = list_for(f"customer-{number % CUSTOMERS}", Asked(), now)
        cards = shop.cards_of(listed.pin_ids(0, FIRST_PAGE.places), now)
        listed.shown(0, FIRST_PAGE.places, {card.pin_id for card in cards})

    taking = spent(lambda _: KEPT.get(now), 1)[0]
    browsers = [Client() for _ in people]
    for browser, person in zip(browsers, people, strict=True):
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    # Templates are compiled with the first page.
    assert browsers[0].get("/?region=").content.count(b"pin-card") == FIRST_PAGE.places, "the list has other pins than were opened"
    tastes, of_pins = rng.random((VISITS, PRODUCTS), dtype=np.float32), rng.random((PRODUCTS, pins), dtype=np.float32)
    print(
        json.dumps(
            {
                "taking": taking,
                "list": spent(visit, VISITS),
                "page": spent(lambda number: browsers[number % CUSTOMERS].get("/?region="), VISITS),
                "dot": sum(spent(lambda number: np.dot(tastes[number], of_pins), VISITS)),
            }
        )
    )


def spent(do: Callable[[int], object], times: int) -> list[float]:
    """CPU seconds of each time."""
    found = []
    for number in range(times):
        started = time.process_time()
        do(number)
        found.append(time.process_time() - started)
    return found


def open_many_pins(pins: int, rng: np.random.Generator) -> None:
    """A season with public pins of all products in all regions, of one or two cooperatives each."""
    from pinfold.flows import clock
    from pinfold.store import models as store

    now, today = clock.now(), clock.today()
    store.Season.objects.create(number=today.year, starts_on=today - timedelta(days=today.weekday()), weeks=26)
    names = {"name": "name", "name_zh": "名"}
    hub = store.Hub.objects.create(hub_id="hub", latitude=25, longitude=99, **names)
    regions = [store.Region(region_id=f"region-{n}", latitude=25, longitude=99, **names) for n in range(REGIONS)]
    products = [
        store.Product(product_id=f"product-{n}", category="fruit", crop="mango", pack_kg=2, shelf_life_days=20, price_per_kg=20, **names)
        for n in range(PRODUCTS)
    ]
    cooperatives = [store.Cooperative(cooperative_id=f"coop-{n}", **names) for n in range(COOPERATIVES)]
    villages = [
        store.Village(
            village_id=f"village-{n}", cooperative_id=f"coop-{n}", hub=hub, latitude=25, longitude=99, altitude_m=1500, road_km=8,
            walk_minutes=30, collect_days=1, collect_cost_per_kg=0.5, **names,
        )
        for n in range(COOPERATIVES)
    ]  # fmt: skip
    lanes = [
        store.Lane(lane_id=f"lane-{n}", hub=hub, region_id=f"region-{n}", week=3, days=2, truck_kg=1500, truck_cost=1200, trucks_max=99)
        for n in range(REGIONS)
    ]
    lots = [
        store.Lot(
            lot_id=f"lot-{village}-{product}", season=today.year, village_id=f"village-{village}", hub=hub, product_id=f"product-{product}",
            grade=0, ready_week=2, kg=1e6, kg_cv=0.2, floor_price_per_kg=8, poverty_weight=0.5, collect_cost_per_kg=0.5, collect_days=1,
            salvage_per_kg=1,
        )
        for village in range(COOPERATIVES)
        for product in range(PRODUCTS)
    ]  # fmt: skip
    made, parts = [], []
    for n in range(pins):
        region, product, size = int(rng.integers(REGIONS)), int(rng.integers(PRODUCTS)), int(rng.integers(3, 21))
        opened_at, closes_at = (now + timedelta(hours=float(hours)) for hours in (-rng.uniform(1, 200), rng.uniform(1, 300)))
        seats = int(rng.integers(size))
        made.append(
            store.Pin(
                pin_id=f"pin-{n}", season=today.year, product_id=f"product-{product}", grade=0, region_id=f"region-{region}",
                lane_id=f"lane-{region}", week=3, share_code=f"share-{n}", opened_at=opened_at, closes_at=closes_at, pack_kg=2,
                seats_min=size, seats_max=3 * size, seats_taken=seats, seats_paid=seats, floor_fen=1600,
                ladder=[[size, 4000], [2 * size, 3800], [3 * size, 3600]],
            )
        )  # fmt: skip
        for village in {int(rng.integers(COOPERATIVES)) for _ in range(1 if n % 5 else 2)}:
            parts.append(store.PinLot(pin_id=f"pin-{n}", lot_id=f"lot-{village}-{product}", kg=6 * size, kept=0.97))
    for rows in (regions, products, cooperatives, villages, lanes, lots, made, parts):
        type(rows[0])._default_manager.bulk_create(rows, batch_size=500)


def customers(rng: np.random.Generator) -> list[object]:
    """People with an account, each with a taste for ten products."""
    from pinfold.store import models as store

    people = []
    for n in range(CUSTOMERS):
        customer = store.Customer.objects.create(customer_id=f"customer-{n}", region_id=f"region-{n % REGIONS}")
        chances = [[f"product-{product}", float(rng.random() ** 4)] for product in rng.choice(PRODUCTS, 10, replace=False)]
        store.Taste.objects.create(customer=customer, learned_on=date(2026, 1, 1), chances=chances, other=0.01)
        people.append(store.Person.objects.create_user(f"137{n:08d}", customer=customer, language="en"))
    return people


if __name__ == "__main__":
    measure(int(sys.argv[1]))
