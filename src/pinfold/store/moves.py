"""Promises that lots cannot keep, what other lots, lanes and pack houses have left, and the moves from the one to the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import polars as pl
from django.db.models import F, Max, QuerySet, Sum
from django.db.models.functions import Greatest

from pinfold.deliver.moving import Move, Promised
from pinfold.pin.opening import LotShare
from pinfold.store.models import Bid, BidLot, Lane, Lot, Order, Pin, PinLot, PinMove
from pinfold.store.plans import LOT, LOT_SCHEMA

# Less than this is what adding up leaves.
SHORT_KG = 0.01
WAITING = (Pin.State.OPEN, Pin.State.FILLED)


def short_kg(season: int) -> dict[str, float]:
    """By lot_id, kg by which what is promised of a lot passes what it holds."""
    short = Lot.objects.filter(season=season, kg_promised__gt=F("kg") + SHORT_KG).order_by("lot_id")
    return {lot_id: promised - kg for lot_id, promised, kg in short.values_list("lot_id", "kg_promised", "kg")}


def promised_of(lot_ids: Iterable[str], from_week: int) -> list[Promised]:
    """Pins of weeks from `from_week` on that wait for kg of any of these lots, by id, with all their lots."""
    pins = Pin.objects.filter(state__in=WAITING, week__gte=from_week)
    pins = pins.filter(pk__in=PinLot.objects.filter(lot__in=list(lot_ids)).values("pin")).order_by("pin_id")
    shares: dict[str, list[LotShare]] = defaultdict(list)
    for pin_id, *share in PinLot.objects.filter(pin__in=pins).order_by("lot_id").values_list("pin_id", "lot_id", "kg", "kept"):
        shares[pin_id].append(LotShare(*share))
    return [
        Promised(
            pin.pin_id, pin.product_id, pin.region_id, pin.week, pin.grade, pin.pack_kg, pin.price_fen or pin.ladder[-1][1],
            pin.seats_taken, pin.seats_max - max(pin.seats_taken, pin.seats_min) if pin.state == Pin.State.OPEN else 0,
            tuple(shares[pin.pin_id]),
        )
        for pin in pins
    ]  # fmt: skip


def free_lots(season: int, this_week: int) -> pl.DataFrame:
    """Lots with the kg of them that are promised to nobody, more than 0: as forecast, or as weighed where their week is over."""
    rows = list(Lot.objects.filter(season=season).order_by("lot_id").values_list(*LOT, "kg_real", "kg_promised"))
    frame = pl.DataFrame(rows, schema={**LOT_SCHEMA, "kg_real": pl.Float64, "kg_promised": pl.Float64}, orient="row")
    weighed = pl.min_horizontal("kg", pl.col("kg_real").fill_null(0.0))
    held = pl.when(pl.col("ready_week") < this_week).then(weighed).otherwise(pl.col("kg"))
    return frame.with_columns(kg=held - pl.col("kg_promised")).filter(pl.col("kg") > SHORT_KG).select(LOT)


def loaded_kg(from_week: int) -> pl.DataFrame:
    """hub_id, region_id, week, kg: what pins and chosen bids of weeks from `from_week` on have been promised over each lane."""
    pins = PinLot.objects.filter(pin__state__in=WAITING, pin__week__gte=from_week).order_by()
    bids = BidLot.objects.filter(bid__state=Bid.State.CHOSEN, bid__week__gte=from_week).order_by()
    rows = [
        *pins.values_list("lot__hub_id", "pin__region_id", "pin__week").annotate(all_kg=Sum("kg")),
        *bids.values_list("lot__hub_id", "bid__region_id", "bid__week").annotate(all_kg=Sum("kg")),
    ]
    schema = {"hub_id": pl.String, "region_id": pl.String, "week": pl.Int64, "kg": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").group_by("hub_id", "region_id", "week").agg(pl.col("kg").sum())


def keep_move(move_id: str, move: Move, now: datetime) -> bool:
    """Writes a move down; False if it stood there already. The kg are moved in store/scarce.py and by `exchange`."""
    pin = Pin.objects.get(pk=move.pin_id)
    lot_from, lot_to = Lot.objects.get(pk=move.lot_from), Lot.objects.get(pk=move.lot_to)
    carry_more = move.kg_to * _carry_per_kg(lot_to, pin) - move.kg_from * _carry_per_kg(lot_from, pin)
    _, made = PinMove.objects.get_or_create(
        move_id=move_id,
        defaults={
            "pin": pin, "lot_from": lot_from, "lot_to": lot_to, "kg_from": move.kg_from, "kg_to": move.kg_to,
            "from_held_kg": lot_from.kg, "from_promised_kg": lot_from.kg_promised, "carry_more_fen": round(100 * carry_more),
            "moved_at": now,
        },
    )  # fmt: skip
    return made


def _carry_per_kg(lot: Lot, pin: Pin) -> float:
    """Yuan for collecting a kg of the lot and driving it to the pin's region."""
    lane = Lane.objects.get(hub=lot.hub_id, region=pin.region_id, week=pin.week)
    return lot.collect_cost_per_kg + lane.truck_cost / lane.truck_kg


def declinable_from(order_id: str) -> datetime | None:
    """When crop of another village last took the place of what a paid order was sold, before anything left; None if that never happened."""
    order = Order.objects.filter(pk=order_id, state=Order.State.PAID, pin__state__in=WAITING).first()
    if order is None:
        return None
    return to_other_villages().filter(pin=order.pin_id, moved_at__gte=order.held_at).aggregate(last=Max("moved_at"))["last"]


def to_other_villages() -> QuerySet[PinMove]:
    """Moves after which crop of another village stands in."""
    return PinMove.objects.exclude(lot_from__village=F("lot_to__village"))


def villages_of(pin_id: str) -> set[str]:
    """Whose crop a pin was given."""
    return set(PinLot.objects.filter(pin=pin_id).values_list("lot__village_id", flat=True))


def give_up(pin_id: str, lot_id: str, kg: float) -> bool:
    """Takes kg of one lot out of what a pin was given; False if it waits for less of it. The pin must be locked."""
    return bool(PinLot.objects.filter(pin=pin_id, lot=lot_id, kg__gte=kg - SHORT_KG).update(kg=Greatest(F("kg") - kg, 0.0)))


def exchange(move: Move) -> bool:
    """Puts one lot in the other's place among what a pin was given; False if less of the one was left to it. The pin must be locked."""
    given = PinLot.objects.filter(pin=move.pin_id, pin__state__in=WAITING)
    if not give_up(move.pin_id, move.lot_from, move.kg_from):
        return False
    given.filter(lot=move.lot_from, kg__lte=SHORT_KG).delete()
    if not given.filter(lot=move.lot_to).update(kg=F("kg") + move.kg_to):
        PinLot.objects.create(pin_id=move.pin_id, lot_id=move.lot_to, kg=move.kg_to, kept=move.kept)
    return True
