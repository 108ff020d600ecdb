"""The harvest calendar of one crop: kilograms ready by week in each village, today's forecast over yesterday's, and what was weighed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pinfold.basics.weeks import week_monday
from pinfold.store.reads.calendar import WeekBand
from pinfold.web.charts.drawing import CHERRY, LEAF, SOFT, WIDTH_PX, day_text, mid_week, month_axis, svg_of
from pinfold.web.templatetags.pinfold import called

PANEL_PX = 84
HEAD_PX, FOOT_PX = 34, 24


def height_px(panels: int) -> int:
    """About how high the picture of so many villages becomes."""
    return panels * (PANEL_PX + HEAD_PX) + FOOT_PX


def draw_calendar(weeks: Sequence[WeekBand], starts_on: date, today: date) -> str:
    """SVG: one panel per village (and product): line and band of today's forecast, the earlier one broken, weighed weeks as dots."""
    import altair as alt

    products = len({each.product.id for each in weeks})
    rows = [
        {
            "day": day_text(mid_week(week_monday(each.week, starts_on))),
            "panel": called(each.village) if products == 1 else f"{called(each.village)} · {called(each.product)}",
            "kg": round(each.kg),
            "p10": round(each.p10_kg),
            "p90": round(each.p90_kg),
            "before": None if each.before_kg is None else round(each.before_kg),
            "weighed": None if each.weighed_kg is None else round(each.weighed_kg),
            "today": day_text(today),
        }
        for each in weeks
    ]
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    day = alt.X("day:T", axis=month_axis())
    kg_axis = alt.Axis(title=None, tickCount=3, format="~s")
    base = alt.Chart().properties(width=WIDTH_PX - 44, height=PANEL_PX)
    band = base.mark_area(color=LEAF, opacity=0.25).encode(x=day, y=alt.Y("p10:Q", axis=kg_axis), y2="p90:Q")
    line = base.mark_line(color=LEAF, strokeWidth=2).encode(x=day, y=alt.Y("kg:Q", axis=kg_axis))
    before = base.mark_line(color=SOFT, strokeWidth=1.5, strokeDash=[5, 3]).encode(x=day, y=alt.Y("before:Q", axis=kg_axis))
    weighed = base.mark_point(color=CHERRY, filled=True, size=36, opacity=1).encode(x=day, y=alt.Y("weighed:Q", axis=kg_axis))
    now = base.mark_rule(color=SOFT, strokeDash=[2, 3]).encode(x="max(today):T")
    chart = alt.layer(band, before, line, weighed, now, data=alt.Data(values=rows))
    faceted = chart.facet(facet=alt.Facet("panel:N", sort=panels), columns=1, spacing=8).resolve_scale(y="independent", x="shared")
    return svg_of(faceted)
