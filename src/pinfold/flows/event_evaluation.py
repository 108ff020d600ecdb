"""What another ranking of the list would have brought, from exported events; needs no database."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.demand.events import KINDS
from pinfold.demand.off_policy import Estimate, evaluate
from pinfold.demand.ranking import FIRST_PAGE
from pinfold.outside.event_files import LISTS, read_days


def evaluate_ranking(folder: Path, ranking: str, kind: str) -> Estimate:
    """Things of `kind` done a place of the first page, as shown and had `ranking` put the pins in order before any chance.

    folder : as flows.event_tables.export_events writes it; only lists of signed-in people that say where `ranking` would have put each pin
        can tell anything
    Raises InputError on an unknown kind, when no list does, naming the rankings that can be judged, and as demand.off_policy.evaluate.
    """
    if kind not in KINDS:
        raise InputError(f"kind {kind!r} is not known; use one of: {', '.join(KINDS)}")
    lists = read_days(folder / LISTS).filter(pl.col("pseudonym").is_not_null() & (pl.col("position") < FIRST_PAGE.places))
    places = lists.explode("positions").unnest("positions", separator=".").collect()
    known = sorted(places["positions.rule"].drop_nulls().unique())
    judged = places.filter(pl.col("positions.rule") == ranking)
    if judged.is_empty():
        raise InputError(f"no list says where ranking {ranking!r} would have put its pins; use one of: {', '.join(known) or 'none yet'}")
    did = read_days(folder).filter(pl.col("kind") == kind).select("impression_id", "pin_id").unique().collect()
    judged = judged.join(did.with_columns(done=1.0), on=("impression_id", "pin_id"), how="left", maintain_order="left")
    target = (judged["positions.position"] == judged["position"]).to_numpy().astype(np.float64)
    done = judged["done"].fill_null(0.0).to_numpy()
    # The seed is fixed: the same files always say the same.
    return evaluate(target, judged["propensity"].to_numpy(), done, judged["pseudonym"].to_numpy(), seed=0)
