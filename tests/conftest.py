"""What every test may use, and the rule that nothing is skipped silently."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")
NEEDS = {
    "postgres": ((POSTGRES_BIN / "initdb").exists(), "PostgreSQL 15 (Debian package postgresql-15)"),
    "browser": (shutil.which("chromium") is not None, "Chromium (Debian package chromium)"),
}


def pytest_configure() -> None:
    from pinfold.settings import settings

    # Lists of pins follow what a test has just written; tests/servers and tests/browser serve them as they are served.
    os.environ["PINFOLD_OFFERS_SECONDS"] = "0"
    settings.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker, (present, what) in NEEDS.items():
            if marker in item.keywords and not present:
                item.add_marker(pytest.mark.skip(reason=f"needs {what}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("skipped, so not shown by this run")
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
