"""What is known of each crop, read from crops/*.toml: every number with unit and source, or marked "assumed".

Adding a crop is adding one file to crops/. The forecasting commands need no crop file: they learn from the plots' own records.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from pinfold.basics.errors import InputError, NotFound
from pinfold.basics.quantiles import Floats

CROP_FILES = files("pinfold.fields") / "crops"


@dataclass(frozen=True)
class Fact:
    """One number of a crop file. `source` names a publication, or is "assumed" with the reason."""

    value: float
    unit: str
    source: str


@dataclass(frozen=True)
class Stage:
    """A stage and the heat that it takes from the stage before it (the first stage: from the start of the crop's year)."""

    name: str
    heat_degree_days: Fact | None


# The last stage of every crop: what ripened has been picked. It is reported and forecast like the stages of the crop's file.
PICKING_OVER = "picking over"


@dataclass(frozen=True)
class CropGrade:
    """Grade 0 is the best. `floor_price_per_kg` is per kg of product, guaranteed to the grower side for qualified crop."""

    grade: int
    name: str
    usual_share: Fact
    floor_price_per_kg: Fact


@dataclass(frozen=True)
class Crop:
    name: str
    name_zh: str
    stages: tuple[Stage, ...]
    base_c: Fact
    shelf_life_days: Fact
    picking_window_days: Fact
    """From the first ripe fruit to the end of picking, all flushes."""
    picking_profile: tuple[Fact, ...]
    """Shares of one flush in parts of equal length."""
    grades: tuple[CropGrade, ...]
    kg_per_harvest_kg: Fact
    salvage_per_kg: Fact
    typical_kg: Fact
    """Usual harvest of a bearing plant or of land: unit kg/tree or kg/m2, per season."""
    fruit_kg: Fact | None = None
    """kg harvested of one fruit that was counted on the plant, what falls before it is ripe taken off; None: counts are not used."""
    flush_shares: tuple[Fact, ...] = ()
    """Share of the harvest that each flowering brings, in their order; none: the crop flowers once."""
    flush_days: tuple[Fact, ...] = ()
    """Days from the first flowering to each of these, 0 first; fruit of a later flowering is ripe so much later."""
    shower_mm: Fact | None = None
    """Rain of one day that lets the crop flower after a dry spell, mm; None: rain does not place its flowerings."""
    dry_days: Fact | None = None
    """A dry spell: so many days that together bring less than `shower_mm`."""
    bloom_days: Fact | None = None
    """From that rain to the flowers."""
    flowering_days: Fact | None = None
    """All flowerings of a season start within so many days of the first."""
    frost_c: Fact | None = None
    """A night this cold, °C, costs `frost_loss_share` of the fruit on the plant; None: frost in the weather is not looked at."""
    frost_loss_share: Fact | None = None
    bearing_by_age: tuple[Fact, ...] = ()
    """Share of full bearing in the first, second ... season after the one in which trees were planted; later on 1. Empty: no trees."""

    @property
    def harvest_stage(self) -> str:
        """The stage from which picking starts: the last of the sequence."""
        return self.stages[-1].name

    @property
    def grade_shares(self) -> Floats:
        """Usual share of the product in each grade, shape (grades,), sums to 1."""
        return np.array([grade.usual_share.value for grade in self.grades])

    def bearing_share(self, age_seasons: Floats) -> Floats:
        """Share of full bearing at so many seasons after that of planting (any shape), 0 .. 1; 0 at 0 and before."""
        if not self.bearing_by_age:
            return np.ones_like(age_seasons, dtype=float)
        ages = np.arange(len(self.bearing_by_age) + 2)
        shares = np.array([0.0, *(fact.value for fact in self.bearing_by_age), 1.0])
        return np.asarray(np.interp(age_seasons, ages, shares))

    def in_season(self, flush_days: Sequence[float]) -> Crop:
        """The crop as it is picked where this season's flowerings came so many days after the first (0 first, at most one a flush).

        The first flushes keep their shares of each other, and every flush is picked as long as always.
        """
        usual = self.flush_shares[: len(flush_days)]
        shares = tuple(replace(fact, value=fact.value / sum(each.value for each in usual)) for fact in usual)
        days = tuple(replace(fact, value=day) for fact, day in zip(self.flush_days[: len(flush_days)], flush_days, strict=True))
        window_days = self.picking_window_days.value - self.flush_days[-1].value + flush_days[-1]
        return replace(self, flush_shares=shares, flush_days=days, picking_window_days=replace(self.picking_window_days, value=window_days))

    def picked_share(self, days_since_ripe: Floats) -> Floats:
        """Share of the harvest picked until so many days after the harvest stage (any shape), 0 .. 1: the sum of all flushes.

        The profile's parts have equal length and are picked evenly.
        """
        flushes = [(fact.value, day.value) for fact, day in zip(self.flush_shares, self.flush_days, strict=True)] or [(1.0, 0.0)]
        parts = np.array([0.0, *(fact.value for fact in self.picking_profile)]).cumsum()
        edges = np.linspace(0.0, self.picking_window_days.value - flushes[-1][1], len(parts))
        # All flushes together bend where one of them bends.
        bends = np.unique(np.concatenate([edges + after for _, after in flushes]))
        picked = sum(share * np.interp(bends - after, edges, parts) for share, after in flushes)
        return np.asarray(np.interp(days_since_ripe, bends, picked))


def known_crops() -> tuple[str, ...]:
    """Names of all crops that have a file, in alphabetic order."""
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in CROP_FILES.iterdir() if entry.name.endswith(".toml")))


