"""The harvest calendar of one crop: kilograms ready by week in each village, today's forecast over yesterday's, and what was weighed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pinfold.basics.weeks import week_monday
from pinfold.store.reads.calendar import WeekBand
from pinfold.web.charts.drawing import WIDTH_PX
from pinfold.web.charts.panels import Band, Panels, draw_panels
from pinfold.web.templatetags.pinfold import called

PANELS = Panels(columns=1, width_px=WIDTH_PX - 44, height_px=84, dot_px2=36)
HEAD_PX, FOOT_PX = 34, 24


def height_px(panels: int) -> int:
    """About how high the picture of so many villages becomes."""
    return panels * (PANELS.height_px + HEAD_PX) + FOOT_PX


def draw_calendar(weeks: Sequence[WeekBand], starts_on: date, today: date) -> str:
    """SVG: one panel per village (and product): line and band of today's forecast, the earlier one broken, weighed weeks as dots."""
    products = len({each.product.id for each in weeks})
    bands = [
        Band(
            called(each.village) if products == 1 else f"{called(each.village)} · {called(each.product)}",
            week_monday(each.week, starts_on),
            *(each.kg, each.p10_kg, each.p90_kg, each.before_kg, each.weighed_kg),
        )
        for each in weeks
    ]
    return draw_panels(bands, PANELS, today, digits=0)
