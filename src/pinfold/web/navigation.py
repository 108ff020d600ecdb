"""What each role finds at the top of every page. The first address of a role is its home; add a line for a new page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pinfold.web.roles import Role


@dataclass(frozen=True)
class Link:
    label: str | Promise
    to: str  # name of a URL pattern without arguments


SHOP = Link(_("Ripe soon"), "shop:list")
CALENDAR = Link(_("Calendar"), "rooms:calendar")
PLAN = Link(_("Plan"), "rooms:plan")
IMPACT = Link(_("What it brings"), "rooms:impact")

STRANGER: tuple[Link, ...] = (SHOP, IMPACT)
BY_ROLE: dict[str, tuple[Link, ...]] = {
    Role.CUSTOMER: (SHOP, Link(_("My orders"), "shop:orders"), IMPACT),
    Role.HOUSEHOLD: (Link(_("My plots and money"), "rooms:household"), SHOP),
    Role.COORDINATOR: (
        Link(_("This week"), "rooms:village"),
        Link(_("Reports"), "rooms:reports"),
        Link(_("Weigh"), "rooms:weighings"),
        Link(_("Cash"), "rooms:money"),
        CALENDAR,
        PLAN,
        SHOP,
    ),
    Role.BOARD: (
        Link(_("Bids"), "rooms:bids"),
        Link(_("Pins"), "rooms:short-pins"),
        Link(_("Wanted"), "rooms:cities"),
        Link(_("Members"), "rooms:members"),
        Link(_("Books"), "rooms:books"),
        Link(_("Incomes"), "rooms:incomes"),
        CALENDAR,
        PLAN,
        IMPACT,
        SHOP,
    ),
    Role.MERCHANT: (Link(_("Lots and my bids"), "rooms:merchant"), CALENDAR, SHOP),
    Role.PACKHOUSE: (Link(_("Pack house"), "rooms:packhouse"), CALENDAR, PLAN, SHOP),
    Role.OFFICER: (Link(_("Incomes"), "rooms:incomes"), IMPACT, CALENDAR, PLAN, SHOP),
    Role.OPERATOR: (Link(_("Season"), "rooms:operator"), Link(_("Demand"), "rooms:demand"), CALENDAR, PLAN, IMPACT, SHOP),
}


def links_for(role: str | None) -> tuple[Link, ...]:
    """The links of a role, or of somebody who has not signed in."""
    return BY_ROLE[role] if role else STRANGER
