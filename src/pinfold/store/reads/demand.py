"""What customers will want: the newest outlook, an earlier one beside it, and what was really wanted in weeks that are over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import F, Q, Sum

from pinfold.basics.weeks import monday_of, week_monday
from pinfold.demand.moved import PART_COLUMNS, PARTS
from pinfold.demand.say import Moved
from pinfold.store.market import SeriesWeek, wanted_kg
from pinfold.store.models import DemandForecast, DemandTotal, Lot, Pin, Product, Season, WeekForecast
from pinfold.store.reads import names
from pinfold.store.reads.shop import Named

WEEKS_BACK, WEEKS_OF_CITIES = 8, 4
SUMMED = ("mean", "p10", "p90", *PART_COLUMNS)
KG_SHOWN = 0.5
Spans = Mapping[SeriesWeek, DemandForecast]


@dataclass(frozen=True)
class DemandWeek:
    """Kilograms of a product that one region wants in the week that begins on `monday`; four years in five between p10_kg and p90_kg.

    kg, p10_kg, p90_kg : by the newest outlook; for a week that is over the last one before its end; None where none was kept
    before_kg : by the earlier outlook, None where the two are not compared
    wanted_kg : what was really wanted, None while the week is not over
    """

    product: Named
    region: Named
    monday: date
    kg: float | None
    p10_kg: float | None
    p90_kg: float | None
    before_kg: float | None
    wanted_kg: float | None
    model: str


@dataclass(frozen=True)
class ProductDemand:
    """One product over all regions in the coming `weeks`; its span is added up as if all weeks were off the same way: the widest.

    parts : kg of each of demand.moved.PARTS, which sum to kg
    moved : since the earlier outlook, None where there is none
    """

    product: Named
    crop: str
    weeks: int
    kg: float
    p10_kg: float
    p90_kg: float
    parts: Mapping[str, float]
    moved: Moved | None


@dataclass(frozen=True)
class Demand:
    """issued_on : newest day of issue, None before the first; since : the day compared with; earlier : all before the newest."""

    issued_on: date | None
    since: date | None
    earlier: tuple[date, ...]
    products: tuple[ProductDemand, ...]


def demand(today: date, since: date | None) -> Demand:
    """Every product of the newest outlook, the most wanted first, beside the outlook of `compared_day(since)`."""
    days = issue_days()
    if not days:
        return Demand(None, None, (), ())
    before, this_week = compared_day(since), monday_of(today)
    now, then = _sums(days[0]), _sums(before) if before else {}
    models, models_before, came = _models(days[0]), _models(before), _wanted_by_product(before)
    called, crops = names.products(), dict(Product.objects.values_list("product_id", "crop"))
    found = []
    for product_id, weeks in now.items():
        moved = _moved(before, weeks, then.get(product_id, {}), came[product_id], this_week) if before else None
        coming = {name: sum(sums[name] for monday, sums in weeks.items() if monday >= this_week) for name in SUMMED}
        found.append(
            ProductDemand(
                product=called[product_id],
                crop=crops[product_id],
                weeks=sum(monday >= this_week for monday in weeks),
                kg=coming["mean"],
                p10_kg=coming["p10"],
                p90_kg=coming["p90"],
                parts={part: coming[f"{part}_kg"] for part in PARTS},
                moved=replace(moved, models=models[product_id], models_before=models_before[product_id]) if moved else None,
            )
        )
    return Demand(days[0], before, days[1:], tuple(sorted(found, key=lambda each: (-each.kg, each.product.id))))


def compared_day(since: date | None) -> date | None:
    """The day of issue beside the newest: `since` or the last before it that had one; without `since` the one before the newest."""
    return next((day for day in issue_days()[1:] if since is None or day <= since), None)


def issue_days() -> tuple[date, ...]:
    """Days on which an outlook was kept, the newest first."""
    return tuple(DemandForecast.objects.order_by("-issued_on").values_list("issued_on", flat=True).distinct())


def demand_weeks(today: date, since: date | None, product_id: str = "") -> list[DemandWeek]:
    """The weeks of one product or of all, by product, region and week, from WEEKS_BACK weeks ago on.

    since : day of issue of the outlook that is compared, None for none
    """
    this_week = monday_of(today)
    first = this_week - timedelta(weeks=WEEKS_BACK)
    rows = DemandForecast.objects.filter(week__gte=first, **_only(product_id)).order_by("issued_on", "pk")
    # Later days of issue overwrite earlier ones, as long as the week was not over then.
    spans = {(row.product_id, row.region_id, row.week): row for row in rows if row.issued_on < row.week + timedelta(weeks=1)}
    before = _issued(since, product_id) if since else {}
    came = {key: kg for key, kg in wanted_kg(first).items() if key[2] < this_week and product_id in ("", key[0])}
    called, regions = names.products(), names.regions()
    shown = sorted({key for key, row in spans.items() if max(row.p90, came.get(key, 0.0)) >= KG_SHOWN} | came.keys())
    return [
        DemandWeek(
            called[key[0]], regions[key[1]], key[2], row.mean if row else None, row.p10 if row else None, row.p90 if row else None,
            before[key].mean if key in before and key[2] >= this_week else None,
            came.get(key, 0.0) if key[2] < this_week else None, row.model if row else "",
        )
        for key in shown
        for row in [spans.get(key)]
    ]  # fmt: skip


@dataclass(frozen=True)
class CityWeek:
    """What one region wants in a week. joined_kg : of it in pins for that week, held or paid"""

    region: Named
    monday: date
    kg: float
    p10_kg: float
    p90_kg: float
    joined_kg: float


@dataclass(frozen=True)
class CityDemand:
    """One product of a cooperative. cities : those that want the most first; weeks : Mondays, in order

    ready_kg : what the cooperative's own villages are expected to have ready in each of the weeks
    spans : p10 and p90 of all regions together in each of the weeks, where the outlook's totals are kept
    """

    product: Named
    crop: str
    issued_on: date
    weeks: tuple[date, ...]
    cities: tuple[tuple[Named, tuple[CityWeek, ...]], ...]
    ready_kg: tuple[float, ...]
    spans: Mapping[date, tuple[float, float]]

    def total(self, at: int) -> CityWeek:
        """All cities together in the week number `at`; without totals spans as if all were off the same way, the widest they can be."""
        weeks = [city[at] for _, city in self.cities]
        kg, p10_kg, p90_kg, joined_kg = (sum(getattr(week, name) for week in weeks) for name in ("kg", "p10_kg", "p90_kg", "joined_kg"))
        p10_kg, p90_kg = self.spans.get(self.weeks[at], (p10_kg, p90_kg))
        return CityWeek(Named("", "", ""), self.weeks[at], kg, p10_kg, p90_kg, joined_kg)


def city_demand(cooperative_id: str, season: Season, today: date) -> list[CityDemand]:
    """What the regions want, in the weeks after this one, of each product that this cooperative has or expects this season."""
    days = issue_days()
    own = _products_of(cooperative_id, season.number)
    if not days or not own:
        return []
    weeks = tuple(monday_of(today) + timedelta(weeks=ahead) for ahead in range(1, WEEKS_OF_CITIES + 1))
    spans, joined = _issued(days[0]), _joined_kg(season)
    ready = _ready_kg(cooperative_id, season)
    together: dict[str, dict[date, tuple[float, float]]] = defaultdict(dict)
    for product_id, monday, p10, p90 in _spans_of_products(days[0]):
        together[product_id][monday] = p10, p90
    called, crops, regions = names.products(), dict(Product.objects.values_list("product_id", "crop")), names.regions()
    found = []
    for product_id in own:
        cities = []
        for region_id, region in regions.items():
            told = [_city_week(region, monday, spans, joined, (product_id, region_id, monday)) for monday in weeks]
            if max(week.p90_kg + week.joined_kg for week in told) >= KG_SHOWN:
                cities.append((region, tuple(told)))
        cities.sort(key=lambda city: (-sum(week.kg for week in city[1]), city[0].id))
        if cities:
            ready_kg = tuple(ready.get((product_id, monday), 0.0) for monday in weeks)
            found.append(CityDemand(called[product_id], crops[product_id], days[0], weeks, tuple(cities), ready_kg, together[product_id]))
    return found


def _city_week(region: Named, monday: date, spans: Spans, joined: Mapping[SeriesWeek, float], key: SeriesWeek) -> CityWeek:
    row = spans.get(key)
    kg, p10_kg, p90_kg = (row.mean, row.p10, row.p90) if row else (0.0, 0.0, 0.0)
    return CityWeek(region, monday, kg, p10_kg, p90_kg, joined.get(key, 0.0))


def _products_of(cooperative_id: str, season: int) -> list[str]:
    lots = Lot.objects.filter(season=season, village__cooperative=cooperative_id, kg__gt=0)
    weeks = WeekForecast.objects.filter(season=season, village__cooperative=cooperative_id)
    return sorted({*lots.values_list("product_id", flat=True).distinct(), *weeks.values_list("product_id", flat=True).distinct()})


def _joined_kg(season: Season) -> dict[SeriesWeek, float]:
    """Kg of the seats taken in pins that are open or filled, by product, region and the Monday of their week."""
    pins = Pin.objects.filter(Q(state=Pin.State.OPEN) | Q(state=Pin.State.FILLED), season=season.number).order_by()
    rows = pins.values_list("product_id", "region_id", "week").annotate(all_kg=Sum(F("seats_taken") * F("pack_kg")))
    return {(product_id, region_id, week_monday(week, season.starts_on)): kg for product_id, region_id, week, kg in rows}


def _ready_kg(cooperative_id: str, season: Season) -> dict[tuple[str, date], float]:
    own = WeekForecast.objects.filter(season=season.number, village__cooperative=cooperative_id)
    newest = own.order_by("-issued_on").values_list("issued_on", flat=True).first()
    rows = own.filter(issued_on=newest).order_by().values_list("product_id", "week").annotate(all_kg=Sum("mean"))
    return {(product_id, week_monday(week, season.starts_on)): kg for product_id, week, kg in rows}


def _issued(on: date, product_id: str = "") -> dict[SeriesWeek, DemandForecast]:
    rows = DemandForecast.objects.filter(issued_on=on, **_only(product_id))
    return {(row.product_id, row.region_id, row.week): row for row in rows}


def _only(product_id: str) -> dict[str, str]:
    return {"product": product_id} if product_id else {}


Sums = Mapping[date, Mapping[str, float]]


def _sums(on: date) -> dict[str, dict[date, dict[str, float]]]:
    """By product and Monday the sums of SUMMED over all regions."""
    found: dict[str, dict[date, dict[str, float]]] = defaultdict(dict)
    rows = DemandForecast.objects.filter(issued_on=on).order_by("product").values_list("product_id", "week")
    for product_id, monday, *sums in rows.annotate(**{f"all_{name}": Sum(name) for name in SUMMED}):
        found[product_id][monday] = dict(zip(SUMMED, sums, strict=True))
    # Quantiles do not add up: regions err together only in part.
    for product_id, monday, p10, p90 in _spans_of_products(on):
        found[product_id][monday] |= {"p10": p10, "p90": p90}
    return found


def _spans_of_products(on: date) -> Iterable[tuple[str, date, float, float]]:
    rows = DemandTotal.objects.filter(issued_on=on, product__isnull=False, region__isnull=True).order_by("pk")
    return rows.values_list("product_id", "week", "p10", "p90")


def _models(on: date | None) -> defaultdict[str, frozenset[str]]:
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for product_id, model in DemandForecast.objects.filter(issued_on=on).order_by().values_list("product_id", "model").distinct():
        found[product_id] |= {model}
    return found


def _wanted_by_product(since: date | None) -> defaultdict[str, defaultdict[date, float]]:
    found: defaultdict[str, defaultdict[date, float]] = defaultdict(lambda: defaultdict(float))
    for (product_id, _, monday), kg in (wanted_kg(since) if since else {}).items():
        found[product_id][monday] += kg
    return found


def _moved(since: date, weeks: Sums, before: Sums, came: Mapping[date, float], this_week: date) -> Moved:
    """Over all regions: the coming weeks that both outlooks have, and the weeks between them that are over."""
    both = [monday for monday in weeks if monday >= this_week and monday in before]
    over = [monday for monday in before if monday < this_week]
    return Moved(
        since=since,
        weeks=len(both),
        kg=sum(weeks[monday]["mean"] for monday in both),
        kg_before=sum(before[monday]["mean"] for monday in both),
        weeks_over=len(over),
        wanted_kg=sum(came[monday] for monday in over),
        expected_kg=sum(before[monday]["mean"] for monday in over),
    )
