"""`pinfold certify`: the tables of a season and a plan of it in; whether the plan keeps its limits and its bound is true out."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from pinfold.basics.errors import InputError, NotFound
from pinfold.flows.match_again import read_before
from pinfold.flows.match_tables import read_season
from pinfold.match.certify import Certificate, certify
from pinfold.match.whole.certify import certify_whole


def certificate_of_folder(folder: Path, plan: Path) -> Certificate:
    """The certificate of the plan in folder `plan`, worked out from its files and the tables in `folder`.

    Raises NotFound when a file is missing, InputError when the plan is of other tables or for many harvests, and BrokenTables.
    """
    if (plan / "promises.parquet").exists():
        raise InputError(f"{plan} is for many harvests, whose draws its files do not hold; certify plans without --uncertain")
    if not (plan / "plan.json").exists():
        raise NotFound(f"{plan} has no plan.json; make a plan with pinfold match")
    told = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    # What sales of poor villages were worth to this plan, which may have been said on the command line.
    season = read_season(folder, f"poverty={told['equity_bonus']}" if "equity_bonus" in told else None)
    if (plan / "trucks.parquet").exists():
        return certify_whole(season, told, _frames(plan, "shipments", "trucks", "proof"))
    optional = [name for name in ("villages", "least", "loaded") if (plan / f"{name}.parquet").exists()]
    return certify(season, told, _frames(plan, "shipments", "prices", *optional))


def _frames(plan: Path, *names: str) -> dict[str, pl.DataFrame]:
    return {name: read_before(plan / f"{name}.parquet") for name in names}
