"""What fairness costs: `bench.py fairness` on season S0, which draws docs/pictures/frontier.svg, and `bench.py promises` by size."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench_page import FRONTIER, PROMISES, Row
from bench_seasons import PINFOLD, Asked, generated, planned, run, seconds

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


def measure_promises(asked: Asked) -> Iterator[Row]:
    """The whole command with each promise between villages, beside the same without."""
    for name in asked.of("S0 M0", "S0 M0 M1 L0"):
        with generated(name) as folder:
            out = folder.with_name("plan")
            free, best = planned(folder, out, "--fairness", "none")
            for promise in ("band=0.1", "floor=1", "max-min"):
                used, plan = planned(folder, out, "--fairness", promise)
                shares = (f"{100 * plan[share]:.1f}" for share in ("least_sold_share", "least_sold_share_bound"))
                money = (f"{plan['objective']:,.0f}", f"{100 * plan['objective'] / best['objective']:.2f}", f"{plan['gap_percent']:.3f}")
                yield Row(PROMISES, (name, promise, seconds(used.cpu_s), seconds(free.cpu_s), *money, *shares))
