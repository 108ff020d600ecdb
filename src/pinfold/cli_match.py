"""Commands of the match: tables of a season in, a plan or a frontier out."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from pinfold.basics.errors import InputError
from pinfold.basics.memory import keep_freed_memory
from pinfold.basics.threads import ONE_THREAD
from pinfold.terminal import JSON, OUT, OutFile, TerminalProgress, show, with_store

# What shells say of a program that Ctrl-C ended; here the best plan so far is written.
INTERRUPTED = 130
FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.command()
@FOLDER
@OUT
@click.option("--method", type=click.Choice(["optimal", "greedy", "first-come"]), default="optimal")
@click.option("--whole", is_flag=True, help="book whole trucks; pins and bids get their kg_min and cost open_cost, or stay shut")
@click.option(
    "--from",
    "before",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="folder of the plan before: mend it for what changed since",
)
@click.option(
    "--moved-price", type=click.FloatRange(0), default=0.0, help="with --from: yuan that every promised kg that moves costs the plan"
)
@click.option("--frozen-until", type=int, help="with --from: shipments for wants up to this week are loaded and stay")
@click.option(
    "--frozen",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="with --from: file of shipments that are loaded and stay: lot_id, want_id, kg (CSV or Parquet)",
)
@click.option("--uncertain", is_flag=True, help="book trucks and promise goods before the harvest is known, for many harvests at once")
@click.option("--scenarios", type=click.IntRange(1), help="with --uncertain: harvests to draw [default: 20]")
@click.option("--risk-weight", type=click.FloatRange(0, 1), help="with --uncertain: weight of the worst tenth's mean [default: 0]")
@click.option("--effort", type=click.FloatRange(0), help="with --uncertain: how long to seek, times the usual [default: 1]")
@click.option("--seed", type=click.IntRange(0), help="with --uncertain: of the harvests' draw [default: 0]")
@click.option("--fairness", help="between villages: band=0.1, floor=0.5, max-min or none; or poverty=0.6 [default: as rules.json says]")
@click.option(
    "--gap", type=click.FloatRange(0), help="per cent that the plan may be short of the best, if that can be reached [default: 0.14]"
)
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="with --whole: CPU seconds to seek [default: by size]")
@JSON
def match(
    folder: Path,
    out: Path,
    method: str,
    whole: bool,
    seconds: float | None,
    before: Path | None,
    moved_price: float,
    frozen_until: int | None,
    frozen: Path | None,
    fairness: str | None,
    gap: float | None,
    uncertain: bool,
    as_json: bool,
    **draw: float | None,
) -> None:
    """Match lots with wants: shipments and a bound that no plan can exceed.

    Ctrl-C while it searches writes the best plan so far with its bound, and ends with exit code 130.

    The folder holds products, lots, wants, lanes and hub_weeks. `pinfold plan` makes lots and wants of a loaded season by itself.
    """
    _import_libraries()
    changed = {name: value for name, value in draw.items() if value is not None}
    if uncertain:
        from pinfold.flows.match_uncertain import match_uncertain_from_folder

        if whole or method != "optimal" or any(option is not None for option in (before, gap, seconds)):
            raise InputError(
                "--uncertain plans by itself, trucks paid per kg; of other options only --out, --fairness and --json go with it"
            )
        answer = match_uncertain_from_folder(folder, out, changed, TerminalProgress(), fairness)
        show(answer, as_json)
        sys.exit(INTERRUPTED if answer["interrupted"] else 0)
    if changed:
        raise InputError("--scenarios, --risk-weight, --effort and --seed are for --uncertain; add it or leave them away")
    if fairness is not None and method != "optimal":
        raise InputError(f"--fairness is for the optimal plan; leave --method {method} away")
    if gap is not None and (whole or before is not None):
        raise InputError("--gap is for a plan of trucks paid per kg that is made from the start; leave --whole and --from away")
    if before is not None:
        from pinfold.flows.match_again import Again, match_again_from_folder

        if whole or method != "optimal":
            raise InputError("--from mends the optimal plan of trucks paid per kg; leave --whole and --method away")
        answer = match_again_from_folder(folder, out, Again(before, moved_price, frozen_until, frozen, fairness), TerminalProgress())
        show(answer, as_json)
        sys.exit(INTERRUPTED if answer["interrupted"] else 0)
    if frozen_until is not None or frozen is not None or moved_price:
        raise InputError("--frozen-until, --frozen and --moved-price are for a plan made again; name the old plan's folder with --from")
    if whole:
        from pinfold.flows.match_whole import match_whole_from_folder

        if method != "optimal":
            raise InputError(f"--whole plans by itself; leave --method {method} away (plan.json has what it earns)")
        show(match_whole_from_folder(folder, out, seconds, TerminalProgress(), fairness), as_json)
        return
    if seconds is not None:
        raise InputError("--seconds is for --whole; add it or leave --seconds away")
    from pinfold.flows.match_tables import Asked, match_from_folder

    asked = Asked(method, fairness) if gap is None else Asked(method, fairness, gap / 100)
    answer = match_from_folder(folder, out, asked, TerminalProgress())
    show(answer, as_json)
    sys.exit(INTERRUPTED if answer["interrupted"] else 0)


@click.command()
@FOLDER
@click.argument("plan", type=click.Path(exists=True, file_okay=False, path_type=Path))
@JSON
def certify(folder: Path, plan: Path, as_json: bool) -> None:
    """Work out from PLAN's files and FOLDER's tables alone whether the plan keeps every limit, and its bound.

    Exit code 1 when a limit is broken, a promise is not kept, or objective or bound are not what plan.json says.
    """
    from pinfold.flows.match_certify import certificate_of_folder

    found = certificate_of_folder(folder, plan)
    show(asdict(found), as_json)
    sys.exit(1 if found.broken else 0)


def _import_libraries() -> None:
    """What every match needs, so that the flows below find it imported."""
    # Before numpy and Polars come in: each would start a thread per core, which cost this command more CPU than they save time.
    for name, threads in ONE_THREAD.items():
        os.environ.setdefault(name, threads)
    # Of a whole command of 80 thousand ways, zeroing pages of arrays that came and went took a sixteenth.
    keep_freed_memory()
    # What is imported stays to the end: looking for garbage among it took a twelfth of a whole command of 80 thousand ways.
    gc.disable()
    importlib.import_module("pinfold.flows.match_tables")
    gc.freeze()
    gc.enable()


@click.command()
@FOLDER
@click.option("--out", required=True, type=OutFile(), help="file to write: Parquet if it ends in .parquet, else CSV")
@click.option("--picture", type=OutFile(), help="SVG file to draw it into")
@JSON
@with_store
def frontier(folder: Path, out: Path, picture: Path | None, as_json: bool) -> None:
    """What fairness costs: the poorest fifth's income beside the rest's, one exact plan per poverty weight, band and floor.

    The folder is one of `pinfold match`.
    """
    from pinfold.flows.match_frontier import frontier_from_folder

    points = frontier_from_folder(folder, out, TerminalProgress())
    if picture is not None:
        from django.utils.translation import override

        from pinfold.web.charts.frontier import draw_frontier

        with override("en"):
            picture.write_text(draw_frontier(points), encoding="utf-8")
    show({"frontier": [point.row for point in points]}, as_json)
