"""One person's phone: a browser 390 px wide that signs in, reads and presses what people read and press."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect

from browser.site import Site
from browser.words import Words

WIDTH_PX, HEIGHT_PX = 390, 844
WAIT_MS = 20_000  # for a slow machine; nothing on the site takes so long
CODE = re.compile(r"\b\d{6}\b")
expect.set_options(timeout=WAIT_MS)


class Phone:
    """`complaints` holds every script error, refused content and failed request that the browser told of."""

    def __init__(self, browser: Browser, site: Site, script: bool = True) -> None:
        self.site, self.say = site, Words(site.language)
        self.context = browser.new_context(
            base_url=site.address,
            viewport={"width": WIDTH_PX, "height": HEIGHT_PX},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
        )
        self.context.set_default_timeout(WAIT_MS)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._look)
        self.open("/")
        if site.language == "en":
            self.page.get_by_role("button", name="English").click()

    def open(self, path: str) -> Response | None:
        return self.page.goto(path)

    def sign_in(self, number: str) -> Phone:
        """By phone number and code, through the pages; the second time by the session that the first one left."""
        if number in self.site.cookies:
            self.context.add_cookies(self.site.cookies[number])
            self.open("/me/")
            return self
        self.follow("Sign in")
        self.fill("Phone number", number)
        self.press("Send me the code")
        shown = self.page.get_by_text(self.say("Example season: no message is sent. The code is")).inner_text()
        self.fill("Code", CODE.findall(shown)[0])
        self.press("Sign in")
        expect(self.page.get_by_role("button", name=self.say("Sign out"))).to_be_visible()
        self.site.cookies[number] = [cookie for cookie in self.context.cookies() if cookie["name"] != "django_language"]
        return self

    def press(self, text: str, **values: object) -> None:
        self.page.get_by_role("button", name=self.say(text, **values), exact=True).first.click()

    def follow(self, text: str, **values: object) -> None:
        self.page.get_by_role("link", name=self.say(text, **values), exact=True).first.click()

    def fill(self, label: str, value: str) -> None:
        self._field(label).fill(value)

    def choose(self, label: str, value: str) -> None:
        self._field(label).select_option(value)

    def tick(self, label: str) -> None:
        self._field(label).check()

    def _field(self, label: str) -> Locator:
        """The first field of that label: a page may have more than one form."""
        return self.page.get_by_label(self.say(label), exact=True).first

    def sees(self, text: str, **values: object) -> None:
        """A text of the site is on the page; values that are not given may be anything."""
        expect(self.page.get_by_role("main")).to_contain_text(self.say.pattern(text, **values))

    def sees_state(self, label: str) -> None:
        """An order's state, which may change by itself while it is looked at."""
        expect(self.page.get_by_role("status").filter(has_text=self.say(label))).to_be_visible()

    def wide_px(self) -> int:
        """How wide the page is; more than the phone makes it scroll sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def close(self) -> None:
        self.context.close()
        assert self.complaints == [], "the browser complained"

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _look(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.url} answered {response.status}")


NewPhone = Callable[..., Phone]


def browser_options(chromium: str | None) -> dict[str, Any]:
    """How to start the Chromium of the machine so that it asks nobody for anything."""
    quiet = ("background-networking", "component-update", "sync", "quic")
    return {
        "executable_path": chromium,
        "args": ["--no-sandbox", "--disable-gpu", "--no-first-run", *(f"--disable-{each}" for each in quiet)],
    }
