"""Plays what happens in an example season, day by day, through the same flows that people use.

What is still to happen stands in the season folder's later/. Of it, each day sees only its own rows: reports that arrive, crop that is
weighed, customers who come. What those customers then do is decided in replay/shopper.py by what is on the list at that minute.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from pathlib import Path

import polars as pl

from pinfold.basics.errors import InputError, SoldOut, TooMany
from pinfold.basics.progress import Progress, silent
from pinfold.basics.rules import read_rules
from pinfold.basics.weeks import week_index
from pinfold.fields.crop_reports import CropReport
from pinfold.fields.words import LOSSES
from pinfold.flows import clock, coop, events, harvest, join, pay, pins
from pinfold.flows.field import report_crop, report_stage
from pinfold.flows.plan import forecast_and_plan
from pinfold.flows.refunds import hand_back
from pinfold.flows.settle import pay_out, settle
from pinfold.outside.folder import read_tables
from pinfold.outside.folder.tables import LATER, LATER_TABLES
from pinfold.outside.payments import sandbox
from pinfold.pin.rules import PinRules
from pinfold.replay.rules import ReplayRules
from pinfold.replay.shopper import Visit, join_which, pay_how, visits_of_day
from pinfold.settings import settings
from pinfold.store import played
from pinfold.store.market import purchases_so_far
from pinfold.store.reads.village import cash_to_give_back
from pinfold.store.season import current_season, set_clock, settings_given
from pinfold.store.tables import write_table
from pinfold.store.transaction import atomic

# Minutes of the growers' day.
PLANNING, REPORTING, WEIGHING, CLOSING, DISPATCHING, DAY_ENDS = 5 * 60, 7 * 60, 18 * 60, 20 * 60 + 1, 21 * 60, 23 * 60 + 50
SWEEP_EVERY = 120
COUNTING, LATE_BY = 10, 60
MONDAY, SUNDAY = 0, 6


@dataclass
class Played:
    """What happened on the days that were played.

    visits : customers who came; joined : of them, those who held seats; unserved : those who found nothing to join
    """

    played_until: date | None = None
    days: int = 0
    reports: int = 0
    crop_reports: int = 0
    weighings: int = 0
    visits: int = 0
    joined: int = 0
    unserved: int = 0
    paid: int = 0
    pins_opened: int = 0
    pins_filled: int = 0
    pins_expired: int = 0
    bids_chosen: int = 0


def advance(until: date, progress: Progress = silent) -> Played:
    """Plays every day that was not played yet up to `until`, and leaves the season's clock in the evening of that day.

    A day is played wholly or not at all: stopped in the middle, it is played again from its morning.
    Raises InputError when the season has no later/ or `until` lies after its last day.
    """
    season = current_season()
    last = season.starts_on + timedelta(weeks=season.weeks) - timedelta(days=1)
    if until > last:
        raise InputError(f"season {season.number} ends on {last}; give a day until then, not {until}")
    first = season.played_until + timedelta(days=1) if season.played_until else season.starts_on
    days = [first + timedelta(days=n) for n in range((until - first).days + 1)]
    done = Played(played_until=season.played_until)
    if not days:
        return done
    world = World(_read_later(Path(season.folder)), read_rules(ReplayRules, "replay", settings_given()), done)
    for number, day in enumerate(days):
        progress("Playing the season", number, len(days))
        if day.weekday() == MONDAY:
            _plan_the_week(day, done)
        with atomic():
            Day(day, world).play()
            now = _at(day, DAY_ENDS)
            set_clock(day, round((now - datetime.now(UTC)).total_seconds()))
        events.recorder().flush()
        done.played_until, done.days = day, number + 1
        done.pins_filled, done.pins_expired = played.closed_pins(_at(first, 0), now)
    progress("Playing the season", len(days), len(days))
    return done


def _plan_the_week(day: date, done: Played) -> None:
    """Forecasts, plans and opens pins with what is known on Monday morning. It may take seconds, so no transaction is held meanwhile."""
    now = _at(day, PLANNING)
    if not played.is_planned(day):
        forecast_and_plan(now)
    done.pins_opened += pins.open_pins(now)


def _read_later(folder: Path) -> dict[str, pl.DataFrame]:
    if not (folder / LATER).is_dir():
        raise InputError(f"season folder {folder} has no later/, so there is nothing to play; load an example season, or let people use it")
    later = read_tables(folder / LATER, (), optional=LATER_TABLES)
    return later | {name: _whole_reports(later[name]) for name in ("stages", "crop_reports") if name in later}


def _whole_reports(told: pl.DataFrame) -> pl.DataFrame:
    """A report that does not say so was written on the day itself, by somebody who was sure."""
    usual = {"reported_on": pl.col("on"), "reported_by": pl.lit(""), "certainty": pl.lit(1.0)}
    return told.with_columns(
        pl.coalesce(pl.col(name) if name in told.columns else pl.lit(None), value).alias(name) for name, value in usual.items()
    )


def _at(day: date, minute: int) -> datetime:
    """A minute of the growers' day, in UTC."""
    return datetime.combine(day, time(), tzinfo=clock.HOME).astimezone(UTC) + timedelta(minutes=minute)


