"""Neighbourhoods of whole trucks decided side by side: the same plan whoever decides them, and no kg is sent twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.basics.progress import silent
from pinfold.flows.budget import Budget, Charged
from pinfold.flows.match_certify import certificate_of_folder
from pinfold.flows.match_whole import match_whole_from_folder
from pinfold.match.rules import WholeRules
from pinfold.match.score import broken_limits
from pinfold.match.season import Season
from pinfold.match.shipments import Shipments, share_out
from pinfold.match.whole import search
from pinfold.match.whole.bound import PlacePrices
from pinfold.match.whole.plan import WholePlan, plan_whole_season
from pinfold.match.whole.problem import problem_of
from pinfold.match.whole.search import Neighbours, Search, improve
from pinfold.outside.executors import executor
from pinfold.settings import from_environment

from .seasons import MANGO, PLENTY, beside, lane, lot, season, want
from .test_whole import random_whole_season

# A Budget that only looks count against, so that no test depends on how fast the machine is.
LOOKS = 60
TWO_PROCESSES = from_environment({"PINFOLD_SECRET_KEY": "a secret key for tests", "PINFOLD_PROCESSES": "2"})
RULES = WholeRules(gap_enough=0.0, ways_at_once=1, ways_together=10)


def planned(given_season: Season, workers: Executor | None) -> WholePlan:
    left = iter(range(LOOKS, -1_000_000, -1))
    return plan_whole_season(given_season, RULES, lambda: float(next(left)), silent, workers)


def four_valleys() -> Season:
    return beside(*(random_whole_season(seed) for seed in (7, 9, 10, 11)))


class FindsNothing(ThreadPoolExecutor):
    def map(self, work, *parts, **how) -> Iterator[None]:
        return (None for _ in zip(*parts, strict=True))


def test_two_processes_or_threads_find_the_plan_that_one_finds():
    alone, found_nothing = planned(four_valleys(), None), planned(four_valleys(), FindsNothing(1))
    assert found_nothing.plan.objective < alone.plan.objective, "the search is what makes the plan"
    with ThreadPoolExecutor(2) as threads, executor(TWO_PROCESSES) as processes:
        budget = Budget(0.0)
        for workers in (threads, Charged(processes, budget)):
            together = planned(four_valleys(), workers)
            assert together.plan.shipments.equals(alone.plan.shipments)
            assert together.trucks.tolist() == alone.trucks.tolist() and together.plan.bound == alone.plan.bound
        assert budget.elsewhere > 0, "other processes decided the neighbourhoods"


def two_cities_and_one_lot() -> Season:
    """100 kg, and two cities that would each take them all; no place can earn more than 1,000 yuan."""
    return season([lot("A")], [want("W", "Kunming", 10, 100), want("X", "Chengdu", 10, 100)], [lane("Kunming"), lane("Chengdu")])


def first_step(given_season: Season, side_by_side: int) -> Shipments:
    """What the search sends after one step from a plan that sends nothing, with places one by one."""
    problem = problem_of(given_season)
    free = PlacePrices(np.zeros(problem.pools), np.zeros(len(problem.hub_week_kg_max)), np.zeros(len(problem.kg_min)))
    rules = WholeRules(ways_together=1, side_by_side=side_by_side)
    steps = improve(Search(problem, free, np.full(problem.place.max() + 1, 1000.0), rules), np.zeros(len(problem.ways.pool)), lambda: 60.0)
    return share_out(given_season, next(steps).way_kg)


def test_neighbourhoods_that_want_the_same_lot_are_not_decided_side_by_side():
    sent = first_step(two_cities_and_one_lot(), side_by_side=2)
    assert sent.kg.tolist() == [100] and broken_limits(two_cities_and_one_lot(), sent) == []


def test_control_where_they_were_the_lot_would_be_sent_twice_and_the_check_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Neighbours, "sharing", lambda near, places: places)
    sent = first_step(two_cities_and_one_lot(), side_by_side=2)
    assert sent.kg.sum() == pytest.approx(200)
    assert broken_limits(two_cities_and_one_lot(), sent) == ["lot A holds 100 kg less than the plan puts on it"]


def test_places_that_share_only_a_cold_store_are_not_decided_side_by_side():
    # Mango for Kunming and coffee for Chengdu, 100 kg each, through a hub that passes 150.
    coffee = {"product_id": "coffee", "shelf_life_days": 200.0, "price_per_kg": 40.0}
    given_season = season(
        [lot("A"), lot("B", product_id="coffee")],
        [want("W", "Kunming", 10, 100), want("X", "Chengdu", 10, 100, product_id="coffee")],
        [lane("Kunming"), lane("Chengdu")],
        products=[MANGO, coffee],
        hub_weeks=[PLENTY | {"kg_max": 150.0}],
    )
    sent = first_step(given_season, side_by_side=2)
    assert sent.kg.tolist() == [100] and broken_limits(given_season, sent) == []


def test_two_valleys_are_decided_in_one_step():
    given_season = beside(two_cities_and_one_lot(), two_cities_and_one_lot())
    assert first_step(given_season, side_by_side=1).kg.tolist() == [100]
    assert first_step(given_season, side_by_side=2).kg.tolist() == [100, 100]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=3), st.integers(2, 4))
def test_whatever_is_decided_side_by_side_every_limit_is_kept(seeds, side_by_side):
    given_season = beside(*(random_whole_season(seed) for seed in seeds))
    if not len(given_season.ways.pool):
        return
    assert broken_limits(given_season, first_step(given_season, side_by_side)) == []


def test_what_other_processes_work_is_taken_from_the_seconds_that_are_left():
    class Elsewhere(Executor):
        def map(self, work, *parts, **how):
            return iter([("an answer", ("another machine", 1), 30.0)])

    with Budget(100.0) as budget:
        before = budget.seconds_left()
        assert list(Charged(Elsewhere(), budget).map(len, ["part"])) == ["an answer"]
        assert before - 31 < budget.seconds_left() <= before - 30


def test_what_threads_of_this_process_work_is_counted_once():
    with ThreadPoolExecutor(1) as workers, Budget(100.0) as budget:
        assert list(Charged(workers, budget).map(len, ["part"])) == [4]
        assert budget.elsewhere == 0


def test_ctrl_c_while_two_neighbourhoods_are_decided_writes_the_plan_so_far_which_can_be_certified(tmp_path, monkeypatch):
    begun = []

    def decided_while_somebody_presses(part, worth, seconds, decide=search.dived_within):
        begun.append(part)
        os.kill(os.getpid(), signal.SIGINT)
        return decide(part, worth, seconds)

    given_season, (folder, out) = four_valleys(), (tmp_path / "season", tmp_path / "plan")
    folder.mkdir()
    for item in fields(given_season.tables):
        getattr(given_season.tables, item.name).write_parquet(folder / f"{item.name}.parquet")
    monkeypatch.setattr("pinfold.flows.match_whole.WholeRules", lambda: RULES)
    monkeypatch.setattr("pinfold.outside.executors.settings", lambda: TWO_PROCESSES)
    monkeypatch.setattr(search, "dived_within", decided_while_somebody_presses)
    # The first Ctrl-C stops the search, a second would end the command without a plan.
    monkeypatch.setattr(Budget, "_stop", lambda budget, number, frame: setattr(budget, "stopped", True))
    assert match_whole_from_folder(folder, out, seconds=30.0)["stopped"]
    assert 1 <= len(begun) <= RULES.side_by_side
    assert certificate_of_folder(folder, out).broken == []
