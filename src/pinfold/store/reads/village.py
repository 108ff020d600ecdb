"""What a coordinator's pages show: the village's plots, what to ask for, cash that waits, settlements to hand out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pinfold.basics.errors import NotFound
from pinfold.store.models import CropReport, Harvest, Payment, Plot, Refund, Settlement, StageReport, Village
from pinfold.store.reads.household import Days, PlotFacts, plots_of
from pinfold.store.reads.shop import Named

SHOWN = 20
ASK_AHEAD = timedelta(days=3)
LONG_PAST = timedelta(days=3)


@dataclass(frozen=True)
class ToAsk:
    """A stage that should be there by now, and that nobody has reported. since : when it was expected."""

    plot_id: str
    household_id: str
    crop: str
    stage: str
    since: date


@dataclass(frozen=True)
class Reported:
    plot_id: str
    crop: str
    stage: str
    on: date
    reported_on: date | None
    certainty: float


@dataclass(frozen=True)
class CropReported:
    """fruits_per_plant : None for a loss; lost_share : None for a fruit count"""

    plot_id: str
    crop: str
    kind: str
    on: date
    reported_on: date | None
    fruits_per_plant: float | None
    lost_share: float | None
    certainty: float


@dataclass(frozen=True)
class Weighed:
    plot_id: str
    household_id: str
    crop: str
    kg: float
    grade: int | None
    picked_on: date | None


@dataclass(frozen=True)
class CashWaiting:
    """A customer's payment that waits to be counted; the customer is told the same number."""

    payment_id: str
    order_id: str
    amount_fen: int
    product: Named
    region: Named
    seats: int
    held_until: datetime


@dataclass(frozen=True)
class ToGiveBack:
    """A refund of an order that was paid in cash. why : expired, price fell, late, harvest short or declined"""

    refund_id: str
    order_id: str
    amount_fen: int
    why: str
    made_at: datetime


@dataclass(frozen=True)
class ToPayOut:
    """A settlement whose money is still to be handed over."""

    settlement_id: str
    household_id: str
    week: int
    amount_fen: int


def village(village_id: str) -> Named:
    """Raises NotFound."""
    row = Village.objects.filter(pk=village_id).values_list("village_id", "name", "name_zh").first()
    if row is None:
        raise NotFound(f"village {village_id!r} is not known; give a village_id of the villages table")
    return Named(*row)


def plots(village_id: str, season: int) -> list[PlotFacts]:
    """The village's plots, by crop and id."""
    return plots_of(Plot.objects.filter(village=village_id), season)


def to_ask(village_plots: list[PlotFacts], today: date) -> list[ToAsk]:
    """Stages that are likely there by now and not reported, the longest awaited first; of one plot only the last of them."""
    found: dict[str, ToAsk] = {}
    for plot in village_plots:
        for stage, days in plot.coming.items():
            before = found.get(plot.plot_id)
            is_due = stage not in plot.seen and days.p50 <= today + ASK_AHEAD and not _is_long_past(days)
            if is_due and (before is None or before.since < days.p50):
                found[plot.plot_id] = ToAsk(plot.plot_id, plot.household_id, plot.crop, stage, days.p50)
    return sorted(found.values(), key=lambda each: (each.since, each.plot_id))


def _is_long_past(days: Days) -> bool:
    """A stage that was never reported is forecast for the next days for ever; when no doubt is left, there is nothing left to see."""
    return days.p90 <= days.issued_on + LONG_PAST


def newest_reports(village_id: str, season: int) -> list[Reported]:
    """The newest reports of the village that serve."""
    rows = StageReport.objects.filter(plot__village=village_id, season=season).order_by("-reported_on", "-id")[:SHOWN]
    return [Reported(*row) for row in rows.values_list("plot_id", "plot__crop", "stage", "on", "reported_on", "certainty")]


def newest_crop_reports(village_id: str, season: int) -> list[CropReported]:
    """The newest counts and losses of the village."""
    rows = CropReport.objects.filter(plot__village=village_id, season=season).order_by("-reported_on", "-id")[:SHOWN]
    names = ("plot_id", "plot__crop", "kind", "on", "reported_on", "fruits_per_plant", "lost_share", "certainty")
    return [CropReported(*row) for row in rows.values_list(*names)]


def newest_weighings(village_id: str, season: int) -> list[Weighed]:
    """The newest weighings of the village."""
    rows = Harvest.objects.filter(plot__village=village_id, season=season, request_id__isnull=False).order_by("-id")[:SHOWN]
    return [Weighed(*row) for row in rows.values_list("plot_id", "plot__household_id", "plot__crop", "kg", "grade", "picked_on")]


def cash_waiting(number: str = "") -> list[CashWaiting]:
    """Cash payments to be counted, those whose hold ends first coming first; only those whose number begins with `number` if it is given.

    Customers have no village, so every coordinator sees all of them.
    """
    rows = Payment.objects.filter(provider="cash", state=Payment.State.STARTED, order__state__in=["held", "lapsed"])
    rows = rows.filter(order__order_id__startswith=number) if number else rows
    rows = rows.select_related("order__pin__product", "order__pin__region").order_by("order__held_until", "payment_id")
    return [_cash(row) for row in rows]


def cash_to_give_back() -> list[ToGiveBack]:
    """Refunds of cash that wait to be handed back, the oldest first. As with cash to count, every coordinator sees all."""
    rows = Refund.objects.filter(payment__provider="cash", told_at=None).order_by("made_at", "refund_id")
    columns = ("refund_id", "payment__order_id", "amount_fen", "why", "made_at")
    return [ToGiveBack(*row) for row in rows.values_list(*columns)]


def to_pay_out(village_id: str) -> list[ToPayOut]:
    """Settlements of the village that were not handed over, the oldest first."""
    rows = Settlement.objects.filter(household__village=village_id, paid_out_at=None, amount_fen__gt=0).order_by(
        "season", "week", "household_id"
    )
    return [ToPayOut(*row) for row in rows.values_list("settlement_id", "household_id", "week", "amount_fen")]


def _cash(row: Payment) -> CashWaiting:
    pin = row.order.pin
    return CashWaiting(
        row.payment_id,
        row.order_id,
        row.amount_fen,
        Named(pin.product_id, pin.product.name, pin.product.name_zh),
        Named(pin.region_id, pin.region.name, pin.region.name_zh),
        row.order.seats,
        row.order.held_until,
    )
