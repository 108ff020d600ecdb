"""What those who grow, carry, buy and decide do through the API; the pages do the same through the same flows."""

from __future__ import annotations

import pytest
from django.test import Client
from two_cooperatives import OWED_FEN

from pinfold.ledger import accounts
from pinfold.ledger.posting import Posting, moved
from pinfold.store import ledger
from pinfold.store.models import Covariate, Lot
from pinfold.web.roles import Role

BID = {
    "bid_id": "new-bid-1", "product_id": "green-beans", "grade": 1, "region_id": "kunming", "week": 8, "kg": 40, "kg_min": 10,
    "price_per_kg": 70,
}  # fmt: skip


def post(client: Client, address: str, **body: object):
    return client.post(f"/api/{address}", body, content_type="application/json")


def items(client: Client, address: str) -> list[dict]:
    answer = client.get(f"/api/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


def test_a_household_finds_its_plots_and_every_fen_with_its_reason_in_both_languages(world):
    browser = world.browsers[Role.HOUSEHOLD]
    home = browser.get("/api/household").json()
    assert home["owed_fen"] == OWED_FEN["household-alpha"]
    assert [(plot["plot_id"], plot["coming"]["ripe"]["p50"], plot["harvest"]["mean"]) for plot in home["plots"]] == [
        ("plot-of-household-alpha", "2026-10-17", 300)
    ]
    (settlement,) = items(browser, "settlements")
    (reason,) = settlement["reasons"]
    assert reason["amount_fen"] == settlement["amount_fen"] == OWED_FEN["household-alpha"]
    assert "¥12,345.67" in reason["says"]
    assert "¥12,345.67" in reason["says_zh"]


def test_a_report_is_kept_and_a_less_sure_one_beside_it(world):
    coordinator = world.browsers[Role.COORDINATOR]
    report = {"plot_id": "plot-of-household-alpha", "stage": "ripe"}
    assert post(coordinator, "stages", **report, on="2026-10-06", certainty=0.9).json()["serves"]
    assert not post(coordinator, "stages", **report, on="2026-10-02", certainty=0.5).json()["serves"]
    assert [(each["stage"], each["on"]) for each in items(coordinator, "village/stages")] == [("ripe", "2026-10-06")]


def test_hail_is_told_once_and_a_share_of_more_than_all_is_refused(world):
    coordinator = world.browsers[Role.COORDINATOR]
    hail = {"plot_id": "plot-of-household-alpha", "kind": "hail", "on": "2026-10-06"}
    for _ in range(2):
        assert post(coordinator, "crop-reports", **hail, amount=0.3).json()["lost_share"] == 0.3
    assert post(coordinator, "crop-reports", **hail, amount=30).status_code == 422
    assert [(each["kind"], each["lost_share"]) for each in items(coordinator, "village/crop-reports")] == [("hail", 0.3)]


def test_shade_and_fertiliser_are_told_of_a_plot_and_the_last_word_stands(world):
    coordinator, plot = world.browsers[Role.COORDINATOR], {"plot_id": "plot-of-household-alpha"}
    for amount in (40, 40, 60):
        assert post(coordinator, "conditions", **plot, name="canopy_percent", amount=amount).json()["amount"] == amount
    assert post(coordinator, "conditions", **plot, name="fertiliser_kg", amount=250).status_code == 200
    assert sorted(Covariate.objects.values_list("name", "value")) == [("canopy_percent", 60.0), ("fertiliser_kg", 250.0)]
    assert post(coordinator, "conditions", **plot, name="canopy_percent", amount=101).status_code == 422
    assert post(coordinator, "conditions", **plot, name="moonlight", amount=1).status_code == 422


def test_fruit_that_was_counted_twice_with_one_result_counts_once(world):
    coordinator = world.browsers[Role.COORDINATOR]
    count = {"plot_id": "plot-of-household-alpha", "kind": "fruit count", "on": "2026-10-06", "amount": 800}
    assert [post(coordinator, "crop-reports", **count).json()["fruits_per_plant"] for _ in range(2)] == [800, 800]
    assert len(items(coordinator, "village/crop-reports")) == 1


def test_a_weighing_sent_twice_counts_once(world):
    coordinator = world.browsers[Role.COORDINATOR]
    weighing = {"request_id": "weighing-1", "plot_id": "plot-of-household-alpha", "kg": 30, "grade": 0, "picked_on": "2026-10-06"}
    first, again = (post(coordinator, "village/weighings", **weighing).json() for _ in range(2))
    assert (first["new"], again["new"], first["lots"]) == (True, False, again["lots"])
    assert [each["kg"] for each in items(coordinator, "village/weighings")] == [30]
    (lot_id,) = first["lots"]
    assert Lot.objects.get(pk=lot_id).kg_real == pytest.approx(30 * 0.167)


@pytest.mark.parametrize("wrong", [{"kg": 0}, {"kg": -1}, {"kg": 1e9}, {"kg": "NaN"}, {"grade": 3}, {"picked_on": "2026-10-08"}])
def test_an_impossible_weighing_is_refused(world, wrong):
    weighing = {"request_id": "weighing-1", "plot_id": "plot-of-household-alpha", "kg": 30, "grade": 0, "picked_on": "2026-10-06"}
    answer = post(world.browsers[Role.COORDINATOR], "village/weighings", **(weighing | wrong))
    assert (answer.status_code, answer.json()["error"]) == (422, "InputError")


def test_a_settlement_is_handed_over_once_and_is_off_the_list(world):
    coordinator = world.browsers[Role.COORDINATOR]
    (waiting,) = items(coordinator, "village/settlements")
    paid, again = (post(coordinator, f"settlements/{waiting['settlement_id']}/pay-out").json() for _ in range(2))
    assert paid["paid_out_at"] == again["paid_out_at"] is not None
    assert items(coordinator, "village/settlements") == []


def test_a_merchant_bids_and_the_members_choose(world):
    merchant, board = world.browsers[Role.MERCHANT], world.browsers[Role.BOARD]
    assert {each["product"]["id"] for each in items(merchant, "lots")} == {"green-beans", "mango"}
    assert post(merchant, "bids", **BID).json()["state"] == "offered"
    proposed = {each["bid_id"]: each["proposed"] for each in items(board, "cooperative/bids")}
    assert proposed == {"new-bid-1": True, "bid-of-merchant-2": False, "bid-of-merchant-1": False}
    choice = {"choice_id": "choice-01", "bid_id": "new-bid-1", "votes_for": 0, "votes_against": 1}
    first, again = (post(board, "cooperative/choices", **choice).json() for _ in range(2))
    assert first == again
    assert (first["accepted"], first["was_proposed"], first["kg_given"]) == (False, True, 0)
    assert [each["state"] for each in items(merchant, "bids") if each["bid_id"] == "new-bid-1"] == ["declined"]


@pytest.mark.parametrize("wrong", [{"week": 4}, {"kg_min": 41}, {"price_per_kg": 0}, {"product_id": "gold"}, {"bid_id": "short"}])
def test_an_impossible_bid_is_refused(world, wrong):
    assert post(world.browsers[Role.MERCHANT], "bids", **(BID | wrong)).status_code in (404, 422)


def test_the_plan_says_who_buys_what_and_why(world):
    plan = world.browsers["nobody"].get("/api/plan").json()
    assert (plan["worth_yuan"], plan["bound_yuan"], plan["gap_share"]) == (900, 910, pytest.approx(10 / 910))
    parcels = items(world.browsers[Role.BOARD], "plan/parcels?week=5")
    assert {each["buyer"]["name"] for each in parcels} == {"Kunming"}
    assert any(each["why"] and each["why_zh"] for each in parcels)


def test_a_pack_house_sees_its_week_and_sends_it_once(world):
    packhouse = world.browsers[Role.PACKHOUSE]
    assert {each["lot_id"] for each in items(packhouse, "hub/arriving?week=5")} == {"lot-0"}
    assert {each["id"] for each in items(packhouse, "hub/leaving?week=7")} == {"pin-1"}
    first, again = (post(packhouse, "weeks/4/dispatch").json() for _ in range(2))
    assert first == again
    assert post(packhouse, "weeks/7/dispatch").status_code == 422, "a week that has not begun"


def test_an_operator_settles_a_week_once_and_sees_how_things_stand(world):
    operator = world.browsers[Role.OPERATOR]
    first, again = (post(operator, "weeks/3/settle").json() for _ in range(2))
    assert first == again == {"week": 3, "households": 2, "amount_fen": sum(OWED_FEN.values())}
    findings = {each["what"]: each["ok"] for each in items(operator, "health")}
    assert findings["ledger"] is True


def test_a_dividend_under_another_cooperatives_id_is_refused(world, now):
    lines = moved(accounts.household("household-alpha"), accounts.cooperative("coop"), 5)
    ledger.post(Posting("dividend:dividend-01", 2026, "dividend", now, "surplus", lines))
    answer = post(world.board_beta, "cooperative/dividends/dividend-01")
    assert (answer.status_code, answer.json()["error"]) == (409, "KeyReused")


def test_an_answer_that_needs_a_plan_says_that_there_is_none(client, season):
    answer = client.get("/api/plan")
    assert (answer.status_code, answer.json()["error"]) == (409, "NoPlan")
