"""`pinfold match --from`: the tables of a season as they are now and the plan before in, a mended plan out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from pinfold.basics.errors import BrokenTables, InputError, NotFound
from pinfold.basics.progress import Progress, silent
from pinfold.flows.match_tables import STEPS, cpu_seconds, read_season, summary, write_plan
from pinfold.match.earlier import Before, earlier_plan
from pinfold.match.plan_files import checked_file
from pinfold.match.replan import plan_again
from pinfold.outside.folder.files import read_cells


@dataclass(frozen=True)
class Again:
    """before : folder of the plan before; moved_price_per_kg : yuan

    frozen_until : week up to which shipments are loaded; frozen : file of loaded shipments (lot_id, want_id, kg); None freezes nothing
    fairness : as `with_fairness` reads it; None: as rules.json has it
    """

    before: Path
    moved_price_per_kg: float = 0.0
    frozen_until: int | None = None
    frozen: Path | None = None
    fairness: str | None = None


def match_again_from_folder(folder: Path, out: Path, again: Again, progress: Progress = silent) -> dict[str, object]:
    """Writes what `match_from_folder` writes; plan.json also says how many promised kg moved and what that costs at its price.

    Raises NotFound when the plan before lacks a file, InputError naming what cannot be frozen, and what `match_from_folder` raises.
    """
    cpu_before = cpu_seconds()
    progress("match: read the tables", 0, STEPS)
    season = read_season(folder, again.fairness)
    shipments, prices = (read_before(again.before / name) for name in ("shipments.parquet", "prices.parquet"))
    before = Before(shipments, prices, again.frozen_until, None if again.frozen is None else _loaded(again.frozen))
    progress("match: mend the plan", 1, STEPS)
    earlier = earlier_plan(season, before, again.moved_price_per_kg)
    plan, moved = plan_again(season, earlier)
    progress("match: write the plan", 2, STEPS)
    write_plan(folder, out, plan)
    if len(earlier.frozen.kg):
        earlier.frozen.frame(season).select("lot_id", "want_id", "kg").write_parquet(out / "loaded.parquet")
    plan.price_frame().write_parquet(out / "prices.parquet")
    answer = summary(plan) | asdict(moved) | {"cpu_seconds": round(cpu_seconds() - cpu_before, 3)}
    (out / "plan.json").write_text(json.dumps(answer, indent=1))
    progress("match: write the plan", STEPS, STEPS)
    return answer


def read_before(path: Path) -> pl.DataFrame:
    """A table of a plan that was made before. Raises NotFound, and BrokenTables or InputError naming what is wrong in it."""
    if not path.exists():
        raise NotFound(f"the plan in {path.parent} has no {path.name}; make it with pinfold match")
    cells, problems = read_cells(path, str(path))
    if cells is None:
        raise BrokenTables(list(problems))
    return checked_file(path.stem, cells.frame.drop("line"), str(path))


def _loaded(path: Path) -> pl.DataFrame:
    """lot_id, want_id (text), kg and place of what is loaded. Raises BrokenTables or InputError naming what is wrong in `path`."""
    cells, problems = read_cells(path, str(path))
    if cells is None:
        raise BrokenTables(list(problems))
    missing = [name for name in ("lot_id", "want_id", "kg") if name not in cells.frame.columns]
    if missing:
        raise InputError(f"{path}: column {missing[0]!r} is missing; give lot_id, want_id and kg of what is loaded")
    kg = pl.col("kg").cast(pl.Float64, strict=False)
    bad = cells.frame.filter((kg.is_finite() & (kg > 0)).fill_null(False).not_())
    if bad.height:
        row = bad.row(0, named=True)
        raise InputError(f"{path}, line {row['line']}: kg is {row['kg']}; give the kg that are loaded, more than 0")
    place = pl.concat_str(pl.lit(f"{path}, line "), "line")
    return cells.frame.select(pl.col("lot_id", "want_id").cast(pl.String), kg, place=place)
