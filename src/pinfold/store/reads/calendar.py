"""The harvest calendar: what each village has ready in each week, the forecast before that, and why it moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from pinfold.basics.weeks import week_index
from pinfold.forecast.say import Grounds, Moved
from pinfold.store.models import DayForecast, Lot, Product, Season, Village, WeekForecast
from pinfold.store.reads.grounds import Known, Place, StageDays
from pinfold.store.reads.shop import Named

KG_SHOWN = 1.0


@dataclass(frozen=True)
class Asked:
    """What the reader wants to see. crop, village_id : "" for all; since : a day of issue, None for the one before the newest"""

    crop: str = ""
    village_id: str = ""
    since: date | None = None


@dataclass(frozen=True)
class WeekBand:
    """Kilograms of a product, all grades, that a village has ready in one week; four years in five between p10_kg and p90_kg.

    issued_on : the newest day that forecast it: for a week that has begun, the last one before it was over
    before_kg : what was expected on the earlier day of issue, None where the two are not compared
    weighed_kg : what was really weighed, None before the first weighing
    """

    village: Named
    product: Named
    crop: str
    week: int
    issued_on: date
    kg: float
    p10_kg: float
    p90_kg: float
    ripening_model: str
    yield_model: str
    before_kg: float | None
    weighed_kg: float | None


@dataclass(frozen=True)
class DayKg:
    """Kilograms that are expected to be picked on one day."""

    on: date
    kg: float


@dataclass(frozen=True)
class VillageCrop:
    """One crop in one village. grounds : of the days and of the kilograms; moved : the same since the earlier day of issue.

    days : of the newest forecast, from its day of issue on
    """

    village: Named
    crop: str
    weeks: tuple[WeekBand, ...]
    days: tuple[DayKg, ...]
    stages: tuple[StageDays, ...]
    when: Grounds | None
    when_moved: Moved | None
    how_much: Grounds | None
    how_much_moved: Moved | None


@dataclass(frozen=True)
class Calendar:
    """issued_on : newest day of issue, None before the first; since : the day that it is compared with; earlier : all before the newest."""

    issued_on: date | None
    since: date | None
    earlier: tuple[date, ...]
    crops: tuple[str, ...]
    villages: tuple[Named, ...]
    parts: tuple[VillageCrop, ...]


def calendar(season: Season, asked: Asked) -> Calendar:
    """Everything on the calendar, by crop and village. A day of issue that is not known is taken for the one before it."""
    days = issue_days(season.number)
    if not days:
        return Calendar(None, None, (), (), (), ())
    earlier = days[1:]
    since = next((day for day in earlier if asked.since is None or day <= asked.since), None)
    bands = week_bands(season, asked, days[0], since)
    grown = WeekForecast.objects.filter(season=season.number).order_by().values_list("product__crop", "village_id").distinct()
    names = _named(Village)
    parts = _parts(Known(season.number, days[0], since, asked.village_id), bands, _day_kg(season.number, days[0]))
    crops, villages = (tuple(sorted(set(column))) for column in zip(*grown, strict=True))
    return Calendar(days[0], since, earlier, crops, tuple(names[key] for key in villages), parts)


def issue_days(season: int) -> tuple[date, ...]:
    """Days on which the weeks were forecast, the newest first."""
    return tuple(WeekForecast.objects.filter(season=season).order_by("-issued_on").values_list("issued_on", flat=True).distinct())


def week_bands(season: Season, asked: Asked, newest: date, since: date | None) -> list[WeekBand]:
    """The weeks that are asked for, by crop, village and week; one that only earlier forecasts had is left with 0 kg."""
    rows = WeekForecast.objects.filter(season=season.number, **_only(asked))
    found: dict[tuple[str, str, int], dict[str, Any]] = {}
    columns = ("village_id", "product_id", "week", "issued_on", "mean", "p10", "p90", "ripening_model", "yield_model")
    # Later days of issue overwrite earlier ones.
    for row in rows.order_by("issued_on").values(*columns):
        found[row["village_id"], row["product_id"], row["week"]] = row
    compared = rows.filter(issued_on=since) if since else rows.none()
    before = {
        (village, product, week): kg for village, product, week, kg in compared.values_list("village_id", "product_id", "week", "mean")
    }
    weighed = _weighed(season.number)
    places, products = _named(Village), _named(Product)
    crop_of = dict(Product.objects.values_list("product_id", "crop"))
    this_week = week_index(newest, season.starts_on)
    bands = []
    for key, row in found.items():
        is_coming = row["week"] >= this_week
        gone = is_coming and row["issued_on"] != newest
        kg, p10, p90 = (0.0, 0.0, 0.0) if gone else (row["mean"], row["p10"], row["p90"])
        before_kg = before.get(key, 0.0) if is_coming and since else None
        if max(kg, before_kg or 0.0, weighed.get(key, 0.0)) >= KG_SHOWN:
            bands.append(
                WeekBand(
                    places[row["village_id"]], products[row["product_id"]], crop_of[row["product_id"]], row["week"],
                    newest if gone else row["issued_on"], kg, p10, p90, row["ripening_model"], row["yield_model"], before_kg,
                    weighed.get(key),
                )
            )  # fmt: skip
    return sorted(bands, key=lambda each: (each.crop, each.village.id, each.product.id, each.week))


def _only(asked: Asked) -> dict[str, str]:
    wanted = {"product__crop": asked.crop, "village_id": asked.village_id}
    return {column: value for column, value in wanted.items() if value}


def _weighed(season: int) -> dict[tuple[str, str, int], float]:
    rows = Lot.objects.filter(season=season, kg_real__isnull=False).order_by().values_list("village_id", "product_id", "ready_week")
    return {(village, product, week): kg for village, product, week, kg in rows.annotate(all_kg=Sum("kg_real"))}


def _named(model: type[Village] | type[Product]) -> dict[str, Named]:
    return {row[0]: Named(*row) for row in model.objects.values_list("pk", "name", "name_zh")}


def _day_kg(season: int, issued_on: date) -> dict[Place, list[DayKg]]:
    found: dict[Place, list[DayKg]] = defaultdict(list)
    rows = DayForecast.objects.filter(season=season, issued_on=issued_on).order_by("on")
    for village_id, crop, on, kg in rows.values_list("village_id", "crop", "on", "kg"):
        found[village_id, crop].append(DayKg(on, kg))
    return found


def _parts(known: Known, bands: Iterable[WeekBand], days: dict[Place, list[DayKg]]) -> tuple[VillageCrop, ...]:
    by_place: dict[Place, list[WeekBand]] = defaultdict(list)
    for band in bands:
        by_place[band.village.id, band.crop].append(band)
    return tuple(
        VillageCrop(
            weeks[0].village, place[1], tuple(weeks), tuple(days.get(place, ())), tuple(known.stages(place)), known.when(place),
            known.when_moved(place), known.how_much(place), known.how_much_moved(place),
        )
        for place, weeks in sorted(by_place.items(), key=lambda item: (item[0][1], item[0][0]))
    )  # fmt: skip
