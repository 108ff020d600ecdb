from __future__ import annotations

from datetime import date, timedelta

import pytest

from pinfold.deliver.picking import PromisedLot, RipePlot, pick_lines, ripe_share
from pinfold.fields.crops import crop

MONDAY = date(2026, 11, 2)
MANGO = {"mango": crop("mango")}


def plot(plot_id: str, harvest_kg: float, ripe_on: date = MONDAY) -> RipePlot:
    return RipePlot(plot_id, f"household of {plot_id}", "mango", ripe_on, harvest_kg)


def test_every_plot_picks_the_share_of_what_is_ripe_that_was_sold():
    lines = pick_lines([plot("a", 100), plot("b", 300)], [PromisedLot("mango", "mango", 0, kg=50, kg_promised=10)], MANGO, MONDAY)
    assert [line.plot_id for line in lines] == ["b", "a"]
    assert all(line.pick_kg == pytest.approx(line.ripe_kg / 5) for line in lines)


def test_the_grade_that_is_sold_most_fully_sets_how_much_is_picked():
    lots = [PromisedLot("mango", "mango", 0, kg=50, kg_promised=10), PromisedLot("mango", "mango", 1, kg=20, kg_promised=16)]
    (line,) = pick_lines([plot("a", 100)], lots, MANGO, MONDAY)
    assert line.pick_kg == pytest.approx(0.8 * line.ripe_kg)


def test_more_promised_than_ripe_asks_for_everything_that_is_ripe():
    (line,) = pick_lines([plot("a", 100)], [PromisedLot("mango", "mango", 0, kg=50, kg_promised=60)], MANGO, MONDAY)
    assert line.pick_kg == line.ripe_kg


def test_a_plot_that_ripens_next_month_is_not_on_the_list():
    assert pick_lines([plot("a", 100, MONDAY + timedelta(days=30))], [], MANGO, MONDAY) == []


def test_the_weeks_of_a_season_pick_the_whole_harvest():
    weeks = range(-2, 30)
    assert sum(ripe_share(MANGO["mango"], MONDAY, MONDAY + timedelta(weeks=week)) for week in weeks) == pytest.approx(1)
