"""Chromium, and one server for each language."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import story_season
from playwright.sync_api import Browser, Playwright, sync_playwright

from browser.phone import NewPhone, Phone, browser_options
from browser.site import Site

HERE = Path(__file__).parent
LANGUAGES = ("zh-hans", "en")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.servers)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | browser_options(shutil.which("chromium"))


# pytest-playwright keeps these two for the whole session, with an event loop running in this thread; Django then refuses every later
# test its database. So they end with this folder.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    started = playwright.chromium.launch(**browser_type_launch_args)
    yield started
    started.close()


@pytest.fixture(scope="package")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The story's season, loaded, planned and with open pins, by the command behind `make run`."""
    folder = tmp_path_factory.mktemp("browser")
    site = Site(folder / "opened", "zh-hans")
    site.start("start", story_season.write(folder / "season"))
    site.stop()
    return site


@pytest.fixture(scope="package", params=LANGUAGES)
def site(request: pytest.FixtureRequest, opened: Site) -> Iterator[Site]:
    site = opened.copy(opened.folder.parent / request.param, request.param)
    site.start("serve")
    yield site
    site.stop()


@pytest.fixture
def new_phone(browser: Browser, site: Site) -> Iterator[NewPhone]:
    """Gives a phone to one more person; at the end every phone is closed, and none may have complained."""
    phones: list[Phone] = []

    def make(number: str | None = None, script: bool = True) -> Phone:
        phone = Phone(browser, site, script)
        phones.append(phone)
        return phone.sign_in(number) if number else phone

    yield make
    for phone in phones:
        phone.close()
