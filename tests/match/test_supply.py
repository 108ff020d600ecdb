"""Harvest weeks become lots, bids become wants."""

from __future__ import annotations

import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.match.supply import lots_from_harvest, wants_from_bids, wants_together

from .seasons import want

VILLAGES = pl.DataFrame({"village_id": ["V"], "hub_id": ["H"], "collect_days": [1], "collect_cost_per_kg": [0.4]})
HOUSEHOLDS = pl.DataFrame({"village_id": ["V"] * 4, "registered_poor": [True, True, True, False]})
PRICES = pl.DataFrame({"product_id": ["mango"], "grade": [0], "floor_price_per_kg": [4.0], "salvage_per_kg": [1.0]})


def harvest(**changes):
    row = {"village_id": "V", "product_id": "mango", "grade": 0, "ready_week": 3, "kg": 250.0, "kg_cv": 0.2}
    return pl.DataFrame([row | changes])


def test_three_of_four_poor_households_weigh_three_quarters():
    (row,) = lots_from_harvest(harvest(), VILLAGES, HOUSEHOLDS, PRICES, season=2026).to_dicts()
    assert row["poverty_weight"] == 0.75
    assert row["lot_id"] == "2026-V-mango-0-3"
    assert (row["hub_id"], row["collect_days"], row["floor_price_per_kg"], row["salvage_per_kg"]) == ("H", 1, 4.0, 1.0)


def test_a_week_without_harvest_is_no_lot():
    assert lots_from_harvest(harvest(kg=0.0), VILLAGES, HOUSEHOLDS, PRICES, season=2026).is_empty()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"village_id": "X"}, "village_id 'X', which is not in villages"),
        ({"grade": 2}, "product_id 'mango', grade 2, which is not in prices"),
    ],
)
def test_a_harvest_of_an_unknown_village_or_grade_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        lots_from_harvest(harvest(**changes), VILLAGES, HOUSEHOLDS, PRICES, season=2026)


def test_a_bid_is_a_want_of_one_step_with_its_worst_grade():
    bid = {"bid_id": "B", "product_id": "mango", "grade": 1, "region_id": "R", "week": 2, "kg": 900.0, "kg_min": 300.0, "price_per_kg": 7.5}
    together = wants_together(pl.DataFrame([want("P", "R", 9, 50)]), wants_from_bids(pl.DataFrame([bid])))
    pin, merchant = together.to_dicts()
    assert (merchant["want_id"], merchant["kind"], merchant["price_1"], merchant["kg_1"], merchant["kg_min"]) == (
        "B",
        "bid",
        7.5,
        900.0,
        300.0,
    )
    assert merchant["kg_2"] == merchant["kg_3"] == 0 and merchant["grade_worst"] == 1 and pin["grade_worst"] is None
