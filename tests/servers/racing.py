"""A real server on a real database, and calls to it that start in the same moment."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

HERE = Path(__file__).parent
SITE = HERE / "racing_site"
PINFOLD = Path(sys.executable).with_name("pinfold")
SECRET = "the sandbox provider and the server share this"
CUSTOMERS = 500
# Unpaid orders of one customer: the same few hold a seat in each of many rounds.
HOLDS_MAX = 100
CSRF = "x" * 32
START_SECONDS = 60

OK, REFUSED = 200, 409

Answer = tuple[int, Any]


@dataclass(frozen=True)
class Database:
    """A seeded database: its address, the folder of its installation, and the sessions of its customers."""

    url: str
    data_dir: Path
    sessions: list[str]

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.url, self.data_dir)


def environment(url: str, data_dir: Path) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": url,
        "PINFOLD_DATA_DIR": str(data_dir),
        "PINFOLD_SANDBOX_SECRET": SECRET,
        "DJANGO_SETTINGS_MODULE": "race_settings",
        "PYTHONPATH": os.pathsep.join([str(SITE), str(HERE.parent / "flows")]),
    }


@dataclass
class Server:
    """A running `pinfold serve`; one connection for each call, so that calls at once are really at once."""

    database: Database
    guarded: bool = True
    variables: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        given = self.database.environment | self.variables | ({} if self.guarded else {"PINFOLD_TEST_UNGUARDED": "1"})
        log = (self.database.data_dir / "server.log").open("ab")
        command = [PINFOLD, "serve", "--bind", f"127.0.0.1:{self.port}", "--workers", "4" if self.guarded else "2"]
        self.process = subprocess.Popen(command, env=given, stdout=log, stderr=log, start_new_session=True)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if self.call("GET", "/api/regions")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"the server did not answer; see {self.database.data_dir / 'server.log'}")

    def kill(self) -> None:
        """Kills every process of the server at once; none of them gets a chance to finish anything."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)

    def call(self, method: str, path: str, body: object = None, customer: int | None = None) -> tuple[int, Any]:
        """Status and JSON of one call, signed in as a customer if a number is given."""
        headers = {"Content-Type": "application/json"}
        if customer is not None:
            headers |= {"Cookie": f"sessionid={self.database.sessions[customer]}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.status, json.loads(text) if is_json else text


def at_once(*calls: Callable[[], Answer]) -> list[Answer]:
    """The answers to calls that all start in the same moment."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def new_pin(server: Server, seats_min: int, seats_max: int) -> str:
    pin_id = uuid4().hex[:12]
    assert server.call("POST", "/race/pins", {"pin_id": pin_id, "seats_min": seats_min, "seats_max": seats_max})[0] == OK
    return pin_id


def hold(server: Server, pin_id: str, order_id: str, customer: int) -> Answer:
    return server.call("POST", "/api/orders", {"order_id": order_id, "pin_id": pin_id, "seats": 1}, customer)


def left(server: Server, pin_id: str) -> dict[str, Any]:
    """What the tables say about the pin after the race."""
    return server.call("GET", f"/race/pins/{pin_id}")[1]
