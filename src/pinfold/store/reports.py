"""Field reports in and out of the database. One report per plot, season and stage serves; every other one is kept beside it."""

from __future__ import annotations

from datetime import datetime

from pinfold.fields.conditions import ConditionReport
from pinfold.fields.crop_reports import CropReport
from pinfold.fields.reports import FieldReport
from pinfold.store.models import Covariate, ReplacedReport, StageReport
from pinfold.store.models import CropReport as StoredCropReport

CONTENT = ("on", "reported_by", "reported_on", "certainty")


def serving(plot_id: str, season: int, stage: str) -> FieldReport | None:
    """The report that forecasts use, locked, or None."""
    row = StageReport.objects.select_for_update().filter(plot=plot_id, season=season, stage=stage).first()
    if row is None:
        return None
    return FieldReport(plot_id, season, stage, row.on, row.reported_on or row.on, row.reported_by, row.certainty)


def keep_first(report: FieldReport) -> bool:
    """Writes the first report of its plot, season and stage; False when another one was first after all."""
    _, new = StageReport.objects.get_or_create(plot_id=report.plot_id, season=report.season, stage=report.stage, defaults=_content(report))
    return new


def replace(report: FieldReport, now: datetime) -> None:
    """Lets `report` serve and keeps the one before it as a trace."""
    before = StageReport.objects.get(plot=report.plot_id, season=report.season, stage=report.stage)
    old = {name: getattr(before, name) for name in CONTENT}
    ReplacedReport.objects.create(plot_id=report.plot_id, season=report.season, stage=report.stage, replaced_at=now, **old)
    StageReport.objects.filter(pk=before.pk).update(**_content(report))


def keep_beside(report: FieldReport, now: datetime) -> None:
    """Keeps a report that does not serve; the same one once."""
    ReplacedReport.objects.get_or_create(
        plot_id=report.plot_id, season=report.season, stage=report.stage, **_content(report), defaults={"replaced_at": now}
    )


def keep_crop_report(report: CropReport) -> None:
    """Keeps a count or a loss; the same person's later word on the same plot, day and kind takes the place of the earlier one."""
    StoredCropReport.objects.update_or_create(
        plot_id=report.plot_id, season=report.season, kind=report.kind, on=report.seen_on, reported_by=report.reported_by,
        defaults={
            "reported_on": report.arrived_on, "fruits_per_plant": report.fruits_per_plant, "lost_share": report.lost_share,
            "certainty": report.certainty,
        },
    )  # fmt: skip


def keep_condition(report: ConditionReport) -> None:
    """Keeps a number about a plot and season; a later word takes the place of the earlier one."""
    Covariate.objects.update_or_create(
        plot_id=report.plot_id, season=report.season, name=report.name,
        defaults={"value": report.amount, "reported_by": report.reported_by, "reported_on": report.reported_on},
    )  # fmt: skip


def _content(report: FieldReport) -> dict[str, object]:
    return {"on": report.seen_on, "reported_by": report.reported_by, "reported_on": report.arrived_on, "certainty": report.certainty}
