"""Compares ways of opening pins on simulated seasons: python scripts/measure_pins.py [SEASONS [MARKET ...]] [--write]

The same seeded streams of customers meet every policy. Prints a table for each kind of market: mean a season, the difference to pins of
a fixed size and price, and the shares of packs refunded and pins filled, each with its 95 % interval (bootstrap over seasons); in the end
the rows of docs/measured.md, and with --write puts them there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from bench_page import PINS, Row, show

from pinfold.basics.quantiles import Floats
from pinfold.replay.pin_market import KINDS, Kind, season
from pinfold.replay.pin_sale import Policy, Sale, chosen, fixed, interval, sell, share_interval, stated

SEASONS, FLOWS = 200, 20
POLICIES: dict[str, Policy] = {
    "fixed, 40 packs": fixed(40),
    "fixed, 20 packs": fixed(20),
    "fixed, 10 packs": fixed(10),
    "fixed, 5 packs": fixed(5),
    "stated rules": stated,
    "chosen": chosen,
}


def played(kind: Kind, seasons: int) -> dict[tuple[str, bool], Floats]:
    """Numbers of a Sale, shape (seasons, 6), of each policy without and with rescues."""
    rows: dict[tuple[str, bool], list[tuple[float, ...]]] = {}
    for number in range(seasons):
        flows = season(kind, FLOWS, np.random.default_rng((2026, number)))
        for name, policy in POLICIES.items():
            for rescues in (False, True):
                total = Sale(0, 0, 0, 0, 0, 0)
                for flow in flows:
                    total += sell(flow, policy(flow.goods, kind.customers), kind.customers, rescues)
                rows.setdefault((name, rescues), []).append(total.numbers())
    return {key: np.array(values) for key, values in rows.items()}


def main() -> None:
    given = [word for word in sys.argv[1:] if word != "--write"]
    seasons = int(given[0]) if given else SEASONS
    rows = []
    for kind in (kind for kind in KINDS if kind.name in given[1:] or not given[1:]):
        found = played(kind, seasons)
        for rescues in (False, True):
            of = {name: found[name, rescues] for name in POLICIES}
            # The fixed size that brought growers the most here, seen afterwards, is the one to beat.
            best = max((name for name in POLICIES if name.startswith("fixed")), key=lambda name: of[name][:, 1].mean())
            print(f"\n{kind.name}, {'with' if rescues else 'without'} rescues; differences to {best}\n")
            print("| policy | packs sold | more | growers, yuan | more | refunded | pins filled |\n|---|---|---|---|---|---|---|")
            for name in POLICIES:
                print(_row(name, of[name], of[best]), flush=True)
            rows.append(_of_page(kind.name, rescues, best, of))
    show(rows, "--write" in sys.argv)


def _of_page(kind: str, rescues: bool, best: str, of: dict[str, Floats]) -> Row:
    """The row of docs/measured.md: chosen, stated and fixed beside each other."""
    shown = [of[name] for name in ("chosen", "stated rules", best)]
    chosen, stated, fixed = shown

    def beside(told: Callable[[Floats], str]) -> str:
        return " / ".join(told(own) for own in shown)

    return Row(
        PINS,
        (
            kind,
            "with" if rescues else "without",
            best.removeprefix("fixed, ").removesuffix(" packs"),
            beside(lambda own: f"{own[:, 0].mean():,.0f}"),
            _told(chosen[:, 0] - fixed[:, 0]),
            beside(lambda own: f"{own[:, 1].mean() / 100:,.0f}"),
            _told((chosen[:, 1] - fixed[:, 1]) / 100),
            f"{_told(chosen[:, 0] - stated[:, 0])}; {_told((chosen[:, 1] - stated[:, 1]) / 100)}",
            beside(lambda own: _share(own, 3, 2, 1)),
            beside(lambda own: _share(own, 5, 4, 0)),
        ),
    )


def _row(name: str, own: Floats, base: Floats) -> str:
    sold, fen = own[:, :2].mean(axis=0)
    more = own - base
    told = (_told(more[:, 0]), _told(more[:, 1] / 100))
    return f"| {name} | {sold:,.0f} | {told[0]} | {fen / 100:,.0f} | {told[1]} | {_share(own, 3, 2, 1)} | {_share(own, 5, 4, 0)} |"


def _share(own: Floats, part: int, whole: int, digits: int) -> str:
    """One column of a Sale's numbers as a share of another, over all seasons, in per cent."""
    low, high = share_interval(own[:, part], own[:, whole], np.random.default_rng(1))
    return f"{own[:, part].sum() / own[:, whole].sum():.{digits}%} ({100 * low:.{digits}f}, {100 * high:.{digits}f})"


def _told(differences: Floats) -> str:
    low, high = interval(differences, np.random.default_rng(1))
    return "{:,} ({:,}, {:,})".format(*(round(float(each)) for each in (differences.mean(), low, high)))


if __name__ == "__main__":
    main()
