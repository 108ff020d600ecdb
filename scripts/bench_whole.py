"""Plans with whole trucks by the whole command, beside HiGHS's mixed-integer solver on the same: `bench.py whole`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from bench_page import WHOLE, Row
from bench_seasons import Asked, generated, planned, refuse_broken, seconds

USUAL, ALL = "S0 M0", "S0 S1 S2 S3 S4 S5 M0 M1 M2 L0"
# What HiGHS gets on a season of each size; at L it is not asked.
MIXED_INTEGER_CPU_S = {"S": 60.0, "M": 40.0}


def measure_whole(asked: Asked) -> Iterator[Row]:
    """From tables to explained plan, sought as long as WholeRules says. S takes a CPU minute a season, M more, most of it HiGHS's."""
    for name in asked.of(USUAL, ALL):
        with generated(name) as folder:
            out = folder.with_name("plan")
            used, plan = planned(folder, out, "--whole")
            refuse_broken(name, folder, out, "--whole")
            beside = ("not asked", "", "")
            if name[0] in MIXED_INTEGER_CPU_S:
                best, spent = _mixed_integer(folder, MIXED_INTEGER_CPU_S[name[0]])
                beside = (f"{best:,.0f}", seconds(spent), f"{100 * (plan['objective'] / best - 1):+.2f}")
            yield Row(WHOLE, (name, f"{plan['objective']:,.0f}", seconds(used.cpu_s), f"{plan['gap_percent']:.2f}", *beside))


def _mixed_integer(folder: Path, cpu_seconds: float) -> tuple[float, float]:
    """Yuan of the best plan that HiGHS finds by itself in so many CPU seconds, and how many it used. Its own time limit is wall time."""
    import highspy

    from pinfold.flows.match_tables import read_season
    from pinfold.match.whole.problem import problem_of
    from pinfold.match.whole.programme import model_of, pass_to

    season = read_season(folder)
    solver = highspy._core._Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    pass_to(solver, model_of(problem_of(season), tight=False))
    started = time.process_time()

    def stop_in_time(kind: object, message: object, said: object, answer: object, data: object) -> None:
        answer.user_interrupt = time.process_time() - started > cpu_seconds  # type: ignore[attr-defined]

    solver.setCallback(stop_in_time, None)
    solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
    solver.run()
    return season.unsold_worth + solver.getInfo().objective_function_value, time.process_time() - started
