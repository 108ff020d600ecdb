"""Forecast kilograms over weeks: line and band, the earlier forecast broken, what came of it as dots; one panel for each place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pinfold.web.charts.drawing import CHERRY, LEAF, SOFT, day_text, mid_week, month_axis, svg_of


@dataclass(frozen=True)
class Panels:
    """How many stand beside each other, and the size of one and of its dots, pixels (square pixels)."""

    columns: int
    width_px: int
    height_px: int
    dot_px2: int


@dataclass(frozen=True)
class Band:
    """One week of one panel, kg; None where it was not forecast or is not over. came : what was weighed or wanted"""

    panel: str
    monday: date
    kg: float | None
    p10_kg: float | None
    p90_kg: float | None
    before_kg: float | None
    came_kg: float | None


def draw_panels(weeks: Sequence[Band], panels: Panels, today: date, digits: int) -> str:
    """SVG of `weeks`, kg rounded to `digits`, with an upright line at `today`."""
    import altair as alt

    def rounded(kg: float | None) -> float | None:
        return None if kg is None else round(kg, digits)

    rows = [
        {
            "day": day_text(mid_week(each.monday)),
            "panel": each.panel,
            "kg": rounded(each.kg),
            "p10": rounded(each.p10_kg),
            "p90": rounded(each.p90_kg),
            "before": rounded(each.before_kg),
            "came": rounded(each.came_kg),
            "today": day_text(today),
        }
        for each in weeks
    ]
    in_order = list(dict.fromkeys(each.panel for each in weeks))
    at = alt.X("day:T", axis=month_axis())
    kg_axis = alt.Axis(title=None, tickCount=3, format="~s")
    base = alt.Chart().properties(width=panels.width_px, height=panels.height_px)
    band = base.mark_area(color=LEAF, opacity=0.25).encode(x=at, y=alt.Y("p10:Q", axis=kg_axis), y2="p90:Q")
    line = base.mark_line(color=LEAF, strokeWidth=2).encode(x=at, y=alt.Y("kg:Q", axis=kg_axis))
    before = base.mark_line(color=SOFT, strokeWidth=1.5, strokeDash=[5, 3]).encode(x=at, y=alt.Y("before:Q", axis=kg_axis))
    came = base.mark_point(color=CHERRY, filled=True, size=panels.dot_px2, opacity=1).encode(x=at, y=alt.Y("came:Q", axis=kg_axis))
    now = base.mark_rule(color=SOFT, strokeDash=[2, 3]).encode(x="max(today):T")
    chart = alt.layer(band, before, line, came, now, data=alt.Data(values=rows))
    facet = alt.Facet("panel:N", sort=in_order)
    return svg_of(chart.facet(facet=facet, columns=panels.columns, spacing=8).resolve_scale(y="independent", x="shared"))
