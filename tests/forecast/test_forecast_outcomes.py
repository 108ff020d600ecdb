"""How right forecasts were, and how much of that is luck. All numbers can be worked by hand."""

import pytest

from pinfold.forecast.outcomes import Case, independent, luck_interval, outcomes, tallies, usual

SPAN = (10.0, 12.0, 15.0, 18.0, 20.0)


def case(came: float, subject: str = "plot", luck: int = 1, lead_days: int = 15, model: str = "trend") -> Case:
    return Case("coffee", "ripe", subject, luck, model, lead_days, SPAN, came)


def together(cases):
    return outcomes(tallies(cases))[0]


def test_four_of_five_inside_is_what_was_promised():
    found = together([case(came, f"plot-{n}", luck=n) for n, came in enumerate((10.0, 15.0, 17.0, 20.0, 26.0))])
    assert (found.cases, found.inside_share, found.verdict) == (5, 0.8, "right")
    assert (found.error_mean, found.off_mean) == ((5 + 0 + 2 + 5 + 11) / 5, (-5 + 0 + 2 + 5 + 11) / 5)


def test_plots_of_one_week_are_one_case_so_a_bad_week_tells_little():
    found = together([case(30.0, f"plot-{n}", luck=1) for n in range(50)])
    assert (found.inside_share, found.weeks, found.luck_low, found.verdict) == (0.0, 1, 0.0, "too few")


def test_twenty_weeks_that_miss_every_second_time_are_no_bad_luck():
    found = together([case(30.0 if n % 2 else 15.0, f"plot-{n}", luck=n) for n in range(20)])
    assert (found.inside_share, found.weeks, found.luck_low, found.luck_high, found.verdict) == (0.5, 20, 0.6, 0.95, "too sure")


def test_a_span_that_nothing_ever_leaves_is_too_wide():
    assert together([case(15.0, f"plot-{n}", luck=n) for n in range(20)]).verdict == "too unsure"


def test_weeks_of_unequal_size_are_worth_fewer():
    # (9 + 1) squared over 81 + 1 is 1.2: hardly more than one week.
    assert independent([9, 1]) == 1
    assert independent([1, 1, 1, 1]) == 4


def test_luck_has_the_binomial_interval():
    # Of 5 weeks with 0.8 each, fewer than 2 inside has probability 0.0067, fewer than 3 has 0.058.
    assert luck_interval(5) == (0.4, 1.0)


def test_of_each_outcome_the_newest_forecast_two_weeks_ahead_counts_and_the_earliest_where_there_is_none():
    known = [case(15.0, "a", lead_days=lead) for lead in (60, 30, 15, 5, 0)] + [case(15.0, "b", lead_days=lead) for lead in (0, 5)]
    assert {(each.subject, each.lead_days) for each in usual(known)} == {("a", 15), ("b", 5)}


def test_every_lead_and_every_model_is_told_by_itself():
    known = [case(15.0, "a", lead_days=15), case(30.0, "a", lead_days=60), case(30.0, "b", lead_days=15, model="climatology")]
    found = outcomes(tallies(known))
    assert [(each.model, each.lead_days, each.inside_share) for each in found] == [
        ("", None, 0.5), ("climatology", None, 0.0), ("trend", None, 1.0), ("", 15, 0.5), ("", 60, 0.0),
    ]  # fmt: skip


def test_an_outcome_on_the_very_day_of_a_quantile_is_half_below_it():
    assert together([case(15.0)]).below == (0.0, 0.0, 0.5, 1.0, 1.0)
    assert together([case(15.0, "a"), case(9.0, "b")]).below == pytest.approx((0.5, 0.5, 0.75, 1.0, 1.0))


def test_weeks_counted_one_by_one_tell_the_same_as_all_at_once():
    known = [case(10.0 + n, f"plot-{n}", luck=n % 3, lead_days=lead) for n in range(12) for lead in (5, 15, 30)]
    by_week = [tally for week in range(3) for tally in tallies([each for each in known if each.luck == week])]
    assert outcomes(by_week) == outcomes(tallies(known))
