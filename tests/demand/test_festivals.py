"""Festivals follow the moon: the rush before one is expected where it will be, not where it was last year."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pinfold.basics.weeks import monday_of
from pinfold.demand import outlook
from pinfold.demand.festivals import festival_days, weeks_from
from pinfold.demand.festive import Festive, learn
from pinfold.demand.history import weekly_history
from pinfold.demand.moved import PART_COLUMNS

PRODUCTS = pl.DataFrame({"product_id": [f"P{number}" for number in range(10)]})
USUAL_KG = 10 * 7 * 10.0  # a week of all products
AS_OF = date(2024, 1, 15)  # the festival is on Saturday, 10 February; last year's was on Sunday, 22 January


def sales(first: date, rush: float, seed: int = 0) -> pl.DataFrame:
    """Each product sells 10 kg a day or a little more or less, and `rush` times as much on the seven days before each Spring Festival."""
    random = np.random.default_rng(seed)
    days = [first + timedelta(days=day) for day in range((AS_OF - first).days)]
    festivals = festival_days("Spring Festival", [first, AS_OF])
    usual = np.array([10.0 * (rush if any(0 < (festival - day).days <= 7 for festival in festivals) else 1.0) for day in days])
    week = np.repeat(random.lognormal(0, 0.1, (len(PRODUCTS), len(days) // 7)), 7, axis=1)
    return pl.concat(
        pl.DataFrame({"date": days, "product_id": product_id, "region_id": "R1", "kg": usual * week[number]})
        for number, product_id in enumerate(PRODUCTS["product_id"])
    )


def expected(first: date, rush: float) -> pl.DataFrame:
    """Kg a week of all products, and what moved them, by Monday."""
    rows = outlook.issue_outlook(sales(first, rush), PRODUCTS, AS_OF, 4)
    return rows.group_by("week").agg(pl.col("mean", *PART_COLUMNS).sum()).sort("week")


@pytest.mark.parametrize(
    ("festival", "day"),
    [
        ("Spring Festival", date(2024, 2, 10)),
        ("Spring Festival", date(2025, 1, 29)),
        ("Spring Festival", date(2026, 2, 17)),
        ("Spring Festival", date(2033, 1, 31)),
        ("Mid-Autumn Festival", date(2024, 9, 17)),
        ("Mid-Autumn Festival", date(2025, 10, 6)),
        ("Mid-Autumn Festival", date(2026, 9, 25)),
    ],
)
def test_a_festival_stands_where_the_moon_puts_it(festival, day):
    assert day in festival_days(festival, [monday_of(day)])
    assert weeks_from(festival, [day, day - timedelta(days=7)]).tolist() == [0.0, -1.0]


def test_a_rush_before_spring_festival_is_expected_in_its_new_week():
    weeks = expected(date(2021, 3, 1), rush=2.0)
    *_, festive = weeks["mean"].to_list()
    # Five days of seven sell twice as much: 12 / 7 of a usual week.
    assert festive == pytest.approx(12 / 7 * USUAL_KG, rel=0.15)
    assert weeks["festival_kg"][3] == pytest.approx(5 / 7 * USUAL_KG, rel=0.25)
    assert weeks["mean"].to_numpy() == pytest.approx(weeks.select(PART_COLUMNS).sum_horizontal().to_numpy())


def test_control_learned_models_alone_expect_less_than_half_of_the_rush(monkeypatch):
    monkeypatch.setattr(outlook, "learn", lambda history: Festive(np.zeros((2, 3))))
    *_, festive = expected(date(2021, 3, 1), rush=2.0)["mean"].to_list()
    assert festive - USUAL_KG < 0.5 * (5 / 7) * USUAL_KG


def slopes(first: date, rush: float, seed: int = 0) -> np.ndarray:
    return learn(weekly_history(sales(first, rush, seed), PRODUCTS, AS_OF)).slopes


def test_a_week_before_the_festival_that_sold_twice_as_much_is_learned_from_one_year_and_from_three():
    for first in (date(2022, 3, 7), date(2020, 3, 2)):
        assert np.exp(slopes(first, rush=2.0)[0]) == pytest.approx([1.0, 2.0, 1.0], rel=0.12)


def test_before_the_first_festival_nothing_is_known_of_it():
    assert (slopes(date(2023, 2, 27), rush=2.0)[0] == 0).all()
    assert Festive(np.zeros((2, 3))).factor([date(2024, 2, 5)]).tolist() == [1.0]


def test_where_weeks_near_festivals_are_as_others_hardly_anything_is_learned():
    learned = [np.exp(np.abs(slopes(date(2019, 3, 4), rush=1.0, seed=seed))).max() for seed in range(10)]
    # A week of all products strays by 3 %.
    assert np.median(learned) < 1.01
    assert max(learned) < 1.1
