"""Runs the site: gunicorn's workers, and one thread that sweeps pins every minute."""

from __future__ import annotations

import logging
import threading
from typing import Any

from gunicorn.app.base import BaseApplication

from pinfold.basics.errors import PinfoldError
from pinfold.flows import clock
from pinfold.flows.pins import sweep
from pinfold.settings import settings

SWEEP_SECONDS = 60.0


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


def _sweep_until(stopped: threading.Event) -> None:
    from django.db import connection

    while not stopped.wait(SWEEP_SECONDS):
        try:
            sweep(clock.now())
        except PinfoldError:
            # No season yet, or one pin that cannot close: the next minute tries again, the log says why.
            logging.getLogger(__name__).exception("sweep failed")
        finally:
            connection.close()


def serve_forever(bind: str | None = None, workers: int | None = None) -> None:
    """Serves until interrupted. Each worker has a few threads, so that one slow phone does not hold up the others."""
    stopped = threading.Event()

    def when_ready(_: Any) -> None:
        # Only the parent process sweeps; workers come and go.
        threading.Thread(target=_sweep_until, args=(stopped,), daemon=True, name="sweep").start()

    options = {
        "bind": bind or settings().bind,
        "workers": workers or settings().workers,
        "worker_class": "gthread",
        "threads": 4,
        "timeout": 60,
        "graceful_timeout": 10,
        "when_ready": when_ready,
    }
    Site(options).run()
    stopped.set()
