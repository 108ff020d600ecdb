"""What anybody may ask, without signing in."""

from __future__ import annotations

import pytest


def test_regions_and_products_come_in_pages(client, season):
    assert client.get("/api/regions?limit=1").json() == {
        "items": [{"id": "chengdu", "name": "Chengdu", "name_zh": "成都"}],
        "count": 2,
    }
    products = client.get("/api/products").json()["items"]
    assert [(each["id"], each["pack_kg"], each["shelf_life_days"]) for each in products] == [("green-beans", 0.5, 365), ("mango", 2.5, 18)]


def test_open_public_pins_are_listed_by_region_and_product(client, season):
    assert [pin["pin_id"] for pin in client.get("/api/pins").json()["items"]] == ["pin-0"]
    assert client.get("/api/pins?region_id=chengdu").json()["count"] == 0
    assert client.get("/api/pins?region_id=kunming&product_id=green-beans").json()["count"] == 1
    assert client.get("/api/pins?product_id=mango").json()["count"] == 0


def test_a_pin_tells_who_gets_which_part_of_the_price_and_the_parts_sum_to_it(client, season):
    pin = client.get("/api/pins/pin-0").json()
    money = pin["money"]
    assert money["paid_fen"] == pin["price_now_fen"] == 4200
    assert money["growers_fen"] + money["cooperative_fen"] + money["carrier_fen"] + money["platform_fen"] == 4200
    assert pin["sources"][0]["village"]["name"] == "Conggang"
    assert 0 < pin["odds"] < 1


def test_a_friends_pin_is_found_by_its_share_code_alone(client, season):
    assert client.get("/api/pins/pin-2").status_code == 404
    assert client.get("/api/pins/share2").json()["pin_id"] == "pin-2"


def test_what_ripens_and_is_not_promised_is_told_in_kg(client, season):
    ripening = {each["product"]["id"]: each for each in client.get("/api/ripening").json()["items"]}
    assert ripening["mango"]["kg"] == pytest.approx(280)


def test_a_pin_that_is_not_there_is_refused_with_its_name_and_a_remedy(client, season):
    answer = client.get("/api/pins/nowhere")
    assert (answer.status_code, answer.json()["error"]) == (404, "NotFound")
    assert "'nowhere'" in answer.json()["message"]
    assert "look at the list" in answer.json()["message"]


@pytest.mark.parametrize(
    "asked", ["limit=0", "limit=201", "offset=-1", "limit=x", "region_id=", "region_id=a%00b", f"region_id={'a' * 81}"]
)
def test_what_lies_outside_the_limits_is_named(client, season, asked):
    answer = client.get(f"/api/pins?{asked}")
    assert (answer.status_code, answer.json()["error"]) == (422, "InputError")
    assert asked.split("=")[0] in answer.json()["message"]


def test_before_a_season_is_loaded_the_answer_says_so(client, db):
    assert client.get("/api/ripening").json()["error"] == "NotFound"
    assert client.get("/api/pins").json() == {"items": [], "count": 0, "order": "closes first", "seen": ""}
