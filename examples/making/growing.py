"""Plots, their real yields, when each stage is reached, and what is picked on which day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from making.calendar import ENDS_ON, PAST_SEASONS, SEASON, STARTS_ON, WEATHER_FROM
from making.places import (
    COFFEE_COST_YUAN,
    COFFEE_YUAN,
    LOCAL_PRICE,
    PERISHABLE_COST_SHARE,
    VILLAGES,
    WITH_COFFEE,
    household_ids,
)
from pinfold.fields.crops import Crop, crop

OBSERVED = Path(__file__).parent.parent / "observed"
PERISHABLES = ("mango", "passion-fruit", "snow-pea")
PLOTS_EACH = 22
TREES_EACH = 11
# Mean kg of one plot in a season: chosen so that supply and demand are of one size.
# The orange trees that stand for the mangoes were planted in 1917, nine years before the season that stands for 2025 (1926).
PLANTED_ON = {"mango": date(2016, 3, 1)}
MEAN_KG = {"mango": 730.0, "passion-fruit": 440.0, "snow-pea": 350.0}
VARIETY = {"coffee": "Catimor", "mango": "Keitt", "passion-fruit": "purple", "snow-pea": "local"}


@dataclass(frozen=True)
class Bloom:
    """When the first stage comes: a plot's own day of the year (spread evenly over `spread_days`, as pruning and sowing are staggered),
    later by `days_per_100_m`, moved each year by a shock that all plots share and one of its own.
    """

    month: int
    day: int
    spread_days: int
    days_per_100_m: float


BLOOM = {
    "coffee": Bloom(3, 26, 14, 2.0),
    "mango": Bloom(3, 28, 18, 2.0),
    "passion-fruit": Bloom(7, 1, 75, 1.0),
    "snow-pea": Bloom(10, 20, 85, 1.0),
}
SHARED_SHOCK_DAYS = 4.0
OWN_SHOCK_DAYS = 2.0
HEAT_SPREAD = 0.02
SEEN_DAYS = 1.5
SEASON_SHOCK = 0.10
REPORTED_SHARE = 0.85
PICK_EVERY_DAYS = {"coffee": 14, "mango": 6, "passion-fruit": 6, "snow-pea": 4}
COORDINATOR = {"conggang": "13800000004", "nankang": "13800000005"}


def plots(rng: np.random.Generator) -> pl.DataFrame:
    """120 plots with the columns of the table and, beside them, usual_yuan (a year at the local price) and cost_yuan."""
    names = household_ids()
    owners = [("coffee", names[n]) for n in _spread(len(names), WITH_COFFEE)]
    with_coffee = {household for _, (household, _) in owners}
    second = [name for name in names for _ in range(1 if name[0] in with_coffee else 2)]
    # Mango in the warmest plots, snow peas in the coolest, passion fruit between them.
    owners += [(PERISHABLES[n // PLOTS_EACH], name) for n, name in enumerate(second)]
    place = {village: (latitude, longitude, altitude_m) for village, _, _, _, latitude, longitude, altitude_m, *_ in VILLAGES}
    size = rng.lognormal(0, 0.25, len(owners))
    rows = []
    count: dict[str, int] = {}
    for number, (kind, (household, village)) in enumerate(owners):
        count[kind] = count.get(kind, 0) + 1
        latitude, longitude, altitude_m = place[village]
        rows.append(
            {
                "plot_id": f"{kind}-{count[kind]:02d}",
                "crop": kind,
                "household_id": household,
                "village_id": village,
                "block": village,
                "size": size[number],
                "variety": VARIETY[kind],
                "planted_on": PLANTED_ON.get(kind),
                "latitude": round(latitude + rng.normal(0, 0.008), 4),
                "longitude": round(longitude + rng.normal(0, 0.008), 4),
                "altitude_m": float(round(altitude_m + rng.normal(0, 60))),
            }
        )
    return _with_trees(pl.DataFrame(rows))


def _with_trees(land: pl.DataFrame) -> pl.DataFrame:
    """`land` with the number of trees on coffee and mango plots. It is what is not known of the real trees, so it is chosen: such that a
    household's coffee brings COFFEE_YUAN in a mean year, and that a mango tree bears what the crop file calls usual."""
    coffee, mango = (land.filter(pl.col("crop") == kind) for kind in ("coffee", "mango"))
    usual_kg = COFFEE_YUAN / LOCAL_PRICE["coffee"] / _beans("coffee") / np.nanmean(_coffee_per_tree(len(coffee)))
    size = mango["size"].to_numpy()
    chosen = [
        coffee.select("plot_id").with_columns(trees=np.maximum(1, np.round(coffee["size"].to_numpy() * usual_kg))),
        mango.select("plot_id").with_columns(
            trees=np.maximum(1, np.round(MEAN_KG["mango"] * size / size.mean() / crop("mango").typical_kg.value))
        ),
    ]
    return land.join(pl.concat(chosen), on="plot_id", how="left", maintain_order="left").with_columns(pl.col("trees").cast(pl.Int64))


