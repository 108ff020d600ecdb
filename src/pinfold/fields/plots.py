"""Where things grow and whose they are: villages, households, plots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pinfold.basics.errors import InputError


@dataclass(frozen=True)
class Village:
    """Collects its households' crop and takes it to one hub."""

    village_id: str
    cooperative_id: str
    hub_id: str
    name: str
    name_zh: str
    latitude: float
    longitude: float
    altitude_m: float
    road_km: float
    walk_minutes: float
    collect_days: int
    collect_cost_per_kg: float


@dataclass(frozen=True)
class Household:
    """A grower family, known by its number. `registered_poor` is seen by its board and the officer alone."""

    household_id: str
    village_id: str
    people: int
    registered_poor: bool
    equity_fen: int
    farm_cost_fen: int
    other_income_fen: int
    language: str

    def __post_init__(self) -> None:
        if self.people < 1:
            raise InputError(f"household {self.household_id} has {self.people} people; give at least 1")


@dataclass(frozen=True)
class Plot:
    """One piece of land, or one tree, under one crop."""

    plot_id: str
    crop: str
    household_id: str | None = None
    village_id: str | None = None
    block: str | None = None
    area_m2: float | None = None
    trees: int | None = None
    planted_on: date | None = None
    variety: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None

    def __post_init__(self) -> None:
        if self.area_m2 is not None and self.area_m2 <= 0:
            raise InputError(f"plot {self.plot_id} has area_m2 {self.area_m2}; give more than 0, or leave it out")
        if self.trees is not None and self.trees < 1:
            raise InputError(f"plot {self.plot_id} has {self.trees} trees; give at least 1, or leave it out")
