"""Every state of an order has its words, and they name the money that moved."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils.translation import override

from pinfold.store.models import Order
from pinfold.store.reads import shop
from pinfold.web.shop.words import story_of


@pytest.fixture
def order(customer, now) -> shop.OrderCard:
    Order.objects.create(
        order_id="order-1", pin_id="pin-0", customer_id="customer-1", seats=3, price_fen=4200, amount_fen=12600,
        held_at=now, held_until=now + timedelta(minutes=30),
    )  # fmt: skip
    return shop.order_of("order-1", "customer-1")


def says(order: shop.OrderCard, now) -> str:
    with override("en"):
        return story_of(order, now).says


@pytest.mark.parametrize("state", Order.State.values)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_state_has_words_in_both_languages(order, now, state, language):
    with override(language):
        story = story_of(replace(order, state=state), now)
    assert story.label and story.says
    assert any("一" <= letter <= "鿿" for letter in story.label) is (language == "zh-hans")


def test_a_held_order_says_how_much_and_until_when(order, now):
    assert says(order, now) == "Your places are held until 7 Oct 12:30. Pay ¥126.00 to keep them."


def test_a_hold_that_is_over_offers_no_payment(order, now):
    story = story_of(order, now + timedelta(minutes=30))
    assert not story.can_pay
    assert not story.can_cancel


def test_a_paid_order_says_how_many_are_missing_and_that_money_comes_back(order, now):
    assert says(replace(order, state="paid"), now).startswith("Paid. 3 more packs must be paid before")


def test_a_member_whose_packs_come_from_another_village_reads_so_and_until_when_to_decline(order, now):
    nankang, conggang = shop.Named("n", "Nankang", "赧亢"), shop.Named("c", "Conggang", "丛岗")
    moved = replace(order, state="paid", moved=shop.MovedFacts(conggang, nankang, now + timedelta(days=2)))
    says_from = "Less is picked in Conggang than was expected, so packs come from Nankang."
    assert says(moved, now).endswith(f"{says_from} Until 9 Oct 12:00 you can have your money back instead.")
    assert story_of(moved, now).can_decline
    assert says(moved, now + timedelta(days=2)).endswith(says_from)
    assert not story_of(moved, now + timedelta(days=2)).can_decline


def test_an_expired_pin_says_that_all_money_came_back(order, now):
    expired = replace(order, state="refunded", refunded_fen=12600, card=replace(order.card, state="expired"))
    assert says(expired, now) == "Too few joined in time. All your money, ¥126.00, came back."


def test_a_short_harvest_says_how_many_packs_are_kept(order, now):
    short = replace(order, state="shipped", seats_kept=2, refunded_fen=4200)
    assert says(short, now) == "The harvest fell short: 2 of your 3 packs are on their way, and ¥42.00 came back."


def test_a_lower_final_price_is_said(order, now):
    cheaper = replace(order, state="paid", refunded_fen=900, card=replace(order.card, state="filled"))
    assert "¥9.00 came back" in says(cheaper, now)


def test_cash_that_goes_back_is_the_coordinators_until_it_is_handed_over(order, now):
    expired = replace(order, state="refunded", refunded_fen=12600, card=replace(order.card, state="expired"))
    waits = replace(expired, cash_back=(shop.CashBack(12600, "expired", None),))
    assert says(waits, now) == "Too few joined in time. Your coordinator gives you ¥126.00 back in cash."
    given = replace(expired, cash_back=(shop.CashBack(12600, "expired", now),))
    assert says(given, now) == "Too few joined in time. ¥126.00 were given back to you in cash on 7 Oct."
