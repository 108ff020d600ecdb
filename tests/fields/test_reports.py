from datetime import date

import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.fields.reports import FieldReport, ReportRules, with_first_picking


def report(arrived_on, **more):
    return FieldReport("p1", 2026, "ripe", seen_on=date(2026, 11, 2), arrived_on=arrived_on, **more)


def test_a_report_that_arrives_within_three_days_is_in_time():
    assert not report(date(2026, 11, 5)).arrived_late


def test_a_report_that_takes_a_week_has_arrived_late():
    assert report(date(2026, 11, 9)).arrived_late


def test_how_late_is_late_is_a_rule():
    assert not report(date(2026, 11, 9), rules=ReportRules(late_after_days=7)).arrived_late


def test_a_report_cannot_arrive_before_it_was_seen():
    with pytest.raises(InputError, match="arrived on 2026-11-01, before it was seen on 2026-11-02"):
        report(date(2026, 11, 1))


def test_nobody_is_surer_than_sure():
    with pytest.raises(InputError, match=r"certainty 1\.2"):
        report(date(2026, 11, 2), certainty=1.2)


def test_a_plot_that_was_picked_is_ripe_even_if_nobody_said_so():
    stages = pl.DataFrame({"plot_id": ["a"], "season": [2026], "stage": ["ripe"], "on": [date(2026, 9, 1)]})
    harvests = pl.DataFrame(
        {
            "plot_id": ["a", "b", "b", "c"],
            "season": [2026, 2026, 2026, 2025],
            "picked_on": [date(2026, 9, 9), date(2026, 9, 12), date(2026, 9, 10), None],
        }
    )
    harvest_stage = pl.DataFrame({"plot_id": ["a", "b", "c"], "stage": ["ripe"] * 3})
    seen = with_first_picking(stages, harvests, harvest_stage).sort("plot_id")
    assert seen.select("plot_id", "on").rows() == [("a", date(2026, 9, 1)), ("b", date(2026, 9, 10))]
