"""The whole loop through the pages, as in tests/test_story.py: what each person sees and presses, from a field report to a paid grower."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import story_season

from browser import buying
from browser.phone import NewPhone, Phone
from browser.site import Site
from pinfold.web.templatetags.pinfold import percent, yuan

TUESDAY = datetime(2026, 9, 8, 1, tzinfo=UTC)  # nine in the morning in Yunnan
A_NEW_NUMBER = "13911112222"


@dataclass
class Buyer:
    """A customer with an order on the phone."""

    phone: Phone
    order_id: str
    seats: int


def test_from_a_field_report_to_a_paid_grower(site: Site, new_phone: NewPhone) -> None:
    site.time_is(TUESDAY)
    coordinator = new_phone(story_season.COORDINATORS["upper"])
    report_ripe_fruit(coordinator)
    plan_again(new_phone(story_season.OPERATOR))

    # Two pins for the same week: one finds enough members, the other does not.
    filling, failing = two_pins(site)
    buyers = buy(filling, coordinator, new_phone)
    lonely = Buyer(new_phone(story_season.BUYERS["customer-4"]), "", 1)
    lonely.order_id = buying.join(lonely.phone, failing, 1)
    buying.pay_in_cash(lonely.phone, coordinator, lonely.order_id, buying.asked_fen(failing, 1))

    site.time_is(datetime.fromisoformat(filling["closes_at"]) + timedelta(minutes=1))
    site.command("pins", "sweep")
    price_fen = site.pin(filling["share_code"])["price_fen"]
    for buyer in buyers:
        buyer.phone.follow("My orders")
        buyer.phone.sees("The pin is full and will be picked for you.")
    lonely.phone.follow("My orders")
    lonely.phone.sees("Too few joined in time.")
    give_back(coordinator, lonely, buying.asked_fen(failing, 1))

    # Harvest: ten per cent less is picked than was sold.
    source = site.pin(filling["share_code"])["sources"][0]
    site.time_is(wednesday_of(source["ready_week"]))
    sold_kg = sum(buyer.seats for buyer in buyers) * filling["pack_kg"]
    growers = weigh(new_phone(story_season.COORDINATORS[source["village"]["id"]]), 0.9 * sold_kg, filling["grade"])

    # Dispatch: whole packs go out, first come first served, and the rest is refunded.
    site.time_is(wednesday_of(filling["week"]))
    dispatch(new_phone(story_season.PACKHOUSE))
    seats_kept = int(0.9 * sold_kg * source["kept"] / filling["pack_kg"])
    see_who_is_served(buyers, seats_kept, price_fen)

    settle(new_phone(story_season.OPERATOR), filling["week"])
    hand_over(new_phone(story_season.COORDINATORS[source["village"]["id"]]))
    paid_fen = sum(money_line_by_line(new_phone(story_season.HOUSEHOLDS[grower])) for grower in growers)
    assert filling["floor_fen"] * seats_kept <= paid_fen < price_fen * seats_kept
    see_the_impact(new_phone(story_season.OFFICER), paid_fen / (price_fen * seats_kept))


def wednesday_of(week: int) -> datetime:
    """Noon of the Wednesday of a week of the season, in Yunnan."""
    day = story_season.STARTS_ON + timedelta(weeks=week, days=2)
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def two_pins(site: Site) -> list[dict[str, Any]]:
    """The two largest pins of the first week in which any is delivered."""
    pins = site.ask("/api/pins")["items"]
    first = min(pin["week"] for pin in pins)
    return sorted((pin for pin in pins if pin["week"] == first), key=lambda pin: (-pin["seats_max"], pin["pin_id"]))[:2]


def report_ripe_fruit(coordinator: Phone) -> None:
    coordinator.follow("Reports")
    coordinator.choose("Plot", "plot-1")
    coordinator.choose("What was seen", "ripe")
    coordinator.fill("Day on which it was seen", "2026-09-07")
    coordinator.tick("sure: seen and counted")
    coordinator.press("Keep the report")
    coordinator.sees("Kept: %(stage)s on plot %(plot)s. The next forecast uses it.", stage=coordinator.say("ripe"), plot="plot-1")


def plan_again(operator: Phone) -> None:
    operator.press("Forecast and plan now")
    operator.sees("Planned: %(n)d shipments, worth %(worth)s, at most %(gap)s below the best possible.")
    operator.press("Open the pins that are due")
    operator.sees("Opened: %(n)d pins.")


def buy(pin: dict[str, Any], coordinator: Phone, new_phone: NewPhone) -> list[Buyer]:
    """Two more seats than are needed to fill it: the first buyer pays by phone, the others in cash, the last of them new here."""
    first = Buyer(new_phone(story_season.BUYERS["customer-1"]), "", pin["seats_min"] - 1)
    first.phone.choose("Region", pin["region"]["id"])
    first.phone.press("Show")
    first.phone.page.locator(f"a[href^='/pins/{pin['share_code']}/']").click()
    first.order_id = buying.join(first.phone, pin, first.seats)
    buying.pay_by_phone(first.phone)

    second = Buyer(new_phone(story_season.BUYERS["customer-2"]), "", 1)
    third = Buyer(new_phone(A_NEW_NUMBER), "", 2)
    third.phone.page.get_by_label(pin["region"]["name" if third.phone.say.language == "en" else "name_zh"]).check()
    third.phone.press("Keep this region")
    for buyer in (second, third):
        buyer.order_id = buying.join(buyer.phone, pin, buyer.seats)
        buying.pay_in_cash(buyer.phone, coordinator, buyer.order_id, buying.asked_fen(pin, buyer.seats))
    return [first, second, third]


def give_back(coordinator: Phone, buyer: Buyer, fen: int) -> None:
    """What was paid in cash comes back in cash, and both see it."""
    buyer.phone.sees("Your coordinator gives you %(sum)s back in cash.", sum=yuan(fen))
    coordinator.follow("Cash")
    refund = coordinator.page.get_by_role("listitem").filter(has_text=buyer.order_id)
    refund.get_by_text(coordinator.say("Give back")).click()
    refund.get_by_role("button", name=coordinator.say("The customer has %(sum)s in hand", sum=yuan(fen))).click()
    coordinator.sees("Given back: %(sum)s.", sum=yuan(fen))
    buyer.phone.follow("My orders")
    buyer.phone.sees("%(sum)s were given back to you in cash on %(day)s.", sum=yuan(fen))


def weigh(coordinator: Phone, kg: float, grade: int) -> list[str]:
    """Half of it from each of the first two plots of the week's picking; their households come back."""
    growers = []
    for number in range(2):
        coordinator.follow("This week")
        row = coordinator.page.get_by_role("table").first.get_by_role("row").nth(1 + number)
        plot = row.get_by_role("link", name=re.compile(r"^plot-")).inner_text()
        growers.append(re.findall(r"\bH\d+\b", row.inner_text())[0])
        row.get_by_role("link", name=plot).click()
        coordinator.fill("Weight", f"{kg / 2:.3f}")
        coordinator.choose("Grade", str(grade))
        coordinator.press("Count this weighing")
        coordinator.sees("Counted: %(kg)s from plot %(plot)s.", plot=plot)
    return list(dict.fromkeys(growers))


