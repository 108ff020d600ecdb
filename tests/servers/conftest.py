"""Real databases and real servers: a PostgreSQL cluster of our own, an SQLite file, and `pinfold serve` with four workers on each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from racing import CUSTOMERS, HERE, HOLDS_MAX, SECRET, SITE, Database, Server, environment

from pinfold.outside.payments import sandbox
from pinfold.settings import settings

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")
# Not tests: what the servers run.
collect_ignore = ["racing_site"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.servers)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a PostgreSQL 15 server that listens on a socket in a folder of its own; it syncs to disk like one in service."""
    folder = Path("/tmp") / f"pinfold-race-{os.getpid()}"  # a socket's path must be short
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([*as_postgres, POSTGRES_BIN / "initdb", "-D", folder / "data", "-U", "pinfold", "-A", "trust", "--no-sync"], **quiet)
    control = [*as_postgres, POSTGRES_BIN / "pg_ctl", "-D", folder / "data", "-w"]
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=60"
    subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], **quiet)
    try:
        yield f"postgresql://pinfold@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
        subprocess.run(["rm", "-r", folder], check=True)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Database:
    data_dir = tmp_path_factory.mktemp(request.param)
    url = request.getfixturevalue("postgres") if request.param == "postgres" else f"sqlite:///{data_dir / 'race.sqlite3'}"
    seeded = subprocess.run(
        [sys.executable, SITE / "seed.py", str(CUSTOMERS), str(HOLDS_MAX)],
        env=environment(url, data_dir),
        check=True,
        stdout=subprocess.PIPE,
    )
    return Database(url, data_dir, json.loads(seeded.stdout))


@pytest.fixture(scope="session")
def server(database: Database) -> Iterator[Server]:
    yield from _running(Server(database))


@pytest.fixture(scope="session")
def unguarded(database: Database) -> Iterator[Server]:
    """The same server with read-then-write in place of the conditional statements, and without transactions."""
    yield from _running(Server(database, guarded=False))


def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture(autouse=True)
def one_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests sign notices as the sandbox provider of the servers does."""
    shared = replace(settings(), given_sandbox_secret=SECRET)
    monkeypatch.setattr(sandbox, "settings", lambda: shared)
