"""Every page of every role, in both languages: axe finds nothing serious, nothing scrolls sideways, and the browser complains of nothing.

Pages are found as people find them, by following links from the first page of a role; a page that nobody finds fails the test. Run after
test_the_loop.py the pages are full of what happened there; alone they are those of a season that has just opened.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

import story_season
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from browser import buying
from browser.phone import WIDTH_PX, NewPhone, Phone
from browser.site import Site

NUMBERS = {
    "coordinator": story_season.COORDINATORS["lower"],
    "household": story_season.HOUSEHOLDS["H3"],
    "board": story_season.BOARD,
    "merchant": story_season.MERCHANT,
    "packhouse": story_season.PACKHOUSE,
    "officer": story_season.OFFICER,
    "operator": story_season.OPERATOR,
}
SERIOUS = ("serious", "critical")
# The same page with other goods on it is looked at this often, over all roles.
OF_ONE_KIND = 2
# These pages come with the libraries that draw them.
MADE_ELSEWHERE = re.compile("/(api|admin)/")
# Addresses that show no page: buttons, parts of a page, pictures, tables to take away, and ways on to another page.
NO_PAGES = {
    "account_login", "home", "language",
    "shop:progress", "shop:qr", "shop:join", "shop:friends", "shop:mark", "shop:shared", "shop:recording", "shop:own-order", "shop:erase",
    "shop:own-data", "shop:decline",
    "shop:state", "shop:pay", "shop:cancel", "shop:notice",
    "rooms:plan-csv", "rooms:calendar-csv", "rooms:outcomes-csv", "rooms:phone-calendar",
    "rooms:demand-csv", "rooms:demand-outcomes-csv", "rooms:cities-csv",
    "rooms:demand-picture", "rooms:demand-reliability", "rooms:cities-picture",
    "rooms:books-csv", "rooms:incomes-csv", "rooms:export",
    "rooms:reliability-picture", "rooms:calendar-picture", "rooms:lanes-picture", "rooms:picking-picture", "rooms:money-picture",
    "rooms:prices-picture",
    "rooms:count", "rooms:give-back", "rooms:hand-over", "rooms:bid-paid", "rooms:vote", "rooms:dividends", "rooms:withdraw",
    "rooms:accept-short", "rooms:take-back", "rooms:crop-report", "rooms:condition", "rooms:frontier-picture",
    "rooms:dispatch", "rooms:plan-now", "rooms:open-pins", "rooms:settle",
}  # fmt: skip


def test_every_page_can_be_read_by_everybody_on_a_small_phone(site: Site, new_phone: NewPhone) -> None:
    shown: Counter[str] = Counter()
    problems: list[str] = []
    signed_in = (new_phone(number) for number in NUMBERS.values())
    for phone in (new_phone(), about_to_sign_in(new_phone), about_to_pay(site, new_phone), about_to_subscribe(new_phone), *signed_in):
        for name in walk(phone, shown):
            shown[name] += 1
            problems += problems_of(phone)
    assert not problems, "\n".join(problems)
    assert set(shown) >= pages(get_resolver()), "no link leads to the others"


def test_a_page_that_some_cannot_read_would_be_found(new_phone: NewPhone) -> None:
    phone = new_phone()
    assert problems_of(phone) == []
    pieces = "<img src='/static/pinfold/mark.svg'>" + f"<pre>{'a line that does not break ' * 5}</pre>"
    phone.page.get_by_role("main").evaluate("(main, html) => main.insertAdjacentHTML('beforeend', html)", pieces)
    nothing_said, too_wide = problems_of(phone)
    assert "critical" in nothing_said
    assert "scrolls sideways" in too_wide


def about_to_sign_in(new_phone: NewPhone) -> Phone:
    """Somebody who has asked for a code and not entered it."""
    phone = new_phone()
    phone.follow("Sign in")
    phone.fill("Phone number", story_season.BUYERS["customer-7"])
    phone.press("Send me the code")
    phone.sees("Enter the code")
    return phone


def about_to_pay(site: Site, new_phone: NewPhone) -> Phone:
    """A customer before the practice payment."""
    phone = new_phone(story_season.BUYERS["customer-8"])
    pin = max(site.ask("/api/pins")["items"], key=lambda pin: (pin["closes_at"], pin["pin_id"]))
    buying.join(phone, pin, 1)
    phone.press("Pay by phone (practice money)")
    phone.sees("Practice payment")
    return phone


def about_to_subscribe(new_phone: NewPhone) -> Phone:
    """A coordinator who has just made an address for the phone's own calendar, which is shown this once."""
    phone = new_phone(NUMBERS["coordinator"])
    phone.follow("See the picking weeks in my phone's calendar")
    phone.press("Make an address")
    phone.sees("Your address")
    return phone


def walk(phone: Phone, shown: Counter[str]) -> Iterator[str]:
    """Shows this page and all to which links lead from here and from the pages that few people look for; yields the name of each."""
    waiting = [phone.page.url, *(phone.site.address + path for path in ("/me/", "/", "/sign-out/", "/sign-in/closed/"))]
    seen: set[str] = set()
    while waiting:
        address = urldefrag(waiting.pop(0)).url
        if address in seen or shown[name_of(address)] >= OF_ONE_KIND or name_of(address) in NO_PAGES - {"home"}:
            continue
        seen.add(address)
        if phone.page.url != address:
            phone.open(address)
        yield name_of(phone.page.url)
        links = phone.page.get_by_role("link").evaluate_all("links => links.map(link => link.href)")
        waiting += [link for link in links if link.startswith(phone.site.address) and not MADE_ELSEWHERE.match(urlsplit(link).path)]


def problems_of(phone: Phone) -> list[str]:
    """What is wrong with the page that the phone shows: serious findings of axe with what to do and where, and too great a width."""
    page = phone.page
    problems = [
        f"{page.url} {each['impact']}: {each['help']} ({each['helpUrl']}) at {node['target']}: {node['html'][:160]}"
        for each in Axe().run(page).response["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"][:3]
    ]
    if (wide_px := phone.wide_px()) > WIDTH_PX:
        problems.append(f"{page.url} is {wide_px} px wide; a phone shows {WIDTH_PX}, so it scrolls sideways")
    return problems


def name_of(address: str) -> str:
    return resolve(urlsplit(address).path).view_name


def pages(found: URLResolver, space: str = "") -> set[str]:
    """The names of all addresses that show a page of ours; the API and the admin tables have pages of their makers."""
    names: set[str] = set()
    for each in found.url_patterns:
        if isinstance(each, URLPattern):
            names.add(f"{space}{each.name}")
        elif each.namespace not in ("api", "admin"):
            names |= pages(each, f"{each.namespace}:" if each.namespace else space)
    return names - NO_PAGES
