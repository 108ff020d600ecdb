"""Races through HTTP against four server processes, on SQLite and PostgreSQL.

Each race has a negative control: against a server whose guards are taken out (racing_site/unguarded.py) it must be lost.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import uuid4

from racing import CUSTOMERS, HOLDS_MAX, OK, REFUSED, Answer, Server, at_once, hold, left, new_pin

from pinfold.outside.payments import sandbox

PRICE_FEN = 4000


def signed_notice(server: Server, order_id: str, customer: int) -> dict[str, object]:
    """Starts a payment of a held order; returns the provider's word that it was made, not yet sent."""
    payment_id = uuid4().hex
    body = {"payment_id": payment_id, "order_id": order_id, "provider": "sandbox"}
    status, told = server.call("POST", "/api/payments", body, customer)
    assert status == OK, told
    return sandbox.signed(sandbox.Notice(f"{payment_id}:paid", payment_id, True, told["amount_fen"]))


def send_notice(server: Server, notice: dict[str, object]) -> Answer:
    return server.call("POST", "/api/payments/sandbox/notice", notice)


def is_lost_in_some_round(rounds: int, won: Callable[[], bool]) -> bool:
    return not all(won() for _ in range(rounds))


# 500 buyers, 5 seats


def flash_sale(server: Server, buyers: int, seats: int) -> tuple[list[int], dict[str, Any]]:
    pin_id = new_pin(server, seats, seats)
    with ThreadPoolExecutor(64) as crowd:
        answers = list(crowd.map(lambda customer: hold(server, pin_id, uuid4().hex, customer)[0], range(buyers)))
    return answers, left(server, pin_id)


def test_of_500_buyers_of_5_seats_exactly_5_hold_one_and_nothing_else_is_left(server: Server) -> None:
    answers, after = flash_sale(server, CUSTOMERS, 5)
    assert (answers.count(OK), answers.count(REFUSED)) == (5, CUSTOMERS - 5)
    assert (after["seats"], after["seats_taken"], after["seats_paid"], len(after["orders"])) == ({"held": 5}, 5, 0, 5)


def test_control_without_the_guard_more_than_5_of_60_buyers_hold_one(unguarded: Server) -> None:
    answers, after = flash_sale(unguarded, 60, 5)
    assert answers.count(OK) > 5
    assert after["seats"]["held"] > 5


# One unit left, two buyers


def one_of_two_wins(server: Server) -> bool:
    pin_id = new_pin(server, 1, 1)
    answers = at_once(*(partial(hold, server, pin_id, uuid4().hex, customer) for customer in (0, 1)))
    after = left(server, pin_id)
    statuses = sorted(status for status, _ in answers)
    return statuses == [OK, REFUSED] and after["seats"] == {"held": 1} and after["seats_taken"] == 1


def test_of_two_buyers_of_the_last_seat_one_wins(server: Server) -> None:
    for _ in range(20):
        assert one_of_two_wins(server)


def test_control_without_the_guard_both_buyers_get_the_last_seat(unguarded: Server) -> None:
    assert is_lost_in_some_round(10, lambda: one_of_two_wins(unguarded))


# The same order sent ten times at once


def test_the_same_order_sent_ten_times_at_once_holds_its_seat_once(server: Server) -> None:
    for seats in (1, 20):
        pin_id, order_id = new_pin(server, 1, seats), uuid4().hex
        answers = at_once(*[partial(hold, server, pin_id, order_id, 0)] * 10)
        assert [status for status, _ in answers] == [OK] * 10
        assert (left(server, pin_id)["orders"], left(server, pin_id)["seats_taken"]) == ([order_id], 1)


# One customer asks for many at once


def test_a_customer_who_asks_for_more_than_allowed_at_once_holds_what_is_allowed(server: Server) -> None:
    pin_id, customer = new_pin(server, 1, HOLDS_MAX + 20), CUSTOMERS - 1
    statuses = [status for status, _ in at_once(*(partial(hold, server, pin_id, uuid4().hex, customer) for _ in range(HOLDS_MAX + 20)))]
    assert set(statuses) == {OK, REFUSED}
    assert server.call("GET", "/api/orders", customer=customer)[1]["count"] == HOLDS_MAX, "with what was held before"


# The same notice ten times at once


def notice_counts_once(server: Server) -> bool:
    """Among ten other held seats, so that a second count would find a seat to mark as paid."""
    pin_id, order_id = new_pin(server, 15, 20), uuid4().hex
    for customer in range(10):
        assert hold(server, pin_id, order_id if customer == 0 else uuid4().hex, customer)[0] == OK
    notice = signed_notice(server, order_id, 0)
    answers = at_once(*[partial(send_notice, server, notice)] * 10)
    after = left(server, pin_id)
    counted = [told["counted"] for status, told in answers if status == OK]
    return sorted(counted) == [False] * 9 + [True] and (after["seats_paid"], after["held_fen"]) == (1, PRICE_FEN)


def test_the_same_notice_ten_times_at_once_counts_once(server: Server) -> None:
    for _ in range(5):
        assert notice_counts_once(server)


def test_control_without_the_guard_the_same_notice_counts_again(unguarded: Server) -> None:
    assert is_lost_in_some_round(5, lambda: notice_counts_once(unguarded))


# What the controls rest on


