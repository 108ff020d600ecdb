"""Where the customers' money goes, as one bar cut into parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pinfold.web.charts.drawing import SERIES, WIDTH_PX, svg_of


@dataclass(frozen=True)
class Part:
    """A part of 1."""

    label: str
    share: float


def draw_shares(parts: Sequence[Part]) -> str:
    """SVG: one bar whose pieces have the order of `parts`, with a legend that says each piece's per cent."""
    import altair as alt

    rows = [{"part": f"{part.label} {part.share:.0%}", "share": max(part.share, 0.0), "order": n} for n, part in enumerate(parts)]
    names = [row["part"] for row in rows]
    bar = alt.Chart(alt.Data(values=rows)).mark_bar(height=38)
    bar = bar.encode(
        x=alt.X("share:Q", stack="zero", axis=None, scale=alt.Scale(domain=[0, max(1.0, sum(row["share"] for row in rows))])),
        color=alt.Color(
            "part:N", sort=names, scale=alt.Scale(domain=names, range=list(SERIES)), legend=alt.Legend(columns=1, labelLimit=0)
        ),
        order=alt.Order("order:Q"),
    )
    return svg_of(bar.properties(width=WIDTH_PX - 10, height=44))
