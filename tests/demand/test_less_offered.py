"""What is offered in open pins already is not planned for again."""

import polars as pl

from pinfold.demand.ladder import less_offered

WANT = {"want_id": "w", "product_id": "mango", "region_id": "dali", "week": 2, "kg_1": 30.0, "kg_2": 10.0, "kg_3": 10.0}


def offered(kg: float, week: int = 2) -> pl.DataFrame:
    return pl.DataFrame({"product_id": ["mango"], "region_id": ["dali"], "week": [week], "kg": [kg]})


def test_offered_kg_come_off_the_dearest_step_first() -> None:
    left = less_offered(pl.DataFrame([WANT]), offered(35))
    assert left.select("kg_1", "kg_2", "kg_3").row(0) == (0.0, 5.0, 10.0)


def test_a_want_that_is_offered_in_full_is_gone() -> None:
    assert less_offered(pl.DataFrame([WANT]), offered(60)).is_empty()


def test_an_offer_of_another_week_takes_nothing() -> None:
    left = less_offered(pl.DataFrame([WANT]), offered(35, week=3))
    assert left.select("kg_1", "kg_2", "kg_3").row(0) == (30.0, 10.0, 10.0)
