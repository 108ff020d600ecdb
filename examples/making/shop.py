"""Customers: what each likes, how often each comes, and what each comes for day by day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from making.calendar import ENDS_ON, PURCHASES_FROM, STARTS_ON
from making.places import PRODUCTS, REGIONS

CUSTOMERS = 3_000
# Purchases of a whole week over all customers when the product is at its height.
PURCHASES_AT_HEIGHT = {"green-beans": 220.0, "mango": 340.0, "passion-fruit": 170.0, "snow-pea": 210.0}
# (month, day) from which customers look for it, is at its height from, until, and no longer asked for.
ASKED_FOR = {
    "mango": ((9, 1), (9, 15), (10, 20), (11, 12)),
    "passion-fruit": ((8, 25), (9, 25), (12, 20), (1, 31)),
    "snow-pea": ((10, 25), (11, 25), (2, 15), (3, 20)),
}
PACKS = {
    "green-beans": ((1, 2, 4, 6), (0.42, 0.38, 0.15, 0.05)),
    "mango": ((1, 2, 3, 4), (0.72, 0.19, 0.06, 0.03)),
    "passion-fruit": ((1, 2, 3, 4), (0.72, 0.19, 0.06, 0.03)),
    "snow-pea": ((1, 2, 3, 4), (0.72, 0.19, 0.06, 0.03)),
}
WEEKDAYS = (0.12, 0.11, 0.12, 0.13, 0.17, 0.19, 0.16)
GROWTH_A_YEAR = 0.06
BOUGHT = {"date": pl.Date, "customer_id": pl.String, "region_id": pl.String, "product_id": pl.String, "quantity": pl.Int64}


def customers(rng: np.random.Generator) -> pl.DataFrame:
    """customer_id, region_id, how busy each is (mean 1) and a taste for each product (mean 1); few like everything, some buy nothing."""
    shares = np.array([region[5] for region in REGIONS])
    region = rng.choice(len(REGIONS), CUSTOMERS, p=shares / shares.sum())
    liking = rng.gamma(0.5, 2.0, (CUSTOMERS, len(PRODUCTS)))
    local = rng.lognormal(0, 0.25, (len(REGIONS), len(PRODUCTS)))
    taste = liking * local[region]
    return pl.DataFrame(
        {
            "customer_id": [f"K{number:04d}" for number in range(1, CUSTOMERS + 1)],
            "region_id": [REGIONS[n][0] for n in region],
            "busy": rng.gamma(1.5, 1 / 1.5, CUSTOMERS),
            **{row[0]: taste[:, n] / taste[:, n].mean() for n, row in enumerate(PRODUCTS)},
        }
    )


def purchases(rng: np.random.Generator, who: pl.DataFrame) -> pl.DataFrame:
    """Every purchase of every week from PURCHASES_FROM to the season's end, sorted by day, customer and product."""
    busy = who["busy"].to_numpy()
    region = who["region_id"].to_numpy()
    regions = {name: n for n, name in enumerate(sorted(set(region)))}
    region_number = np.array([regions[name] for name in region])
    names = who["customer_id"].to_numpy()
    frames = []
    for monday in _mondays():
        for product in (row[0] for row in PRODUCTS):
            height = PURCHASES_AT_HEIGHT[product] * asked_for(product, monday + timedelta(days=3)) * _growth(monday)
            weather = rng.lognormal(0, 0.12) * rng.lognormal(0, 0.15, len(regions))
            expected = height * busy * who[product].to_numpy() * weather[region_number] / len(who)
            times = rng.poisson(expected)
            buyer = np.repeat(np.arange(len(who)), times)
            days = rng.choice(7, len(buyer), p=WEEKDAYS)
            packs = rng.choice(PACKS[product][0], len(buyer), p=PACKS[product][1])
            frames.append(
                pl.DataFrame(
                    {
                        "date": [monday + timedelta(days=int(n)) for n in days],
                        "customer_id": names[buyer],
                        "region_id": region[buyer],
                        "product_id": [product] * len(buyer),
                        "quantity": packs,
                    },
                    schema={
                        "date": pl.Date,
                        "customer_id": pl.String,
                        "region_id": pl.String,
                        "product_id": pl.String,
                        "quantity": pl.Int64,
                    },
                )
            )
    *key, _ = BOUGHT
    return pl.concat(frames).group_by(key).agg(pl.col("quantity").sum()).sort(key)


def sales(bought: pl.DataFrame) -> pl.DataFrame:
    """Weekly sales of each product and region, from the purchases, at a price that falls a little when much is there."""
    pack_kg = {row[0]: row[5] for row in PRODUCTS}
    price = {row[0]: row[7] for row in PRODUCTS}
    return (
        bought.with_columns(date=pl.col("date").dt.truncate("1w"), kg=pl.col("quantity") * pl.col("product_id").replace_strict(pack_kg))
        .group_by("date", "product_id", "region_id")
        .agg(pl.col("kg").sum().round(2))
        .with_columns(much=pl.col("kg") / pl.col("kg").mean().over("product_id", "region_id"))
        .with_columns(price_per_kg=(pl.col("product_id").replace_strict(price) * (1.04 - 0.04 * pl.col("much").clip(0, 2))).round(2))
        .select("date", "product_id", "region_id", "kg", "price_per_kg")
        .sort("date", "product_id", "region_id")
    )


def asked_for(product: str, day: date) -> float:
    """How much of its height the demand for a product has on a day, 0 .. 1; green beans are asked for all year.

    >>> asked_for("mango", date(2026, 10, 1)), asked_for("mango", date(2026, 12, 1))
    (1.0, 0.0)
    """
    if product not in ASKED_FOR:
        return 1.0
    first = date(day.year if day.month >= 6 else day.year - 1, *ASKED_FOR[product][0])
    knots = [first]
    for month, number in ASKED_FOR[product][1:]:
        knot = date(first.year, month, number)
        knots.append(knot if knot > first else date(first.year + 1, month, number))
    return float(np.interp(day.toordinal(), [knot.toordinal() for knot in knots], [0.0, 1.0, 1.0, 0.0]))


def _growth(monday: date) -> float:
    return (1 + GROWTH_A_YEAR) ** ((monday - STARTS_ON).days / 365.25)


def _mondays() -> list[date]:
    return [PURCHASES_FROM + timedelta(weeks=n) for n in range((ENDS_ON - PURCHASES_FROM).days // 7 + 1)]
