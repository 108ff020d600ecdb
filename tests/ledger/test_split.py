from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinfold.basics.errors import InputError
from pinfold.ledger.rules import SplitRules
from pinfold.ledger.split import LotPart, Split, split_over_lots, split_payment

RULES = SplitRules(platform_bp=300, cooperative_bp=700)
fen = st.integers(0, 10_000_000)
basis_points = st.integers(0, 5000)
parts = st.lists(
    st.builds(LotPart, st.just("lot"), st.floats(0.001, 5000), st.floats(0, 20), st.floats(0, 100)), min_size=1, max_size=6
)  # fmt: skip


def test_growers_get_the_rest_and_the_odd_fen():
    """3 % of 999 is 29.97 and 7 % is 69.93: the platform gets 29, the cooperative 69, the growers all else."""
    assert split_payment(999, 100, 0, RULES) == Split(growers_fen=801, cooperative_fen=69, carrier_fen=100, platform_fen=29)


def test_below_the_floor_the_platform_gives_up_its_part_first():
    assert split_payment(1000, 100, 820, RULES) == Split(growers_fen=820, cooperative_fen=70, carrier_fen=100, platform_fen=10)


def test_then_the_cooperative_gives_up_its_own():
    assert split_payment(1000, 100, 860, RULES) == Split(growers_fen=860, cooperative_fen=40, carrier_fen=100, platform_fen=0)


def test_then_the_cooperative_pays_what_is_missing_from_its_means():
    assert split_payment(1000, 100, 950, RULES) == Split(growers_fen=950, cooperative_fen=-50, carrier_fen=100, platform_fen=0)


def test_a_negative_payment_is_refused():
    with pytest.raises(InputError, match="reverse"):
        split_payment(-1, 0, 0, RULES)


def test_shares_of_more_than_the_whole_price_are_refused():
    with pytest.raises(InputError, match="more than the whole price"):
        SplitRules(platform_bp=5001, cooperative_bp=5000)


@given(fen, fen, fen, basis_points, basis_points)
def test_every_split_sums_to_the_payment_and_keeps_the_floor(paid_fen, carrier_fen, floor_fen, platform_bp, cooperative_bp):
    split = split_payment(paid_fen, carrier_fen, floor_fen, SplitRules(platform_bp, cooperative_bp))
    assert split.paid_fen == paid_fen
    assert split.growers_fen >= floor_fen
    assert split.carrier_fen == carrier_fen
    assert split.platform_fen >= 0


@given(fen, fen, fen)
def test_the_cooperative_loses_nothing_while_the_platform_keeps_anything(paid_fen, carrier_fen, floor_fen):
    split = split_payment(paid_fen, carrier_fen, floor_fen, RULES)
    assert split.platform_fen == 0 or split.cooperative_fen == paid_fen * 700 // 10_000


@given(fen, parts)
def test_a_payment_over_several_lots_sums_to_the_payment(paid_fen, lots):
    assert sum(split.paid_fen for split in split_over_lots(paid_fen, lots, RULES)) == paid_fen
