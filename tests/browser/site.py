"""A running `pinfold serve` on its own copy of the story's season, whose time the test moves."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PINFOLD = Path(sys.executable).with_name("pinfold")
START_SECONDS = 180


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Site:
    """One installation: its folder, its address, and the language in which its people read."""

    folder: Path
    language: str
    port: int = field(default_factory=free_port)
    cookies: dict[str, list[Any]] = field(default_factory=dict)  # of people who have signed in, by phone number
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        outside = {name: value for name, value in os.environ.items() if name != "DATABASE_URL" and not name.startswith("PINFOLD_")}
        own = {"PINFOLD_DATA_DIR": str(self.folder), "PINFOLD_BIND": f"127.0.0.1:{self.port}", "PINFOLD_WORKERS": "1"}
        return outside | own | {"PINFOLD_SHOW_CODES": "1"}

    def start(self, *command: str | Path) -> None:
        """Runs `pinfold COMMAND` until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "server.log"
        with log.open("ab") as out:
            self.process = subprocess.Popen([PINFOLD, *command], env=self.environment, stdout=out, stderr=out, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.ask("/api/regions")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"pinfold {command[0]} did not answer:\n{log.read_text()[-3000:]}")

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=30)

    def copy(self, folder: Path, language: str) -> Site:
        """The same installation in another folder; this one must have been stopped."""
        shutil.copytree(self.folder, folder)
        return Site(folder, language)

    def ask(self, path: str) -> Any:
        """The API's answer to somebody who has not signed in."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.status == 200, f"{path} answered {answer.status}"
            return json.loads(answer.read())
        finally:
            connection.close()

    def pin(self, share_code: str) -> dict[str, Any]:
        return self.ask(f"/api/pins/{share_code}")

    def command(self, *given: str) -> str:
        """What `pinfold GIVEN...` prints."""
        return subprocess.run([PINFOLD, *given], env=self.environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    def time_is(self, moment: datetime) -> None:
        """Moves the season's clock, as playing a season does."""
        offset_seconds = round((moment - datetime.now(UTC)).total_seconds())
        with sqlite3.connect(self.folder / "pinfold.sqlite3", timeout=30) as rows:
            rows.execute("UPDATE store_season SET clock_offset_seconds = ?", [offset_seconds])
        rows.close()
