"""`pinfold match`: the tables of a season in, its plan out."""

from __future__ import annotations

import json
import resource
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.progress import Progress, silent
from pinfold.match.dual import GAP_ENOUGH
from pinfold.match.explain import Booked, reasons
from pinfold.match.kernel import PART_WAYS
from pinfold.match.plan import Method, Plan, plan_season
from pinfold.match.rules import rules_from_json, with_fairness
from pinfold.match.say import Names, sentences_of_shipments, sentences_of_unsold
from pinfold.match.score import sent_kg
from pinfold.match.season import Season, build_season
from pinfold.match.tables import Tables
from pinfold.outside.folder import as_they_came, id_types, read_tables

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from pinfold.match.fair.villages import Promise

TABLES = ("products", "lots", "wants", "lanes", "hub_weeks")
# All that any plan may leave in its folder.
PLAN_FILES = (
    *("plan.json", "shipments.parquet", "prices.parquet", "reasons.csv", "villages.parquet", "least.parquet"),
    *("loaded.parquet", "trucks.parquet", "proof.parquet", "promises.parquet", "yuan.csv"),
)
STEPS = 3


@dataclass(frozen=True)
class Asked:
    """What plan is asked for.

    fairness : between villages, as `with_fairness` reads it; None: as rules.json has it
    gap_enough : share of the bound within which a large season's plan is sought
    """

    method: Method = "optimal"
    fairness: str | None = None
    gap_enough: float = GAP_ENOUGH


def match_from_folder(folder: Path, out: Path, asked: Asked = Asked(), progress: Progress = silent) -> dict[str, object]:
    """Writes out/shipments.parquet, out/plan.json and out/reasons.csv; what plan.json says comes back.

    Raises BrokenTables or InputError naming what is wrong in `folder`, and NoPlan when the optimiser gives up.
    """
    cpu_before = cpu_seconds()
    progress("match: read the tables", 0, STEPS)
    season = read_season(folder, asked.fairness)
    progress(f"match: plan {len(season.ways.pool):,} ways", 1, STEPS)
    with _threads(season) as workers:
        plan = plan_season(season, asked.method, asked.gap_enough, workers)
    progress("match: write the plan", 2, STEPS)
    write_plan(folder, out, plan)
    plan.price_frame().write_parquet(out / "prices.parquet")
    answer = summary(plan) | {"cpu_seconds": round(cpu_seconds() - cpu_before, 3)}
    (out / "plan.json").write_text(json.dumps(answer, indent=1))
    progress("match: write the plan", STEPS, STEPS)
    return answer


def _threads(season: Season) -> AbstractContextManager[Executor | None]:
    """Threads for a season of several provinces or parts; most seasons are one, and need not wait for the import."""
    if len(season.ways.pool) <= PART_WAYS and not season.provinces:
        return nullcontext()
    from pinfold.outside.executors import threads

    return threads()


def promises_nothing(season: Season, why: str) -> Season:
    """The same season. Raises InputError, which says `why`, when its rules promise something between villages."""
    if season.rules.is_fair:
        raise InputError(f"{why}; weigh sales of poor villages more with --fairness poverty=0.6, or promise nothing with --fairness none")
    return season


def write_plan(folder: Path, out: Path, plan: Plan, booked: Booked | None = None) -> None:
    """Writes out/shipments.parquet and out/reasons.csv, with the ids of `folder` as they came; of a fair plan also what it promises.

    booked : what bars goods in a plan of whole trucks
    """
    empty_of_plans(out)
    ids = id_types(folder, "lots") | id_types(folder, "wants")
    as_they_came(plan.shipments.group_by("lot_id", "want_id", maintain_order=True).agg(pl.col("kg").sum()), ids).write_parquet(
        out / "shipments.parquet"
    )
    if plan.promise is not None:
        plan.promise.frame(sent_kg(plan.season, plan.chosen)).write_parquet(out / "villages.parquet")
        replace(plan, prices=plan.promise.least.prices).price_frame().write_parquet(out / "least.parquet")
    _reasons(plan, _names(folder, plan.season.tables.products), booked).write_csv(out / "reasons.csv")


