"""The chance that somebody wants a product again is counted in the past."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from pinfold.demand.join_chance import RankChances, count_chances, taste_chances

TODAY = date(2026, 10, 7)
PRODUCTS = pl.DataFrame({"product_id": ["coffee", "mango", "pea"]})


def bought(*rows: tuple[str, str, int]) -> pl.DataFrame:
    """customer, product, days ago"""
    return pl.DataFrame(
        [(TODAY - timedelta(days=days), customer, product) for customer, product, days in rows],
        schema={"date": pl.Date, "customer_id": pl.String, "product_id": pl.String},
        orient="row",
    )


# Nine people bought coffee twice and mangoes once, long ago; since then three bought coffee and one mangoes.
PAST = bought(
    *((f"c{n}", what, days) for n in range(9) for what, days in (("coffee", 40), ("coffee", 50), ("mango", 45))),
    *((f"c{n}", "coffee", 5) for n in range(3)),
    ("c0", "mango", 5),
)


def test_the_chance_of_a_rank_is_the_share_who_bought_what_stood_there():
    found = count_chances(PAST, PRODUCTS, TODAY)
    assert found.ranked == pytest.approx((3.5 / 10, 1.5 / 10, 0.5 / 10)), "3, 1 and 0 of nine, each with half a hit of doubt"


def test_a_chance_never_rises_down_the_ranking():
    rising = bought(
        *((f"c{n}", what, 40) for n in range(9) for what in ("coffee", "mango")),
        ("c0", "coffee", 50),
        *((f"c{n}", "mango", 5) for n in range(9)),
    )
    found = count_chances(rising, PRODUCTS, TODAY)
    assert found.ranked[0] >= found.ranked[1] >= found.ranked[2] >= found.other


def test_without_a_past_nothing_is_likelier_than_anything_else():
    assert count_chances(bought(), PRODUCTS, TODAY) == RankChances((0.5, 0.5, 0.5), 0.5)


def test_what_is_bought_today_or_later_is_not_known():
    assert count_chances(pl.concat([PAST, bought(("c5", "pea", 0), ("c6", "pea", -3))]), PRODUCTS, TODAY) == count_chances(
        PAST, PRODUCTS, TODAY
    )


def test_every_customer_has_the_chance_of_each_of_the_top_products():
    ranked, _ = taste_chances(PAST, PRODUCTS, TODAY)
    mine = ranked.filter(pl.col("customer_id") == "c8").sort("rank")
    assert mine["product_id"].to_list() == ["coffee", "mango", "pea"]
    assert mine["chance"].to_list() == pytest.approx([0.35, 0.15, 0.05])
