"""The lane map: hubs and regions where they lie, joined by lines as thick as the kilograms that take them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

from pinfold.store.reads.plan import Place
from pinfold.web.charts.drawing import CHERRY, COFFEE, LEAF, PAPER, WIDTH_PX, svg_of
from pinfold.web.templatetags.pinfold import called, kg

MARGIN_DEGREES = 2.5
LABEL_PX = 12


@dataclass(frozen=True)
class LaneLoad:
    """Kilograms that go from a hub to a region."""

    hub: Place
    region: Place
    kg: float


@dataclass(frozen=True)
class Label:
    """Text that begins at (x, y) px from the left and the top, as wide and high as given."""

    x: float
    y: float
    width: float
    text: str

    def meets(self, other: Label) -> bool:
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and abs(self.y - other.y) < LABEL_PX + 1


def draw_lanes(loads: Sequence[LaneLoad]) -> str:
    """SVG of all lanes that carry something."""
    import altair as alt

    places = {place.id: place for load in loads for place in (load.hub, load.region)}
    hubs = {load.hub.id for load in loads}
    x_of, y_of, height = _on_paper(places.values())
    reach = {key: sum(load.kg for load in loads if load.region.id == key) for key in places}
    dots = [{"x": x_of[key], "y": y_of[key], "kind": "hub" if key in hubs else "region"} for key in places]
    lines = [
        {"x": x_of[load.hub.id], "y": y_of[load.hub.id], "x2": x_of[load.region.id], "y2": y_of[load.region.id], "kg": load.kg}
        for load in loads
    ]
    wanted = [(x_of[key], y_of[key], called(places[key]) + (f" {kg(reach[key])}" if reach[key] else "")) for key in places]
    labels = [{"x": label.x, "y": label.y, "text": label.text} for label in place_labels(wanted)]
    x, y = _axis("x", WIDTH_PX), _axis("y", height)
    roads = alt.Chart(alt.Data(values=lines)).mark_rule(color=LEAF, opacity=0.55, strokeCap="round")
    roads = roads.encode(
        x=x, y=y, x2="x2:Q", y2="y2:Q", strokeWidth=alt.StrokeWidth("kg:Q", scale=alt.Scale(range=[1, 11], zero=True), legend=None)
    )
    towns = alt.Chart(alt.Data(values=dots)).mark_point(filled=True, opacity=1, size=60)
    towns = towns.encode(
        x=x, y=y,
        color=alt.Color("kind:N", scale=alt.Scale(domain=["hub", "region"], range=[CHERRY, COFFEE]), legend=None),
        shape=alt.Shape("kind:N", scale=alt.Scale(domain=["hub", "region"], range=["square", "circle"]), legend=None),
    )  # fmt: skip
    texts = alt.Chart(alt.Data(values=labels)).mark_text(align="left", baseline="middle", fontSize=LABEL_PX, color=COFFEE)
    texts = texts.encode(x=x, y=y, text="text:N")
    halo = texts.mark_text(align="left", baseline="middle", fontSize=LABEL_PX, stroke=PAPER, strokeWidth=3, strokeJoin="round")
    return svg_of(alt.layer(roads, towns, halo, texts).properties(width=WIDTH_PX, height=height))


def place_labels(wanted: Iterable[tuple[float, float, str]]) -> list[Label]:
    """A label for each (x, y, text) beside its dot: right, left, below or above, whichever is the first that meets no other label or dot.

    x, y : the dot, px from the left and the top
    """
    wanted = list(wanted)
    dots = [Label(x - 4, y, 8, "") for x, y, _ in wanted]
    placed: list[Label] = []
    for x, y, text in wanted:
        width = sum(LABEL_PX if ord(letter) > 0x2E80 else 0.58 * LABEL_PX for letter in text)
        sides = [(x + 8, y), (x - 8 - width, y), *((x - width / 2, y + down) for down in (15, -15, 29, 43))]
        # What would leave the paper is pushed back onto it.
        tries = [Label(min(max(left, 0), WIDTH_PX - width), top, width, text) for left, top in sides]
        placed.append(next((label for label in tries if not any(label.meets(other) for other in [*placed, *dots])), tries[-1]))
    return placed


def _axis(name: str, length: float) -> object:
    import altair as alt

    kind = alt.X if name == "x" else alt.Y
    return kind(f"{name}:Q", axis=None, scale=alt.Scale(domain=[0, length], range=[0, length], nice=False, zero=False))


def _on_paper(places: Iterable[Place]) -> tuple[dict[str, float], dict[str, float], float]:
    """Px of each place from the left and the top, and the height of the paper; a degree of longitude is shortened as at their middle."""
    places = list(places)
    middle = sum(place.latitude for place in places) / len(places)
    across = {place.id: place.longitude * cos(radians(middle)) for place in places}
    up = {place.id: place.latitude for place in places}
    left, right = min(across.values()) - MARGIN_DEGREES, max(across.values()) + MARGIN_DEGREES
    low, high = min(up.values()) - MARGIN_DEGREES / 2, max(up.values()) + MARGIN_DEGREES / 2
    px = WIDTH_PX / (right - left)
    x_of = {key: (value - left) * px for key, value in across.items()}
    y_of = {key: (high - value) * px for key, value in up.items()}
    return x_of, y_of, (high - low) * px
