from __future__ import annotations

from pinfold.impact.incomes import Income, groups
from pinfold.impact.rules import ImpactRules


def household(village: str = "v", people: int = 5, crop_fen: int = 0, poor: bool = True) -> Income:
    return Income(village, people, poor, crop_fen, dividends_fen=0, farm_cost_fen=0, other_income_fen=0)


def shown(incomes: list[Income], kind: str) -> dict[str, int | None]:
    return {group.name: group.per_head_fen for group in groups(incomes, ImpactRules()) if group.kind == kind}


def test_costs_are_taken_off_before_income_is_shared_by_heads():
    income = Income("v", 4, True, crop_fen=900, dividends_fen=100, farm_cost_fen=600, other_income_fen=0)
    assert income.per_head_fen == 100


def test_the_mean_counts_people_and_not_households():
    """100 fen a head for 2 people, 1000 for 8: 820 a head, not 550."""
    assert shown([household(people=2, crop_fen=200), household(people=8, crop_fen=8000)], "all") == {"all": 820}


def test_people_below_the_line_are_counted_and_those_on_it_are_not():
    on_it, below = household(crop_fen=5 * 400_000), household(crop_fen=5 * 399_999)
    (everybody,) = (group for group in groups([on_it, below], ImpactRules()) if group.kind == "all")
    assert everybody.below_line_share == 0.5


def test_a_group_of_four_people_is_hidden():
    assert shown([household(people=4)], "all") == {"all": None}
    assert shown([household(people=5)], "all") == {"all": 0}


def test_a_hidden_group_cannot_be_found_by_subtraction():
    """Village a is too small; with b's figure and the total, a's could be worked out, so the smallest other is hidden too."""
    incomes = [household("a", 3), household("b", 6), household("c", 9)]
    assert shown(incomes, "village") == {"a": None, "b": None, "c": 0}


def test_two_hidden_groups_hide_each_other():
    assert shown([household("a", 3), household("b", 2), household("c", 9)], "village") == {"a": None, "b": None, "c": 0}
