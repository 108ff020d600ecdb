from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pinfold.forecast.panel import pulled_through
from pinfold.forecast.ripening.by_place import by_neighbours, by_place
from pinfold.forecast.ripening.climatology import Climatology
from pinfold.forecast.ripening.recent import Recent
from pinfold.forecast.ripening.record import groups_of

from .records import stage_record

HEIGHT_M = np.arange(400.0, 1600.0, 100.0)


def on_a_slope(plots=12):
    """Four days later for every hundred metres: day 100 at 400 m. The last plot, at 1500 m, has no past."""
    height = HEIGHT_M[:plots]
    day = 100 + 4 * (height - 400) / 100
    days = np.tile(day[:, None], (1, 5)) + np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    days[-1] = np.nan
    return days, np.column_stack([np.zeros(plots), np.zeros(plots), height])


def record_of(days, sites, **more):
    plain = stage_record(plots=len(days), seasons=days.shape[1])
    return replace(
        plain, days=days, sites=sites, heat=None, earlier=np.empty((0, *days.shape)), earlier_now=np.empty((0, len(days))), **more
    )


def test_a_new_plot_higher_up_is_as_late_as_the_slope_says():
    """1500 m is 1100 m above the plot of day 100: 44 days later."""
    days, sites = on_a_slope()
    assert by_place(days, sites)[-1] == pytest.approx(144)


def test_the_simple_models_serve_a_new_plot_by_its_height_too():
    days, sites = on_a_slope()
    for model in (Climatology(), Recent()):
        said = model.expect(record_of(days, sites))
        assert said.location[-1] == pytest.approx(144, abs=2)
        assert said.spread[-1] > said.spread[0]


def test_nine_plots_do_not_tell_a_slope():
    days, sites = on_a_slope(10)
    assert by_place(days[:9], sites[:9])[0] == pytest.approx(np.nanmean(days[:9]))


def test_a_new_plot_of_a_late_variety_is_late_and_in_an_early_village_earlier():
    """Variety b is 10 days later than a; in its village y 2 days earlier than in its village x."""
    usual = np.array([100.0, 100, 100, 111, 111, 111, 109, 109, 109, np.nan])
    days = usual[:, None] + np.array([-1.0, 0.0, 1.0, 0.0] * 5)
    variety = np.array([0, 0, 0, 1, 1, 1, 1, 1, 1, 1])
    village = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
    said, _ = by_neighbours(days, None, (variety, village))
    assert said[-1] == pytest.approx(109, abs=0.5)
    assert by_neighbours(days, None, (variety,))[0][-1] == pytest.approx(110, abs=0.5)


def test_a_plot_with_one_noisy_season_stays_near_its_village():
    random = np.random.default_rng(1)
    values = np.repeat([0.0, 20.0], 20)[:, None] + random.normal(0, 3, (40, 6))
    values[5, 1:] = np.nan
    values[5, 0] = 9.0
    alone, with_village = pulled_through(values, ()), pulled_through(values, (np.repeat([0, 1], 20),))
    assert abs(with_village[5]) < 2 < abs(alone[5])


def test_plots_of_one_variety_and_village_have_no_groups_to_borrow_from():
    assert groups_of(pl.DataFrame({"variety": ["catimor"] * 2, "village_id": ["v1"] * 2})) == ()
    variety, village = groups_of(pl.DataFrame({"variety": ["a", "a", "b"], "village_id": ["v1", "v2", "v2"]}))
    assert variety.tolist() == [0, 0, 1] and village.tolist() == [0, 1, 2]
