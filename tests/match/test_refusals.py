"""Tables that no plan may be made on: each wrong row is named."""

from __future__ import annotations

import pytest

from pinfold.basics.errors import InputError
from pinfold.basics.rules import read_rules
from pinfold.match.rules import MatchRules, rules_from_json

from .seasons import MANGO, lane, lot, season, want


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"lots": [lot("A"), lot("B", kg=-3.0)]}, r"lots row 2 \(lot_id B\): kg is -3.0; give 0 or more"),
        ({"lots": [lot("A", kg=float("nan"))]}, r"lots row 1 \(lot_id A\): kg is nan"),
        ({"lots": [lot("A", salvage_per_kg=float("inf"))]}, r"lots row 1 \(lot_id A\): salvage_per_kg is inf; give a number"),
        ({"lots": [lot("A", kg=float("inf"))]}, r"lots row 1 \(lot_id A\): kg is inf; give 0 or more"),
        ({"wants": [want("W", "Kunming", float("inf"), 9)]}, r"wants row 1 \(want_id W\): price_1 is inf; give 0 or more"),
        ({"wants": [want("W", "Kunming", 9, float("inf"))]}, r"wants row 1 \(want_id W\): kg_1 is inf; give 0 or more"),
        ({"lanes": [lane("Kunming", trucks_max=float("inf"))]}, r"lanes row 1 \(lane_id H-Kunming-0\): trucks_max is inf; give 0 or more"),
        ({"lots": [lot("A", kg=1e18)]}, r"lots row 1 \(lot_id A\): kg is 1e\+18; give 0 or more, below 9e15"),
        ({"lots": [lot("A", ready_week=1e300)]}, r"lots row 1 \(lot_id A\): ready_week is 1e\+300; give a whole number below 9e15"),
        ({"lots": [lot("A"), lot("B", hub_id=None)]}, r"lots row 2 \(lot_id B\): hub_id is empty; fill it in"),
        ({"lots": [lot("A"), lot("B", hub_id="")]}, r"lots row 2 \(lot_id B\): hub_id is empty; fill it in"),
        ({"wants": [want("W", None, 9, 9)]}, r"wants row 1 \(want_id W\): region_id is empty; fill it in"),
        ({"lots": [lot("A", row=7, kg=-1.0)]}, r"lots row 1 \(lot_id A\): kg is -1.0"),
        ({"lots": [lot("A", kg=None)]}, r"lots row 1 \(lot_id A\): kg is None"),
        ({"lots": [lot("A", grade=3)]}, r"lots row 1 \(lot_id A\): grade is 3; give 0, 1 or 2"),
        ({"lots": [lot("A", ready_week=1.5)]}, r"ready_week is 1.5; give a whole number"),
        ({"lots": [lot("A", poverty_weight=20)]}, r"poverty_weight is 20; give 0 to 1"),
        ({"lots": [lot("A"), lot("A")]}, r"lots row 2 \(lot_id A\): lot_id A is empty or comes twice"),
        ({"lots": [lot("A", product_id="durian")]}, r"lots row 1 \(lot_id A\): product_id durian is not in products"),
        ({"wants": [want("W", "Kunming", 9, 9, product_id="durian")]}, r"wants row 1 \(want_id W\): product_id durian is not in products"),
        ({"wants": [want("W", "Kunming", 9, 9, price_2=11.0, kg_2=5.0)]}, r"wants row 1 \(want_id W\): a later step pays more"),
        (
            {"lanes": [lane("Kunming"), lane("Kunming", lane_id="other")]},
            r"lanes row 2 \(lane_id other\): hub_id and region_id and week H, Kunming, 0",
        ),
        ({"lanes": [lane("Kunming", truck_kg=0.0)]}, r"truck_kg is 0.0; give more than 0"),
        ({"hub_weeks": [{"hub_id": "H", "week": 0, "kg_max": -1.0}]}, r"hub_weeks row 1 \(hub_id H, week 0\): kg_max is -1.0"),
        ({"products": [MANGO | {"shelf_life_days": 0.0}]}, r"products row 1 \(product_id mango\): shelf_life_days is 0.0"),
        ({"hub_weeks": [{"hub_id": "H", "week": 0}]}, r"hub_weeks: column 'kg_max' is missing"),
    ],
)
def test_a_wrong_row_is_named_with_its_value_and_what_to_give(changed, message):
    good = {"lots": [lot("A")], "wants": [want("W", "Kunming", 10, 100)], "lanes": [lane("Kunming")]}
    season(**good)
    with pytest.raises(InputError, match=message):
        season(**good | changed)


def test_all_wrong_rows_are_named_at_once():
    with pytest.raises(InputError) as refused:
        season([lot("A", kg=-1.0, grade=9)], [want("W", "Kunming", 10, -5.0)], [lane("Kunming")])
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        "lots row 1 (lot_id A)",
        "lots row 1 (lot_id A)",
        "wants row 1 (want_id W)",
    ]


def test_a_thousand_wrong_rows_do_not_fill_the_screen():
    with pytest.raises(InputError, match="and 980 more"):
        season([lot(str(number), kg=-1.0) for number in range(1000)], [want("W", "Kunming", 9, 9)], [lane("Kunming")])


def test_rules_json_gives_the_three_discounts_as_a_list():
    rules = rules_from_json({"grade_discount": [0.0, 0.1, 0.2], "lag_weeks_max": 3})
    assert rules.grade_discount == (0.0, 0.1, 0.2) and rules.lag_weeks_max == 3


def test_settings_and_rules_json_name_the_same_rules():
    assert read_rules(MatchRules, "match", {"match.equity_bonus": "0.3"}) == rules_from_json({"equity_bonus": 0.3})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"equity": 0.1}, "'equity' is not known"),
        ({"loss_base": "a lot"}, "loss_base is 'a lot'; give a number in share"),
        ({"shelf_share_max": 80}, "shelf_share_max is 80; give float from 0 to 1"),
        ({"lag_weeks_max": 1.5}, "lag_weeks_max is 1.5; give int"),
        ({"grade_discount": [0.0, 0.1]}, "give a list of 3 shares"),
    ],
)
def test_a_wrong_rule_is_named(given, message):
    with pytest.raises(InputError, match=message):
        rules_from_json(given)
