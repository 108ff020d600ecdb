"""Playing a season: a fortnight of the example, cut down to two crops and three cities."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import transaction
from django.db.models import Sum

from pinfold.basics.errors import InputError
from pinfold.flows.advance import Played, advance
from pinfold.flows.season import load_season
from pinfold.outside.payments import sandbox
from pinfold.store.models import (
    CropReport,
    Entry,
    Harvest,
    Order,
    Pin,
    Season,
    Settlement,
    StageReport,
    Unserved,
    Weather,
    YieldReason,
)

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

from make_baoshan import make

REGIONS, CROPS = ["R01", "R03", "R11"], ["mango", "passion-fruit"]
MONDAY, TUESDAY, WEDNESDAY = date(2026, 9, 7), date(2026, 9, 8), date(2026, 9, 9)
SECOND_MONDAY, SECOND_SUNDAY = date(2026, 9, 14), date(2026, 9, 20)
CHANCES = ["replay.forgets_share", "replay.late_share", "replay.repeated_share", "replay.cash_share"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with only its fruit, the customers of three cities, who also ask for beans, and who are often odd in paying."""
    known, later = make()
    plots = known["plots"].filter(pl.col("crop").is_in(CROPS))["plot_id"].to_list()
    place = tmp_path_factory.mktemp("season")
    odd = pl.DataFrame({"name": CHANCES, "value": ["0.2"] * 4, "unit": ["share"] * 4, "source": ["test"] * 4})
    known["settings"] = pl.concat([known["settings"], odd])
    known["people"] = known["people"].filter(pl.col("role") != "customer")
    known["bids"] = known["bids"].clear()
    for where, tables in ((place, known), (place / "later", later)):
        where.mkdir(exist_ok=True)
        for name, table in tables.items():
            for column, kept in (("plot_id", plots), ("region_id", REGIONS), ("product_id", [*CROPS, "green-beans"])):
                if column in table.columns:
                    table = table.filter(pl.col(column).is_in(kept))
            table.write_csv(where / f"{name}.csv")
    return place


@pytest.fixture(scope="module", autouse=True)
def sandbox_books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The sandbox provider keeps its books apart from the database, so they are no part of a test's rollback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "books_path", lambda: tmp_path_factory.getbasetemp() / "played-sandbox.sqlite3")
        yield


@pytest.fixture
def season(db: None, folder: Path) -> None:
    load_season(folder)


@pytest.fixture(scope="module")
def fortnight(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[Played]:
    """Two weeks played once, for the tests that only look at the outcome."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_season(folder)
        yield advance(SECOND_SUNDAY)
        transaction.set_rollback(True)


def books() -> dict[str, int]:
    """Balance of every account, fen."""
    return dict(Entry.objects.values_list("account").annotate(fen=Sum("amount_fen")).order_by("account"))


def orders() -> list[tuple[object, ...]]:
    return list(Order.objects.order_by("order_id").values_list("order_id", "pin__product", "pin__week", "seats", "state", "refunded_fen"))


def test_a_fortnight_brings_visits_pins_money_and_a_paid_grower(fortnight):
    assert fortnight.days == 14
    assert fortnight.visits == fortnight.joined + fortnight.unserved > 100
    assert 0 < fortnight.paid < fortnight.joined
    assert fortnight.pins_filled > 0
    assert Settlement.objects.filter(paid_out_at__isnull=False, amount_fen__gt=0).exists()
    assert sum(books().values()) == 0


def test_every_fen_held_belongs_to_an_order_that_is_paid_and_not_shipped(fortnight):
    live = Order.objects.filter(state="paid").aggregate(fen=Sum("amount_fen") - Sum("refunded_fen"))["fen"] or 0
    assert -books()["customers:held"] == live > 0


def test_the_provider_and_the_ledger_agree_on_what_the_provider_holds(fortnight):
    assert books()["provider:sandbox"] == sandbox.kept_fen()


def test_what_customers_do_not_find_is_remembered_as_wanted(fortnight):
    # Nobody has beans in September, and many ask for them.
    assert Unserved.objects.filter(product="green-beans").exists()
    assert not Order.objects.filter(pin__product="green-beans").exists()
    assert Unserved.objects.count() >= fortnight.unserved


def test_no_pin_takes_more_seats_than_it_has(fortnight):
    for pin in Pin.objects.all():
        taken = Order.objects.filter(pin=pin, state__in=("held", "paid", "shipped")).aggregate(seats=Sum("seats"))["seats"] or 0
        assert taken <= pin.seats_max


def test_counts_and_hail_arrive_on_their_days_and_the_next_forecast_says_so(fortnight):
    assert fortnight.crop_reports == CropReport.objects.count() == 12
    assert set(YieldReason.objects.filter(issued_on=SECOND_MONDAY).values_list("cause", flat=True)) == {"fruit count", "weighed"}
    assert CropReport.objects.filter(kind="hail", lost_share__gt=0).count() == 2
    assert not YieldReason.objects.filter(issued_on=MONDAY, cause="fruit count").exists()


def test_nobody_knows_on_tuesday_what_happens_on_wednesday(season):
    advance(TUESDAY)
    assert CropReport.objects.filter(reported_on__gt=TUESDAY).count() == 0
    assert Harvest.objects.filter(picked_on__gt=TUESDAY).count() == 0
    assert StageReport.objects.filter(reported_on__gt=TUESDAY).count() == 0
    assert Weather.objects.latest("date").date == TUESDAY
    assert Order.objects.latest("held_at").held_at.date() == TUESDAY


def test_two_goes_play_the_same_as_one(season):
    def in_goes(*days: date) -> tuple[Played, list[tuple[object, ...]], dict[str, int]]:
        with transaction.atomic():
            played = [advance(day) for day in days]
            found = played[-1], orders(), books()
            transaction.set_rollback(True)
        return found

    once, again = in_goes(WEDNESDAY), in_goes(MONDAY, WEDNESDAY)
    assert once[1:] == again[1:]
    assert again[0].days == 2


def test_a_day_that_was_played_is_not_played_again(season):
    advance(MONDAY)
    before = orders()
    assert advance(MONDAY).days == 0
    assert orders() == before


def test_a_day_that_breaks_off_leaves_nothing_and_can_be_played_again(season, monkeypatch):
    advance(MONDAY)
    before = orders()

    def break_off(*given: object) -> None:
        raise RuntimeError("the lights went out")

    with monkeypatch.context() as broken:
        broken.setattr("pinfold.flows.advance.set_clock", break_off)
        with pytest.raises(RuntimeError, match="lights"):
            advance(TUESDAY)
    assert orders() == before
    assert Season.objects.get().played_until == MONDAY
    assert advance(TUESDAY).days == 1
    assert orders() != before


def test_a_day_after_the_season_is_refused(season):
    with pytest.raises(InputError, match="season 2026 ends on 2027-03-07"):
        advance(date(2027, 3, 8))


def test_a_season_without_a_later_is_not_played(season, tmp_path):
    Season.objects.update(folder=str(tmp_path))
    with pytest.raises(InputError, match="has no later/"):
        advance(MONDAY)
