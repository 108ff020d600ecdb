"""Field reports: who saw which stage of which plot, when, and how sure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pinfold.basics.errors import InputError
from pinfold.basics.rules import read_rules
from pinfold.fields.conditions import ConditionReport
from pinfold.fields.crop_reports import CropReport
from pinfold.fields.crops import PICKING_OVER, crop
from pinfold.fields.reports import FieldReport, ReportRules
from pinfold.flows.clock import home_day
from pinfold.store import deliver, reports
from pinfold.store.season import current_season, settings_given
from pinfold.store.transaction import atomic

# Stations and old records call it bloom; it is kept beside the stages of a crop for their sake.
ALSO_SEEN = (PICKING_OVER, "bloom")


@dataclass(frozen=True)
class ReportFacts:
    """What became of a report. serves : whether forecasts use it; late : whether it took longer than fields.late_after_days."""

    report: FieldReport
    serves: bool
    late: bool


def report_stage(plot_id: str, stage: str, on: date, reported_by: str, certainty: float, now: datetime) -> ReportFacts:
    """Keeps a field report. The surest report of a stage serves; of equally sure ones the latest, because people correct themselves.

    A report that is replaced, or too unsure to replace another, is kept as a trace. The same report again changes nothing.
    reported_by : the reporter's phone number, or a station's name
    Raises InputError for a stage that the crop has not, a day in the future, or a certainty outside 0..1; NotFound for an unknown plot.
    """
    today = home_day(now)
    if on > today:
        raise InputError(f"{stage} seen on {on} lies in the future; today is {today}")
    with atomic():
        crop_name = deliver.field(plot_id).crop
        stages = [known.name for known in crop(crop_name).stages]
        if stage not in (*stages, *ALSO_SEEN):
            raise InputError(f"stage {stage!r} is none of {crop_name}; report one of {', '.join([*stages, PICKING_OVER])}")
        rules = read_rules(ReportRules, "fields", settings_given())
        report = FieldReport(plot_id, current_season().number, stage, on, today, reported_by, certainty, rules)
        return ReportFacts(report, _keep(report, now), report.arrived_late)


def report_crop(report: CropReport, now: datetime) -> None:
    """Keeps a count of fruit or a loss; the next forecast of the harvest uses it. The same person's word on the same day counts once.

    Raises InputError for a day in the future or another season than the one that is sold, and NotFound for an unknown plot.
    """
    today = home_day(now)
    if report.seen_on > today:
        raise InputError(f"{report.kind} seen on {report.seen_on} lies in the future; today is {today}")
    with atomic():
        deliver.field(report.plot_id)
        if report.season != current_season().number:
            raise InputError(f"{report.kind} of season {report.season}; report of season {current_season().number}, which is being sold")
        reports.keep_crop_report(report)


def report_condition(report: ConditionReport) -> None:
    """Keeps how much a plot's plants shade, or what was put on it; forecasts learn from it once past seasons have it, too.

    Raises InputError for another season than the one that is sold, and NotFound for an unknown plot.
    """
    with atomic():
        deliver.field(report.plot_id)
        if report.season != current_season().number:
            raise InputError(f"{report.name} of season {report.season}; report of season {current_season().number}, which is being sold")
        reports.keep_condition(report)


def _keep(report: FieldReport, now: datetime) -> bool:
    """Whether the report serves."""
    before = reports.serving(report.plot_id, report.season, report.stage)
    if before is None and reports.keep_first(report):
        return True
    before = before or reports.serving(report.plot_id, report.season, report.stage)
    assert before is not None, f"{report.stage} of plot {report.plot_id} was neither kept nor found"
    if (before.seen_on, before.certainty, before.reported_by) == (report.seen_on, report.certainty, report.reported_by):
        return True
    if report.certainty >= before.certainty:
        reports.replace(report, now)
        return True
    reports.keep_beside(report, now)
    return False
