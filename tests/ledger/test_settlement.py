from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinfold.basics.errors import InputError
from pinfold.ledger.reasons import Reason, say
from pinfold.ledger.settlement import Credit, Picked, Sold, household_credits

MONDAY = datetime(2026, 9, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)


def picked(household: str, kg: float, at: datetime = MONDAY) -> Picked:
    return Picked("lot", household, kg, at)


def sold(kg: float, fen: int, at: datetime = MONDAY + HOUR, name: str = "sale") -> Sold:
    return Sold(name, "lot", kg, fen, at)


def fen_of(credits_found: list[Credit]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for credit in credits_found:
        totals[credit.household_id] = totals.get(credit.household_id, 0) + credit.amount_fen
    return totals


def test_money_follows_the_kg_that_each_household_picked():
    assert fen_of(household_credits([sold(10, 1000)], [picked("a", 6), picked("b", 4)], {})) == {"a": 600, "b": 400}


def test_the_odd_fen_goes_to_the_household_with_the_most_kg():
    assert fen_of(household_credits([sold(9, 1000)], [picked("a", 3), picked("b", 6)], {})) == {"a": 333, "b": 667}


def test_of_equal_kg_the_odd_fen_goes_to_the_first_by_id():
    assert fen_of(household_credits([sold(2, 101)], [picked("b", 1), picked("a", 1)], {})) == {"a": 51, "b": 50}


def test_crop_weighed_after_a_sale_has_no_part_in_it_and_all_of_the_next():
    sales = [sold(10, 1000, MONDAY + HOUR, "first"), sold(5, 300, MONDAY + 3 * HOUR, "second")]
    found = household_credits(sales, [picked("a", 10), picked("b", 5, MONDAY + 2 * HOUR)], {})
    assert fen_of(found) == {"a": 1000, "b": 300}


def test_kg_credited_in_an_earlier_week_are_not_paid_again():
    found = household_credits([sold(4, 400)], [picked("a", 10), picked("b", 4)], {("lot", "a"): 10.0})
    assert fen_of(found) == {"b": 400}


weights = st.lists(st.floats(0.01, 500), min_size=1, max_size=8)
shares = st.lists(st.floats(0.01, 1), min_size=1, max_size=4)


@given(weights, shares, st.integers(0, 10_000_000))
def test_every_sale_is_credited_to_the_last_fen_and_kg(picks, parts, fen):
    whole_kg = sum(picks)
    sales = [sold(whole_kg * part / sum(parts), fen, MONDAY + HOUR * number, f"sale {number}") for number, part in enumerate(parts)]
    weighed = [picked(f"h{number}", kg) for number, kg in enumerate(picks)]
    found = household_credits(sales, weighed, {})
    for sale in sales:
        own = [credit for credit in found if credit.delivery_id == sale.delivery_id]
        assert sum(credit.amount_fen for credit in own) == fen
        assert sum(credit.kg for credit in own) == pytest.approx(sale.kg)
    for weighing in weighed:
        mine = sum(credit.kg for credit in found if credit.household_id == weighing.household_id)
        assert mine == pytest.approx(weighing.kg, abs=1e-4)


REASON = Reason("pin", "mango", "芒果", 1, "Kunming", "昆明", 3, 12.5, 10_050, 25.0, 25_000, 20_100, 1_750, 2_400, 750)


def test_a_reason_is_said_in_english():
    assert say(REASON, "en") == (
        "12.5 kg of your mango, grade 2, went to customers in Kunming. For all 25.0 kg they paid ¥250.00: ¥201.00 to the growers, "
        "¥24.00 for carrying, ¥17.50 to the cooperative, ¥7.50 to the platform. Your part is ¥100.50."
    )


def test_a_reason_is_said_in_chinese():
    assert say(REASON, "zh-hans") == (
        "您的二级芒果 12.5 公斤卖给了昆明的顾客。这批共 25.0 公斤，收款 ¥250.00：种植户得 ¥201.00，运费 ¥24.00，合作社留 ¥17.50，"
        "平台留 ¥7.50。您得 ¥100.50。"
    )


def test_a_language_that_is_not_spoken_is_refused():
    with pytest.raises(InputError, match="use en or zh-hans"):
        say(REASON, "fr")
