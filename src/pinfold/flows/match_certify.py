"""`pinfold certify`: the tables of a season and a plan of it in; whether the plan keeps its limits and its bound is true out."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pinfold.basics.errors import InputError, NotFound
from pinfold.flows.match_again import read_before
from pinfold.flows.match_tables import json_object, read_season
from pinfold.match.certify import Certificate, certify
from pinfold.match.whole.certify import certify_whole

# What plan.json must also say, by the file of a plan that says it.
SAID_WITH = {"trucks": "trucks.parquet", "least_sold_share_bound": "villages.parquet"}


def certificate_of_folder(folder: Path, plan: Path) -> Certificate:
    """The certificate of the plan in folder `plan`, worked out from its files and the tables in `folder`.

    Raises NotFound when a file is missing, InputError when the plan is of other tables or for many harvests, and BrokenTables.
    """
    if (plan / "promises.parquet").exists():
        raise InputError(f"{plan} is for many harvests, whose draws its files do not hold; certify plans without --uncertain")
    told = _told(plan)
    # What sales of poor villages were worth to this plan, which may have been said on the command line.
    season = read_season(folder, f"poverty={told['equity_bonus']}" if "equity_bonus" in told else None)
    if (plan / "trucks.parquet").exists():
        return certify_whole(season, told, _frames(plan, "shipments", "trucks", "proof"))
    optional = [name for name in ("villages", "least", "loaded") if (plan / f"{name}.parquet").exists()]
    return certify(season, told, _frames(plan, "shipments", "prices", *optional))


def _told(plan: Path) -> dict[str, float]:
    """Numbers that plan.json says. Raises NotFound without it, and InputError naming what it does not say."""
    path = plan / "plan.json"
    if not path.exists():
        raise NotFound(f"{plan} has no plan.json; make a plan with pinfold match")
    said = json_object(path, "make the plan again")
    needed = ["objective", "bound", *(name for name, file in SAID_WITH.items() if (plan / file).exists())]
    for name in needed:
        if isinstance(said.get(name), bool) or not isinstance(said.get(name), int | float):
            raise InputError(f"{path}: {name} is {said.get(name)!r}; give a number, or make the plan again")
    return {name: value for name, value in said.items() if isinstance(value, int | float)}


def _frames(plan: Path, *names: str) -> dict[str, pl.DataFrame]:
    return {name: read_before(plan / f"{name}.parquet") for name in names}
