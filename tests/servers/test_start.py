"""What `make run` runs: one command from a season folder to a site that answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import story_season

ANSWER_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_started_season_serves_pages_that_compute(tmp_path: Path) -> None:
    """Forecasting and planning start threads; workers forked from that process would wait for them forever."""
    folder, bind = story_season.write(tmp_path / "season"), f"127.0.0.1:{free_port()}"
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "PINFOLD_DATA_DIR": str(tmp_path / "var"),
        "PINFOLD_BIND": bind,
        "PINFOLD_SHOW_CODES": "1",
    }
    pinfold = str(Path(sys.executable).with_name("pinfold"))
    with (tmp_path / "log").open("w") as log:
        started = subprocess.Popen([pinfold, "start", str(folder)], env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        with httpx.Client(base_url=f"http://{bind}", timeout=ANSWER_SECONDS) as visitor:
            pages = {path: _patient_get(visitor, path, started).status_code for path in ("/", "/impact/", "/api/plan")}
    finally:
        started.terminate()
        started.wait()
    assert pages == {"/": 200, "/impact/": 200, "/api/plan": 200}
    said = (tmp_path / "log").read_text()
    assert "Opened" in said
    assert "13900000001" in said, "whom to sign in as"


def _patient_get(visitor: httpx.Client, path: str, started: subprocess.Popen[bytes]) -> httpx.Response:
    """The answer, once there is a server; a server that took the request must also answer it."""
    while True:
        try:
            return visitor.get(path)
        except httpx.ConnectError:
            assert started.poll() is None, "the command ended before it served"
            time.sleep(0.2)
