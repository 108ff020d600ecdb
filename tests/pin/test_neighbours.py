from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pinfold.pin.facts import PinFacts
from pinfold.pin.rescue import MergedTerms, Waiting, later_close, merged_terms, neighbour
from pinfold.pin.rules import PinRules

MONDAY = date(2026, 9, 7)
CLOSES = datetime(2026, 9, 18, 12, tzinfo=UTC)  # Friday before the Monday of week 2
RULES = PinRules()


def pin(pin_id="a", paid=2, seats_min=5, ladder=((5, 4000), (10, 3600)), **more):
    facts = PinFacts(
        pin_id=pin_id, season=2026, kind="public", state="open", share_code=pin_id, seats_min=seats_min, seats_max=ladder[-1][0],
        seats_taken=paid, seats_paid=paid, ladder=ladder, floor_fen=1200, price_fen=None, closes_at=CLOSES, opened_by=None,
        accepted_short=False,
    )  # fmt: skip
    return Waiting(facts, ("mango", 0, "city", "lane", 2, 2.0), order_week=2, extended=False, odds=more.get("odds", 0.1))


def test_members_together_begin_at_the_lower_first_price_and_end_at_the_higher_last():
    one, other = pin("a").facts, pin("b", ladder=((4, 3900), (8, 3700))).facts
    assert merged_terms(one, other) == MergedTerms(5, ((5, 3900), (18, 3700)), 1200)


def test_two_equal_pins_keep_their_prices_and_need_as_many_seats_as_one_of_them():
    assert merged_terms(pin("a").facts, pin("b").facts) == MergedTerms(5, ((5, 4000), (20, 3600)), 1200)


def test_pins_whose_prices_do_not_meet_stay_apart():
    assert merged_terms(pin("a").facts, pin("b", ladder=((5, 3500), (10, 3000))).facts) is None


def test_members_go_to_the_neighbour_with_the_most_of_them():
    lonely, fuller, fullest = pin("a", paid=1), pin("b", paid=2), pin("c", paid=3)
    assert neighbour(lonely, [lonely, fuller, fullest], RULES) is fullest
    assert neighbour(fullest, [lonely, fuller, fullest], RULES) is None


def test_of_two_pins_with_equally_many_members_one_moves_and_not_both():
    one, other = pin("a"), pin("b")
    assert [neighbour(each, [one, other], RULES) for each in (one, other)] == [other, None]


@pytest.mark.parametrize(
    "goods", [("mango", 1, "city", "lane", 2, 2.0), ("mango", 0, "town", "lane", 2, 2.0), ("mango", 0, "city", "lane", 3, 2.0)]
)
def test_members_never_get_another_grade_place_or_week(goods):
    lonely, other = pin("a", paid=1), replace(pin("b", paid=3), goods=goods)
    assert neighbour(lonely, [lonely, other], RULES) is None


def test_a_pin_that_will_probably_fill_or_has_nobody_is_left_alone():
    fuller = pin("b", paid=3)
    assert neighbour(pin("a", odds=0.9), [fuller], RULES) is None
    assert neighbour(pin("a", paid=0), [fuller], RULES) is None


def test_a_pin_that_closes_at_another_moment_takes_nobody():
    later = pin("b", paid=3)
    assert neighbour(pin("a"), [replace(later, facts=replace(later.facts, closes_at=CLOSES + timedelta(days=1)))], RULES) is None


def test_a_pin_gets_two_more_days_but_closes_before_it_is_picked():
    assert later_close(pin(), MONDAY, RULES) == CLOSES + timedelta(days=2)  # Sunday, a day before Monday
    assert later_close(pin(), MONDAY, replace(RULES, extend_days=5)) == CLOSES + timedelta(days=2)
    assert later_close(pin(), MONDAY, replace(RULES, extend_days=1)) == CLOSES + timedelta(days=1)


def test_a_pin_is_extended_once_and_never_where_the_rules_say_no():
    assert later_close(replace(pin(), extended=True), MONDAY, RULES) is None
    assert later_close(pin(), MONDAY, replace(RULES, extend_days=0)) is None
    assert later_close(pin(), MONDAY, replace(RULES, extend_days_before_week=3)) is None
