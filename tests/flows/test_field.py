from __future__ import annotations

from datetime import date, timedelta

import pytest
import small_season
from small_season import NOON

from pinfold.basics.errors import InputError, NotFound
from pinfold.fields.crop_reports import CropReport
from pinfold.flows.field import report_crop, report_stage
from pinfold.store import models as store
from pinfold.store.models import ReplacedReport, StageReport

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def season(db):
    small_season.found()


def report(on: date = date(2026, 9, 15), certainty: float = 0.9, by: str = "h1", stage: str = "ripe", now=NOON):
    return report_stage("plot-h1", stage, on, by, certainty, now)


def test_a_report_knows_who_saw_what_when_and_how_sure():
    assert report().serves
    row = StageReport.objects.get()
    assert (row.plot_id, row.stage, row.on, row.reported_by, row.reported_on, row.certainty) == (
        "plot-h1", "ripe", date(2026, 9, 15), "h1", date(2026, 9, 16), 0.9
    )  # fmt: skip


def test_a_report_four_days_after_the_field_is_late():
    assert not report(on=date(2026, 9, 13)).late
    assert report(on=date(2026, 9, 12)).late


def test_the_same_report_twice_is_one_report():
    report()
    report(now=NOON + timedelta(days=1))
    assert StageReport.objects.count() == 1
    assert not ReplacedReport.objects.exists()


def test_a_surer_report_replaces_the_first_and_keeps_its_trace():
    report(on=date(2026, 9, 10), certainty=0.5)
    assert report(on=date(2026, 9, 14), certainty=0.9, by="coordinator").serves
    assert StageReport.objects.get().on == date(2026, 9, 14)
    assert ReplacedReport.objects.get().on == date(2026, 9, 10)


def test_a_less_sure_report_is_kept_but_does_not_serve():
    report(on=date(2026, 9, 10), certainty=0.9)
    assert not report(on=date(2026, 9, 14), certainty=0.5).serves
    assert not report(on=date(2026, 9, 14), certainty=0.5).serves
    assert StageReport.objects.get().on == date(2026, 9, 10)
    assert ReplacedReport.objects.get().on == date(2026, 9, 14)


@pytest.mark.parametrize("wrong", [{"on": date(2026, 9, 17)}, {"stage": "rotten"}, {"certainty": 1.1}])
def test_an_impossible_report_is_refused(wrong):
    with pytest.raises(InputError):
        report(**wrong)
    assert not StageReport.objects.exists()


def test_an_unknown_plot_is_refused():
    with pytest.raises(NotFound, match="nowhere"):
        report_stage("nowhere", "ripe", date(2026, 9, 15), "h1", 1.0, NOON)


def hail(lost: float = 0.3, by: str = "h1", plot: str = "plot-h1", on: date = date(2026, 9, 14), season: int = 2026) -> None:
    report_crop(CropReport(plot, season, "hail", on, max(on, NOON.date()), lost, by, 0.8), NOON)


def test_a_loss_is_kept_and_the_same_persons_later_word_takes_its_place():
    hail(0.3)
    hail(0.3)
    hail(0.2)
    hail(0.5, by="h2")
    assert list(store.CropReport.objects.order_by("id").values_list("reported_by", "lost_share", "fruits_per_plant")) == [
        ("h1", 0.2, None), ("h2", 0.5, None)
    ]  # fmt: skip


def test_a_loss_of_tomorrow_of_another_season_or_of_an_unknown_plot_is_refused():
    with pytest.raises(InputError, match="future"):
        hail(on=date(2026, 9, 17))
    with pytest.raises(InputError, match="season 2025"):
        hail(season=2025)
    with pytest.raises(NotFound):
        hail(plot="nobody")
    assert not store.CropReport.objects.exists()
