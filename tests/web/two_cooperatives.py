"""On top of the small season: two cooperatives with a household each, one person of every role, money owed to both households."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.test import Client

from pinfold.ledger import accounts
from pinfold.ledger.posting import Posting, moved
from pinfold.store import ledger
from pinfold.store import models as store
from pinfold.web.roles import Role

# Told apart from anything else that a page may hold.
HOUSEHOLDS = ("household-alpha", "household-beta")
OWED_FEN = {"household-alpha": 1_234_567, "household-beta": 7_654_321}
NOBODY = "nobody"
OVER = {
    Role.HOUSEHOLD: {"household_id": "household-alpha"},
    Role.COORDINATOR: {"village_id": "conggang"},
    Role.BOARD: {"cooperative_id": "coop"},
    Role.MERCHANT: {"merchant_id": "merchant-1"},
    Role.PACKHOUSE: {"hub_id": "lujiang"},
    Role.CUSTOMER: {"customer_id": "customer-7"},
    Role.OFFICER: {},
    Role.OPERATOR: {"is_staff": True, "is_superuser": True},
}


@dataclass(frozen=True)
class World:
    """Browsers by role, in English; NOBODY has not signed in. board_beta and coordinator_beta belong to the other cooperative."""

    browsers: dict[str, Client]
    household_beta: Client
    coordinator_beta: Client
    board_beta: Client


def make_world(now: datetime) -> World:
    """Adds everything to the small season, which must be there."""
    other = store.Cooperative.objects.create(cooperative_id="other", name="Other", name_zh="另一个合作社", invested_fen=100)
    village = store.Village.objects.create(
        village_id="nankang", cooperative=other, hub_id="lujiang", name="Nankang", name_zh="南康", latitude=24.8, longitude=98.9,
        altitude_m=1500, road_km=9, walk_minutes=30, collect_days=1, collect_cost_per_kg=0.4,
    )  # fmt: skip
    store.Customer.objects.create(customer_id="customer-7", region_id="kunming")
    store.Merchant.objects.create(merchant_id="merchant-1", name="Merchant one", name_zh="商户一", region_id="kunming")
    store.Merchant.objects.create(merchant_id="merchant-2", name="Merchant two", name_zh="商户二", region_id="kunming")
    for n in (1, 2):
        store.Bid.objects.create(
            bid_id=f"bid-of-merchant-{n}", merchant_id=f"merchant-{n}", product_id="green-beans", grade=1, region_id="kunming", week=8,
            kg=50, kg_min=10, price_per_kg=60 + n, offered_on=now.date(),
        )  # fmt: skip
    for household_id, village_id in zip(HOUSEHOLDS, ("conggang", village.pk), strict=True):
        _household(household_id, village_id, now)
    _plan(now)
    browsers = {role: _browser(store.Person.objects.create_user(f"1390000000{n}", role=role, **OVER[role])) for n, role in enumerate(OVER)}
    browsers[NOBODY] = _browser(None)
    return World(
        browsers,
        _browser(store.Person.objects.create_user("13900000011", role=Role.HOUSEHOLD, household_id="household-beta")),
        _browser(store.Person.objects.create_user("13900000012", role=Role.COORDINATOR, village_id="nankang")),
        _browser(store.Person.objects.create_user("13900000013", role=Role.BOARD, cooperative_id="other")),
    )


def _browser(person: store.Person | None) -> Client:
    client = Client(raise_request_exception=False)
    client.cookies["django_language"] = "en"
    if person is not None:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _plan(now: datetime) -> None:
    """Coffee of the first lot goes to Kunming, mangoes of the second to Chengdu."""
    facts = {"objective": 900.0, "sold_share": 0.5, "spoiled_share": 0.02}
    plan = store.Plan.objects.create(
        season=2026, made_at=now, as_of=now.date(), method="optimal", objective=900, bound=910, facts=facts,
        baselines={"greedy": facts | {"objective": 850.0}}, unsold=[],
    )  # fmt: skip
    for n, (product_id, region_id) in enumerate((("green-beans", "kunming"), ("mango", "chengdu"))):
        want = store.Want.objects.create(
            want_id=f"want-{n}", plan=plan, product_id=product_id, region_id=region_id, week=6 + n, kind="pin", price_1=20, price_2=18,
            price_3=16, kg_1=10, kg_2=10, kg_3=10, kg_min=5, open_cost=10,
        )  # fmt: skip
        reason = {
            "lot_id": f"lot-{n}", "want_id": want.want_id, "product_id": product_id, "region_id": region_id, "week": 6 + n, "kg": 30.0,
            "earns_per_kg": 15.0, "above_unsold_per_kg": 8.0, "next_region_id": None, "next_earns_per_kg": None, "days_left": 9.0,
        }  # fmt: skip
        store.Shipment.objects.create(
            plan=plan, lot_id=f"lot-{n}", want=want, lane_id=f"lane-{n}", kg=30, kept=0.97, age_days=4, reason=reason
        )


def _household(household_id: str, village_id: str, now: datetime) -> None:
    store.Household.objects.create(
        household_id=household_id, village_id=village_id, people=4, registered_poor=True, equity_fen=50, farm_cost_fen=100_000
    )
    plot = store.Plot.objects.create(plot_id=f"plot-of-{household_id}", household_id=household_id, village_id=village_id, crop="coffee")
    on = now.date()
    store.YieldForecast.objects.create(
        plot=plot, season=2026, issued_on=on, model="own mean", mean=300, p10=150, p25=220, p50=300, p75=380, p90=450
    )
    ripe = {name: on + timedelta(days=days) for name, days in (("p10", 5), ("p25", 8), ("p50", 10), ("p75", 12), ("p90", 15))}
    store.RipeningForecast.objects.create(plot=plot, season=2026, stage="ripe", issued_on=on, model="climatology", **ripe)
    store.WeekForecast.objects.create(
        village_id=village_id, product_id="green-beans", season=2026, week=6, issued_on=on, ripening_model="climatology",
        yield_model="own mean", mean=50, p10=25, p25=36, p50=49, p75=63, p90=75,
    )  # fmt: skip
    _settlement(household_id, village_id, now)


def _settlement(household_id: str, village_id: str, now: datetime) -> None:
    lot = store.Lot.objects.create(
        lot_id=f"lot-of-{village_id}", season=2026, village_id=village_id, hub_id="lujiang", product_id="green-beans", grade=0,
        ready_week=2, kg=100, kg_real=100, kg_cv=0, floor_price_per_kg=30, poverty_weight=1, collect_cost_per_kg=0.4, collect_days=1,
        salvage_per_kg=1,
    )  # fmt: skip
    fen = OWED_FEN[household_id]
    delivery = store.Delivery.objects.create(
        delivery_id=f"guarantee:{lot.pk}:3", kind="guarantee", lot=lot, week=3, kg_sent=100, kg_sold=100, paid_fen=0, carrier_fen=0,
        platform_fen=0, cooperative_fen=-fen, growers_fen=fen, delivered_at=now, settled_in_week=3,
    )  # fmt: skip
    settlement_id = f"settlement:2026:3:{household_id}"
    bought = moved(accounts.lot(lot.pk), accounts.cooperative(lot.village.cooperative_id), fen)
    ledger.post(Posting(f"guarantee:{lot.pk}:3", 2026, "guarantee", now, "bought at the floor price", bought))
    ledger.post(Posting(settlement_id, 2026, "settlement", now, "sold", moved(accounts.household(household_id), accounts.lot(lot.pk), fen)))
    settlement = store.Settlement.objects.create(
        settlement_id=settlement_id,
        season=2026,
        household_id=household_id,
        week=3,
        amount_fen=fen,
        posting_id=settlement_id,
        settled_at=now,
    )
    why = {
        "kind": "guarantee", "product": "Green coffee beans", "product_zh": "生咖啡豆", "grade": 0, "buyer": "", "buyer_zh": "", "week": 3,
        "kg": 100.0, "amount_fen": fen, "kg_sent": 100.0, "paid_fen": 0, "growers_fen": fen, "cooperative_fen": -fen, "carrier_fen": 0,
        "platform_fen": 0,
    }  # fmt: skip
    store.SettlementLine.objects.create(
        settlement=settlement, delivery=delivery, product_id="green-beans", grade=0, kg=100, amount_fen=fen, kind="guarantee", why=why
    )
