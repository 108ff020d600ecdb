"""What the database itself refuses, on SQLite and on PostgreSQL, without Pinfold in between."""

from __future__ import annotations

import sqlite3
from uuid import uuid4

import psycopg
import pytest

REFUSED = (sqlite3.IntegrityError, psycopg.errors.IntegrityError, psycopg.errors.IntegrityConstraintViolation)


def enter(books, posting_id: str, account: str, fen: int, currency: str = "CNY") -> None:
    books.execute(
        f"INSERT INTO store_entry (posting_id, account, amount_fen, currency) VALUES ('{posting_id}', '{account}', {fen}, '{currency}')"
    )


def seal(books, posting_id: str, verb: str = "INSERT") -> None:
    books.execute(
        f"{verb} INTO store_posting (posting_id, season, kind, at, why) "
        f"VALUES ('{posting_id}', 2026, 'test', '2026-09-07 00:00:00+00:00', 'a test')"
    )


@pytest.fixture
def posted(books) -> str:
    """A balanced posting that is committed."""
    posting_id = f"posted:{uuid4()}"
    enter(books, posting_id, "provider:cash", 500)
    enter(books, posting_id, "customers:held", -500)
    seal(books, posting_id)
    books.commit()
    return posting_id


def test_a_balanced_posting_is_kept(books, posted):
    rows = books.execute(f"SELECT SUM(amount_fen), COUNT(*) FROM store_entry WHERE posting_id = '{posted}'").fetchall()
    assert [tuple(map(int, row)) for row in rows] == [(0, 2)]


def test_a_posting_off_by_one_fen_is_refused(books):
    enter(books, "off", "provider:cash", 500)
    enter(books, "off", "customers:held", -499)
    with pytest.raises(REFUSED, match="does not balance"):
        seal(books, "off")


def test_a_posting_of_two_currencies_is_refused(books):
    enter(books, "mixed", "provider:cash", 500, "CNY")
    enter(books, "mixed", "customers:held", -500, "EUR")
    with pytest.raises(REFUSED, match="does not balance"):
        seal(books, "mixed")


def test_a_posting_without_entries_is_refused(books):
    with pytest.raises(REFUSED, match="does not balance"):
        seal(books, "empty")


def test_a_posting_of_a_single_entry_is_refused(books):
    enter(books, "single", "provider:cash", 0)
    with pytest.raises(REFUSED, match="does not balance"):
        seal(books, "single")


def test_an_entry_without_its_posting_cannot_be_committed(books):
    enter(books, "orphan", "provider:cash", 500)
    with pytest.raises(REFUSED):
        books.commit()


def test_nothing_is_added_to_a_sealed_posting_even_if_it_would_still_balance(books, posted):
    with pytest.raises(REFUSED, match="sealed"):
        enter(books, posted, "platform", 1)


def test_a_posting_is_not_written_twice(books, posted):
    with pytest.raises(REFUSED):
        seal(books, posted)


@pytest.mark.parametrize("table", ["store_entry", "store_posting"])
def test_nothing_in_the_ledger_is_deleted(books, posted, table):
    with pytest.raises(REFUSED, match="append-only"):
        books.execute(f"DELETE FROM {table} WHERE posting_id = '{posted}'")


@pytest.mark.parametrize("change", ["store_entry SET amount_fen = 0", "store_entry SET account = 'platform'", "store_posting SET why = ''"])
def test_nothing_in_the_ledger_is_changed(books, posted, change):
    with pytest.raises(REFUSED, match="append-only"):
        books.execute(f"UPDATE {change} WHERE posting_id = '{posted}'")


@pytest.mark.parametrize("books", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("table", ["store_entry", "store_posting CASCADE"])
def test_the_ledger_is_not_truncated(books, posted, table):
    with pytest.raises(REFUSED, match="append-only"):
        books.execute(f"TRUNCATE {table}")


@pytest.mark.parametrize("books", ["sqlite"], indirect=True)
def test_sqlite_does_not_replace_a_posting(books, posted):
    with pytest.raises(REFUSED, match="sealed"):
        seal(books, posted, "INSERT OR REPLACE")


@pytest.mark.parametrize("books", ["sqlite"], indirect=True)
def test_sqlite_does_not_replace_an_entry(books, posted):
    (number,) = books.execute(f"SELECT MIN(id) FROM store_entry WHERE posting_id = '{posted}'").fetchone()
    with pytest.raises(REFUSED, match="sealed"):
        books.execute(f"INSERT OR REPLACE INTO store_entry VALUES ({number}, 'platform', 1, 'CNY', 'elsewhere')")


@pytest.mark.parametrize("books", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_an_entry_cannot_slip_in_while_its_posting_is_being_committed(books, postgres_address):
    posting_id = f"race:{uuid4()}"
    enter(books, posting_id, "provider:cash", 500)
    enter(books, posting_id, "customers:held", -500)
    with psycopg.connect(postgres_address) as other:
        other.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            enter(other, posting_id, "platform", 7)