def _spread(count: int, chosen: int) -> list[int]:
    """`chosen` of `count` numbers, evenly spread, so that every village has households without coffee."""
    return [int(n * count / chosen) for n in range(chosen)]


def yields(rng: np.random.Generator, land: pl.DataFrame) -> pl.DataFrame:
    """plot_id, season, kg picked: real yields per tree of other places, see SOURCES.md."""
    coffee = land.filter(pl.col("crop") == "coffee")
    seasons = [*PAST_SEASONS[1:], SEASON]
    frames = [_long(coffee["plot_id"].to_list(), seasons, coffee["trees"].to_numpy()[:, None] * _coffee_per_tree(len(coffee)))]
    order = _neighbouring_oranges()
    for number, kind in enumerate(PERISHABLES):
        mine = land.filter(pl.col("crop") == kind)
        raw = order[number * PLOTS_EACH : (number + 1) * PLOTS_EACH]
        # Until 1923 the orchard was too young to bear fully: the mango plots begin with the season that stands for 1924.
        shape = (raw[:, 2:] / raw[:, 2:].mean()) if kind == "mango" else _without_growth(rng, raw)
        seasons = [*PAST_SEASONS, SEASON][-shape.shape[1] :]
        size = mine["size"].to_numpy()[:, None] / mine["size"].mean()
        frames.append(_long(mine["plot_id"].to_list(), seasons, MEAN_KG[kind] * size * shape))
    return pl.concat(frames)


def _beans(kind: str) -> float:
    return crop(kind).kg_per_harvest_kg.value


def _coffee_per_tree(count: int) -> np.ndarray:
    """kg of cherries per tree, shape (plots, 5 seasons): the mean of TREES_EACH trees that stood beside each other."""
    trees = pl.read_csv(OBSERVED / "coffee_trees_plots.csv").sort("block", "row", "col")["plot_id"].to_list()
    wide = pl.read_csv(OBSERVED / "coffee_trees_harvests.csv").pivot("season", index="plot_id", values="kg")
    kg = dict(zip(wide["plot_id"], wide.select("1", "2", "3", "4", "5").cast(pl.Float64).fill_null(float("nan")).to_numpy(), strict=True))
    groups = [np.array([kg[tree] for tree in trees[n * TREES_EACH : (n + 1) * TREES_EACH]]) for n in range(count)]
    return np.array([np.nanmean(group, axis=0) for group in groups])


def _neighbouring_oranges() -> np.ndarray:
    """kg per tree of orange plots, neighbours beside each other, shape (plots, 6 seasons 1922-1927)."""
    places = pl.read_csv(OBSERVED / "orange_plots_plots.csv").sort("row", "col").select("plot_id")
    wide = pl.read_csv(OBSERVED / "orange_plots_harvests.csv").filter(pl.col("season") > 1921).pivot("season", index="plot_id", values="kg")
    return places.join(wide, on="plot_id", how="left", maintain_order="left").select(map(str, range(1922, 1928))).to_numpy()


def _without_growth(rng: np.random.Generator, raw: np.ndarray) -> np.ndarray:
    """Each plot beside the mean of its season, because that orchard was young and growing; and a season shock that all plots share."""
    return raw / raw.mean(axis=0) * rng.lognormal(0, SEASON_SHOCK, raw.shape[1])


def _long(ids: list[str], seasons: list[int], kg: np.ndarray) -> pl.DataFrame:
    count = len(seasons)
    return pl.DataFrame(
        {"plot_id": [name for name in ids for _ in range(count)], "season": seasons * len(ids), "kg": kg.reshape(-1).round(1)}
    )


def reached(rng: np.random.Generator, land: pl.DataFrame, weather: pl.DataFrame) -> pl.DataFrame:
    """plot_id, season, stage, on: the day on which each stage truly came, by heat since the stage before."""
    tmean_c = {village: table.sort("date")["tmean_c"].to_numpy() for (village,), table in weather.group_by("village_id")}
    seasons = [*PAST_SEASONS, SEASON]
    shared = {(kind, season): rng.normal(0, SHARED_SHOCK_DAYS) for kind in BLOOM for season in seasons}
    rows = []
    for plot in land.iter_rows(named=True):
        kind, bloom = crop(plot["crop"]), BLOOM[plot["crop"]]
        own = rng.random() * bloom.spread_days + bloom.days_per_100_m * (plot["altitude_m"] - 1000) / 100
        for season in seasons:
            later_days = own + shared[plot["crop"], season] + rng.normal(0, OWN_SHOCK_DAYS)
            first_on = date(season, bloom.month, bloom.day) + timedelta(days=round(later_days))
            stages = _by_heat(kind, first_on, tmean_c[plot["village_id"]], rng)
            rows += [(plot["plot_id"], season, name, on) for name, on in stages]
    return pl.DataFrame(rows, schema=["plot_id", "season", "stage", "on"], orient="row")


