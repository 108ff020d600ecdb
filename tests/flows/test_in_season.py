"""A hail report changes the forecast the same day, and the household reads why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import story_season

from pinfold.flows.forecast import issue_forecasts
from pinfold.flows.season import load_season
from pinfold.forecast.say import say
from pinfold.store.models import CropReport, DayForecast, Harvest, StageReport, YieldForecast, YieldReason
from pinfold.store.reads.grounds import Known

pytestmark = pytest.mark.django_db
MONDAY = datetime.combine(story_season.STARTS_ON, datetime.min.time(), tzinfo=UTC) + timedelta(hours=2)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


def kg_of(plot_id: str, on: datetime) -> float:
    return YieldForecast.objects.get(plot=plot_id, issued_on=on.date()).mean


@pytest.fixture(autouse=True)
def two_days(tmp_path: Path) -> None:
    load_season(story_season.write(tmp_path / "season"), None)
    issue_forecasts(MONDAY)
    CropReport.objects.create(
        plot_id="plot-1", season=2026, kind="hail", on=MONDAY.date(), reported_on=MONDAY.date(), lost_share=0.3, certainty=1.0
    )
    issue_forecasts(TUESDAY)


def test_hail_that_took_three_tenths_takes_three_tenths_of_that_plots_forecast_and_of_no_other() -> None:
    reason = YieldReason.objects.get()
    assert (reason.plot_id, reason.cause, reason.factor) == ("plot-1", "hail", pytest.approx(0.7))
    assert kg_of("plot-1", TUESDAY) == pytest.approx(0.7 * kg_of("plot-1", MONDAY), rel=0.1)
    others = YieldForecast.objects.exclude(plot="plot-1").values_list("plot_id", flat=True).distinct()
    for plot_id in others:
        assert kg_of(plot_id, TUESDAY) == kg_of(plot_id, MONDAY)


def test_the_sentence_says_why_in_both_languages() -> None:
    plot = YieldForecast.objects.filter(plot="plot-1").select_related("plot")[0].plot
    known = Known(2026, TUESDAY.date(), MONDAY.date())
    place = (plot.village_id, plot.crop)
    grounds, moved = known.how_much(place, "plot-1"), known.how_much_moved(place, "plot-1")
    assert grounds is not None
    assert "30 % less because of hail on" in say(grounds, moved, "en")
    assert "冰雹减少30%" in say(grounds, moved, "zh-hans")


def test_a_forecast_of_before_the_hail_stays_as_it_was() -> None:
    before = kg_of("plot-1", MONDAY)
    issue_forecasts(MONDAY)
    assert kg_of("plot-1", MONDAY) == before


def test_a_plot_that_is_picked_out_at_twice_its_forecast_raises_those_still_to_be_picked_and_the_sentence_says_so() -> None:
    for_season = {"season": 2026, "plot_id": "plot-2"}
    StageReport.objects.update_or_create(**for_season, stage="ripe", defaults={"on": MONDAY.date() - timedelta(days=40)})
    StageReport.objects.create(**for_season, stage="picking over", on=MONDAY.date())
    Harvest.objects.create(**for_season, kg=2 * kg_of("plot-2", TUESDAY), grade=0, picked_on=MONDAY.date())
    issue_forecasts(WEDNESDAY)
    assert kg_of("plot-2", WEDNESDAY) == pytest.approx(2 * kg_of("plot-2", TUESDAY), rel=0.001)
    others = YieldForecast.objects.exclude(plot="plot-2").values_list("plot_id", flat=True).distinct()
    for plot_id in others:
        assert kg_of(plot_id, TUESDAY) < kg_of(plot_id, WEDNESDAY) < 2 * kg_of(plot_id, TUESDAY)
    plot = YieldForecast.objects.filter(plot="plot-3").select_related("plot")[0].plot
    known = Known(2026, WEDNESDAY.date(), TUESDAY.date())
    place = (plot.village_id, plot.crop)
    grounds, moved = known.how_much(place, "plot-3"), known.how_much_moved(place, "plot-3")
    assert grounds is not None
    assert "because of what was weighed on" in say(grounds, moved, "en")
    assert "的过秤增加" in say(grounds, moved, "zh-hans")


def test_the_days_of_a_village_sum_to_no_more_than_its_yields_and_begin_on_the_day_of_issue() -> None:
    days = list(DayForecast.objects.filter(issued_on=TUESDAY.date(), village="upper").order_by("on"))
    assert days and days[0].on >= TUESDAY.date() and days[-1].on <= TUESDAY.date() + timedelta(days=27)
    kg = sum(kg_of(plot, TUESDAY) for plot in story_season.PLOTS[:4])
    assert 0.5 * kg < sum(each.kg for each in days) <= kg * 1.001


def test_past_pickings_that_took_eight_weeks_leave_more_to_pick_after_the_next_four_than_the_crop_file_says() -> None:
    """A mango is picked for 28 days, says its file; on every plot the season before was picked for 56."""

    def within_four_weeks(issued: datetime) -> float:
        return sum(DayForecast.objects.filter(issued_on=issued.date()).values_list("kg", flat=True))

    for report in StageReport.objects.filter(season=2025, stage="ripe"):
        StageReport.objects.create(plot=report.plot, season=2025, stage="picking over", on=report.on + timedelta(days=55))
    assert issue_forecasts(WEDNESDAY).paces["mango"].usual_windows > 1.2
    assert within_four_weeks(WEDNESDAY) < 0.9 * within_four_weeks(TUESDAY)
