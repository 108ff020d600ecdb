"""An empty, migrated database of each kind, spoken to directly: the triggers must hold whoever writes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")


def migrate(url: str, data_dir: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "-v", "0"],
        env=os.environ | {"DATABASE_URL": url, "PINFOLD_DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "pinfold.web.django_settings"},
        check=True,
    )


@pytest.fixture(scope="session")
def sqlite_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledger")
    migrate(f"sqlite:///{folder / 'books.sqlite3'}", folder)
    return folder / "books.sqlite3"


@pytest.fixture(scope="session")
def postgres_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a migrated database in a cluster of its own, reached through a socket; skipped where PostgreSQL 15 is not installed."""
    if not POSTGRES_BIN.exists():
        pytest.skip("PostgreSQL 15 is not installed")
    folder = Path("/tmp") / f"pinfold-ledger-{os.getpid()}"  # a socket's path must be short
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    cluster = folder / "cluster"
    control = [*as_postgres, POSTGRES_BIN / "pg_ctl", "-D", cluster, "-w"]
    quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([*as_postgres, POSTGRES_BIN / "initdb", "-D", cluster, "-U", "pinfold", "-A", "trust", "--no-sync"], **quiet)
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], **quiet)
    try:
        migrate(f"postgresql://pinfold@/postgres?host={folder}", tmp_path_factory.mktemp("postgres"))
        yield f"host={folder} user=pinfold dbname=postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
        subprocess.run(["rm", "-r", folder], check=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def books(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A connection with the ledger's tables; what a test did not commit is rolled back."""
    if request.param == "sqlite":
        connection: Any = sqlite3.connect(request.getfixturevalue("sqlite_path"))
        connection.execute("PRAGMA foreign_keys = ON")  # as Django sets on every connection
    else:
        connection = psycopg.connect(request.getfixturevalue("postgres_address"))
    yield connection
    connection.rollback()
    connection.close()
