"""`pinfold match --uncertain`: the tables of a season in; what to book and promise before the harvest is known, out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pinfold.basics.errors import InputError
from pinfold.basics.progress import Progress, silent
from pinfold.basics.rules import read_rules
from pinfold.flows.match_tables import cpu_seconds, empty_of_plans, promises_nothing, read_season, rules_given
from pinfold.match.uncertain.plan import UncertainPlan, plan_uncertain
from pinfold.match.uncertain.rules import UncertainRules
from pinfold.outside.executors import threads
from pinfold.outside.folder import as_they_came, id_types

BARRED = "--uncertain keeps no band or floor between villages, because a village's share is another one in every harvest"


def match_uncertain_from_folder(
    folder: Path,
    out: Path,
    changed: Mapping[str, object] | None = None,
    progress: Progress = silent,
    fairness: str | None = None,
) -> dict[str, object]:
    """Writes out/trucks.parquet, out/promises.parquet, out/yuan.csv and out/plan.json; what plan.json says comes back.

    changed : rules of UncertainRules by name, before those of the folder's rules.json ("uncertain")
    fairness : as `with_fairness` reads it; None: as rules.json has it
    Raises BrokenTables or InputError naming what is wrong, and NoPlan when the optimiser gives up.
    """
    cpu_before = cpu_seconds()
    progress("match: read the tables", 0, 3)
    rules = _rules(rules_given(folder).get("uncertain", {}), changed or {})
    season = promises_nothing(read_season(folder, fairness), BARRED)
    progress(f"match: plan {len(season.ways.pool):,} ways in {rules.scenarios} harvests", 1, 3)
    with threads() as workers:
        plan = plan_uncertain(season, rules, workers)
    progress("match: write the plan", 2, 3)
    empty_of_plans(out)
    as_they_came(plan.booked, id_types(folder, "lanes")).write_parquet(out / "trucks.parquet")
    as_they_came(plan.promised, id_types(folder, "wants")).write_parquet(out / "promises.parquet")
    plan.distribution.write_csv(out / "yuan.csv")
    answer = uncertain_summary(plan) | {"cpu_seconds": round(cpu_seconds() - cpu_before, 3)}
    (out / "plan.json").write_text(json.dumps(answer, indent=1))
    progress("match: write the plan", 3, 3)
    return answer


def uncertain_summary(plan: UncertainPlan) -> dict[str, object]:
    """What plan.json says: yuan over the scenarios, kg, and what the plan that takes the forecast for certain brings in the same ones."""
    rules, kg = plan.problem.rules, plan.problem.scenario_kg.sum(axis=1)
    return {
        "method": "uncertain",
        "objective": plan.worth,
        "bound": plan.bound,
        "gap_percent": round(100 * plan.gap, 6),
        "expected_yuan": float(plan.yuan.mean()),
        "expected_income": float(plan.income.mean()),
        "worst_yuan": plan.tail_mean,
        "beside": {"certain": {"expected_yuan": float(plan.certain.mean()), "worst_yuan": plan.certain_tail_mean}},
        "trucks": float(plan.booked["trucks"].sum()),
        "promised_kg": float(plan.first.promised_kg.sum()),
        "expected_harvest_kg": float(kg.mean()),
        "scenarios": len(kg),
        "risk_weight": rules.risk_weight,
        "tail_share": rules.tail_share,
        "seed": rules.seed,
        "ways": len(plan.problem.season.ways.pool),
        "interrupted": plan.interrupted,
    }


def _rules(given: object, changed: Mapping[str, object]) -> UncertainRules:
    if not isinstance(given, dict):
        raise InputError(f"rules.json: uncertain is {given!r}; give an object of rule names and numbers")
    return read_rules(UncertainRules, "uncertain", {f"uncertain.{name}": str(value) for name, value in {**given, **changed}.items()})
