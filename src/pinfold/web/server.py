"""Runs the site: gunicorn's workers, and beside them one process that sweeps pins."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from gunicorn.app.base import BaseApplication

from pinfold.settings import settings

SWEEP_SECONDS = 30


class Site(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings instead of a configuration file."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from pinfold.web.wsgi import application

        return application


def serve_forever(bind: str | None = None, workers: int | None = None) -> None:
    """Serves until interrupted. Each worker has a few threads, so that one slow phone does not hold up the others."""
    options = {
        "bind": bind or settings().bind,
        "workers": workers or settings().workers,
        "worker_class": "gthread",
        "threads": 4,
        "timeout": 60,
        "graceful_timeout": 10,
        "control_socket_disable": True,
    }
    # whitenoise serves straight from the installed packages, and complains when the folder for collected files is not there.
    (settings().data_dir / "static").mkdir(parents=True, exist_ok=True)
    # A process of its own: a thread in gunicorn's parent would be copied half-way into every worker that it forks.
    sweeper = subprocess.Popen([sys.executable, "-m", "pinfold.cli", "pins", "sweep", "--every", str(SWEEP_SECONDS)])
    try:
        Site(options).run()
    finally:
        sweeper.terminate()
