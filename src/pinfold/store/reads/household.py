"""What a household's page shows: its plots, when each is picked, what it is owed and was paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from pinfold.basics.errors import NotFound
from pinfold.basics.quantiles import COLUMNS
from pinfold.ledger import accounts
from pinfold.store import ledger, settlements
from pinfold.store.models import Harvest, Household, Plot, RipeningForecast, StageReport, YieldForecast
from pinfold.store.reads.shop import Named
from pinfold.store.settlements import HouseholdSettlement


@dataclass(frozen=True)
class Days:
    """The day on which a stage begins: one of ten ends before p10, one of ten after p90."""

    stage: str
    p10: date
    p25: date
    p50: date
    p75: date
    p90: date
    issued_on: date
    model: str


@dataclass(frozen=True)
class Kilograms:
    """Harvest of a plot in the whole season."""

    mean: float
    p10: float
    p90: float


@dataclass(frozen=True)
class PlotFacts:
    """One plot this season. coming : forecast stages by name; seen : reported ones; picked_kg : weighed so far."""

    plot_id: str
    household_id: str
    crop: str
    area_m2: float | None
    trees: int | None
    variety: str | None
    coming: Mapping[str, Days]
    seen: Mapping[str, date]
    harvest: Kilograms | None
    picked_kg: float


@dataclass(frozen=True)
class HouseholdFacts:
    """owed_fen : credited and not yet handed over; paid_fen : handed over for crop this season."""

    household_id: str
    village: Named
    cooperative: Named
    equity_fen: int
    plots: tuple[PlotFacts, ...]
    owed_fen: int
    paid_fen: int
    settlements: tuple[HouseholdSettlement, ...]


def household(household_id: str) -> Household:
    """The row with its village and cooperative, for roles.require_household. Raises NotFound."""
    row = Household.objects.select_related("village__cooperative").filter(pk=household_id).first()
    if row is None:
        raise NotFound(f"household {household_id!r} is not known; look at the list of members")
    return row


def facts_of(row: Household, season: int) -> HouseholdFacts:
    """Everything on the page of one household."""
    village, cooperative = row.village, row.village.cooperative
    paid = tuple(each for each in settlements.of_household(row.pk))
    return HouseholdFacts(
        household_id=row.pk,
        village=Named(village.pk, village.name, village.name_zh),
        cooperative=Named(cooperative.pk, cooperative.name, cooperative.name_zh),
        equity_fen=row.equity_fen,
        plots=tuple(plots_of(Plot.objects.filter(household=row.pk), season)),
        owed_fen=-ledger.balance(accounts.household(row.pk)),
        paid_fen=sum(each.amount_fen for each in paid if each.paid_out_at),
        settlements=paid,
    )


def plots_of(plots: Iterable[Plot], season: int) -> list[PlotFacts]:
    """Plots with their newest forecasts and this season's reports, by crop and id."""
    rows = sorted(plots, key=lambda plot: (plot.crop, plot.pk))
    ids = [plot.pk for plot in rows]
    coming: dict[str, dict[str, Days]] = {plot_id: {} for plot_id in ids}
    # Later days of issue overwrite earlier ones.
    for each in RipeningForecast.objects.filter(season=season, plot__in=ids).order_by("issued_on"):
        coming[each.plot_id][each.stage] = Days(each.stage, *(getattr(each, name) for name in COLUMNS), each.issued_on, each.model)
    seen: dict[str, dict[str, date]] = {plot_id: {} for plot_id in ids}
    for plot_id, stage, on in StageReport.objects.filter(season=season, plot__in=ids).values_list("plot_id", "stage", "on"):
        seen[plot_id][stage] = on
    kg = YieldForecast.objects.filter(season=season, plot__in=ids).order_by("issued_on").values_list("plot_id", "mean", "p10", "p90")
    harvest = {plot_id: Kilograms(*rest) for plot_id, *rest in kg}
    picked = dict(Harvest.objects.filter(season=season, plot__in=ids).values_list("plot_id").annotate(all_kg=Sum("kg")))
    return [
        PlotFacts(
            plot.pk, plot.household_id, plot.crop, plot.area_m2, plot.trees, plot.variety, coming[plot.pk], seen[plot.pk],
            harvest.get(plot.pk), picked.get(plot.pk, 0.0),
        )
        for plot in rows
    ]  # fmt: skip
