"""Events beside real sales: an order is never lost, an event at most with the last batch, and no page waits for either."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from uuid import uuid4

import psycopg
import pytest
from racing import CUSTOMERS, OK, START_SECONDS, Database, Server, hold, left, new_pin

SOME = 30


@pytest.fixture(scope="module")
def slow_to_write(database: Database) -> Iterator[Server]:
    """The negative control: a server whose events wait an hour."""
    server = Server(database, variables={"PINFOLD_EVENT_FLUSH_SECONDS": "3600"})
    server.start()
    try:
        yield server
    finally:
        server.kill()


def buy(server: Server, pin_id: str, customers: range) -> list[str]:
    """Orders of these customers that were acknowledged."""

    def one(customer: int) -> str | None:
        order_id = uuid4().hex
        try:
            status, _ = hold(server, pin_id, order_id, customer)
        except (OSError, HTTPException):
            return None  # the server died before it answered
        return order_id if status == OK else None

    with ThreadPoolExecutor(16) as crowd:
        return [order_id for order_id in crowd.map(one, customers) if order_id]


def joins_kept(server: Server, pin_id: str) -> int:
    return int(server.call("GET", f"/race/events/{pin_id}")[1]["joins"])


def wait_for_joins(server: Server, pin_id: str, joins: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while joins_kept(server, pin_id) < joins:
        assert time.monotonic() < deadline, f"{joins_kept(server, pin_id)} of {joins} joins were written"


def test_kill_9_loses_no_order_and_no_event_that_had_its_second(server: Server) -> None:
    pin_id = new_pin(server, CUSTOMERS, CUSTOMERS)
    first = buy(server, pin_id, range(SOME))
    assert len(first) == SOME
    wait_for_joins(server, pin_id, SOME)
    with ThreadPoolExecutor(1) as more:
        second = more.submit(buy, server, pin_id, range(SOME, CUSTOMERS))
        while left(server, pin_id)["seats_taken"] < 2 * SOME:
            pass  # in the middle of the sale
        server.kill()
    server.start()
    kept = left(server, pin_id)["orders"]
    assert set(first) | set(second.result()) <= set(kept)
    assert SOME <= joins_kept(server, pin_id) <= len(kept)


def test_control_events_that_wait_an_hour_are_lost_and_the_orders_are_there(slow_to_write: Server) -> None:
    pin_id = new_pin(slow_to_write, CUSTOMERS, CUSTOMERS)
    bought = buy(slow_to_write, pin_id, range(SOME))
    slow_to_write.kill()
    slow_to_write.start()
    assert set(bought) == set(left(slow_to_write, pin_id)["orders"])
    assert joins_kept(slow_to_write, pin_id) == 0


def test_a_server_that_is_stopped_writes_what_still_waits(slow_to_write: Server) -> None:
    pin_id = new_pin(slow_to_write, CUSTOMERS, CUSTOMERS)
    bought = buy(slow_to_write, pin_id, range(SOME))
    os.kill(slow_to_write.process.pid, signal.SIGTERM)
    slow_to_write.process.wait(timeout=60)
    slow_to_write.start()
    assert joins_kept(slow_to_write, pin_id) == len(bought) == SOME


def _locked(database: Database) -> tuple[sqlite3.Connection | psycopg.Connection, str]:
    """A connection of somebody else, and the statement with which it lets nobody write events: on SQLite, nobody write anything."""
    if database.url.startswith("sqlite"):
        return sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None), "BEGIN IMMEDIATE"
    return psycopg.connect(database.url, autocommit=True), "BEGIN; LOCK TABLE store_event IN ACCESS EXCLUSIVE MODE"


def test_pages_are_served_while_the_database_takes_no_event(server: Server) -> None:
    pin_id = new_pin(server, 1, CUSTOMERS)
    page = f"/pins/{server.call('GET', f'/api/pins/{pin_id}')[1]['share_code']}/"
    other, lock = _locked(server.database)
    views = f"SELECT count(*) FROM store_event WHERE kind = 'view' AND pin_id = '{pin_id}'"
    try:
        other.execute(lock)
        answers = [server.call("GET", address)[0] for address in ("/", page, page)]
        during = other.execute(views).fetchone()
        other.execute("COMMIT")
        assert answers == [OK, OK, OK]
        assert during == (0,), "nothing could be written meanwhile"
        deadline = time.monotonic() + START_SECONDS
        while other.execute(views).fetchone() != (2,):
            assert time.monotonic() < deadline, "the views were never written"
    finally:
        other.close()
