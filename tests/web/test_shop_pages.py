"""What a customer sees before joining."""

import pytest

from pinfold.store.models import Customer, Person, Pin
from pinfold.store.reads import shop
from pinfold.web.shop import telling


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_list_shows_public_open_pins_and_hides_friends_and_closed_ones(english, season):
    page = text_of(english.get("/"))
    assert f"/pins/{season.open_pin.share_code}/" in page
    assert season.friends_pin.share_code not in page
    assert season.filled_pin.share_code not in page


def test_a_region_without_pins_says_so_and_leads_to_all(english, season):
    page = text_of(english.get("/?region=chengdu"))
    assert "No pin is open in this region today" in page
    assert 'href="/?region="' in page


def test_a_signed_in_customer_sees_the_own_region_first(buyer, season):
    Pin.objects.filter(pk=season.open_pin.pk).update(region="chengdu")
    assert season.open_pin.share_code not in text_of(buyer.get("/"))
    assert season.open_pin.share_code in text_of(buyer.get("/?region="))


def test_before_a_season_is_loaded_the_list_says_so(english, db):
    assert "No season yet" in text_of(english.get("/"))


def test_what_ripens_without_a_pin_is_shown_with_its_free_kilograms(season, now):
    ripening = {each.product.id: each for each in shop.ripening(4)}
    # Two mango lots of 200 kg in weeks 6 and 7, 60 kg of each promised.
    assert (ripening["mango"].week, ripening["mango"].kg) == (6, pytest.approx(280))


def test_a_pin_page_tells_price_odds_money_time_and_growers(english, season):
    page = text_of(english.get("/pins/share0/"))
    for said in (
        "1 of 10 packs taken, 0 paid",
        "¥42.00",
        "¥36.00",
        "Odds that it fills in time",
        "Where the money goes",
        "5 Oct",
        "Conggang",
    ):
        assert said in page, said


def test_the_parts_of_a_pack_sum_to_its_price(season):
    pin = shop.pin_facts("share0")
    money = telling.money_of_a_pack(pin)
    assert money.paid_fen == 4200
    assert money.growers_fen > pin.card.floor_fen


def test_the_price_falls_with_paid_packs_not_with_held_ones(season):
    Pin.objects.filter(pk="pin-0").update(seats_taken=10, seats_paid=5)
    assert telling.price_now_fen(shop.pin_card("share0")) == 4200
    Pin.objects.filter(pk="pin-0").update(seats_paid=6)
    assert telling.price_now_fen(shop.pin_card("share0")) == 3900


def test_odds_rise_with_every_paid_pack_and_end_at_certainty(season, now):
    odds = []
    for paid in (0, 1, 2, 3):
        Pin.objects.filter(pk="pin-0").update(seats_taken=3, seats_paid=paid)
        odds.append(telling.odds(shop.pin_card("share0"), now))
    assert odds == sorted(odds)
    assert 0 < odds[0] < odds[2] < odds[3] == 1


def test_the_moving_part_stops_being_asked_for_once_the_pin_is_closed(english, season):
    assert english.get("/pins/share0/progress/").status_code == 200
    assert english.get("/pins/share1/progress/").status_code == 286


def test_the_code_to_scan_is_a_drawing(english, season):
    answer = english.get("/pins/share0/qr.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert b"<svg" in answer.content


def test_a_pin_that_does_not_exist_is_a_page_that_says_what_to_do(english, season):
    answer = english.get("/pins/nowhere/")
    assert answer.status_code == 404
    assert "Start again from the list" in answer.content.decode()


def test_pages_speak_chinese_unless_asked_otherwise(client, season):
    page = text_of(client.get("/pins/share0/"))
    assert '<html lang="zh-Hans">' in page
    assert '<button name="language" value="en" lang="en">English</button>' in page, "a language is offered by its own name"
    assert 'value="zh-hans"' not in page
    assert "生咖啡豆" in page
    assert "钱到了谁手里" in page


def test_the_language_is_kept_on_the_phone_and_with_the_person(client, customer):
    client.force_login(customer, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/language/", {"language": "zh-hans", "next": "/orders/"})
    assert answer.url == "/orders/"
    assert Person.objects.get(pk=customer.pk).language == "zh-hans"
    assert client.post("/language/", {"language": "en", "next": "https://elsewhere.example/"}).url == "/"


def test_a_new_customer_is_asked_for_the_region_once(english, season):
    newcomer = Person.objects.create_user("13800000102", language="en")
    english.force_login(newcomer, backend="django.contrib.auth.backends.ModelBackend")
    assert english.get("/me/").url == "/region/"
    english.post("/region/", {"region": "chengdu", "next": "/pins/share0/"})
    newcomer.refresh_from_db()
    assert Customer.objects.get(pk=newcomer.customer_id).region_id == "chengdu"
    assert newcomer.customer_id.startswith("customer-")
    assert english.get("/me/").url == "/"


def test_moving_to_another_region_keeps_the_pseudonym(buyer, customer):
    buyer.post("/region/", {"region": "chengdu"})
    customer.refresh_from_db()
    assert (customer.customer_id, Customer.objects.get(pk="customer-1").region_id) == ("customer-1", "chengdu")


def test_a_region_that_does_not_exist_is_refused(buyer, customer):
    assert buyer.post("/region/", {"region": "atlantis"}).status_code == 422
    assert Customer.objects.get(pk="customer-1").region_id == "kunming"


def test_no_page_needs_inline_script_or_style(english, season):
    for address in ("/", "/pins/share0/", "/sign-in/"):
        page = text_of(english.get(address))
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
        assert "onclick" not in page


def test_the_list_can_be_narrowed_to_one_product_of_the_region(english, season):
    Pin.objects.filter(pk="pin-2").update(kind="public")
    page = text_of(english.get("/?region=kunming&product=mango"))
    assert season.friends_pin.share_code in page
    assert season.open_pin.share_code not in page
