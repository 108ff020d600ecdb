"""The plan page and its pictures."""

import csv
import io
from dataclasses import asdict
from datetime import date

import pytest

from pinfold.match.explain import Reason, Unsold
from pinfold.match.say import Names
from pinfold.store.models import Lane, Plan, Shipment, Want
from pinfold.store.plans import PlanWeather, keep_weather
from pinfold.store.reads.plan import FILLED, PLANNED, Parcel, Place
from pinfold.store.reads.shop import Named
from pinfold.web.charts.lanes import LaneLoad, draw_lanes, place_labels
from pinfold.web.roles import Role
from pinfold.web.rooms.deals import outlook, stays

MANGO = Named("mango", "Mango", "芒果")
FACTS = {"objective": 900.0, "sold_share": 0.6, "spoiled_share": 0.01}


@pytest.fixture
def plan(season, world, now) -> Plan:
    """After the world's own plan.

    40 kg of lot-1 (mango, ripe in week 6) for Chengdu in week 7, for which a pin is filled; 20 kg of lot-2 for which none is open.
    """
    plan = Plan.objects.create(
        season=2026, made_at=now, as_of=now.date(), method="optimal", objective=900, bound=1000, facts=FACTS,
        baselines={"greedy": FACTS | {"objective": 800.0}},
        sold_ahead=[{"product_id": "mango", "share": 0.824, "gain_per_kg": 4.6, "loss_per_kg": 4.0}],
        unsold=[asdict(Unsold("lot-2", "mango", 30.0, "too far", None, None, None))],
    )  # fmt: skip
    season.filled_pin.plan = plan
    season.filled_pin.save()
    for lot, region, week, lane, kg in (("lot-1", "chengdu", 7, "lane-1", 40), ("lot-2", "chengdu", 7, "lane-1", 20)):
        want = Want.objects.create(
            want_id=f"{lot}-{region}", plan=plan, product_id="mango", region_id=region, week=week, kind="pin", price_1=12, price_2=11,
            price_3=10, kg_1=100, kg_2=0, kg_3=0, kg_min=1, open_cost=0,
        )  # fmt: skip
        reason = asdict(Reason(lot, want.want_id, "mango", region, week, kg, 10.0, 9.0, "kunming", 9.5, 9.0))
        Shipment.objects.create(plan=plan, lot_id=lot, want=want, lane_id=lane, kg=kg, kept=0.97, age_days=3, reason=reason)
    return plan


def parcel(product: Named, kg: float, state: str) -> Parcel:
    hub = Place("hub", "Hub", "枢纽", 25.1, 99.2)
    return Parcel("lot", MANGO, product, product.id, 1, 6, hub, hub, MANGO, "pin", state, 6, kg, 1.0, 10.0, 12.0, "", None)


def test_a_week_says_who_buys_at_what_price_and_why(plan, world):
    told = world.browsers[Role.BOARD].get("/plan/?week=6").content.decode()
    assert "Customers in Chengdu" in told
    assert "¥14.40" in told  # 36 yuan for a pack of 2.5 kg
    assert "Chengdu pays 0.50 yuan per kg more after freight than the next best place, Kunming" in told
    assert "No plan of this harvest for these customers can be worth more than ¥1,000" in told
    assert "82 % of what is expected. A kilogram promised brings ¥4.60 more than a late sale, and costs ¥4.00" in told


def test_of_each_product_a_bar_shows_how_much_is_sold_for_sure(plan, world):
    assert "% sold for sure" in world.browsers[Role.BOARD].get("/plan/?week=6").content.decode()
    beans = Named("beans", "Green beans", "生豆")
    mangoes, coffee = outlook([parcel(MANGO, 30.0, FILLED), parcel(beans, 20.0, PLANNED), parcel(MANGO, 10.0, PLANNED)]).by_product
    assert (mangoes.product, mangoes.kg, mangoes.sure_share) == (MANGO, 40.0, 0.75)
    assert (coffee.product, coffee.kg, coffee.sure_share) == (beans, 20.0, 0.0)


def test_the_plan_says_which_weather_its_forecasts_had_and_who_gave_no_answer(plan, world):
    keep_weather(plan.pk, PlanWeather(date(2026, 10, 5), True, ("nasa-power",), ("open-meteo",), 3))
    told = " ".join(world.browsers[Role.BOARD].get("/plan/").content.decode().split())
    assert "Its forecasts knew the weather until 5 Oct. Weather came from nasa-power." in told
    assert "No right answer came from open-meteo; the plan was made without it. 3 missing days were filled." in told
    keep_weather(plan.pk, PlanWeather(None, False, (), (), 0))
    told = " ".join(world.browsers[Role.BOARD].get("/plan/").content.decode().split())
    assert "Its forecasts knew no weather. No weather service is asked; the season's own record serves." in told


def test_whole_trucks_are_listed_with_how_full_they_are(plan, world):
    # 60 kg go on a lane of trucks of 1,000 kg.
    page = "/plan/?week=7"
    assert "Trucks to book" not in world.browsers[Role.BOARD].get(page).content.decode()
    Plan.objects.filter(pk=plan.pk).update(trucks={"lane-1": 1})
    Lane.objects.filter(pk="lane-1").update(truck_kg=1000, week=7)
    told = world.browsers[Role.BOARD].get(page).content.decode()
    assert "Trucks to book" in told
    assert '<td class="number">1</td><td class="number">6 %</td>' in told


def test_a_shipment_whose_pin_is_open_is_not_counted_twice(plan, world):
    table = world.browsers[Role.BOARD].get("/plan/plan.csv").content.decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(table)) if row["lot_id"] == "lot-1"]
    assert [(row["state"], row["kind"]) for row in rows] == [("filled", "pin")]


@pytest.mark.parametrize("picture", ["lanes-25", "lanes-99", "lanes-99999999999999999999"])
def test_a_map_of_nothing_is_not_there(world, picture):
    assert world.browsers[Role.BOARD].get(f"/charts/{picture}.svg").status_code == 404


def test_before_the_first_plan_the_page_says_so(world):
    for made in (Shipment, Want, Plan):
        made.objects.all().delete()
    answer = world.browsers[Role.BOARD].get("/plan/")
    assert answer.status_code == 409
    assert "No plan yet" in answer.content.decode()


def test_lots_of_one_reason_are_said_in_one_sentence():
    lots = [(6, Unsold("a", "mango", 10.0, "too far", None, None, None)), (7, Unsold("b", "mango", 20.0, "too far", None, None, None))]
    told = stays(lots, {"mango": MANGO}, Names({"mango": "Mango"}), "en")
    assert [(each.kg, each.from_week, each.to_week) for each in told] == [(30.0, 6, 7)]
    assert told[0].why == "30 kg of Mango stay unsold: no customers can be reached before it is too old."


def test_labels_of_places_side_by_side_do_not_cover_each_other():
    labels = place_labels([(100.0, 100.0, "保山 99 公斤"), (104.0, 101.0, "隆阳"), (98.0, 103.0, "潞江"), (118.0, 96.0, "大理 116 公斤")])
    assert not [(one.text, other.text) for one in labels for other in labels if one is not other and one.meets(other)]


def test_a_map_of_many_regions_stays_under_60_kilobytes():
    hub = Place("h", "Hub", "集货点", 25.0, 98.9)
    loads = [LaneLoad(hub, Place(f"r{n}", f"Region {n}", "", 22.0 + n, 100.0 + 2 * n), 50.0 * n + 1) for n in range(12)]
    assert len(draw_lanes(loads)) < 60_000
