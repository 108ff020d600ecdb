"""What products have sold for in a region, month by month."""

from __future__ import annotations

from collections.abc import Sequence

from pinfold.store.reads.merchant import MonthPrice
from pinfold.web.charts.drawing import COFFEE, WIDTH_PX, day_text, month_axis, svg_of
from pinfold.web.templatetags.pinfold import called

PANEL_PX = 56


def draw_prices(months: Sequence[MonthPrice]) -> str:
    """SVG: one panel per product, yuan per kg."""
    import altair as alt

    rows = [{"month": day_text(each.month), "product": called(each.product), "price": round(each.price_per_kg, 2)} for each in months]
    line = alt.Chart(alt.Data(values=rows)).mark_line(color=COFFEE, point=alt.OverlayMarkDef(size=22, color=COFFEE))
    line = line.encode(
        x=alt.X("month:T", axis=month_axis()),
        y=alt.Y("price:Q", axis=alt.Axis(title=None, tickCount=3), scale=alt.Scale(zero=False, padding=6)),
    ).properties(width=WIDTH_PX - 44, height=PANEL_PX)
    panels = line.facet(facet=alt.Facet("product:N", sort=list(dict.fromkeys(row["product"] for row in rows))), columns=1, spacing=10)
    return svg_of(panels.resolve_scale(y="independent"))
