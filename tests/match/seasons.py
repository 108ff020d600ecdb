"""Small seasons for the tests of the match: figures that can be worked by hand, and random ones."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import polars as pl

from pinfold.match.rules import MatchRules
from pinfold.match.season import Season, build_season
from pinfold.match.tables import Tables

# No losses, no discounts, no handling: a kg sent is a kg sold, so sums stay in the head.
PLAIN = MatchRules(
    loss_base=0.0,
    loss_at_full_age=0.0,
    handling_per_kg=0.0,
    storage_per_kg_week=0.0,
    cold_per_kg=0.0,
    grade_discount_second=0.0,
    grade_discount_third=0.0,
    freshness_discount=0.0,
    equity_bonus=0.0,
)


def lot(lot_id: str | int, kg: float = 100.0, **changes: object) -> dict[str, object]:
    """100 kg of mango, best grade, ready in week 0 at hub H; unsold it brings nothing."""
    return {
        "lot_id": lot_id,
        "village_id": "V",
        "hub_id": "H",
        "product_id": "mango",
        "grade": 0,
        "ready_week": 0,
        "kg": kg,
        "kg_cv": 0.2,
        "floor_price_per_kg": 4.0,
        "poverty_weight": 0.0,
        "collect_cost_per_kg": 0.0,
        "collect_days": 0,
        "salvage_per_kg": 0.0,
    } | changes


def want(want_id: str | int, region_id: str, price: float, kg: float, **changes: object) -> dict[str, object]:
    """`kg` at `price`, mango, week 0."""
    return {
        "want_id": want_id,
        "product_id": "mango",
        "region_id": region_id,
        "week": 0,
        "kind": "pin",
        "price_1": price,
        "price_2": 0.0,
        "price_3": 0.0,
        "kg_1": kg,
        "kg_2": 0.0,
        "kg_3": 0.0,
        "kg_min": 0.0,
        "open_cost": 0.0,
    } | changes


def lane(region_id: str, truck_cost: float = 0.0, **changes: object) -> dict[str, object]:
    """H to the region in week 0, two days, up to ten trucks of 1000 kg."""
    return {
        "lane_id": f"H-{region_id}-{changes.get('week', 0)}",
        "hub_id": "H",
        "region_id": region_id,
        "week": 0,
        "days": 2,
        "truck_kg": 1000.0,
        "truck_cost": truck_cost,
        "trucks_max": 10.0,
    } | changes


MANGO = {"product_id": "mango", "shelf_life_days": 10.0, "price_per_kg": 10.0}
PLENTY = {"hub_id": "H", "week": 0, "kg_max": 1e6}


def tables(lots: list[dict], wants: list[dict], lanes: list[dict], **others: list[dict]) -> Tables:
    return Tables(
        products=pl.DataFrame(others.get("products", [MANGO])),
        lots=pl.DataFrame(lots, schema=None if lots else list(lot(""))),
        wants=pl.DataFrame(wants, schema=None if wants else list(want("", "", 0, 0))),
        lanes=pl.DataFrame(lanes, schema=None if lanes else list(lane(""))),
        hub_weeks=pl.DataFrame(others.get("hub_weeks", [PLENTY])),
    )


def season(lots: list[dict], wants: list[dict], lanes: list[dict], rules: MatchRules = PLAIN, **others: list[dict]) -> Season:
    return build_season(tables(lots, wants, lanes, **others), rules)


def random_season(seed: int) -> Season:
    """Two hubs, three regions, three weeks, two products, up to 12 lots and 10 wants; limits tight enough to bind."""
    rng = np.random.default_rng(seed)
    products = [MANGO, {"product_id": "coffee", "shelf_life_days": 200.0, "price_per_kg": 40.0}]
    names, hubs, regions = ["mango", "coffee"], ["H", "J"], ["Shanghai", "Chengdu", "Kunming"]
    lots = [
        lot(
            f"L{number}",
            kg=float(rng.integers(0, 500)),
            hub_id=rng.choice(hubs),
            product_id=rng.choice(names),
            grade=int(rng.integers(0, 3)),
            ready_week=int(rng.integers(0, 3)),
            collect_days=int(rng.integers(0, 2)),
            collect_cost_per_kg=float(rng.uniform(0, 1)),
            salvage_per_kg=float(rng.uniform(-0.5, 3)),
            poverty_weight=float(rng.uniform()),
        )
        for number in range(rng.integers(1, 13))
    ]
    wants = []
    for number in range(rng.integers(1, 11)):
        name, price = rng.choice(names), float(rng.uniform(3, 15))
        steps = {f"price_{step}": price * (1.2 - 0.2 * step) for step in (1, 2, 3)}
        steps |= {f"kg_{step}": float(rng.integers(0, 200)) for step in (1, 2, 3)}
        wants.append(want(f"W{number}", rng.choice(regions), price, 0, product_id=name, week=int(rng.integers(0, 3)), **steps))
    lanes = [
        lane(
            region,
            truck_cost=float(rng.uniform(0, 1500)),
            lane_id=f"{hub}-{region}-{week}",
            hub_id=hub,
            week=week,
            days=int(rng.integers(1, 5)),
            trucks_max=float(rng.choice([0.1, 0.3, 2.0])),
        )
        for hub in hubs
        for region in regions
        for week in range(3)
        if rng.random() < 0.8
    ]
    hub_weeks = [{"hub_id": hub, "week": week, "kg_max": float(rng.choice([50.0, 300.0, 5000.0]))} for hub in hubs for week in range(3)]
    return season(lots, wants, lanes, MatchRules(), products=products, hub_weeks=hub_weeks)


NAMES = ("lot_id", "hub_id", "want_id", "region_id", "lane_id")


def beside(*given: Season) -> Season:
    """Seasons as valleys of one, which share no hub, region or lane."""
    together = {}
    for table in (item.name for item in fields(Tables)):
        frames = [getattr(each.tables, table) for each in given]
        named = [
            frame.with_columns(pl.format("{} of {}", name, pl.lit(number)).alias(name) for name in NAMES if name in frame.columns)
            for number, frame in enumerate(frames)
        ]
        together[table] = pl.concat(named, how="vertical_relaxed").unique(maintain_order=True)
    return build_season(Tables(**together), given[0].rules)
