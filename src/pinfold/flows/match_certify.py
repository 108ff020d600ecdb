"""`pinfold certify`: the tables of a season and a plan of it in; whether the plan keeps its limits and its bound is true out."""

from __future__ import annotations

import json
from pathlib import Path

from pinfold.basics.errors import InputError, NotFound
from pinfold.flows.match_again import read_before
from pinfold.flows.match_tables import read_season
from pinfold.match.certify import Certificate, certify


def certificate_of_folder(folder: Path, plan: Path) -> Certificate:
    """The certificate of the plan in folder `plan`, worked out from its files and the tables in `folder`.

    Raises NotFound when a file is missing, InputError when the plan is of other tables or books trucks, and BrokenTables.
    """
    if (plan / "trucks.parquet").exists():
        raise InputError(f"{plan} books trucks, and prices alone do not prove its bound; certify plans without --whole and --uncertain")
    if not (plan / "plan.json").exists():
        raise NotFound(f"{plan} has no plan.json; make a plan with pinfold match")
    told = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    optional = {"villages"} if (plan / "villages.parquet").exists() else set()
    frames = {name: read_before(plan / f"{name}.parquet") for name in sorted({"shipments", "prices"} | optional)}
    return certify(read_season(folder), told, frames)
