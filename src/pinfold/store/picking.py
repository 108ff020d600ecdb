"""What the picking list of a village is made from."""

from __future__ import annotations

from pinfold.basics.errors import NotFound
from pinfold.deliver.picking import PromisedLot, RipePlot
from pinfold.fields.crops import Crop, crop
from pinfold.store.models import Lot, Plot, RipeningForecast, StageReport, Village, YieldForecast


def of_village(season: int, village_id: str, week: int) -> tuple[list[RipePlot], list[PromisedLot], dict[str, Crop]]:
    """Its plots with their latest forecasts, its lots of the week, and the crops they carry. Raises NotFound for an unknown village."""
    if not Village.objects.filter(pk=village_id).exists():
        raise NotFound(f"village {village_id!r} is not known; give a village_id of the villages table")
    rows = list(Plot.objects.filter(village=village_id).order_by("plot_id").values_list("plot_id", "household_id", "crop"))
    crops = {name: crop(name) for name in sorted({name for *_, name in rows})}
    plots = [plot_id for plot_id, *_ in rows]
    # Later days of issue overwrite earlier ones in the dict; what was seen in the field overwrites what was forecast.
    forecasts = RipeningForecast.objects.filter(season=season, plot__in=plots).order_by("issued_on")
    ripe_on = {(plot_id, stage): day for plot_id, stage, day in forecasts.values_list("plot_id", "stage", "p50")}
    seen = StageReport.objects.filter(season=season, plot__in=plots)
    ripe_on |= {(plot_id, stage): day for plot_id, stage, day in seen.values_list("plot_id", "stage", "on")}
    kg = dict(YieldForecast.objects.filter(season=season, plot__in=plots).order_by("issued_on").values_list("plot_id", "mean"))
    ripe = [
        RipePlot(plot_id, household_id, name, ripe_on[plot_id, crops[name].harvest_stage], kg[plot_id])
        for plot_id, household_id, name in rows
        if (plot_id, crops[name].harvest_stage) in ripe_on and plot_id in kg
    ]
    lots = Lot.objects.filter(season=season, village=village_id, ready_week=week).order_by("lot_id")
    promised = [
        PromisedLot(*row) for row in lots.values_list("product__crop", "product_id", "grade", "kg", "kg_promised") if row[0] in crops
    ]
    return ripe, promised, crops
