"""`make pictures`: plays some weeks of the example season and writes what its people see on their phones to docs/pictures.

    python scripts/take_pictures.py [FOLDER OF A PLAYED INSTALLATION [NAME ...]]

Without a folder the season is played afresh, which takes some minutes; with names only those pictures are taken.
"""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import django
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SEASON = ROOT / "examples" / "baoshan"
PICTURES = ROOT / "docs" / "pictures"
PLAYED_UNTIL = "2026-10-14"
HEIGHT_PX_MAX = 1300

sys.path.insert(0, str(ROOT / "tests"))  # the browser tests know how to run a site and hold a phone
from browser.phone import WIDTH_PX, Phone, browser_options  # noqa: E402
from browser.site import Site  # noqa: E402

BOTH, CHINESE, ENGLISH = ("zh-hans", "en"), ("zh-hans",), ("en",)


@dataclass(frozen=True)
class Picture:
    """What the first person of a role sees at `path`; with `then`, after following the first link whose address contains it."""

    name: str
    role: str | None
    path: str
    languages: tuple[str, ...] = CHINESE
    then: str = ""


PLAN = (
    Picture("list", None, "/?region=R03", BOTH),
    Picture("pin", None, "/?product=mango", BOTH, then="/pins/"),
    Picture("orders", "customer", "/orders/", BOTH),
    Picture("household", "household", "/household/", BOTH),
    Picture("village", "coordinator", "/village/"),
    Picture("reports", "coordinator", "/village/reports/"),
    Picture("cash", "coordinator", "/village/money/"),
    Picture("calendar", "merchant", "/calendar/?crop=coffee", BOTH),
    Picture("outcomes", "board", "/outcomes/", BOTH),
    Picture("plan", "board", "/plan/", BOTH),
    Picture("bids", "board", "/cooperative/"),
    Picture("short-pins", "board", "/cooperative/pins/", BOTH),
    Picture("cities", "board", "/cooperative/demand/", BOTH),
    Picture("members", "board", "/cooperative/members/"),
    Picture("merchant", "merchant", "/merchant/"),
    Picture("packhouse", "packhouse", "/packhouse/"),
    Picture("impact", "officer", "/impact/", BOTH),
    Picture("incomes", "officer", "/incomes/"),
    Picture("operator", "operator", "/operator/", ENGLISH),
    Picture("demand", "operator", "/demand/", ENGLISH),
)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "pinfold.web.django_settings"  # the words of the pages come from its catalogues
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["PINFOLD_DATA_DIR"] = temporary
        django.setup()
        site = Site(Path(temporary) / "site", "zh-hans")
        if sys.argv[1:]:
            shutil.copytree(sys.argv[1], site.folder)
        else:
            play(site)
        site.start("serve")
        try:
            with sync_playwright() as playwright:
                take_all(playwright.chromium.launch(**browser_options(shutil.which("chromium"))), site)
        finally:
            site.stop()


def play(site: Site) -> None:
    """Opens the example season as `make run` does, and plays it until PLAYED_UNTIL."""
    print(f"pinfold start {SEASON.name}", flush=True)
    site.start("start", SEASON)
    site.stop()
    print(f"pinfold advance --to {PLAYED_UNTIL}", flush=True)
    site.command("advance", "--to", PLAYED_UNTIL)


def take_all(browser: Browser, site: Site) -> None:
    with (SEASON / "people.csv").open(encoding="utf-8") as people:
        numbers = {row["role"]: row["phone"] for row in reversed(list(csv.DictReader(people)))}
    PICTURES.mkdir(exist_ok=True)
    wanted = set(sys.argv[2:]) or {picture.name for picture in PLAN}
    for language, picture in product(BOTH, PLAN):
        if language in picture.languages and picture.name in wanted:
            site.language = language
            phone = Phone(browser, site)
            if picture.role:
                phone.sign_in(numbers[picture.role])
            take(phone, picture, PICTURES / f"{picture.name}.{language}.png")
            phone.close()


def take(phone: Phone, picture: Picture, path: Path) -> None:
    phone.open(picture.path)
    if picture.then:
        phone.page.locator(f"a[href*='{picture.then}']").first.click()
    phone.page.wait_for_load_state("networkidle")
    height_px = min(HEIGHT_PX_MAX, int(phone.page.evaluate("document.documentElement.scrollHeight")))
    clip = {"x": 0, "y": 0, "width": WIDTH_PX, "height": height_px}
    size = len(phone.page.screenshot(path=path, full_page=True, clip=clip))
    print(f"{path.relative_to(ROOT)}: {WIDTH_PX} x {height_px} px, {size / 1000:.0f} KB", flush=True)


if __name__ == "__main__":
    main()
