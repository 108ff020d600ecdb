"""Altair charts to SVG, drawn on the server: light for cheap phones, printable, no script in the page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language

if TYPE_CHECKING:
    import altair as alt

FONT = "system-ui, PingFang SC, Noto Sans CJK SC, Microsoft YaHei, sans-serif"
INK, SOFT, LINE, PAPER = "#2a1c12", "#6a5646", "#e6dac6", "#fffdf8"
LEAF, CHERRY, COFFEE, SUN = "#2e6a3f", "#a4402c", "#3b2416", "#c98a2b"
SERIES = (LEAF, CHERRY, SUN, "#1b5fae", COFFEE)
# The width that a phone of 390 px leaves inside a card.
WIDTH_PX = 330


def chinese() -> bool:
    """Whether the reader's language is Chinese."""
    return (get_language() or "").startswith("zh")


def svg_of(chart: alt.TopLevelMixin) -> str:
    """The chart as SVG text. vl-convert starts a whole Vega when it is first used, so it is imported only here."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(styled(chart).to_dict(), show_warnings=False))


def styled(chart: Any) -> Any:
    """The same chart in the site's colours and type."""
    return (
        chart.configure(background=PAPER, font=FONT, padding=2)
        .configure_view(stroke=None)
        # The pages show charts as pictures with their own description and a table, so names inside them would only weigh.
        .configure_mark(aria=False)
        .configure_axis(
            aria=False,
            labelColor=INK,
            titleColor=SOFT,
            gridColor=LINE,
            domainColor=LINE,
            tickColor=LINE,
            labelFontSize=12,
            titleFontSize=12,
        )
        .configure_legend(aria=False, labelColor=INK, labelFontSize=12, title=None, orient="top", symbolType="square")
        .configure_header(labelColor=INK, labelFontSize=13, labelFontWeight="bold", labelAnchor="start", labelOrient="top", title=None)
    )


def month_axis(**more: Any) -> alt.Axis:
    """An axis of days that names the months."""
    import altair as alt

    return alt.Axis(format="%-m月" if chinese() else "%b", tickCount="month", title=None, grid=True, labelSeparation=6, **more)


def day_text(on: date) -> str:
    """A day as Vega reads it."""
    return on.isoformat()


def mid_week(monday: date) -> date:
    """Thursday: where a week's value stands on an axis of days."""
    return monday + timedelta(days=3)
