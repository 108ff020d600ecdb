"""How much of a forecast lot may be sold before it is picked."""

import polars as pl
import pytest

from pinfold.match.rules import SupplyRules
from pinfold.match.supply import sellable

LOTS = pl.DataFrame({"lot_id": ["sure", "unsure"], "kg": [100.0, 100.0], "kg_cv": [0.0, 0.4]})
NOTHING = pl.DataFrame(schema={"lot_id": pl.String, "kg_promised": pl.Float64})


def test_an_unsure_lot_is_sold_more_cautiously() -> None:
    lots = sellable(LOTS, NOTHING, SupplyRules(sell_ahead_deviations=1.0))
    kg = dict(lots.select("lot_id", "kg").iter_rows())
    assert kg == {"sure": 100.0, "unsure": pytest.approx(60.0)}


def test_promised_kg_are_not_sold_twice() -> None:
    promised = pl.DataFrame({"lot_id": ["sure"], "kg_promised": [70.0]})
    left = sellable(LOTS, promised, SupplyRules(sell_ahead_deviations=0.0))
    assert left.filter(lot_id="sure")["kg"].item() == pytest.approx(30.0)


def test_a_lot_promised_in_full_is_not_offered() -> None:
    promised = pl.DataFrame({"lot_id": ["sure"], "kg_promised": [100.0]})
    assert sellable(LOTS, promised, SupplyRules())["lot_id"].to_list() == ["unsure"]
