"""Forecasts of this season beside what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db.models import Sum

from pinfold.basics.quantiles import COLUMNS
from pinfold.basics.weeks import monday_of, week_index, week_monday
from pinfold.forecast.outcomes import Case, Tally, lead_of, tallies
from pinfold.store.market import wanted_kg
from pinfold.store.models import (
    DemandForecast,
    Harvest,
    Lot,
    OutlookTally,
    RipeningForecast,
    Season,
    StageReport,
    WeekForecast,
    YieldForecast,
)

KG, KG_A_WEEK, KG_WANTED = "kg", "kg a week", "kg wanted"
KG_SHOWN = 1.0


def judged(season: Season, today: date) -> list[Tally]:
    """Every forecast that can be judged by now, counted; of several under one lead the newest."""
    cases = _newest((*_ripening(season), *_weeks(season, today), *_yields(season)))
    return [*tallies(cases), *judged_outlooks(season, today)]


def judged_outlooks(season: Season, today: date) -> list[Tally]:
    """Of these the outlooks: what regions wanted. Weeks that a plan has counted are read from its tallies."""
    rows = OutlookTally.objects.filter(season=season.number, week__lt=week_index(today, season.starts_on)).order_by("pk")
    columns = ("crop", "model", "lead_days", "week", "cases", "inside", "error_sum", "off_sum", "below")
    kept = [
        Tally(crop, KG_WANTED, model, lead, week, *counts, tuple(below))
        for crop, model, lead, week, *counts, below in rows.values_list(*columns)
    ]
    since = max((each.luck + 1 for each in kept), default=0)
    return [*kept, *tallies(wanted_cases(season, today, since))]


def wanted_cases(season: Season, today: date, since: int = 0) -> list[Case]:
    """Outlooks for weeks of the season from `since` on, with what was wanted."""
    return _newest(_wanted(season, today, since))


def _newest(cases: Iterable[Case]) -> list[Case]:
    """The last one of several under one lead."""
    return list({(case.what, case.subject, case.lead_days): case for case in cases}.values())


def _ripening(season: Season) -> Iterator[Case]:
    """Days. Stages of plots that were reported, from forecasts issued before the day itself, oldest first."""
    seen = {
        (plot_id, stage): on
        for plot_id, stage, on in StageReport.objects.filter(season=season.number).values_list("plot_id", "stage", "on")
    }
    rows = RipeningForecast.objects.filter(season=season.number).order_by("issued_on", "pk")
    for plot_id, crop, stage, issued_on, model, *days in rows.values_list("plot_id", "plot__crop", "stage", "issued_on", "model", *COLUMNS):
        on = seen.get((plot_id, stage))
        if on is not None and issued_on < on:
            quantiles = tuple(float(day.toordinal()) for day in days)
            week, lead = week_index(on, season.starts_on), lead_of((on - issued_on).days)
            yield Case(crop, stage, plot_id, week, model, lead, quantiles, float(on.toordinal()))


def _weeks(season: Season, today: date) -> Iterator[Case]:
    """Kg of product. Weeks that are over, in villages that weigh; a week without any weighing brought nothing."""
    weighed = Lot.objects.filter(season=season.number, kg_real__isnull=False).order_by()
    came = {tuple(key): kg for *key, kg in weighed.values_list("village_id", "product_id", "ready_week").annotate(all_kg=Sum("kg_real"))}
    weighing = {village_id for village_id, *_ in came}
    rows = WeekForecast.objects.filter(season=season.number, week__lt=week_index(today, season.starts_on), village__in=weighing)
    columns = ("village_id", "product_id", "week", "product__crop", "issued_on", "ripening_model", "yield_model", *COLUMNS)
    for village, product, week, crop, issued_on, ripening_model, yield_model, *kg in rows.order_by("issued_on", "pk").values_list(*columns):
        real = came.get((village, product, week), 0.0)
        if max(kg[2], real) >= KG_SHOWN:
            lead = lead_of((week_monday(week, season.starts_on) - issued_on).days)
            model = ", ".join(filter(None, (ripening_model, yield_model)))
            yield Case(crop, KG_A_WEEK, f"{village} {product} {week}", week, model, lead, tuple(kg), real)


def _yields(season: Season) -> Iterator[Case]:
    """Kg harvested on plots whose picking was reported over; all plots of a season share its luck."""
    over = dict(StageReport.objects.filter(season=season.number, stage="picking over").values_list("plot_id", "on"))
    came = dict(Harvest.objects.filter(season=season.number, plot__in=over).order_by().values_list("plot_id").annotate(all_kg=Sum("kg")))
    rows = YieldForecast.objects.filter(season=season.number, plot__in=over).order_by("issued_on", "pk")
    for plot_id, crop, issued_on, model, *kg in rows.values_list("plot_id", "plot__crop", "issued_on", "model", *COLUMNS):
        if issued_on < over[plot_id]:
            lead = lead_of((over[plot_id] - issued_on).days)
            yield Case(crop, KG, plot_id, season.number, model, lead, tuple(kg), came.get(plot_id, 0.0))


def _wanted(season: Season, today: date, since: int) -> Iterator[Case]:
    """Kg that a region wants of a product in a week. Weeks of the season that are over, from outlooks issued before they ended."""
    this_week = monday_of(today)
    rows = DemandForecast.objects.filter(week__gte=week_monday(since, season.starts_on), week__lt=this_week)
    first = rows.order_by("week").values_list("week", flat=True).first()
    came = wanted_kg(first) if first else {}
    columns = ("product_id", "region_id", "week", "product__crop", "issued_on", "model", *COLUMNS)
    for product_id, region_id, monday, crop, issued_on, model, *kg in rows.order_by("issued_on", "pk").values_list(*columns):
        real = came.get((product_id, region_id, monday), 0.0)
        # An outlook may be made again for a week that is over; that foresees nothing.
        if issued_on < monday + timedelta(weeks=1) and max(kg[2], real) >= KG_SHOWN:
            week, lead = week_index(monday, season.starts_on), lead_of((monday - issued_on).days)
            yield Case(crop or product_id, KG_WANTED, f"{product_id} {region_id} {monday}", week, model, lead, tuple(kg), real)
