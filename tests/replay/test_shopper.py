"""What customers do when a season is played."""

from datetime import date

from pinfold.replay.rules import ReplayRules
from pinfold.replay.shopper import Joining, Offer, Visit, chance, join_which, pay_how, visits_of_day

DAY = date(2026, 9, 7)
ALWAYS_LOOKS_ON, NEVER_LOOKS_ON = ReplayRules(other_product_share=1.0), ReplayRules(other_product_share=0.0)


def visit(product: str = "mango", packs: int = 2) -> Visit:
    return Visit("v", "K1", "R1", product, packs, 600)


def offer(pin: str, product: str = "mango", week: int = 1, left: int = 10, taken: int = 0, price_fen: int = 2000) -> Offer:
    return Offer(pin, product, "R1", week, left, taken, price_fen, 2500)


def test_the_same_day_played_twice_brings_the_same_visits():
    rows = [("K1", "R1", "mango", 1), ("K2", "R1", "mango", 3)]
    once, again = visits_of_day(DAY, rows, ReplayRules()), visits_of_day(DAY, reversed(rows), ReplayRules())
    assert once == again
    assert {one.visit_id for one in once} == {"2026-09-07-K1-R1-mango", "2026-09-07-K2-R1-mango"}


def test_customers_come_in_opening_hours_and_one_after_the_other():
    visits = visits_of_day(DAY, [(f"K{n}", "R1", "mango", 1) for n in range(500)], ReplayRules(opens_hour=8, closes_hour=22))
    minutes = [one.minute for one in visits]
    assert minutes == sorted(minutes)
    assert min(minutes) >= 8 * 60 and max(minutes) < 22 * 60
    assert min(minutes) < 9 * 60 and max(minutes) > 21 * 60


def test_the_soonest_delivery_is_joined_and_of_those_the_fullest_pin():
    offers = [offer("late", week=2, taken=9), offer("soon empty", taken=1), offer("soon full", taken=8)]
    assert join_which(visit(), offers, (), NEVER_LOOKS_ON) == Joining("soon full", "mango", 2)


def test_fewer_seats_than_wanted_are_taken_rather_than_none():
    assert join_which(visit(packs=3), [offer("p", left=1)], (), NEVER_LOOKS_ON) == Joining("p", "mango", 1)


def test_a_full_pin_is_not_joined():
    assert join_which(visit(), [offer("p", left=0)], (), ALWAYS_LOOKS_ON) is None


def test_a_pin_dearer_than_the_usual_price_is_left_alone():
    assert join_which(visit(), [offer("p", price_fen=2501)], (), ReplayRules(dearest_share=1.0)) is None


def test_who_finds_nothing_takes_what_was_bought_most_often_before():
    offers = [offer("beans", "green-beans"), offer("peas", "snow-pea")]
    assert join_which(visit("mango"), offers, ("snow-pea", "green-beans"), ALWAYS_LOOKS_ON) == Joining("peas", "snow-pea", 2)
    assert join_which(visit("mango"), offers, ("snow-pea", "green-beans"), NEVER_LOOKS_ON) is None


def test_nobody_is_sold_what_they_never_bought():
    assert join_which(visit("mango"), [offer("peas", "snow-pea")], (), ALWAYS_LOOKS_ON) is None


def test_about_as_many_forget_to_pay_as_the_rule_says():
    rules = ReplayRules(forgets_share=0.2)
    forgot = sum(not pay_how(Visit(f"v{n}", "K", "R", "mango", 1, 0), rules).pays for n in range(5000))
    # A binomial with 5000 tries and 0.2 has a standard deviation of 28.
    assert abs(forgot - 1000) < 4 * 28


def test_cash_is_never_late():
    rules = ReplayRules(cash_share=1.0, late_share=1.0)
    assert not pay_how(visit(), rules).late


def test_chance_depends_on_every_part():
    assert len({chance("a", "b"), chance("ab"), chance("a", "c"), chance("b", "a")}) == 4
