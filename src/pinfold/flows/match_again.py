"""`pinfold match --from`: the tables of a season as they are now and the plan before in, a mended plan out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from pinfold.basics.errors import NotFound
from pinfold.basics.progress import Progress, silent
from pinfold.flows.match_tables import STEPS, cpu_seconds, promises_nothing, read_season, summary, write_plan
from pinfold.match.replan import earlier_plan, plan_again


@dataclass(frozen=True)
class Again:
    """before : folder of the plan before; moved_price_per_kg : yuan; frozen_until : week, None freezes nothing"""

    before: Path
    moved_price_per_kg: float = 0.0
    frozen_until: int | None = None


def match_again_from_folder(folder: Path, out: Path, again: Again, progress: Progress = silent) -> dict[str, object]:
    """Writes what `match_from_folder` writes; plan.json also says how many promised kg moved and what that costs at its price.

    Raises NotFound when the plan before lacks a file, and what `match_from_folder` raises.
    """
    cpu_before = cpu_seconds()
    progress("match: read the tables", 0, STEPS)
    season = promises_nothing(read_season(folder), "--from")
    shipments, prices = (_read(again.before / name) for name in ("shipments.parquet", "prices.parquet"))
    progress("match: mend the plan", 1, STEPS)
    plan, moved = plan_again(season, earlier_plan(season, shipments, prices, again.frozen_until, again.moved_price_per_kg))
    progress("match: write the plan", 2, STEPS)
    write_plan(folder, out, plan)
    plan.price_frame().write_parquet(out / "prices.parquet")
    answer = summary(plan) | asdict(moved) | {"cpu_seconds": round(cpu_seconds() - cpu_before, 3)}
    (out / "plan.json").write_text(json.dumps(answer, indent=1))
    progress("match: write the plan", STEPS, STEPS)
    return answer


def _read(path: Path) -> pl.DataFrame:
    if not path.exists():
        raise NotFound(f"the plan before has no {path.name} in {path.parent}; make it with pinfold match")
    return pl.read_parquet(path)
