"""What one change would bring, and what fairness costs, asked on the pages."""

import pytest

from pinfold.match.frontier import BANDS, FLOORS, POVERTY_WEIGHTS, Choice, Point
from pinfold.store.models import Lane, Plan, Shipment, Want
from pinfold.web.roles import Role
from pinfold.web.rooms import fairness

FACTS = {"objective": 900.0, "sold_share": 0.6, "spoiled_share": 0.01}


@pytest.fixture
def plan(season, world, now) -> Plan:
    """100 kg of lot-1 (mango, ripe in week 6) could be sold; Chengdu wants 100 kg in week 7, and its lane holds one truck of 40 kg."""
    Lane.objects.filter(pk="lane-1").update(trucks_max=1, truck_kg=40, truck_cost=0)
    plan = Plan.objects.create(
        season=2026, made_at=now, as_of=now.date(), method="optimal", objective=900, bound=1000, facts=FACTS, baselines={},
        offered_kg={"lot-1": 100.0},
    )  # fmt: skip
    want = Want.objects.create(
        want_id="want", plan=plan, product_id="mango", region_id="chengdu", week=7, kind="pin", price_1=12, price_2=0, price_3=0,
        kg_1=100, kg_2=0, kg_3=0, kg_min=1, open_cost=0,
    )  # fmt: skip
    Shipment.objects.create(plan=plan, lot_id="lot-1", want=want, lane_id="lane-1", kg=40, kept=0.97, age_days=3, reason={})
    return plan


def ask(world, query: str = "") -> str:
    return world.browsers[Role.BOARD].get(f"/plan/what-if/{query}").content.decode()


def test_one_more_truck_brings_more(plan, world):
    told = ask(world, "?truck=lane-1")
    assert "One more truck from" in told
    assert "The growers and their cooperative would have ¥" in told
    assert "more." in told


def test_without_the_only_region_there_is_less(plan, world):
    told = ask(world, "?closed=chengdu")
    assert "Without the customers in Chengdu" in told
    assert "less." in told


def test_where_no_merchant_names_a_grade_a_lower_one_changes_nothing(plan, world):
    assert "would have as much as now" in ask(world, "?lower=grade")


BUYER = "?buyer=new&product=mango&region=chengdu&week=7&kg=30&price_per_kg="


def test_a_buyer_who_pays_enough_gets_goods_and_one_who_pays_little_is_told_the_price(plan, world):
    # Chengdu's lane is full with goods at 12 yuan; who pays 20 draws them away, who pays 1 does not. Of 33 kg sent 30 arrive.
    told = ask(world, BUYER + "20")
    assert "One more buyer" in told and "33 kg would leave for this buyer" in told and "more." in told
    told = ask(world, BUYER + "1")
    assert "would have as much as now" in told and "Goods would begin to go there from ¥" in told


def test_a_buyer_of_nothing_is_asked_again(plan, world):
    answer = world.browsers[Role.BOARD].get("/plan/what-if/" + BUYER.replace("kg=30", "kg=0") + "20")
    assert answer.status_code == 422 and b"errorlist" in answer.content


def test_a_buyer_comes_in_no_week_that_was_over_before_the_plan(plan, world):
    told = ask(world)  # the plan is of the season's week 4
    assert '<option value="3">' not in told and '<option value="4">' in told
    answer = world.browsers[Role.BOARD].get("/plan/what-if/" + BUYER.replace("week=7", "week=3") + "20")
    assert answer.status_code == 422


def test_one_more_region_like_the_only_one_brings_more(plan, world):
    told = ask(world, "?opened=chengdu")
    assert "One more region like Chengdu" in told and "more." in told


def test_before_anything_is_asked_the_page_only_asks(plan, world):
    told = ask(world)
    assert "What would it bring?" in told
    assert "The growers and their cooperative would have" not in told


def test_a_lane_that_the_plan_does_not_have_is_not_found(plan, world):
    assert world.browsers[Role.BOARD].get("/plan/what-if/?truck=nowhere").status_code == 404


def test_what_fairness_costs_is_told_for_every_choice(plan, world):
    told = world.browsers[Role.BOARD].get("/plan/fairness/").content.decode()
    assert told.count("<tr>") == 1 + len(POVERTY_WEIGHTS) + len(BANDS) + len(FLOORS)
    assert "no fairness" in told
    # The only village is the poorest fifth: nobody else pays for it.
    assert "¥407" in told and "nobody else pays" in told and "frontier.svg" not in told and "All others" not in told
    assert world.browsers[Role.BOARD].get("/charts/frontier.svg").content.startswith(b"<svg")


@pytest.mark.parametrize(
    ("cost", "said"), [(6481.0, "it costs all others ¥6,481 at least"), (None, "No choice here brings the poorest fifth more")]
)
def test_what_one_point_costs_stands_above_the_chart(plan, world, monkeypatch, cost, said):
    costs = {0.0: None, 0.6: 7298.0, 0.15: cost}
    points = [Point(Choice("poverty weight", weight), 600.0, 2500.0, 0.8, 0.3, of) for weight, of in costs.items()]
    monkeypatch.setattr(fairness, "frontier_now", lambda: points if cost else points[:1])
    told = world.browsers[Role.BOARD].get("/plan/fairness/").content.decode()
    assert said in told and told.index(said) < told.index("frontier.svg") < told.index("<table>")


def test_the_plan_leads_those_who_choose_to_what_fairness_costs(plan, world):
    leads = {role: "/plan/fairness/" in world.browsers[role].get("/plan/").content.decode() for role in (Role.BOARD, Role.COORDINATOR)}
    assert leads == {Role.BOARD: True, Role.COORDINATOR: False}
