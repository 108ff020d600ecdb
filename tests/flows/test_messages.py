"""Members are told once what became of their pin, in their own language."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pin_market import CLOSES, make_market, make_pin
from test_pins import join_and_pay

from pinfold.flows import messages
from pinfold.flows.join import hold_seats
from pinfold.flows.messages import send_messages
from pinfold.flows.pins import sweep
from pinfold.flows.rescue import merge_pins
from pinfold.outside.payments import sandbox
from pinfold.store.models import Message, Person

pytestmark = pytest.mark.django_db
EVENING = CLOSES - timedelta(hours=3)


@pytest.fixture
def told(tmp_path, monkeypatch) -> list[tuple[str, str]]:
    """What was sent: to which number, what."""
    monkeypatch.setattr(sandbox, "books_path", lambda: tmp_path / "sandbox.sqlite3")
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(messages, "send_message", lambda phone, text, key: sent.append((phone, text)))
    return sent


@pytest.fixture
def members(told):
    """c1 reads Chinese and has paid for two orders in `one`, c2 reads English and holds a pack there; c3 has paid in `two`; c4, in `one`,
    has no account."""
    make_market(kg=100)
    make_pin("one", 4, 6)
    make_pin("two", 4, 7)
    for number, language in ((1, "zh-hans"), (2, "en"), (3, "en")):
        Person.objects.create_user(f"1380000000{number}", customer_id=f"c{number}", language=language)
    for order_id, pin_id, customer_id in (("a1", "one", "c1"), ("a2", "one", "c1"), ("a4", "one", "c4"), ("b3", "two", "c3")):
        join_and_pay(order_id, pin_id, customer_id)
    hold_seats("a3", "one", "c2", 1, EVENING)


def test_members_of_a_merged_pin_are_told_once_each_in_their_own_language(members, told):
    merge_pins("one", "two", EVENING)
    assert send_messages(EVENING) == 2
    (chinese, says_chinese), (english, says_english) = sorted(told)
    assert (chinese, english) == ("13800000001", "13800000002")
    assert says_chinese == ("Pinfold：您的芒果拼单人数不足，已与商品、地点和周次相同的另一拼单合并。价格不会高于原价，详见“我的订单”。")
    assert "your pin for Mango, so it was brought together" in says_english
    assert send_messages(EVENING) == 0
    assert merge_pins("one", "two", EVENING) is False
    assert send_messages(EVENING) == 0


def test_members_of_the_pin_that_took_them_are_not_told_that_theirs_was_short(members, told):
    merge_pins("one", "two", EVENING)
    send_messages(EVENING)
    assert "13800000003" not in dict(told)


def test_who_has_more_time_is_told_until_when(members, told):
    messages.note("extended", "one", EVENING)
    send_messages(EVENING)
    assert dict(told)["13800000002"] == (
        "Pinfold: your pin for Mango needs more members and stays open until 18 Sep 20:00. If it does not fill, all your money comes back."
    )
    assert "延长到9月18日20:00" in dict(told)["13800000001"]


def test_a_pin_that_fills_tells_the_price_to_those_who_have_paid(members, told):
    merge_pins("one", "two", EVENING)
    send_messages(EVENING)
    told.clear()
    assert sweep(CLOSES).filled == 1
    send_messages(CLOSES)
    assert {phone for phone, _ in told} == {"13800000001", "13800000003"}
    assert "is full. Everybody pays ¥40.00 a pack" in dict(told)["13800000003"]


def test_a_pin_that_expires_tells_those_who_have_paid_that_their_money_comes_back(members, told):
    sweep(CLOSES)
    send_messages(CLOSES)
    assert {phone for phone, _ in told} == {"13800000001", "13800000003"}
    assert "All the money that you paid goes back to you" in dict(told)["13800000003"]


def test_what_a_service_refuses_is_sent_with_the_next_sweep_and_nothing_else_again(members, told, monkeypatch):
    sends = messages.send_message

    def refuses(phone, text, key):
        if phone == "13800000002":
            raise OSError("no answer")
        sends(phone, text, key)

    monkeypatch.setattr(messages, "send_message", refuses)
    merge_pins("one", "two", EVENING)
    with pytest.raises(ExceptionGroup, match="messages that could not be sent"):
        send_messages(EVENING)
    monkeypatch.setattr(messages, "send_message", sends)
    assert send_messages(EVENING) == 1
    assert sorted(phone for phone, _ in told) == ["13800000001", "13800000002"]


def test_a_message_that_another_process_has_taken_is_not_sent_again(members, told, monkeypatch):
    merge_pins("one", "two", EVENING)
    seen = messages.messages.waiting(EVENING - timedelta(days=1))
    send_messages(EVENING)
    monkeypatch.setattr(messages.messages, "waiting", lambda since: seen)
    assert send_messages(EVENING) == 0


def test_what_waited_for_a_day_is_no_news_any_more(members, told):
    merge_pins("one", "two", EVENING)
    assert send_messages(EVENING + timedelta(days=1)) == 0
    assert Message.objects.filter(sent_at=None).count() == 2