@cache
def crop(name: str) -> Crop:
    """The crop called `name`. Raises NotFound, with the list of known crops, when there is no such file."""
    if name not in known_crops():
        raise NotFound(f"crop {name!r} is not known; known crops are {', '.join(known_crops())}. Add fields/crops/{name}.toml to teach it")
    return parse_crop(name, (CROP_FILES / f"{name}.toml").read_text(encoding="utf-8"))


def names_of(name: str) -> tuple[str, str]:
    """What people call the crop, in English and in Chinese; a crop without a file is called by its own name."""
    return (name.replace("-", " "), crop(name).name_zh) if name in known_crops() else (name, name)


def harvest_stage_of(name: str) -> str:
    """The stage from which a crop is picked; ripe for a crop without a file."""
    return crop(name).harvest_stage if name in known_crops() else "ripe"


def parse_crop(name: str, text: str) -> Crop:
    """The crop written in `text` (TOML; see crops/coffee.toml). Raises InputError naming the crop, the entry and what is missing."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"crop {name!r} is not readable TOML: {error}; compare it with crops/coffee.toml") from None
    grades = tuple(
        CropGrade(
            number,
            _text(name, entry, "name"),
            _fact(name, entry, "usual_share"),
            _fact(name, entry, "floor_price_per_kg"),
        )
        for number, entry in enumerate(table.get("grades", []))
    )
    stages = tuple(
        Stage(_text(name, entry, "name"), _fact(name, entry, "heat_degree_days") if "heat_degree_days" in entry else None)
        for entry in table.get("stages", [])
    )
    facts: dict[str, Any] = {
        key: _fact(name, table, key) for key in (*SINGLE_FACTS, *OPTIONAL_FACTS) if key in SINGLE_FACTS or key in table
    }
    series: dict[str, Any] = {key: _series(name, table, key) for key in OPTIONAL_SERIES if key in table}
    known = Crop(
        name=name,
        name_zh=_text(name, table, "name_zh"),
        stages=stages,
        grades=grades,
        picking_profile=_series(name, table, "picking_profile"),
        **facts,
        **series,
    )
    _refuse_if_incomplete(known)
    return known


SINGLE_FACTS = ("base_c", "shelf_life_days", "picking_window_days", "kg_per_harvest_kg", "salvage_per_kg", "typical_kg")
RAIN_FACTS = ("shower_mm", "dry_days", "bloom_days", "flowering_days")
OPTIONAL_FACTS = ("fruit_kg", "frost_c", "frost_loss_share", *RAIN_FACTS)
OPTIONAL_SERIES = ("bearing_by_age", "flush_shares", "flush_days")


def _text(crop_name: str, table: Mapping[str, Any], key: str) -> str:
    if not isinstance(table.get(key), str) or not table[key].strip():
        raise InputError(f"crop {crop_name!r}: {key} is missing; give it as text")
    return str(table[key])


def _fact(crop_name: str, table: Mapping[str, Any], key: str) -> Fact:
    entry = table.get(key)
    if not isinstance(entry, Mapping) or not isinstance(entry.get("value"), int | float) or isinstance(entry.get("value"), bool):
        raise InputError(f"crop {crop_name!r}: {key} is {entry!r}; write it as {{ value = ..., unit = ..., source = ... }}")
    return Fact(float(entry["value"]), *_unit_and_source(crop_name, entry, key))


def _unit_and_source(crop_name: str, entry: Mapping[str, Any], key: str) -> tuple[str, str]:
    for needed in ("unit", "source"):
        if not isinstance(entry.get(needed), str) or not entry[needed].strip():
            raise InputError(f'crop {crop_name!r}: {key} has no {needed}; every number of a crop file needs one (or source = "assumed")')
    return entry["unit"], entry["source"]


def _series(crop_name: str, table: Mapping[str, Any], key: str) -> tuple[Fact, ...]:
    entry = table.get(key)
    if not isinstance(entry, Mapping) or not isinstance(entry.get("values"), list) or not entry["values"]:
        raise InputError(f"crop {crop_name!r}: {key} is {entry!r}; write it as {{ values = [...], unit = ..., source = ... }}")
    unit, source = _unit_and_source(crop_name, entry, key)
    return tuple(Fact(float(value), unit, source) for value in entry["values"])


def _refuse_if_incomplete(known: Crop) -> None:
    if not known.stages or not known.grades:
        raise InputError(
            f"crop {known.name!r} has {len(known.stages)} stages and {len(known.grades)} grades; it needs at least one of each"
        )
    for what, shares in (
        ("usual_share of the grades", [grade.usual_share.value for grade in known.grades]),
        ("picking_profile", [fact.value for fact in known.picking_profile]),
        ("flush_shares", [fact.value for fact in known.flush_shares] or [1.0]),
    ):
        if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
            raise InputError(f"crop {known.name!r}: {what} is {shares}, which sums to {sum(shares):g}; shares are >= 0 and sum to 1")
    by_age = [0.0, *(fact.value for fact in known.bearing_by_age), 1.0]
    if by_age != sorted(by_age):
        raise InputError(f"crop {known.name!r}: bearing_by_age is {by_age[1:-1]}; give shares from 0 to 1 that never fall")
    days = [fact.value for fact in known.flush_days] or [0.0]
    if (
        len(days) != max(1, len(known.flush_shares))
        or days[0] != 0
        or days != sorted(set(days))
        or days[-1] >= known.picking_window_days.value
    ):
        raise InputError(
            f"crop {known.name!r}: flush_days is {days}; give one day for each of flush_shares, from 0 on, rising, and all before the "
            f"end of picking_window_days ({known.picking_window_days.value:g})"
        )
    by_rain = [key for key in RAIN_FACTS if getattr(known, key) is not None]
    if by_rain and (len(by_rain) < len(RAIN_FACTS) or not known.flush_shares):
        raise InputError(
            f"crop {known.name!r} has {', '.join(by_rain)}; flowerings are placed by rain with all of {', '.join(RAIN_FACTS)} "
            "and flush_shares"
        )
    for key in ("shelf_life_days", "picking_window_days", "kg_per_harvest_kg", "typical_kg"):
        if getattr(known, key).value <= 0:
            raise InputError(f"crop {known.name!r}: {key} is {getattr(known, key).value:g}; it must be more than 0")