@dataclass
class World:
    """What the days share: the later tables, the customers' habits, and what was played so far."""

    later: dict[str, pl.DataFrame]
    rules: ReplayRules
    done: Played
    habits: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    counted_by: str = field(default_factory=played.coordinator)
    pin_rules: PinRules = field(default_factory=pins.pin_rules)

    def __post_init__(self) -> None:
        for customer, product, times in purchases_so_far().group_by("customer_id", "product_id").len().iter_rows():
            self.habits[customer][product] = times

    def habit(self, customer_id: str) -> list[str]:
        """What the customer has bought before, most often first."""
        return sorted(self.habits[customer_id], key=lambda product: (-self.habits[customer_id][product], product))

    def rows(self, table: str, column: str, day: date) -> pl.DataFrame:
        """The rows of a later table that belong to one day."""
        return self.later[table].filter(pl.col(column) == day) if table in self.later else pl.DataFrame()


class Day:
    """One day: a queue of (minute, number, what happens then), to which what happens may add more."""

    def __init__(self, day: date, world: World) -> None:
        self.day, self.world, self.done = day, world, world.done
        self.queue: list[tuple[int, int, Callable[[datetime], None]]] = []
        self.added = 0

    def add(self, minute: int, happens: Callable[[datetime], None]) -> None:
        heappush(self.queue, (min(minute, DAY_ENDS), self.added, happens))
        self.added += 1

    def play(self) -> None:
        """Everything that happens on the day, in its order."""
        rules = self.world.rules
        self.add(REPORTING, self.hear_reports)
        self.add(WEIGHING, self.weigh)
        for minute in (*range(60 * rules.opens_hour, DISPATCHING, SWEEP_EVERY), CLOSING, DAY_ENDS):
            self.add(minute, self.sweep)
        if self.day.weekday() == MONDAY:
            self.add(PLANNING + 60, self.choose_bids)
        if self.day.weekday() == SUNDAY:
            self.add(DISPATCHING, self.end_week)
        came = self.world.rows("purchases", "date", self.day)
        if came.height:
            played.add_customers(came)
            packs = pl.col("quantity").cast(pl.Int64).clip(1, self.world.pin_rules.seats_per_order_max)
            for visit in visits_of_day(self.day, came.select("customer_id", "region_id", "product_id", packs).iter_rows(), rules):
                self.add(visit.minute, partial(self.serve, visit))
        while self.queue:
            minute, _, happens = heappop(self.queue)
            happens(_at(self.day, minute))
        weather = self.world.rows("weather", "date", self.day)
        if weather.height:
            write_table("weather", weather)

    def hear_reports(self, now: datetime) -> None:
        """Field reports reach the cooperative on the day on which they are written, whenever the stage was seen."""
        for row in self.world.rows("stages", "reported_on", self.day).iter_rows(named=True):
            report_stage(row["plot_id"], row["stage"], row["on"], row["reported_by"], row["certainty"], now)
            self.done.reports += 1
        for row in self.world.rows("crop_reports", "reported_on", self.day).iter_rows(named=True):
            amount = row.get("lost_share") if row["kind"] in LOSSES else row.get("fruits_per_plant")
            told = CropReport(row["plot_id"], row["season"], row["kind"], row["on"], self.day, amount, row["reported_by"], row["certainty"])
            report_crop(told, now)
            self.done.crop_reports += 1

    def weigh(self, now: datetime) -> None:
        """Everything that was picked today comes to the scales in the evening."""
        for row in self.world.rows("harvests", "picked_on", self.day).iter_rows(named=True):
            request_id = f"played-{row['picked_on']}-{row['plot_id']}-{row['grade']}"
            harvest.record_harvest(request_id, row["plot_id"], row["kg"], row["grade"], row["picked_on"], now)
            self.done.weighings += 1

    def sweep(self, now: datetime) -> None:
        pins.sweep(now)

    def serve(self, visit: Visit, now: datetime) -> None:
        """A customer looks at the list, joins or leaves, and pays or forgets to."""
        self.done.visits += 1
        joining = join_which(visit, played.offers(visit.region_id, now), self.world.habit(visit.customer_id), self.world.rules)
        served = joining.seats if joining and joining.product_id == visit.product_id else 0
        if served < visit.packs:
            played.keep_unserved(self.day, visit, visit.packs - served)
        if joining is None:
            self.done.unserved += 1
            return
        order_id = f"played-{visit.visit_id}"
        try:
            join.hold_seats(order_id, joining.pin_id, visit.customer_id, joining.seats, now)
        except TooMany:
            return  # who has forgotten to pay so often within one hold's time has to wait
        self.done.joined += 1
        self.pay(visit, joining.product_id, order_id, now)

    def pay(self, visit: Visit, product_id: str, order_id: str, now: datetime) -> None:
        """Starts the payment now; its money or its notices come later, or never."""
        paying = pay_how(visit, self.world.rules)
        if not paying.pays:
            return
        payment_id = f"{order_id}-payment"
        provider = paying.provider if paying.provider in settings().payment_providers else "cash"
        pay.start_payment(payment_id, order_id, provider, now)
        receive = partial(self.receive, visit.customer_id, product_id, payment_id, provider)
        if provider == "cash":
            self.add(visit.minute + COUNTING, receive)
            return
        after = self.world.pin_rules.hold_minutes + LATE_BY if paying.late else 1
        for number in range(paying.notices):
            self.add(visit.minute + after + number, receive)

    def receive(self, customer_id: str, product_id: str, payment_id: str, provider: str, now: datetime) -> None:
        """A coordinator counts the cash, or the provider sends its notice."""
        if provider == "cash":
            payment = pay.count_cash(payment_id, self.world.counted_by, now)
        else:
            payment = pay.receive_notice(sandbox.decide(payment_id, paid=True), now)
        self.done.paid += payment.counted
        if payment.counted and payment.order_state == "paid":
            self.world.habits[customer_id][product_id] += 1

    def choose_bids(self, now: datetime) -> None:
        """The members accept, all in favour, every bid for next week that the latest plan serves; the plan decides."""
        week = week_index(self.day, current_season().starts_on) + 1
        for bid_id, board_id, members in played.bids_served(week):
            try:
                coop.choose_bid(f"played-{bid_id}-{week}", bid_id, members, 0, board_id, now)
            except SoldOut:
                continue  # its kg were promised elsewhere since the plan was made; the bid stays undecided
            self.done.bids_chosen += 1

    def end_week(self, now: datetime) -> None:
        """What was picked leaves on Sunday evening; growers are credited and paid out; customers get their cash refunds."""
        week = week_index(self.day, current_season().starts_on)
        # Everything that was picked in the week was weighed three hours ago: what has no weighing by now did not grow.
        harvest.dispatch_week(week, now, nothing_came=True)
        for settlement in settle(week, now).settlements:
            pay_out(settlement.settlement_id, self.world.counted_by, now)
        for refund in cash_to_give_back():
            hand_back(refund.refund_id, self.world.counted_by, now)
