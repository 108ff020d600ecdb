"""Counts of fruit and losses, as they come in from the fields."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.fields.crop_reports import CropReport, serving_on

HAIL_DAY, HEARD = date(2026, 8, 2), date(2026, 8, 3)


def report(kind="hail", amount=0.3, seen_on=HAIL_DAY, arrived_on=HEARD, certainty=1.0):
    return CropReport("p1", 2026, kind, seen_on, arrived_on, amount, "h1", certainty)


def test_a_count_is_of_fruit_and_a_loss_is_a_share():
    assert (report("fruit count", 420).fruits_per_plant, report("fruit count", 420).lost_share) == (420, None)
    assert (report("frost", 0.1).fruits_per_plant, report("frost", 0.1).lost_share) == (None, 0.1)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "locusts"}, "fruit count, hail, frost, other loss"),
        ({"amount": 30.0}, "0.3 for 30 %"),
        ({"amount": -0.1}, "not between"),
        ({"amount": float("nan")}, "not between"),
        ({"kind": "fruit count", "amount": 1e6}, "fruits on one plant"),
        ({"arrived_on": date(2026, 8, 1)}, "before it was seen"),
        ({"certainty": 1.1}, "certainty"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(given, says):
    with pytest.raises(InputError, match=says):
        report(**given)


def told(*rows):
    columns = {"plot_id": pl.String, "season": pl.Int64, "kind": pl.String, "on": pl.Date, "lost_share": pl.Float64, "reported_on": pl.Date}
    return pl.DataFrame([("p1", 2026, *row) for row in rows], schema=columns | {"certainty": pl.Float64}, orient="row")


def lost(frame, as_of=date(2026, 9, 1)):
    return serving_on(frame, as_of)["lost_share"].to_list()


def test_of_two_words_on_one_storm_the_surer_counts_and_of_equal_ones_the_newer():
    frame = told(("hail", HAIL_DAY, 0.5, HEARD, 0.5), ("hail", HAIL_DAY, 0.3, HEARD, 0.9), ("hail", HAIL_DAY, 0.2, date(2026, 8, 9), 0.9))
    assert lost(frame) == [0.2]
    assert lost(frame, date(2026, 8, 5)) == [0.3], "the newest had not arrived"


def test_two_storms_are_two_losses_and_what_has_not_arrived_is_not_known():
    frame = told(("hail", HAIL_DAY, 0.5, HEARD, 1.0), ("hail", date(2026, 8, 20), 0.1, date(2026, 8, 25), 1.0))
    assert lost(frame) == [0.5, 0.1]
    assert lost(frame, date(2026, 8, 21)) == [0.5]
    assert lost(frame, HAIL_DAY) == []


def test_a_table_that_does_not_say_when_it_was_written_was_written_on_the_day():
    assert lost(told(("frost", HAIL_DAY, 0.4, None, None)).drop("reported_on", "certainty"), HAIL_DAY) == [0.4]