def empty_of_plans(out: Path) -> None:
    """Makes the folder, and takes out of it what an earlier plan left: beside the next one its files would tell of another."""
    out.mkdir(parents=True, exist_ok=True)
    for name in PLAN_FILES:
        (out / name).unlink(missing_ok=True)


def read_season(folder: Path, fairness: str | None = None) -> Season:
    """The season that `folder` holds, with the rules of its rules.json. Raises BrokenTables or InputError.

    fairness : as `with_fairness` reads it, instead of theirs
    """
    # "uncertain" is an object of its own, for the plan that is made before the harvest is known.
    given = {name: value for name, value in rules_given(folder).items() if name != "uncertain"}
    rules = rules_from_json(given) if fairness is None else with_fairness(rules_from_json(given), fairness)
    return build_season(Tables(**read_tables(folder, TABLES)), rules)


def rules_given(folder: Path) -> dict[str, object]:
    """What rules.json says; nothing where the folder has none. Raises InputError."""
    path = folder / "rules.json"
    if not path.exists():
        return {}
    return json_object(path, "correct it, or take it away to use the defaults")


def json_object(path: Path, remedy: str) -> dict[str, object]:
    """What a JSON file says by name. Raises InputError, which ends in `remedy`, where it is no JSON or no object."""
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as broken:
        raise InputError(f"{path} is not JSON ({broken}); {remedy}") from None
    if not isinstance(said, dict):
        raise InputError(f"{path} holds a {type(said).__name__} and no object of names; {remedy}")
    return said


def _names(folder: Path, products: pl.DataFrame) -> Names:
    """Names of products and regions, where the folder tells them."""
    tables = read_tables(folder, (), optional=("regions",)) | {"products": products}
    named = {
        name: dict(tables[name].select(key, "name").drop_nulls().iter_rows())
        for name, key in (("products", "product_id"), ("regions", "region_id"))
        if name in tables and "name" in tables[name].columns
    }
    return Names(products=named.get("products", {}), regions=named.get("regions", {}))


def _reasons(plan: Plan, names: Names, booked: Booked | None) -> pl.DataFrame:
    """One row per shipment, then one per lot of which kg stay: lot_id, want_id (empty when unsold), kg, sentence."""
    sent, stay = reasons(plan.season, plan.chosen, booked)
    nowhere = pl.lit(None, sent.schema["want_id"])
    return pl.concat(
        [
            sent.select("lot_id", "want_id", "kg", sentence=sentences_of_shipments(sent, names, "en")),
            stay.select("lot_id", want_id=nowhere, kg="kg", sentence=sentences_of_unsold(stay, names, "en")),
        ]
    )


def summary(plan: Plan) -> dict[str, object]:
    """What plan.json says of `plan`: money in yuan, shares, and what the simple methods earn."""
    return {
        "method": plan.method,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap_percent": round(100 * plan.gap, 6),
        "income": plan.facts.income,
        "equity_bonus": plan.season.rules.equity_bonus,
        "sold_share": plan.facts.sold_share,
        "spoiled_share": plan.facts.spoiled_share,
        "poorest_fifth_sold_share": plan.facts.poorest_fifth_sold_share,
        "beside": {name: {"objective": facts.objective, "income": facts.income} for name, facts in plan.beside.items()},
        "lots": len(plan.season.lot_kg),
        "wants": len(plan.season.step_kg),
        "ways": len(plan.season.ways.pool),
        "shipments": len(plan.chosen.kg),
        "interrupted": plan.interrupted,
    } | ({} if plan.promise is None else _promised(plan, plan.promise))


def _promised(plan: Plan, promise: Promise) -> dict[str, object]:
    """What plan.json says of a plan that promises something between villages; shares of what each could sell."""
    shares = promise.villages.sold_share(sent_kg(plan.season, plan.chosen))
    return {
        "least_sold_share": float(shares.min()),
        "least_sold_share_bound": promise.least.share,
        "missed_share": promise.missed_share,
    }


def cpu_seconds() -> float:
    """Of this process since it began, in the kernel too."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
