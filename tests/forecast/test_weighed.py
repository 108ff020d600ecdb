"""What was weighed of some plots moves the harvest of all, by as much as they share."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from pinfold.basics.quantiles import COLUMNS
from pinfold.forecast.in_season import NORMAL_SCORE_90
from pinfold.forecast.pace import AS_ASSUMED, HALF, Pace
from pinfold.forecast.weighed import with_weighed

SCORES = (-NORMAL_SCORE_90, -0.6744897501960817, 0.0, 0.6744897501960817, NORMAL_SCORE_90)
SPREAD = 0.3  # of log kg
SUNDAY = date(2026, 9, 27)


def forecast(shared: float = 0.5, in_village: float = 0.0, villages: tuple[str, ...] = ("up", "up", "down")) -> tuple[pl.DataFrame, ...]:
    """A hundred kg from each plot of one crop, with the same spread; and where the plots lie."""
    kg = [100 * float(np.exp(SPREAD * score)) for score in SCORES]
    names = [f"p{n}" for n in range(len(villages))]
    said = {"mean": 100 * float(np.exp(SPREAD**2 / 2)), **dict(zip(COLUMNS, kg, strict=True))}
    shares = {"shared": shared, "shared_district": 0.0, "shared_block": in_village}
    rows = pl.DataFrame({"plot_id": names, "season": 2026, **said, **shares})
    return rows, pl.DataFrame({"plot_id": names, "crop": "mango", "village_id": villages, "district_id": "hub"})


def after(weighed: dict[str, tuple[float, float]], pace: Pace = AS_ASSUMED, **given: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    """weighed : plot to kg and share that is usually picked by now."""
    kg, plots = forecast(**given)  # type: ignore[arg-type]
    rows = [(plot, each, share, SUNDAY) for plot, (each, share) in weighed.items()]
    schema = {"plot_id": pl.String, "kg": pl.Float64, "share": pl.Float64, "on": pl.Date}
    return with_weighed(kg, pl.DataFrame(rows, schema=schema, orient="row"), plots, {"mango": pace})


def test_a_plot_that_is_picked_out_bears_what_was_weighed_and_no_doubt_is_left():
    kg, _ = after({"p0": (150.0, 1.0)})
    assert kg.row(0, named=True)["mean"] == pytest.approx(150, rel=1e-3)
    assert kg.select(COLUMNS).row(0) == pytest.approx((150,) * 5, rel=1e-3)


def test_a_plot_half_as_good_again_lifts_another_by_the_root_of_that_when_half_of_the_error_is_shared():
    kg, reasons = after({"p0": (150.0, 1.0)})
    assert kg["p50"].to_list()[1:] == pytest.approx([100 * 1.5**0.5] * 2, rel=1e-3)
    # A half of the variance was shared, and half of that is known now.
    spread = np.log(kg["p90"] / kg["p10"]).to_numpy()[1:] / (2 * NORMAL_SCORE_90)
    assert spread == pytest.approx([SPREAD * 0.75**0.5] * 2, rel=1e-3)
    assert kg["shared"].to_list()[1:] == pytest.approx([0.25 / 0.75] * 2, rel=1e-3)
    assert reasons.select("cause", "on").unique().rows() == [("weighed", SUNDAY)]
    assert reasons["factor"].to_list() == pytest.approx([1.5, 1.5**0.5, 1.5**0.5], rel=1e-3)


def test_plots_that_share_nothing_tell_nothing_of_each_other():
    kg, _ = after({"p0": (150.0, 1.0)}, shared=0.0)
    assert kg["p50"].to_list() == pytest.approx([150, 100, 100], rel=1e-3)


def test_what_only_a_village_shares_moves_that_village_alone():
    kg, _ = after({"p0": (150.0, 1.0)}, shared=0.0, in_village=0.5)
    assert kg["p50"].to_list() == pytest.approx([150, 100 * 1.5**0.5, 100], rel=1e-3)


def test_half_picked_plots_are_believed_less_and_many_of_them_no_more_than_their_common_error_allows():
    """75 kg weighed where half is usually picked may be a good harvest or a fast picking."""
    one, _ = after({"p0": (75.0, 0.5)})
    assert 100 < one["p50"][1] < 100 * 1.5**0.5
    many, _ = after({f"p{n}": (75.0, 0.5) for n in range(40)}, villages=("up",) * 41)
    assert one["p50"][1] < many["p50"][40] < 150 * 0.9


def test_weighings_are_believed_more_of_a_crop_that_was_picked_evenly_in_past_seasons():
    """A quarter of the assumed variance of the pace, or four times as much, and as before."""
    even, usual, uneven = (after({"p0": (75.0, 0.5)}, Pace(0.0, k * HALF, k * HALF))[0]["p50"][1] for k in (0.25, 1.0, 4.0))
    assert 100 < uneven < usual < even < 100 * 1.5**0.5


def test_what_was_weighed_is_the_least_that_is_forecast():
    kg, _ = after({"p0": (140.0, 0.3)})
    assert kg.select(COLUMNS).row(0)[0] >= 140


def test_first_pickings_tell_nothing_yet():
    kg, reasons = after({"p0": (30.0, 0.15)})
    assert kg.equals(forecast()[0]) and reasons.is_empty()


def test_another_crop_is_not_moved():
    kg, plots = forecast()
    peas = plots.with_columns(crop=pl.Series(["mango", "mango", "snow-pea"]))
    weighed = pl.DataFrame({"plot_id": ["p0"], "kg": [150.0], "share": [1.0], "on": [SUNDAY]})
    assert with_weighed(kg, weighed, peas, {})[0]["p50"][2] == 100


def test_plots_that_differ_more_than_was_forecast_leave_the_others_less_sure():
    """Ten plots are picked out: either all at 100 kg, or half of them at 50 and half at 200. The eleventh is still to come."""
    even, _ = after({f"p{n}": (100.0, 1.0) for n in range(10)}, villages=("up",) * 11)
    uneven, _ = after({f"p{n}": (50.0 if n % 2 else 200.0, 1.0) for n in range(10)}, villages=("up",) * 11)
    spread = [np.log(kg["p90"][10] / kg["p10"][10]) for kg in (even, uneven)]
    assert uneven["p50"][10] == pytest.approx(100, rel=1e-3)
    assert spread[1] > 1.5 * spread[0]
