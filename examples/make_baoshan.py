"""Write the example season of Baoshan as the tables of a season folder.

    python examples/make_baoshan.py [FOLDER] [--seed N]

The same seed writes the same bytes. What is reported, published or assumed stands in baoshan/SOURCES.md.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from making import growing, places, seen, shop
from making.calendar import ENDS_ON, SEASON, STARTS_ON
from making.weather import weather

SEED = 2026
PLOT_COLUMNS = [
    "plot_id", "crop", "household_id", "village_id", "block", "trees", "planted_on", "variety", "latitude", "longitude", "altitude_m",
]  # fmt: skip
STREAMS = ("weather", "land", "yields", "stages", "reports", "picks", "homes", "tastes", "shop", "fruit")
Tables = dict[str, pl.DataFrame]


def make(seed: int = SEED) -> tuple[Tables, Tables]:
    """(tables that are known when the season starts, tables of what happens in it)."""
    # One stream per part, so that a change in one part leaves the others as they were.
    streams = {name: np.random.default_rng(child) for name, child in zip(STREAMS, np.random.SeedSequence(seed).spawn(10), strict=True)}
    sky = weather(streams["weather"])
    land = growing.plots(streams["land"])
    grown = growing.yields(streams["yields"], land)
    truth = growing.reached(streams["stages"], land, sky)
    stages = growing.reports(streams["reports"], land, truth)
    damaged = seen.damage(streams["fruit"], land, sky, truth)
    who = shop.customers(streams["tastes"])
    bought = shop.purchases(streams["shop"], who)
    known_buyers = sorted(bought.filter(pl.col("date") < STARTS_ON)["customer_id"].unique())
    known: Tables = {
        "settings": places.settings(),
        "cooperatives": places.cooperatives(),
        "hubs": places.hubs(),
        "regions": places.regions(),
        "villages": places.villages(),
        "households": places.households(streams["homes"], growing.usual_worth(land, grown)),
        "plots": land.select(PLOT_COLUMNS),
        "products": places.products(),
        "merchants": places.merchants(),
        "stages": stages.filter(pl.col("reported_on") < STARTS_ON),
        "harvests": grown.filter(pl.col("season") < SEASON),
        "weather": sky.filter(pl.col("date") < STARTS_ON),
        "hub_weeks": places.hub_weeks(),
        "lanes": places.lanes(),
        "sales": shop.sales(bought.filter(pl.col("date") < STARTS_ON)),
        "purchases": bought.filter(pl.col("date") < STARTS_ON),
        "bids": places.bids(),
        "people": places.people(known_buyers[:12]),
    }
    later: Tables = {
        "stages": stages.filter(pl.col("reported_on").is_between(STARTS_ON, ENDS_ON)).sort("reported_on", "plot_id", "stage"),
        "crop_reports": seen.crop_reports(streams["fruit"], land, grown, damaged),
        "harvests": growing.pickings(streams["picks"], land, truth, grown, partial(seen.left, damaged)),
        "weather": sky.filter(pl.col("date").is_between(STARTS_ON, ENDS_ON)),
        "purchases": bought.filter(pl.col("date") >= STARTS_ON),
    }
    return known, later


def write(folder: Path, seed: int = SEED) -> None:
    """Write both sets of tables under `folder`."""
    known, later = make(seed)
    for place, tables in ((folder, known), (folder / "later", later)):
        place.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            table.write_csv(place / f"{name}.csv")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parent / "baoshan")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    write(given.folder, given.seed)
    print(f"wrote {given.folder}")
