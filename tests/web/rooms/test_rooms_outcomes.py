"""Forecasts against what came of them."""

import csv
import io
from datetime import date

import pytest
from test_rooms_calendar import plot_on, weeks_on

from pinfold.store.models import Lot, StageReport
from pinfold.web.roles import Role

SEP_1 = date(2026, 9, 1)


@pytest.fixture
def happened(world):
    """The plot was forecast on 1 September for the 4th of October, give or take 5 days, and was seen ripe on the 7th; 300 kg of week 3 were
    forecast, half as much to half as much again, and 500 weighed."""
    plot_on(SEP_1, ripe_in_days=-3, kg=200.0)
    StageReport.objects.create(plot_id="plot-of-household-alpha", season=2026, stage="ripe", on=date(2026, 10, 7))
    weeks_on(SEP_1, {3: 300.0})
    Lot.objects.filter(pk="lot-of-conggang").update(ready_week=3, kg_real=500)
    return world


def rows(browser) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(browser.get("/outcomes/outcomes.csv").content.decode("utf-8-sig"))))


def test_the_page_says_what_was_inside_and_how_far_off(happened):
    told = happened.browsers[Role.MERCHANT].get("/outcomes/").content.decode()
    assert "kg of a week" in told
    assert "3.0 days" in told
    assert "200 kg" in told


def test_the_same_as_a_table(happened):
    together = {row["what"]: row for row in rows(happened.browsers[Role.BOARD]) if not row["model"] and not row["lead_days"]}
    assert (together["ripe"]["inside_share"], together["ripe"]["error_mean"], together["ripe"]["off_mean"]) == ("1.0", "3.0", "3.0")
    assert (together["kg a week"]["inside_share"], together["kg a week"]["off_mean"]) == ("0.0", "200.0")
    assert (together["ripe"]["weeks"], together["ripe"]["luck_low"], together["ripe"]["luck_high"]) == ("1", "0.0", "1.0")


def test_a_forecast_is_told_by_its_lead_and_its_model(happened):
    found = rows(happened.browsers[Role.OPERATOR])
    assert [(row["lead_days"], row["cases"]) for row in found if row["what"] == "ripe" and row["lead_days"]] == [("30", "1")]
    assert [row["model"] for row in found if row["what"] == "kg a week" and row["model"]] == ["climatology, own mean"]


def test_a_forecast_issued_after_the_day_itself_is_not_counted(happened):
    plot_on(date(2026, 10, 8), ripe_in_days=2, kg=200.0)
    assert [row["cases"] for row in rows(happened.browsers[Role.BOARD]) if row["what"] == "ripe"] == ["1", "1", "1"]


def test_a_week_in_which_nothing_was_weighed_brought_nothing(happened):
    weeks_on(SEP_1, {2: 100.0})
    (together,) = (row for row in rows(happened.browsers[Role.BOARD]) if row["what"] == "kg a week" and not row["model"] + row["lead_days"])
    assert (together["cases"], together["weeks"], together["off_mean"]) == ("2", "2", "50.0")  # 200 more, and 100 less


def test_there_is_a_picture(happened):
    answer = happened.browsers[Role.COORDINATOR].get("/charts/reliability.svg")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")


def test_before_anything_has_happened_the_page_says_so(season, world):
    Lot.objects.update(kg_real=None)
    assert "Nothing that was forecast has happened yet" in world.browsers[Role.BOARD].get("/outcomes/").content.decode()
    assert world.browsers[Role.BOARD].get("/charts/reliability.svg").status_code == 404


def test_programs_are_told_the_same(happened):
    found = happened.browsers[Role.OFFICER].get("/api/outcomes").json()["items"]
    (ripe,) = (each for each in found if each["what"] == "ripe" and not each["model"] and each["lead_days"] is None)
    assert (ripe["crop"], ripe["cases"], ripe["inside_share"], ripe["below"]) == ("coffee", 1, 1.0, [0.0, 0.0, 0.0, 0.0, 1.0])
