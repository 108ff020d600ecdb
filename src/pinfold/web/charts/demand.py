"""What customers want: kilograms by week in each region with their bands, and the coming weeks of each city as a table of colours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pinfold.store.reads.demand import CityDemand, DemandWeek
from pinfold.web.charts.drawing import INK, WIDTH_PX, svg_of
from pinfold.web.charts.panels import Band, Panels, draw_panels
from pinfold.web.templatetags.pinfold import called, day
from pinfold.web.templatetags.rooms import span_kg

PANELS = Panels(columns=2, width_px=122, height_px=74, dot_px2=24)
HEAD_PX, FOOT_PX = 32, 30
ROW_PX, CITY_PX = 38, 86


def bands_height_px(regions: int) -> int:
    """About how high the picture of so many regions becomes."""
    return -(-regions // PANELS.columns) * (PANELS.height_px + HEAD_PX) + FOOT_PX


def cities_height_px(cities: int) -> int:
    """About how high the table of so many cities becomes."""
    return cities * ROW_PX + FOOT_PX


def draw_bands(weeks: Sequence[DemandWeek], today: date) -> str:
    """SVG: one panel per region: line and band of the outlook, the earlier one broken, what was really wanted as dots."""
    bands = [Band(called(each.region), each.monday, each.kg, each.p10_kg, each.p90_kg, each.before_kg, each.wanted_kg) for each in weeks]
    return draw_panels(bands, PANELS, today, digits=1)


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
