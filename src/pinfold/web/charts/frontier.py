"""What fairness costs: the poorest fifth's income against the rest's, one point per choice."""

from __future__ import annotations

from collections.abc import Sequence

from pinfold.match.frontier import Point
from pinfold.web.charts.drawing import CHERRY, INK, LEAF, SUN, WIDTH_PX, chinese, svg_of

# Of each kind of choice: its name in both languages, and its colour.
KINDS = {"poverty weight": ("poverty weight", "贫困村权重", LEAF), "band": ("band", "各村差距", CHERRY), "floor": ("floor", "保底", SUN)}


def draw_frontier(points: Sequence[Point]) -> str:
    """SVG: income of the rest to the right and of the poorest fifth upwards, in yuan more or less than without fairness."""
    import altair as alt

    plain = points[0]
    named = {kind: names[chinese()] for kind, names in KINDS.items()}
    rows = [
        {
            "rest": point.rest_income - plain.rest_income,
            "poorest": point.poorest_income - plain.poorest_income,
            "kind": named[point.choice.name],
            "value": f"{point.choice.value:g}",
        }
        for point in points
    ]
    titles = (
        ("其他农户的收入变化，元", "最贫困五分之一的收入变化，元")
        if chinese()
        else ("change of the rest, yuan", "change of the poorest fifth, yuan")
    )
    colour = alt.Scale(domain=list(named.values()), range=[kind[-1] for kind in KINDS.values()])
    marks = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("rest:Q", title=titles[0], axis=alt.Axis(tickCount=4), scale=alt.Scale(zero=False, padding=18)),
        y=alt.Y("poorest:Q", title=titles[1], scale=alt.Scale(zero=False, padding=12)),
    )
    dots = marks.mark_line(point=True).encode(color=alt.Color("kind:N", scale=colour), order="rest:Q")
    texts = marks.mark_text(align="left", dx=6, dy=-4, fontSize=10, color=INK).encode(text="value:N")
    return svg_of((dots + texts).properties(width=WIDTH_PX - 70, height=230))
