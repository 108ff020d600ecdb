"""What customers want: kilograms by week in each region with their bands, and the coming weeks of each city as a table of colours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pinfold.store.reads.demand import CityDemand, DemandWeek
from pinfold.web.charts.drawing import CHERRY, INK, LEAF, SOFT, WIDTH_PX, day_text, mid_week, month_axis, svg_of
from pinfold.web.templatetags.pinfold import called, day
from pinfold.web.templatetags.rooms import span_kg

PANEL_PX, PANEL_WIDTH_PX = 74, 122
HEAD_PX, FOOT_PX = 32, 30
ROW_PX, CITY_PX = 38, 86


def bands_height_px(regions: int) -> int:
    """About how high the picture of so many regions becomes."""
    return (regions + 1) // 2 * (PANEL_PX + HEAD_PX) + FOOT_PX


def cities_height_px(cities: int) -> int:
    """About how high the table of so many cities becomes."""
    return cities * ROW_PX + FOOT_PX


def draw_bands(weeks: Sequence[DemandWeek], today: date) -> str:
    """SVG: one panel per region: line and band of the outlook, the earlier one broken, what was really wanted as dots."""
    import altair as alt

    rows = [
        {
            "day": day_text(mid_week(each.monday)),
            "panel": called(each.region),
            "kg": _tenth(each.kg),
            "p10": _tenth(each.p10_kg),
            "p90": _tenth(each.p90_kg),
            "before": _tenth(each.before_kg),
            "wanted": _tenth(each.wanted_kg),
            "today": day_text(today),
        }
        for each in weeks
    ]
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    at = alt.X("day:T", axis=month_axis())
    kg_axis = alt.Axis(title=None, tickCount=3, format="~s")
    base = alt.Chart().properties(width=PANEL_WIDTH_PX, height=PANEL_PX)
    band = base.mark_area(color=LEAF, opacity=0.25).encode(x=at, y=alt.Y("p10:Q", axis=kg_axis), y2="p90:Q")
    line = base.mark_line(color=LEAF, strokeWidth=2).encode(x=at, y=alt.Y("kg:Q", axis=kg_axis))
    before = base.mark_line(color=SOFT, strokeWidth=1.5, strokeDash=[5, 3]).encode(x=at, y=alt.Y("before:Q", axis=kg_axis))
    wanted = base.mark_point(color=CHERRY, filled=True, size=24, opacity=1).encode(x=at, y=alt.Y("wanted:Q", axis=kg_axis))
    now = base.mark_rule(color=SOFT, strokeDash=[2, 3]).encode(x="max(today):T")
    chart = alt.layer(band, before, line, wanted, now, data=alt.Data(values=rows))
    faceted = chart.facet(facet=alt.Facet("panel:N", sort=panels), columns=2, spacing=8).resolve_scale(y="independent", x="shared")
    return svg_of(faceted)


def draw_cities(found: CityDemand) -> str:
    """SVG: a line for each city, a column for each week; kg, the span below them, and the darker the more."""
    import altair as alt

    rows = [
        {
            "city": called(city),
            "week": day(week.monday),
            "kg": week.kg,
            "says": f"{week.kg:,.0f}",
            "span": span_kg(week.p10_kg, week.p90_kg),
        }
        for city, weeks in found.cities
        for week in weeks
    ]
    most = max(row["kg"] for row in rows)
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("week:N", sort=None, axis=alt.Axis(title=None, orient="top", labelAngle=0, ticks=False, domain=False)),
        y=alt.Y("city:N", sort=None, axis=alt.Axis(title=None, labelFontSize=13, labelLimit=CITY_PX, ticks=False, domain=False)),
    )
    # The darkest still lets dark letters be read.
    shade = alt.Scale(domain=[0, most or 1], range=["#fffdf8", "#8fbf97"])
    field = base.mark_rect(stroke="#fffdf8", strokeWidth=2).encode(color=alt.Color("kg:Q", scale=shade, legend=None))
    says = base.mark_text(dy=-6, fontSize=13, fontWeight="bold", color=INK).encode(text="says:N")
    span = base.mark_text(dy=9, fontSize=10, color=INK).encode(text="span:N")
    return svg_of(alt.layer(field, says, span).properties(width=WIDTH_PX - CITY_PX, height=alt.Step(ROW_PX)))


def _tenth(kg: float | None) -> float | None:
    return None if kg is None else round(kg, 1)
