"""When each plot of a household will be picked, as bands on one line of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pinfold.web.charts.drawing import CHERRY, LEAF, SOFT, WIDTH_PX, day_text, month_axis, svg_of


@dataclass(frozen=True)
class PickBand:
    """label : what grows where; p10 .. p90 : days; all five are the same once the crop was seen ripe."""

    label: str
    p10: date
    p25: date
    p50: date
    p75: date
    p90: date


def draw_pick_bands(plots: Sequence[PickBand], today: date) -> str:
    """SVG: thin line four years in five, thick line every second year, dot the likeliest day."""
    import altair as alt

    names = ("p10", "p25", "p50", "p75", "p90")
    rows = [{"label": plot.label, "today": day_text(today)} | {name: day_text(getattr(plot, name)) for name in names} for plot in plots]
    order = [plot.label for plot in plots]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("label:N", sort=order, axis=alt.Axis(title=None, labelFontSize=14, labelLimit=130, ticks=False, domain=False))
    )
    wide = base.mark_rule(color=LEAF, strokeWidth=5, opacity=0.35, strokeCap="round").encode(
        x=alt.X("p10:T", axis=month_axis(), scale=alt.Scale(padding=10)), x2="p90:T"
    )
    usual = base.mark_rule(color=LEAF, strokeWidth=13, opacity=0.6, strokeCap="round").encode(x="p25:T", x2="p75:T")
    likely = base.mark_point(color=CHERRY, filled=True, size=90, opacity=1).encode(x="p50:T")
    now = alt.Chart(alt.Data(values=rows[:1])).mark_rule(color=SOFT, strokeDash=[3, 3]).encode(x="today:T")
    return svg_of(alt.layer(wide, usual, likely, now).properties(width=WIDTH_PX - 110, height=alt.Step(38)))
