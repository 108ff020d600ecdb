"""Events exported and counted: numbers that can be counted by hand, and nobody in them who could be told apart."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from django.db import transaction
from pin_market import MONDAY, make_market, make_pin

from pinfold.basics.errors import InputError
from pinfold.demand.event_counts import without_small_groups
from pinfold.demand.events import Event, Impression, Shown
from pinfold.flows import event_counts, events
from pinfold.flows.event_counts import count_events_of_folder
from pinfold.flows.event_tables import Exported, export_events
from pinfold.outside.event_files import SCHEMA, count_weeks, write_day
from pinfold.settings import settings
from pinfold.store import events as kept


def happened(kind: str, at: datetime, who: int | None, kg: float = 0.0, product: str = "mango") -> dict[str, object]:
    return {"kind": kind, "at": at, "pseudonym": who, "product_id": product, "region_id": "city", "kg": kg}


def a_day(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={name: SCHEMA[name] for name in ("kind", "at", "pseudonym", "product_id", "region_id", "kg")})


@pytest.fixture
def folder(tmp_path):
    """Six people view mangoes in the week of 5 October 2026, one of them twice; a stranger too; two join, one pays 4 kg."""
    monday, sunday = datetime(2026, 10, 4, 16, tzinfo=UTC), datetime(2026, 10, 11, 15, 59, tzinfo=UTC)  # midnight, and a minute before it
    write_day(tmp_path, date(2026, 10, 5), a_day(*(happened("view", monday, who) for who in range(6)), happened("view", monday, None)))
    write_day(
        tmp_path,
        date(2026, 10, 11),
        a_day(
            happened("view", sunday, 0),
            happened("join", sunday, 0, 4.0),
            happened("join", sunday, 1, 2.0),
            happened("pay", sunday, 0, 4.0),
        ),
    )
    next_monday = sunday + timedelta(minutes=1)
    write_day(tmp_path, date(2026, 10, 12), a_day(*(happened("view", next_monday, who) for who in range(4))))
    return tmp_path


def test_events_are_counted_by_product_region_and_the_growers_week(folder, tmp_path):
    done = count_events_of_folder(folder, tmp_path / "counts.parquet")
    assert (done.rows, done.suppressed) == (2, 1)
    first, second = pl.read_parquet(tmp_path / "counts.parquet").to_dicts()
    assert first == {
        "product_id": "mango", "region_id": "city", "week": date(2026, 10, 5),
        "views": 8, "joins": 2, "paid_kg": 4.0, "people": 6, "suppressed": False,
    }  # fmt: skip
    assert second["week"] == date(2026, 10, 12)


def test_a_group_of_four_says_only_that_it_is_small(folder, tmp_path):
    count_events_of_folder(folder, tmp_path / "counts.csv")
    small = pl.read_csv(tmp_path / "counts.csv").row(1, named=True)
    assert (small["suppressed"], small["views"], small["joins"], small["paid_kg"], small["people"]) == (True, None, None, None, None)


def test_a_group_of_five_is_told():
    counts = pl.DataFrame(
        {"product_id": ["a"], "region_id": ["r"], "week": [date(2026, 10, 5)], "views": [9], "joins": [1], "paid_kg": [2.0], "people": [5]}
    )
    assert without_small_groups(counts).row(0) == ("a", "r", date(2026, 10, 5), 9, 1, 2.0, 5, False)


def test_any_executor_counts_alike(folder, monkeypatch):
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(3) as three:
        here = count_weeks(folder, one).sort("week")
        assert count_weeks(folder, three).sort("week").equals(here)
    monkeypatch.setattr(event_counts, "settings", lambda: replace(settings(), processes=2))
    assert count_events_of_folder(folder, folder / "counts.csv").rows == here.height


def test_a_folder_without_events_or_with_a_day_that_is_none_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no events"):
        count_events_of_folder(tmp_path, tmp_path / "counts.csv")
    (tmp_path / "day=yesterday").mkdir()
    with pytest.raises(InputError, match="'yesterday' is no date"):
        count_events_of_folder(tmp_path, tmp_path / "counts.csv")


@pytest.fixture
def market(db):
    make_market()
    make_pin("pin", seats_min=1, seats_max=9)


def write(*what):
    with transaction.atomic():
        kept.write(what, 0, MONDAY)


def test_an_exported_event_says_where_and_with_which_chance_its_pin_was_shown(market, tmp_path):
    shown = (Shown("other", 0, 0.25), Shown("pin", 1, 0.5))
    write(
        Impression("shown-1", MONDAY, "c0", "list", "city", "", "explores", 3, shown),
        Event("view", MONDAY, "pin", "c0", "shown-1"),
        Event("view", MONDAY, "pin", "c0"),
    )
    assert export_events(tmp_path) == Exported(1, 2)
    seen, found = pl.read_parquet(tmp_path / "day=2026-09-07" / "events.parquet").to_dicts()
    assert (seen["position"], seen["propensity"], seen["ranking"], seen["version"]) == (1, 0.5, "explores", 3)
    assert (found["position"], found["propensity"]) == (None, None)
    assert seen["pseudonym"] == found["pseudonym"] != None  # noqa: E711


def test_who_was_erased_or_said_no_is_not_exported(market, tmp_path):
    write(Event("view", MONDAY, "pin", "c0"), Event("view", MONDAY, "pin", "c1"))
    events.choose_recording("c0", wanted=False)
    assert export_events(tmp_path).events == 1


def test_there_is_nothing_to_export_before_the_first_event(market, tmp_path):
    with pytest.raises(InputError, match="no events to export"):
        export_events(tmp_path)