def dispatch(packhouse: Phone) -> None:
    packhouse.press("Everything is weighed: send this week's goods")
    packhouse.sees("Sent: %(pins)d pins, %(orders)d orders, %(kg)s. %(back)s went back because less was picked.", pins=1, orders=3)


def see_who_is_served(buyers: list[Buyer], seats_kept: int, price_fen: int) -> None:
    """Who came first is served first; the last one is told what came back."""
    left = seats_kept
    for buyer in buyers:
        kept, left = min(buyer.seats, left), max(0, left - buyer.seats)
        buyer.phone.follow("My orders")
        if kept == buyer.seats:
            buyer.phone.sees("Your packs have left the hub.")
        else:
            buyer.phone.sees("The harvest fell short: %(kept)d of your %(seats)d packs are on their way.", kept=kept)
            buyer.phone.sees("Your coordinator gives you %(sum)s back in cash.", sum=yuan(price_fen * (buyer.seats - kept)))
    assert kept < buyers[-1].seats, "the harvest fell short"


def settle(operator: Phone, week: int) -> None:
    operator.choose("Week", str(week))
    operator.press("Settle this week")
    operator.sees("Settled: %(sum)s for %(n)d households.")


def hand_over(coordinator: Phone) -> None:
    """Every household of the village that waits gets its money."""
    coordinator.follow("Cash")
    while (button := coordinator.page.get_by_role("button", name=coordinator.say.pattern("They have %(sum)s in hand"))).count():
        button.first.click()
        coordinator.sees("Handed over: %(sum)s to household %(household)s.")


def money_line_by_line(household: Phone) -> int:
    """The household reads what it was paid and why; the fen come back."""
    household.sees("Everything that was settled has been handed over.")
    household.sees("handed over %(on)s")
    told = household.page.get_by_text(household.say.pattern("You were paid %(sum)s this season.")).inner_text()
    yuan_paid = re.findall(r"¥([\d,]+\.\d\d)", told)[-1]
    return int(yuan_paid.replace(",", "").replace(".", ""))


def see_the_impact(officer: Phone, growers_share: float) -> None:
    officer.follow("What it brings")
    said = "Until %(on)s, %(share)s of what customers and merchants paid went to the growers."
    officer.sees(said, share=percent(growers_share))
