"""What fairness costs on season S0: `bench.py fairness`. Draws docs/pictures/frontier.svg."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench_page import FRONTIER, Row
from bench_seasons import PINFOLD, Asked, generated, run

# Of the frontier's choices, those that the page names.
SHOWN = (
    *(("poverty weight", 0.0), ("poverty weight", 0.15), ("poverty weight", 0.6), ("poverty weight", 4.8)),
    *(("band", 0.2), ("band", 0.05), ("floor", 1.0)),
)


def measure_fairness(asked: Asked) -> Iterator[Row]:
    """Every choice by `pinfold frontier`; the picture has them all, the table some."""
    with generated("S0") as folder:
        out, picture = folder.with_name("frontier.csv"), folder.with_name("frontier.svg")
        told = run([PINFOLD, "frontier", folder, "--out", out, "--picture", picture, "--json"]).told
        if asked.pictures is not None:
            (asked.pictures / "frontier.svg").write_text(picture.read_text(encoding="utf-8"), encoding="utf-8")
    points = {(point["choice"], point["value"]): point for point in json.loads(told)["frontier"]}
    for choice, value in SHOWN:
        point = points[choice, value]
        cost = point["cost_of_a_point"]
        plain = (choice, value) == SHOWN[0]
        yield Row(
            FRONTIER,
            (
                f"{choice} {value:g}",
                f"{point['poorest_income']:,.0f}",
                f"{point['rest_income']:,.0f}",
                f"{point['least_village_share']:.2f}",
                "" if plain else "it gains nothing" if cost is None else f"{cost:,.0f} yuan",
            ),
        )
