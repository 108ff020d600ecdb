"""Villages, households, plots, hubs, regions, lanes, merchants, bids and people of the example; sources in baoshan/SOURCES.md."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from making.calendar import SEASON, STARTS_ON, WEEKS

COOPERATIVE = "conggang-nankang"
INVESTED_FEN = 60_000_000
HOUSEHOLDS = {"conggang": 36, "nankang": 24}
WITH_COFFEE = 54
COFFEE_YUAN = 9_000
COFFEE_COST_YUAN = 5_100
LOCAL_PRICE = {"coffee": 7.6, "mango": 3.0, "passion-fruit": 5.0, "snow-pea": 5.0}
PERISHABLE_COST_SHARE = 0.45

VILLAGES = [
    ("conggang", "lujiang", "Conggang", "丛岗", 25.02, 98.84, 950, 8.0, 40, 0, 0.30),
    ("nankang", "longyang", "Nankang", "赧亢", 24.84, 98.79, 1200, 8.0, 55, 1, 0.45),
]
HUBS = [("lujiang", "Lujiang", "潞江", 24.97, 98.88), ("longyang", "Longyang", "隆阳", 25.11, 99.16)]
HUB_KG_MAX = {"lujiang": 11_000.0, "longyang": 8_000.0}
# region_id, name, name_zh, latitude, longitude, share of customers, days from the hubs, yuan per kg of lane
REGIONS = [
    ("R01", "Baoshan", "保山", 25.11, 99.16, 0.05, 0, 0.15),
    ("R02", "Dali", "大理", 25.60, 100.27, 0.05, 1, 0.60),
    ("R03", "Kunming", "昆明", 25.04, 102.72, 0.16, 1, 0.90),
    ("R04", "Chengdu", "成都", 30.57, 104.07, 0.11, 2, 1.60),
    ("R05", "Chongqing", "重庆", 29.56, 106.55, 0.09, 2, 1.60),
    ("R06", "Guiyang", "贵阳", 26.65, 106.63, 0.05, 2, 1.30),
    ("R07", "Nanning", "南宁", 22.82, 108.37, 0.05, 2, 1.50),
    ("R08", "Guangzhou", "广州", 23.13, 113.26, 0.10, 3, 2.00),
    ("R09", "Wuhan", "武汉", 30.59, 114.31, 0.07, 3, 2.10),
    ("R10", "Hangzhou", "杭州", 30.27, 120.16, 0.07, 3, 2.40),
    ("R11", "Shanghai", "上海", 31.23, 121.47, 0.13, 3, 2.40),
    ("R12", "Beijing", "北京", 39.90, 116.40, 0.07, 4, 2.70),
]
TRUCK_KG = 3_000.0
# product_id, name, name_zh, category, crop, pack_kg, shelf_life_days, price_per_kg, kg_per_harvest_kg
PRODUCTS = [
    ("green-beans", "Green coffee beans, 500 g", "生咖啡豆 500 克", "coffee", "coffee", 0.5, 365.0, 42.0, 0.167),
    ("mango", "Late mango, 5 kg", "晚熟芒果 5 公斤", "fruit", "mango", 5.0, 18.0, 12.0, 0.95),
    ("passion-fruit", "Passion fruit, 2.5 kg", "百香果 2.5 公斤", "fruit", "passion-fruit", 2.5, 14.0, 16.0, 0.95),
    ("snow-pea", "Snow peas, 1.5 kg", "荷兰豆 1.5 公斤", "vegetable", "snow-pea", 1.5, 10.0, 18.0, 0.93),
]
# Six merchants, one bid each: week, kg, kg_min, yuan per kg. Together 42,530 kg for 407,600 yuan, both reported.
BIDS = [
    ("M1", 10, 7_500.0, 2_000.0, 9.58),
    ("M2", 12, 10_000.0, 2_500.0, 9.73),
    ("M3", 14, 9_000.0, 2_500.0, 9.63),
    ("M4", 16, 6_500.0, 2_000.0, 9.49),
    ("M5", 19, 5_500.0, 1_500.0, 9.42),
    ("M6", 22, 4_030.0, 1_000.0, 9.50),
]


def _table(columns: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=columns.split(), orient="row", infer_schema_length=None)


def settings() -> pl.DataFrame:
    """The settings that differ from every room's defaults."""
    return _table(
        "name value unit source",
        [
            ("season.number", str(SEASON), "year", "the year in which the season starts"),
            ("season.starts_on", str(STARTS_ON), "date", "assumed: a Monday before the first late mangoes"),
            ("season.weeks", str(WEEKS), "weeks", "assumed: until the last coffee is picked"),
            ("coop.guarantee_after_weeks", "6", "weeks", "assumed: beans wait for a merchant's week; what keeps shorter is bought sooner"),
        ],
    )


def cooperatives() -> pl.DataFrame:
    """One cooperative; what was invested in it is shared equally as equity."""
    return _table(
        "cooperative_id name name_zh invested_fen",
        [(COOPERATIVE, "Conggang and Nankang growers' cooperative", "丛岗赧亢种植合作社", INVESTED_FEN)],
    )


