"""What every rule of sharing out must keep, whatever it favours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinfold.basics.errors import InputError
from pinfold.pin.shortfall import SHORTFALL_RULES, Claim, share_out

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
names = st.sampled_from(sorted(SHORTFALL_RULES))
orders = st.lists(st.integers(1, 12), min_size=1, max_size=12)


def claims(seats: list[int]) -> list[Claim]:
    """Orders o0, o1, ... paid a minute after each other."""
    return [Claim(f"o{number}", count, NOON + timedelta(minutes=number)) for number, count in enumerate(seats)]


@given(name=names, seats=orders, left=st.integers(0, 150))
def test_as_many_seats_are_kept_as_arrived_and_nobody_keeps_more_than_ordered(name, seats, left):
    kept = share_out(name, claims(seats), left)
    assert sum(kept.values()) == min(left, sum(seats))
    assert all(0 <= kept[claim.order_id] <= claim.seats for claim in claims(seats))


@given(name=names, seats=orders, left=st.integers(0, 150), data=st.data())
def test_the_order_in_which_claims_are_listed_makes_no_difference(name, seats, left, data):
    shuffled = data.draw(st.permutations(claims(seats)))
    assert share_out(name, shuffled, left) == share_out(name, claims(seats), left)


@given(name=names, seats=orders, left=st.integers(0, 150))
def test_of_two_equal_orders_the_later_never_keeps_more(name, seats, left):
    kept = list(share_out(name, claims(seats), left).values())
    for early in range(len(seats)):
        for late in range(early + 1, len(seats)):
            if seats[early] == seats[late]:
                assert kept[early] >= kept[late]


@given(seats=orders, left=st.integers(0, 150))
def test_pro_rata_is_within_one_seat_of_the_exact_share(seats, left):
    kept = list(share_out("pro rata", claims(seats), left).values())
    share = min(1, left / sum(seats))
    assert all(abs(count - share * asked) < 1 for count, asked in zip(kept, seats, strict=True))


@given(seats=orders, left=st.integers(0, 150))
def test_smallest_first_serves_as_many_members_in_full_as_any_rule(seats, left):
    full = {
        name: sum(kept == asked for kept, asked in zip(share_out(name, claims(seats), left).values(), seats, strict=True))
        for name in SHORTFALL_RULES
    }
    assert full["smallest first"] == max(full.values())


def test_each_rule_by_hand():
    ordered = claims([4, 1, 3])  # 8 seats were sold, 5 packs arrived
    assert share_out("first come", ordered, 5) == {"o0": 4, "o1": 1, "o2": 0}
    assert share_out("pro rata", ordered, 5) == {"o0": 2, "o1": 1, "o2": 2}  # exact shares 2.5, 0.625 and 1.875
    assert share_out("smallest first", ordered, 5) == {"o0": 1, "o1": 1, "o2": 3}


def test_an_unknown_rule_is_refused_with_the_list():
    with pytest.raises(InputError, match="smallest first"):
        share_out("by lot", claims([1]), 0)
    with pytest.raises(InputError, match="-1 packs"):
        share_out("pro rata", claims([1]), -1)