def test_the_unguarded_server_is_right_as_long_as_nobody_races(unguarded: Server) -> None:
    pin_id, order_id = new_pin(unguarded, 2, 3), uuid4().hex
    assert hold(unguarded, pin_id, order_id, 0)[0] == OK
    notice = signed_notice(unguarded, order_id, 0)
    assert [send_notice(unguarded, notice)[1]["counted"] for _ in range(3)] == [True, False, False]
    late = uuid4().hex
    assert hold(unguarded, pin_id, late, 1)[0] == OK
    assert unguarded.call("POST", "/race/overdue", {"order_id": late})[0] == OK
    assert unguarded.call("POST", "/race/sweep")[0] == OK
    after = left(unguarded, pin_id)
    assert (after["seats"], after["seats_taken"], after["seats_paid"]) == ({"paid": 1, "lapsed": 1}, 1, 1)
    assert after["held_fen"] == PRICE_FEN


# Notice, lapse and another buyer in the same instant


def outcome(server: Server) -> str:
    """'paid', 'lapsed' or 'both or neither': whose the only seat is after its payment, its lapse and a second buyer met."""
    pin_id, order_id = new_pin(server, 1, 1), uuid4().hex
    assert hold(server, pin_id, order_id, 0)[0] == OK
    notice = signed_notice(server, order_id, 0)
    assert server.call("POST", "/race/overdue", {"order_id": order_id})[0] == OK
    other = partial(hold, server, pin_id, uuid4().hex, 1)
    sweep = partial(server.call, "POST", "/race/sweep")
    answers = at_once(partial(send_notice, server, notice), sweep, other, partial(send_notice, server, notice), sweep)
    if any(status not in (OK, REFUSED) for status, _ in answers):
        return "both or neither"
    after = left(server, pin_id)
    seats = (after["seats_taken"], after["seats_paid"])
    told = {name: after[name] for name in ("state", "seats", "refunds", "held_fen")}
    if told == {"state": "filled", "seats": {"paid": 1}, "refunds": 0, "held_fen": PRICE_FEN} and seats == (1, 1):
        return "paid"
    if told == {"state": "open", "seats": {"held": 1, "lapsed": 1}, "refunds": 1, "held_fen": 0} and seats == (1, 0):
        return "lapsed"
    return "both or neither"


def test_a_notice_and_a_lapse_in_the_same_instant_have_exactly_one_outcome(server: Server) -> None:
    outcomes = [outcome(server) for _ in range(25)]
    assert set(outcomes) <= {"paid", "lapsed"}


def test_control_without_the_guard_notice_and_lapse_both_happen(unguarded: Server) -> None:
    assert is_lost_in_some_round(10, lambda: outcome(unguarded) != "both or neither")


# Two pins are brought together while members join, pay and pay again


def all_members_are_where_their_seats_are(server: Server, first: int) -> bool:
    """Two pins with two held seats each: one of each is paid and two more are asked for while the pins are merged.

    first : number of the first of six customers who hold nothing else
    """
    source, into = new_pin(server, 3, 8), new_pin(server, 3, 8)
    orders = {uuid4().hex: (pin_id, customer) for customer, pin_id in enumerate((source, source, into, into), first)}
    for order_id, (pin_id, customer) in orders.items():
        assert hold(server, pin_id, order_id, customer)[0] == OK
    notices = [signed_notice(server, order_id, customer) for order_id, (_, customer) in list(orders.items())[1:3]]
    answers = at_once(
        partial(server.call, "POST", "/race/merge", {"source_id": source, "into_id": into}),
        *(partial(send_notice, server, notice) for notice in notices * 2),
        partial(hold, server, source, uuid4().hex, first + 4),
        partial(hold, server, into, uuid4().hex, first + 5),
    )
    if any(status not in (OK, REFUSED) for status, _ in answers):
        return False
    gone, after = left(server, source), left(server, into)
    return (gone["state"], gone["seats_taken"], gone["seats_max"] * 2 + after["kg"]) == ("merged", 0, 48) and (
        (after["seats_taken"], after["seats_paid"], after["seats_max"]) == (sum(after["seats"].values()), 2, 16)
        and after["seats"] == {"paid": 2, "held": after["seats_taken"] - 2}
        and (gone["orders"], after["held_fen"]) == ([], 2 * PRICE_FEN)
    )


def test_members_who_join_and_pay_while_two_pins_are_merged_are_all_in_the_one_that_is_left(server: Server) -> None:
    for number in range(10):
        assert all_members_are_where_their_seats_are(server, 100 + 6 * number)


def test_control_without_the_guard_a_merge_loses_members(unguarded: Server) -> None:
    assert not all(all_members_are_where_their_seats_are(unguarded, 100 + 6 * number) for number in range(10))


# Two pins whose lot has failed, and kg for one of them elsewhere


def kg_are_promised_once(server: Server, number: int) -> bool:
    """Both are moved twice at once to the lot that can fill one: it is promised to one of them, and the other waits where it was."""
    pins = [uuid4().hex[:12], uuid4().hex[:12]]
    assert server.call("POST", "/race/shortages", {"number": number, "pin_ids": pins})[0] == OK
    answers = at_once(*(partial(server.call, "POST", "/race/move", {"number": number, "pin_id": pin_id}) for pin_id in pins * 2))
    moved = [told["moved"] for status, told in answers if status == OK]
    after = server.call("GET", f"/race/lots/{number}")[1]
    return sorted(moved) == [False, False, False, True] and after == {"failed": [0, 10, 10], "spare": [10, 10, 10]}


def test_of_two_pins_that_move_to_the_same_kg_one_gets_them(server: Server) -> None:
    for number in range(10):
        assert kg_are_promised_once(server, number)


def test_control_without_the_guard_the_same_kg_are_promised_to_both(unguarded: Server) -> None:
    assert not all(kg_are_promised_once(unguarded, 100 + number) for number in range(10))