def _by_heat(kind: Crop, first_on: date, tmean_c: np.ndarray, rng: np.random.Generator) -> list[tuple[str, date]]:
    """Every stage of the crop's year with its day, until the weather ends."""
    reached_on = [(kind.stages[0].name, first_on)]
    position = (first_on - WEATHER_FROM).days
    for stage in kind.stages[1:]:
        assert stage.heat_degree_days is not None
        heat = np.cumsum(np.maximum(0.0, tmean_c[position:] - kind.base_c.value))
        found = int(np.searchsorted(heat, stage.heat_degree_days.value * rng.lognormal(0, HEAT_SPREAD)))
        if position + found >= len(tmean_c):
            break
        position += found
        reached_on.append((stage.name, WEATHER_FROM + timedelta(days=position)))
    return reached_on


def reports(rng: np.random.Generator, land: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """Rows of the stages table: most stages are seen, a day or two off, some days after, with a certainty."""
    village = dict(land.select("plot_id", "village_id").iter_rows())
    count = len(truth)
    seen = rng.random(count) < REPORTED_SHARE
    off = np.round(rng.normal(0, SEEN_DAYS, count)).astype(int)
    late = rng.choice([0, 1, 2, 3, 6, 10], count, p=[0.45, 0.2, 0.12, 0.1, 0.09, 0.04]) + np.maximum(0, -off)
    certainty = np.round(np.clip(1 - 0.08 * np.abs(off) - rng.random(count) * 0.15, 0.5, 1.0), 2)
    rows = [
        (
            plot,
            season,
            stage,
            on + timedelta(days=int(off[n])),
            COORDINATOR[village[plot]],
            on + timedelta(days=int(off[n] + late[n])),
            certainty[n],
        )
        for n, (plot, season, stage, on) in enumerate(truth.iter_rows())
        if seen[n]
    ]
    return pl.DataFrame(rows, schema=["plot_id", "season", "stage", "on", "reported_by", "reported_on", "certainty"], orient="row")


def pickings(
    rng: np.random.Generator, land: pl.DataFrame, truth: pl.DataFrame, grown: pl.DataFrame, left: Callable[[str, date], float]
) -> pl.DataFrame:
    """plot_id, season, kg, grade, picked_on of the season that is played: every weighing.

    left : what damage has left of a plot's fruit by a day, 0 .. 1
    """
    kinds = dict(land.select("plot_id", "crop").iter_rows())
    kg = dict(grown.filter(pl.col("season") == SEASON).select("plot_id", "kg").iter_rows())
    rows = []
    for plot, season, stage, on in truth.iter_rows():
        kind = crop(kinds[plot])
        if season != SEASON or stage != kind.harvest_stage:
            continue
        step = PICK_EVERY_DAYS[kind.name]
        ends = np.arange(step, kind.picking_window_days.value + step, step)
        shares = np.diff(kind.picked_share(np.concatenate([[0.0], ends]))) * rng.lognormal(0, 0.15, len(ends))
        quality = rng.dirichlet(40 * kind.grade_shares)
        for end, share in zip(ends, shares / shares.sum(), strict=True):
            picked_on = max(STARTS_ON, on + timedelta(days=int(end) - step))
            if picked_on > ENDS_ON:
                continue
            weights = kg[plot] * share * left(plot, picked_on) * rng.dirichlet(200 * quality)
            rows += [(plot, season, round(float(w), 1), grade, picked_on) for grade, w in enumerate(weights) if w >= 0.05]
    return (
        pl.DataFrame(rows, schema=["plot_id", "season", "kg", "grade", "picked_on"], orient="row")
        .group_by("plot_id", "season", "grade", "picked_on", maintain_order=True)
        .agg(pl.col("kg").sum().round(1))
        .select("plot_id", "season", "kg", "grade", "picked_on")
        .sort("picked_on", "plot_id", "grade")
    )


def usual_worth(land: pl.DataFrame, grown: pl.DataFrame) -> pl.DataFrame:
    """`land` with cost_yuan: a year's fertiliser and labour, as a share of what the plot brings in a mean year at the local price."""
    mean_kg = dict(grown.group_by("plot_id").agg(pl.col("kg").mean()).iter_rows())
    share = {"coffee": COFFEE_COST_YUAN / COFFEE_YUAN} | dict.fromkeys(PERISHABLES, PERISHABLE_COST_SHARE)
    cost = [mean_kg[plot] * _beans(kind) * LOCAL_PRICE[kind] * share[kind] for plot, kind in land.select("plot_id", "crop").iter_rows()]
    return land.with_columns(cost_yuan=pl.Series(cost))
