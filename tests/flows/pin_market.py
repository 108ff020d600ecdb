"""A market of one village, one hub, one region and one product, small enough to count by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pinfold.store.models import (
    Cooperative,
    Customer,
    Hub,
    Lane,
    Lot,
    Pin,
    PinLot,
    Plan,
    Product,
    Region,
    Season,
    Setting,
    Shipment,
    Village,
    Want,
)

MONDAY = datetime(2026, 9, 7, 4, tzinfo=UTC)  # noon in Yunnan on the season's first day
CLOSES = datetime(2026, 9, 18, 12, tzinfo=UTC)  # three days before the Monday of week 2
LIST_FEN = 4000  # 2 kg at 20 yuan


def make_market(kg: float = 100.0, customers: int = 12, **rules: object) -> None:
    """One lot of `kg`, ripe and delivered in week 2, and customers c0, c1, ...; `rules` are settings of room pin."""
    Season.objects.create(number=2026, starts_on=date(2026, 9, 7), weeks=26)
    Setting.objects.bulk_create(Setting(name=f"pin.{name}", value=str(value)) for name, value in rules.items())
    Cooperative.objects.create(cooperative_id="coop", name="Coop", name_zh="合作社")
    Hub.objects.create(hub_id="hub", name="Hub", name_zh="集货点", latitude=25.0, longitude=98.8)
    Region.objects.create(region_id="city", name="City", name_zh="城", latitude=25.1, longitude=99.1)
    Village.objects.create(
        village_id="village", cooperative_id="coop", hub_id="hub", name="Village", name_zh="村", latitude=25.0, longitude=98.9,
        altitude_m=1200, road_km=8, walk_minutes=30, collect_days=1, collect_cost_per_kg=0.5,
    )  # fmt: skip
    Lane.objects.create(lane_id="lane", hub_id="hub", region_id="city", week=2, days=1, truck_kg=1000, truck_cost=500, trucks_max=2)
    Product.objects.create(
        product_id="mango", name="Mango", name_zh="芒果", category="fruit", crop="mango", pack_kg=2, shelf_life_days=1000, price_per_kg=20
    )
    Lot.objects.create(
        lot_id="lot", season=2026, village_id="village", hub_id="hub", product_id="mango", grade=0, ready_week=2, kg=kg, kg_cv=0.2,
        floor_price_per_kg=6, poverty_weight=1, collect_cost_per_kg=0.5, collect_days=1, salvage_per_kg=1,
    )  # fmt: skip
    Customer.objects.bulk_create(Customer(customer_id=f"c{number}", region_id="city") for number in range(customers))


def make_far_village(kg: float = 100.0) -> None:
    """A lot as the market's own, of another village behind another hub, whose trucks cost 0.80 yuan a kg instead of 0.50."""
    village, lot = Village.objects.get(pk="village"), Lot.objects.get(pk="lot")
    hub = village.hub
    hub.pk = "far-hub"
    hub.save(force_insert=True)
    village.pk, village.hub_id, village.name, village.name_zh = "far-village", "far-hub", "Nankang", "赧亢"
    village.save(force_insert=True)
    Lane.objects.create(lane_id="far", hub_id="far-hub", region_id="city", week=2, days=1, truck_kg=1000, truck_cost=800, trucks_max=2)
    lot.pk, lot.village_id, lot.hub_id, lot.kg, lot.kg_promised = "far-lot", "far-village", "far-hub", kg, 0.0
    lot.save(force_insert=True)


def make_plan(kg: float, kept: float = 1.0) -> None:
    """A plan that ships `kg` of the lot to the city."""
    plan = Plan.objects.create(
        season=2026, made_at=MONDAY, as_of=date(2026, 9, 7), method="optimal", objective=0, bound=0, facts={}, baselines={}
    )
    want = Want.objects.create(
        want_id="want", plan=plan, product_id="mango", region_id="city", week=2, kind="pin", price_1=20, price_2=18, price_3=16,
        kg_1=kg, kg_2=0, kg_3=0, kg_min=1, open_cost=0,
    )  # fmt: skip
    Shipment.objects.create(plan=plan, lot_id="lot", want=want, lane_id="lane", kg=kg, kept=kept, age_days=0, reason={})


def make_pin(pin_id: str, seats_min: int, seats_max: int) -> None:
    """An open public pin of 2 kg packs, falling from 40 to 36 yuan, with its kg promised."""
    Pin.objects.create(
        pin_id=pin_id, season=2026, product_id="mango", grade=0, region_id="city", lane_id="lane", week=2, share_code=f"code-{pin_id}",
        opened_at=MONDAY, closes_at=CLOSES, pack_kg=2, seats_min=seats_min, seats_max=seats_max,
        ladder=[[seats_min, LIST_FEN], [seats_max, 3600]] if seats_max > seats_min else [[seats_min, LIST_FEN]], floor_fen=1200,
    )  # fmt: skip
    PinLot.objects.create(pin_id=pin_id, lot_id="lot", kg=2.0 * seats_max, kept=1.0)
    lot = Lot.objects.get(pk="lot")
    Lot.objects.filter(pk="lot").update(kg_promised=lot.kg_promised + 2.0 * seats_max)
