"""A season small enough to work out by hand: one cooperative, one village, two households, one pin.

Mango, packs of 1 kg, a kg of product from a kg picked. Growers' floor 4 yuan a kg; collecting 0.30 and driving 0.50 yuan a kg.
Of 10 kg sent 9 arrive. Week 1 begins on Monday 14 September 2026.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from pinfold.ledger import accounts
from pinfold.ledger.posting import Posting, moved
from pinfold.store import ledger
from pinfold.store import models as store

STARTS_ON = date(2026, 9, 7)
WEEK = 1
MONDAY = date(2026, 9, 14)
NOON = datetime(2026, 9, 16, 4, tzinfo=UTC)  # Wednesday of week 1


def found() -> None:
    """Season, places, people and products."""
    store.Season.objects.create(number=2026, starts_on=STARTS_ON, weeks=10)
    store.Cooperative.objects.create(cooperative_id="c", name="Coop", name_zh="合作社", invested_fen=1000)
    store.Hub.objects.create(hub_id="hub", name="Hub", name_zh="站", latitude=25, longitude=99)
    store.Region.objects.create(region_id="r", name="Kunming", name_zh="昆明", latitude=25, longitude=102)
    store.Village.objects.create(
        village_id="v", cooperative_id="c", hub_id="hub", name="Village", name_zh="村", latitude=25, longitude=99, altitude_m=1200,
        road_km=8, walk_minutes=40, collect_days=1, collect_cost_per_kg=0.3,
    )  # fmt: skip
    for household_id, people in (("h1", 4), ("h2", 5)):
        store.Household.objects.create(
            household_id=household_id, village_id="v", people=people, registered_poor=household_id == "h1",
            farm_cost_fen=1000, other_income_fen=5000,
        )  # fmt: skip
        store.Plot.objects.create(plot_id=f"plot-{household_id}", household_id=household_id, village_id="v", crop="mango")
    store.Product.objects.create(
        product_id="mango", name="mango", name_zh="芒果", category="fruit", crop="mango", pack_kg=1, shelf_life_days=20, price_per_kg=10
    )
    for week in range(10):
        store.Lane.objects.create(
            lane_id=f"lane-{week}", hub_id="hub", region_id="r", week=week, days=2, truck_kg=1000, truck_cost=500, trucks_max=2
        )


def lot(kg: float, grade: int = 0, week: int = WEEK, promised: float = 0.0) -> store.Lot:
    """A forecast lot, of which the plan lets 7 of 8 kg be sold ahead."""
    return store.Lot.objects.create(
        lot_id=f"2026-v-mango-{grade}-{week}", season=2026, village_id="v", hub_id="hub", product_id="mango", grade=grade, ready_week=week,
        kg=kg, kg_cv=0.2, sellable_share=0.875, kg_promised=promised, floor_price_per_kg=4, poverty_weight=0.5,
        collect_cost_per_kg=0.3, collect_days=1, salvage_per_kg=1,
    )  # fmt: skip


def filled_pin(lot_id: str, seats: dict[str, int], pin_id: str = "pin", price_fen: int = 1000, week: int = WEEK) -> store.Pin:
    """A pin of 1 kg packs that has filled at `price_fen`; seats by customer, who paid one hour after the other, in cash."""
    taken = sum(seats.values())
    pin = store.Pin.objects.create(
        pin_id=pin_id, season=2026, product_id="mango", grade=0, region_id="r", lane_id=f"lane-{week}", week=week, share_code=pin_id,
        state="filled", opened_at=NOON, closes_at=NOON, closed_at=NOON, pack_kg=1, seats_min=1, seats_max=taken, seats_taken=taken,
        seats_paid=taken, ladder=[[1, price_fen]], floor_fen=445, price_fen=price_fen,
    )  # fmt: skip
    store.PinLot.objects.create(pin=pin, lot_id=lot_id, kg=taken / 0.9, kept=0.9)
    for hour, (customer, count) in enumerate(seats.items()):
        store.Customer.objects.get_or_create(customer_id=customer, region_id="r")
        paid_at = NOON - timedelta(days=5) + timedelta(hours=hour)
        order = store.Order.objects.create(
            order_id=f"{pin_id}-{customer}", pin=pin, customer_id=customer, seats=count, price_fen=price_fen, amount_fen=count * price_fen,
            state="paid", held_at=paid_at, held_until=paid_at, paid_at=paid_at,
        )  # fmt: skip
        store.Payment.objects.create(
            payment_id=f"pay-{order.pk}", order=order, provider="cash", amount_fen=order.amount_fen, state="received", started_at=paid_at
        )
        paid = moved(accounts.CUSTOMERS_HELD, accounts.provider("cash"), order.amount_fen)
        ledger.post(Posting(f"receipt:{order.pk}", 2026, "receipt", paid_at, "paid", paid))
    return pin


def books() -> dict[str, int]:
    """Every account's balance."""
    return {account: fen for account, fen in ledger.trial_balance(date(2100, 1, 1)).items() if fen}
