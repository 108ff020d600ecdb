"""The tables of a small season, so that the story can be told: two villages' mangoes, two cities, ten customers.

Every number is chosen to be followed by hand; nothing here was observed.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl

STARTS_ON = date(2026, 9, 7)
PLOTS = [f"plot-{number}" for number in range(1, 9)]
CUSTOMERS = [f"customer-{number}" for number in range(1, 11)]
# Phone numbers: of one person of each role, and of everybody of whom the story needs several.
COORDINATORS = {"upper": "13900000001", "lower": "13900000002"}
BOARD, MERCHANT, PACKHOUSE, OFFICER, OPERATOR = (f"1390000000{number}" for number in range(3, 8))
HOUSEHOLDS = {f"H{number}": f"1390000001{number}" for number in range(1, 5)}
BUYERS = {customer: f"139000000{20 + number}" for number, customer in enumerate(CUSTOMERS, 1)}


def write(folder: Path) -> Path:
    """Writes every table into `folder`."""
    folder.mkdir(parents=True)
    for name, rows in {**_places(), **_past(), **_roads()}.items():
        pl.DataFrame(rows, infer_schema_length=None).write_csv(folder / f"{name}.csv")
    return folder


def _places() -> dict[str, list[dict[str, object]]]:
    village = {"cooperative_id": "coop", "hub_id": "hub", "altitude_m": 1100, "road_km": 8, "walk_minutes": 40, "collect_days": 0}
    household = {"people": 5, "equity_fen": 2_500_000, "farm_cost_fen": 300_000, "other_income_fen": 1_000_000, "language": "zh-hans"}
    return {
        "settings": [
            {"name": "season.number", "value": "2026", "unit": "year", "source": "assumed"},
            {"name": "season.starts_on", "value": "2026-09-07", "unit": "date", "source": "assumed"},
            {"name": "season.weeks", "value": "12", "unit": "weeks", "source": "assumed"},
            {"name": "pin.pin_seats_max", "value": "12", "unit": "seats", "source": "assumed"},
        ],
        "cooperatives": [{"cooperative_id": "coop", "name": "Coop", "name_zh": "合作社", "invested_fen": 10_000_000}],
        "hubs": [{"hub_id": "hub", "name": "Lujiang", "name_zh": "潞江", "latitude": 24.97, "longitude": 98.88}],
        "regions": [
            {"region_id": "dali", "name": "Dali", "name_zh": "大理", "latitude": 25.6, "longitude": 100.27},
            {"region_id": "kunming", "name": "Kunming", "name_zh": "昆明", "latitude": 25.04, "longitude": 102.72},
        ],
        "villages": [
            village
            | {
                "village_id": "upper",
                "name": "Upper",
                "name_zh": "上村",
                "latitude": 25.02,
                "longitude": 98.84,
                "collect_cost_per_kg": 0.3,
            },
            village
            | {
                "village_id": "lower",
                "name": "Lower",
                "name_zh": "下村",
                "latitude": 24.84,
                "longitude": 98.79,
                "collect_cost_per_kg": 0.4,
            },
        ],
        "households": [
            household
            | {"household_id": f"H{number}", "village_id": "upper" if number <= 2 else "lower", "registered_poor": number % 2 == 1}
            for number in range(1, 5)
        ],
        "plots": [
            {"plot_id": plot, "crop": "mango", "household_id": f"H{1 + at // 2}", "village_id": "upper" if at < 4 else "lower"}
            for at, plot in enumerate(PLOTS)
        ],
        "products": [
            {
                "product_id": "mango",
                "name": "Mango, 2.5 kg",
                "name_zh": "芒果 2.5 公斤",
                "category": "fruit",
                "crop": "mango",
                "pack_kg": 2.5,
                "shelf_life_days": 18,
                "price_per_kg": 12.0,
                "kg_per_harvest_kg": 1.0,
            }
        ],
        "merchants": [{"merchant_id": "dryer", "name": "Drying house", "name_zh": "果干坊", "region_id": "kunming"}],
        "people": [{"phone": phone, "role": role, "subject_id": subject, "language": "zh-hans"} for phone, role, subject in _people()],
    }


def _people() -> list[tuple[str, str, str | None]]:
    """(phone, role, id of what the role is over) of everybody who can sign in."""
    return [
        *((phone, "coordinator", village) for village, phone in COORDINATORS.items()),
        (BOARD, "board", "coop"),
        (MERCHANT, "merchant", "dryer"),
        (PACKHOUSE, "packhouse", "hub"),
        (OFFICER, "officer", None),
        (OPERATOR, "operator", None),
        *((phone, "household", household) for household, phone in HOUSEHOLDS.items()),
        *((phone, "customer", customer) for customer, phone in BUYERS.items()),
    ]


def _past() -> dict[str, list[dict[str, object]]]:
    """Four seasons of harvests and ripe dates, and half a year of sales and purchases."""
    harvests = [
        {"plot_id": plot, "season": season, "kg": 60 + 4 * at + (10 if (season + at) % 2 else -10)}
        for at, plot in enumerate(PLOTS)
        for season in range(2022, 2026)
    ]
    stages = [
        {"plot_id": plot, "season": season, "stage": "ripe", "on": date(season, 9, 18) + timedelta(days=at % 4 + season % 3)}
        for at, plot in enumerate(PLOTS)
        for season in range(2022, 2026)
    ]
    sales = [
        {"date": STARTS_ON - timedelta(weeks=week), "product_id": "mango", "region_id": region, "kg": kg + week % 3, "price_per_kg": 12.0}
        for week in range(1, 27)
        for region, kg in (("dali", 60.0), ("kunming", 60.0))
    ]
    purchases = [
        {
            "date": STARTS_ON - timedelta(weeks=week),
            "customer_id": customer,
            "region_id": "dali" if at < 5 else "kunming",
            "product_id": "mango",
            "quantity": 1,
        }
        for at, customer in enumerate(CUSTOMERS)
        for week in range(1, 9)
    ]
    return {"harvests": harvests, "stages": stages, "sales": sales, "purchases": purchases}


def _roads() -> dict[str, list[dict[str, object]]]:
    lanes = [
        {"lane_id": f"{region}-{week}", "hub_id": "hub", "region_id": region, "week": week, "days": days}
        | {"truck_kg": 1000.0, "truck_cost": cost, "trucks_max": 3}
        for week in range(12)
        for region, days, cost in (("dali", 1, 600.0), ("kunming", 1, 900.0))
    ]
    bid = {"merchant_id": "dryer", "product_id": "mango", "grade": 2, "region_id": "kunming", "week": 5, "kg": 40.0, "kg_min": 10.0}
    return {
        "lanes": lanes,
        "hub_weeks": [{"hub_id": "hub", "week": week, "kg_max": 2000.0} for week in range(12)],
        "bids": [bid | {"bid_id": "dried", "price_per_kg": 9.0, "offered_on": date(2026, 9, 1)}],
    }
