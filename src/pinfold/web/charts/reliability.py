"""Whether what was promised so often came so often: one panel for each kind of forecast."""

from __future__ import annotations

from collections.abc import Sequence

from pinfold.basics.quantiles import LEVELS
from pinfold.forecast.outcomes import Outcome
from pinfold.web.charts.drawing import LEAF, SOFT, svg_of
from pinfold.web.templatetags.rooms import forecast_of, outcome_called

PANEL_PX = 122
HEAD_PX, FOOT_PX = 48, 30


def height_px(panels: int) -> int:
    """About how high the picture of so many kinds of forecasts becomes."""
    return (panels + 1) // 2 * (PANEL_PX + HEAD_PX) + FOOT_PX


def draw_reliability(found: Sequence[Outcome]) -> str:
    """SVG: across, how often the outcome was to stay below; up, how often it did. A right forecast lies on the broken line."""
    import altair as alt

    # What all panels are of, the page says; a narrow panel has no room for it.
    called = outcome_called if len({each.what for each in found}) > 1 else crop_of
    rows = [
        {"panel": called(each), "said": level, "came": round(share, 3)}
        for each in found
        for level, share in zip((0.0, *LEVELS, 1.0), (0.0, *each.below, 1.0), strict=True)
    ]
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    axis = alt.Axis(title=None, format="%", values=[0, 0.5, 1])
    x = alt.X("said:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))
    base = alt.Chart().properties(width=PANEL_PX, height=PANEL_PX - 20)
    right = base.mark_line(color=SOFT, strokeDash=[4, 3], strokeWidth=1.5).encode(x=x, y=alt.Y("said:Q", axis=axis))
    came = base.mark_line(color=LEAF, strokeWidth=2, point=alt.OverlayMarkDef(color=LEAF, size=24)).encode(
        x=x, y=alt.Y("came:Q", axis=axis)
    )
    chart = alt.layer(right, came, data=alt.Data(values=rows))
    # Crop and kind on two lines, for a panel is narrow.
    header = alt.Header(labelExpr="split(datum.label, ' · ')", labelFontSize=12)
    return svg_of(chart.facet(facet=alt.Facet("panel:N", sort=panels, header=header), columns=2, spacing=10))


def crop_of(found: Outcome) -> str:
    """The name of the crop alone."""
    return forecast_of(found.crop)
