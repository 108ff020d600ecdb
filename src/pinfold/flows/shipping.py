"""Shipping one pin or one bid: goods leave their lots, what is short is refunded, what was paid is split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pinfold.basics.money import yuan_to_fen
from pinfold.deliver.dispatch import Sent, whole_packs
from pinfold.flows.refunds import refund_part, refund_whole
from pinfold.ledger import accounts
from pinfold.ledger.posting import EntryLine, Posting, summed
from pinfold.ledger.rules import SplitRules
from pinfold.ledger.split import NOTHING, LotPart, Split, split_over_lots
from pinfold.pin import shortfall
from pinfold.pin.rules import PinRules
from pinfold.store import deliver as store
from pinfold.store import ledger, scarce
from pinfold.store.deliver import Left, LotFacts
from pinfold.store.shipping import BidToShip, PaidOrder, PinToShip, Road


@dataclass(frozen=True)
class Shipping:
    """What every pin and bid of one dispatch shares."""

    season: int
    week: int
    now: datetime
    lots: Mapping[str, LotFacts]
    split: SplitRules
    pin: PinRules


def ship_pin(shipping: Shipping, pin: PinToShip, sent: Sequence[Sent]) -> None:
    """Gives each order its seats, refunds the seats that the harvest did not reach, and splits what is left of each payment."""
    seats = sum(order.seats for order in pin.orders)
    seats_left = min(seats, whole_packs(sum(part.kg_sold for part in sent), pin.pack_kg))
    claims = [shortfall.Claim(order.order_id, order.seats, order.paid_at) for order in pin.orders]
    kept = shortfall.share_out(shipping.pin.shortfall_rule, claims, seats_left)
    splits = [NOTHING] * len(sent)
    for order in pin.orders:
        seats_kept = kept[order.order_id]
        if not seats_kept:
            refund_whole(order.order_id, "harvest short", shipping.now)
        else:
            refund_fen = _refund_fen(order, seats_kept)
            refund_part(order.order_id, refund_fen, "harvest short", shipping.now)
            parts = _lot_parts(shipping, sent, seats_kept / seats_left, pin.roads)
            of_order = split_over_lots(order.net_fen - refund_fen, parts, shipping.split)
            _post_order(shipping, pin, order, list(zip(parts, of_order, strict=True)))
            splits = [sum_so_far + part for sum_so_far, part in zip(splits, of_order, strict=True)]
        store.keep_seats(order.order_id, seats_kept, shipping.now)
    store.keep_deliveries(_left("pin", shipping, sent, splits), shipping.now)
    dispatched = scarce.dispatch(pin.pin_id)
    assert dispatched, f"pin {pin.pin_id} is locked and no longer filled"


def ship_bid(shipping: Shipping, bid: BidToShip, sent: Sequence[Sent]) -> None:
    """Delivers a chosen bid and charges the merchant for what arrived; a bid that would miss its least is closed without."""
    if sent:
        owed_fen = yuan_to_fen(sum(part.kg_sold for part in sent) * bid.price_per_kg)
        parts = _lot_parts(shipping, sent, 1.0, bid.roads)
        splits = split_over_lots(owed_fen, parts, shipping.split)
        lines = [EntryLine(accounts.merchant(bid.merchant_id), owed_fen)]
        for part, split in zip(parts, splits, strict=True):
            lines += _credits(shipping.lots[part.lot_id], split)
        why = f"bid {bid.bid_id} delivered in week {shipping.week}"
        if booked := summed(lines):  # grams may be worth less than half a fen
            ledger.post(Posting(f"deliver:{bid.bid_id}", shipping.season, "delivery", shipping.now, why, booked))
        store.keep_deliveries(_left("bid", shipping, sent, splits), shipping.now)
    store.keep_bid(bid.bid_id, delivered=bool(sent))


def _refund_fen(order: PaidOrder, seats_kept: int) -> int:
    """What the seats that are lost cost; part of a fen goes to the customer."""
    return -(-order.net_fen * (order.seats - seats_kept) // order.seats)


def _post_order(shipping: Shipping, pin: PinToShip, order: PaidOrder, parts: Sequence[tuple[LotPart, Split]]) -> None:
    lines = [EntryLine(accounts.CUSTOMERS_HELD, sum(split.paid_fen for _, split in parts))]
    for part, split in parts:
        lines += _credits(shipping.lots[part.lot_id], split)
    why = f"order {order.order_id} of pin {pin.pin_id} shipped in week {shipping.week}"
    ledger.post(Posting(f"ship:{order.order_id}", shipping.season, "shipment", shipping.now, why, summed(lines)))


def _credits(lot: LotFacts, split: Split) -> list[EntryLine]:
    return [
        EntryLine(accounts.lot(lot.lot_id), -split.growers_fen),
        EntryLine(accounts.cooperative(lot.cooperative_id), -split.cooperative_fen),
        EntryLine(accounts.carrier(lot.hub_id), -split.carrier_fen),
        EntryLine(accounts.PLATFORM, -split.platform_fen),
    ]


def _lot_parts(shipping: Shipping, sent: Sequence[Sent], share: float, roads: Sequence[Road]) -> list[LotPart]:
    """What each lot gave to one order that has `share` of what was sent."""
    lots, road_from = [shipping.lots[part.lot_id] for part in sent], {road.hub_id: road for road in roads}
    return [
        LotPart(lot.lot_id, part.kg_sent * share, lot.collect_cost_per_kg + road_from[lot.hub_id].truck_per_kg, lot.floor_price_per_kg)
        for part, lot in zip(sent, lots, strict=True)
    ]


def _left(kind: str, shipping: Shipping, sent: Sequence[Sent], splits: Sequence[Split]) -> list[Left]:
    return [
        Left(kind, part.buyer_id, part.lot_id, shipping.week, part.kg_sent, part.kg_sold, split)
        for part, split in zip(sent, splits, strict=True)
    ]
