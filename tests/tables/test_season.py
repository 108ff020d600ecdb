"""A season folder is checked as a whole, loaded all or nothing, and comes out of the database as it went in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from django.apps import apps

from pinfold.basics.errors import BrokenTables, InputError, Refused
from pinfold.flows.season import check_season, export_season, load_season
from pinfold.ledger.posting import Posting, moved
from pinfold.outside.folder import read_tables
from pinfold.outside.folder.tables import TABLES
from pinfold.store import tables as store
from pinfold.store.ledger import post
from pinfold.store.models import Bid, Customer, Household, Person, Plan, Plot, Season
from pinfold.store.tables import MODELS, read_table

pytestmark = pytest.mark.django_db


def test_a_right_season_has_nothing_to_complain_of(season: Path) -> None:
    result = check_season(season)
    assert result.to_text() == "35 rows in 21 tables: no problems"
    assert not result.warnings


def test_a_whole_season_needs_its_tables_and_a_folder_for_one_command_does_not(season: Path) -> None:
    (season / "hubs.csv").unlink()
    assert [Path(p.file).name for p in check_season(season).problems if p.row is None] == ["hubs.csv"]
    (season / "settings.csv").unlink()
    assert not check_season(season).problems


def test_what_is_still_to_happen_may_not_stand_among_what_has_happened(season: Path) -> None:
    (season / "weather.csv").write_text("village_id,date,tmean_c\nv1,2026-09-08,22\n")
    assert [(p.row, p.column) for p in check_season(season).problems] == [(2, "date")]
    assert not check_season(season, date(2026, 9, 8)).problems


def test_later_tables_point_at_the_season_above_them(season: Path) -> None:
    (season / "later/purchases.csv").write_text("date,customer_id,region_id,product_id,quantity\n2026-09-09,k3,r9,mango,1\n")
    assert [(Path(p.file).parent.name, p.value) for p in check_season(season).problems] == [("later", "r9")]


def test_counts_and_losses_that_are_still_to_be_reported_stand_in_later_and_are_checked(season: Path) -> None:
    header = "plot_id,season,kind,on,reported_on,fruits_per_plant,lost_share\n"
    (season / "later/crop_reports.csv").write_text(header + "p1,2026,hail,2026-09-09,2026-09-10,,0.3\n")
    assert not check_season(season).problems
    (season / "later/crop_reports.csv").write_text(header + "p9,2026,hail,2026-09-09,2026-09-10,,1.3\n")
    assert [(Path(p.file).parent.name, p.value) for p in check_season(season).problems] == [("later", "1.3"), ("later", "p9")]


def test_a_table_that_nobody_plays_is_told(season: Path) -> None:
    (season / "later/sales.csv").write_text("date,product_id,region_id,kg\n")
    assert "later/sales.csv: note: is not a table of later/ and is not read" in check_season(season).to_text()


def test_a_person_stands_for_somebody_who_is_there(season: Path) -> None:
    (season / "people.csv").write_text("phone,role,subject_id,language\n1,household,h7,en\n2,board,c1,en\n3,customer,k9,en\n")
    assert [p.value for p in check_season(season).problems] == ["h7", "k9"]


def test_two_settings_may_be_right_together_that_are_wrong_alone(season: Path) -> None:
    with (season / "settings.csv").open("a") as settings:
        settings.write("pin.pin_seats_min,50,seats,assumed\npin.pin_seats_max,60,seats,assumed\n")
    assert not check_season(season).problems
    with (season / "settings.csv").open("a") as settings:
        settings.write("pin.friends_seats_min,9,seats,assumed\n")
    assert [(p.row, p.value) for p in check_season(season).problems] == [(7, "9")]


def test_a_folder_without_tables_is_no_season(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no tables"):
        check_season(tmp_path)
    with pytest.raises(InputError, match="holds no tables"):
        check_season(tmp_path / "nowhere")
    with pytest.raises(BrokenTables, match=r"settings\.csv: is missing"):
        load_season(tmp_path / "nowhere")


def test_every_row_is_loaded(season: Path) -> None:
    rows = load_season(season)
    assert rows == {name: read_table(name).height for name in rows}
    assert sum(rows.values()) == 37
    assert Season.objects.get().starts_on == date(2026, 9, 7)


def test_a_plot_that_names_no_village_lies_in_that_of_its_household(season: Path) -> None:
    load_season(season)
    assert set(Plot.objects.values_list("village_id", flat=True)) == {"v1"}


def test_a_customer_picks_up_where_they_bought_last(season: Path) -> None:
    load_season(season)
    assert dict(Customer.objects.values_list("customer_id", "region_id")) == {"k1": "r2", "k2": "r1", "k3": "r1"}


def test_each_person_has_the_subject_of_their_role_and_no_password(season: Path) -> None:
    load_season(season)
    household, operator = Person.objects.get(phone="13800000002"), Person.objects.get(phone="13800000001")
    assert (household.household_id, household.village_id, household.is_superuser) == ("h1", None, False)
    assert operator.is_superuser
    assert not operator.has_usable_password()


def test_the_clock_of_a_loaded_season_stands_on_the_given_day(season: Path) -> None:
    from pinfold.flows import clock

    load_season(season)
    assert clock.today() == date(2026, 9, 7)
    load_season(season, date(2026, 9, 10))
    assert clock.today() == date(2026, 9, 10)


def test_a_broken_season_leaves_the_database_as_it_was(season: Path) -> None:
    load_season(season)
    (season / "households.csv").write_text((season / "households.csv").read_text().replace("h2,", "h3,"))
    with pytest.raises(BrokenTables, match="'h2' is not in households"):
        load_season(season)
    assert set(Household.objects.values_list("household_id", flat=True)) == {"h1", "h2"}


def test_a_load_that_breaks_off_leaves_nothing_behind(season: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = store.write_table

    def break_off(name: str, *given: object) -> int:
        if name == "bids":
            raise OSError("disk full")
        return write(name, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "write_table", break_off)
    with pytest.raises(OSError, match="disk full"):
        load_season(season)
    assert {name for name, model in MODELS.items() if model._default_manager.exists()} == set()
    assert not Season.objects.exists()


def test_loading_twice_is_loading_once(season: Path) -> None:
    first = load_season(season)
    Person.objects.create_superuser("13900000009")
    Plan.objects.create(
        season=2026, made_at="2026-09-07T00:00Z", as_of="2026-09-07", method="optimal", objective=1, bound=1, facts={}, baselines={}
    )
    assert load_season(season) == first
    assert {name: read_table(name).height for name in first} == first | {"people": 4}
    assert not Plan.objects.exists()


def test_a_season_with_money_in_its_books_is_not_replaced(season: Path) -> None:
    load_season(season)
    post(Posting("equity:h1", 2026, "equity", datetime(2026, 9, 7, tzinfo=UTC), "invested", moved("equity:h1", "bank", 100)))
    with pytest.raises(Refused, match="has orders"):
        load_season(season)
    assert Bid.objects.count() == 1


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_is_exported_can_be_loaded_again_and_is_the_same(season: Path, tmp_path: Path, kind: str) -> None:
    load_season(season)
    before = {name: read_table(name) for name in MODELS}
    export_season(tmp_path / "out", kind)
    assert not check_season(tmp_path / "out").problems
    load_season(tmp_path / "out")
    for name, frame in before.items():
        assert read_table(name).equals(frame), name


def test_an_export_never_writes_over_tables(season: Path) -> None:
    load_season(season)
    with pytest.raises(InputError, match="holds tables already"):
        export_season(season)


def test_weighings_of_one_plot_day_and_grade_are_exported_as_one_row(season: Path, tmp_path: Path) -> None:
    load_season(season)
    weighings = pl.DataFrame(
        {"plot_id": ["p1", "p1"], "season": [2026, 2026], "kg": [40.0, 20.0], "grade": [0, 0], "picked_on": [date(2026, 9, 7)] * 2}
    )
    store.write_table("harvests", weighings)
    export_season(tmp_path / "out")
    harvests = read_tables(tmp_path / "out", ["harvests"], date(2026, 9, 7) + timedelta(days=1))["harvests"]
    assert harvests.filter(pl.col("season") == 2026)["kg"].to_list() == [60.0]


def test_every_table_of_a_season_is_kept_except_what_only_commands_read() -> None:
    assert set(TABLES) - set(MODELS) == {"lots", "wants"}


def test_a_new_load_leaves_no_table_behind_except_those_of_orders_and_money() -> None:
    """Where somebody has ordered or money has moved nothing is replaced, so only those tables may be left out."""
    kept = {"Season", "Order", "Payment", "Notice", "Refund", "Message", "Delivery", "Posting", "Entry", "Settlement", "SettlementLine"}
    every = {model.__name__ for model in apps.get_app_config("store").get_models()}
    assert every - {model.__name__ for model in (*MODELS.values(), *store.DERIVED)} == kept