def villages() -> pl.DataFrame:
    """Two villages, each with the way to its hub."""
    rows = [(name, COOPERATIVE, *rest) for name, *rest in VILLAGES]
    return _table(
        "village_id cooperative_id hub_id name name_zh latitude longitude altitude_m road_km walk_minutes collect_days collect_cost_per_kg",
        rows,
    ).with_columns(pl.col("altitude_m", "road_km", "walk_minutes").cast(pl.Float64))


def hubs() -> pl.DataFrame:
    """Where the crop is collected, graded and packed."""
    return _table("hub_id name name_zh latitude longitude", list(HUBS))


def regions() -> pl.DataFrame:
    """Twelve cities where customers pick up."""
    return _table("region_id name name_zh latitude longitude", [row[:5] for row in REGIONS])


def products() -> pl.DataFrame:
    """Four products, one from each crop."""
    return _table("product_id name name_zh category crop pack_kg shelf_life_days price_per_kg kg_per_harvest_kg", list(PRODUCTS))


def lanes() -> pl.DataFrame:
    """Every hub to every region in every week; from Lujiang a truck first climbs out of the valley, for 0.10 yuan a kg."""
    rows: list[tuple[object, ...]] = []
    for hub, climb in (("lujiang", 0.10), ("longyang", 0.0)):
        for region, _, _, _, _, _, days, cost in REGIONS:
            trucks = 4.0 if region == "R01" else 2.0
            for week in range(WEEKS):
                truck_cost = round((cost + climb) * TRUCK_KG, 2)
                rows.append((f"{hub}-{region}-{week:02d}", hub, region, week, float(days), TRUCK_KG, truck_cost, trucks))
    return _table("lane_id hub_id region_id week days truck_kg truck_cost trucks_max", rows)


def hub_weeks() -> pl.DataFrame:
    """What each hub can pack in each week; half of it in the week of the Spring Festival (6 February 2027)."""
    rows = [(hub, week, kg / 2 if week == 21 else kg) for hub, kg in HUB_KG_MAX.items() for week in range(WEEKS)]
    return _table("hub_id week kg_max", rows)


def merchants() -> pl.DataFrame:
    """Six coffee merchants, who take delivery in Baoshan."""
    rows = [(merchant, f"Coffee merchant {merchant[1:]}", f"咖啡商 {merchant[1:]}", "R01") for merchant, *_ in BIDS]
    return _table("merchant_id name name_zh region_id", list(rows))


def bids() -> pl.DataFrame:
    """One bid of each merchant."""
    rows = [
        (f"B-{merchant}", merchant, "green-beans", 2, "R01", week, kg, kg_min, price, date(2026, 8, 24 + number))
        for number, (merchant, week, kg, kg_min, price) in enumerate(BIDS)
    ]
    return _table("bid_id merchant_id product_id grade region_id week kg kg_min price_per_kg offered_on", list(rows))


def households(rng: np.random.Generator, plots: pl.DataFrame) -> pl.DataFrame:
    """Sixty households. Farm costs follow what their plots usually bring at the local price."""
    usual = dict(plots.group_by("household_id").agg(pl.col("cost_yuan").sum()).iter_rows())
    names = household_ids()
    count = len(names)
    return pl.DataFrame(
        {
            "household_id": [household for household, _ in names],
            "village_id": [village for _, village in names],
            "people": rng.choice([2, 3, 4, 5, 6, 7], count, p=[0.08, 0.17, 0.30, 0.25, 0.14, 0.06]),
            "registered_poor": [True] * count,
            "equity_fen": [INVESTED_FEN // count] * count,
            "farm_cost_fen": [100 * round(usual[household]) for household, _ in names],
            "other_income_fen": (rng.gamma(2.0, 9_000, count).round(-2) * 100).astype(int),
            "language": ["zh-hans"] * count,
        }
    )


def household_ids() -> list[tuple[str, str]]:
    """(household_id, village_id) of every household, by number."""
    return [(f"{village[0].upper()}{number:02d}", village) for village, count in HOUSEHOLDS.items() for number in range(1, count + 1)]


def people(customers: list[str]) -> pl.DataFrame:
    """Whom to sign in as: invented numbers, one or more for every role."""
    subjects = [
        ("operator", None, "en"),
        ("officer", None, "zh-hans"),
        ("board", COOPERATIVE, "zh-hans"),
        ("coordinator", "conggang", "zh-hans"),
        ("coordinator", "nankang", "zh-hans"),
        ("packhouse", "lujiang", "zh-hans"),
        ("packhouse", "longyang", "zh-hans"),
        *[("household", household, "zh-hans") for household in ("C01", "C02", "C03", "N01", "N02", "N03")],
        *[("merchant", merchant, "zh-hans") for merchant, *_ in BIDS],
        *[("customer", customer, "zh-hans") for customer in customers],
    ]
    rows = [(f"138{number:08d}", role, subject, language) for number, (role, subject, language) in enumerate(subjects, start=1)]
    return _table("phone role subject_id language", list(rows))
