"""The harvest calendar: kilograms ready by week, crop and village, with the span that four years in five would fall into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pinfold.basics.weeks import week_monday
from pinfold.store.reads.plan import Ripe
from pinfold.web.charts.drawing import SERIES, SOFT, WIDTH_PX, day_text, mid_week, month_axis, svg_of
from pinfold.web.templatetags.pinfold import called

PANEL_PX = 74
KG_SHOWN = 1.0


@dataclass(frozen=True)
class Band:
    """One week of one village and product. p10_kg .. p90_kg : four years in five."""

    ripe: Ripe
    p10_kg: float
    p90_kg: float


def bands(weeks: Sequence[Ripe]) -> list[Band]:
    """The band of each week, from its kg and spread by a gamma distribution: kg cannot be negative, and most weeks end below a lucky one.

    A lot keeps the mean and deviation of its simulation and not the draws, so the two ends of the band are those of the gamma distribution
    with the same mean and deviation.
    """
    from scipy.special import gammaincinv

    kg, cv = np.array([each.kg for each in weeks]), np.array([max(each.kg_cv, 1e-6) for each in weeks])
    shape = 1 / cv**2
    low, high = (gammaincinv(shape, level) * kg / shape for level in (0.1, 0.9))
    sure = np.array([each.weighed for each in weeks], dtype=bool)
    low, high = np.where(sure, kg, low), np.where(sure, kg, high)
    return [Band(each, float(below), float(above)) for each, below, above in zip(weeks, low, high, strict=True)]


def draw_calendar(weeks: Sequence[Ripe], starts_on: date, today: date) -> str:
    """SVG: one panel per product, a line and a band per village, and a line where today is."""
    import altair as alt

    rows = [
        {
            "day": day_text(mid_week(week_monday(band.ripe.week, starts_on))),
            "product": called(band.ripe.product),
            "village": called(band.ripe.village),
            "kg": round(band.ripe.kg),
            "p10": round(band.p10_kg),
            "p90": round(band.p90_kg),
            "today": day_text(today),
        }
        for band in bands(weeks)
        if band.ripe.kg >= KG_SHOWN
    ]
    products = list(dict.fromkeys(row["product"] for row in rows))
    day = alt.X("day:T", axis=month_axis())
    colour = alt.Color("village:N", scale=alt.Scale(range=list(SERIES)))
    kg_axis = alt.Axis(title=None, tickCount=3, format="~s")
    base = alt.Chart().properties(width=WIDTH_PX - 44, height=PANEL_PX)
    band_marks = base.mark_area(opacity=0.25).encode(x=day, y=alt.Y("p10:Q", axis=kg_axis), y2="p90:Q", color=colour)
    line_marks = base.mark_line(strokeWidth=2).encode(x=day, y=alt.Y("kg:Q", axis=kg_axis), color=colour)
    today_mark = base.mark_rule(color=SOFT, strokeDash=[3, 3]).encode(x="max(today):T")
    chart = alt.layer(band_marks, line_marks, today_mark, data=alt.Data(values=rows))
    faceted = chart.facet(facet=alt.Facet("product:N", sort=products), columns=1, spacing=10).resolve_scale(y="independent", x="shared")
    return svg_of(faceted)
