"""The whole loop in one story, through flows alone: from field reports to a paid grower.

Money and kilograms are counted after every step.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import story_season

from pinfold.flows.field import report_stage
from pinfold.flows.harvest import dispatch_week, record_harvest
from pinfold.flows.impact import impact
from pinfold.flows.join import hold_seats
from pinfold.flows.pay import count_cash, start_payment
from pinfold.flows.pins import open_pins, sweep
from pinfold.flows.plan import forecast_and_plan
from pinfold.flows.refunds import hand_back
from pinfold.flows.season import load_season
from pinfold.flows.settle import pay_out, settle
from pinfold.store import ledger
from pinfold.store.models import Delivery, Household, Lot, Order, Pin, PinLot, Plot, RipeningForecast, Season
from pinfold.store.reads.village import cash_to_give_back

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 9, 7, 1, tzinfo=UTC)  # nine in the morning in Yunnan
FOREVER = date(2100, 1, 1)


@pytest.fixture
def season(tmp_path: Path) -> Iterator[None]:
    load_season(story_season.write(tmp_path / "season"), None)
    Season.objects.update(clock_offset_seconds=0)
    yield


def books() -> dict[str, int]:
    balances = ledger.trial_balance(FOREVER)
    assert sum(balances.values()) == 0, "debits and credits are equal after every step"
    return balances


def owed_to_customers() -> int:
    return -books().get("customers:held", 0)


def promised_kg_is_what_pins_hold() -> None:
    for lot in Lot.objects.all():
        in_pins = sum(PinLot.objects.filter(lot=lot, pin__state__in=("open", "filled")).values_list("kg", flat=True))
        assert lot.kg_promised == pytest.approx(in_pins, abs=1e-6), lot


def join_and_pay(pin: Pin, customer: str, seats: int, now: datetime) -> Order:
    order_id = f"{pin.pk}-{customer}"
    hold_seats(order_id, pin.pk, customer, seats, now)
    start_payment(f"pay-{order_id}", order_id, "cash", now)
    count_cash(f"pay-{order_id}", "coordinator", now)
    return Order.objects.get(pk=order_id)


def paid_fen() -> int:
    return sum(Order.objects.filter(state="paid").values_list("amount_fen", flat=True))


def test_from_field_reports_to_a_paid_grower(season: None) -> None:
    # Monday: the coordinator has seen ripe fruit on one plot, and the cooperative plans.
    report_stage("plot-1", "ripe", date(2026, 9, 6), "coordinator", 0.9, MONDAY)
    plan = forecast_and_plan(MONDAY)
    assert not RipeningForecast.objects.filter(plot_id="plot-1", stage="ripe").exists(), "what was seen needs no forecast"
    assert plan.objective_yuan <= plan.bound_yuan + 1e-6
    assert plan.shipments > 0
    assert open_pins(MONDAY) > 1
    promised_kg_is_what_pins_hold()

    # Two pins for the same week: one finds enough members, the other does not.
    week = Pin.objects.order_by("week").values_list("week", flat=True)[0]
    filling, failing = Pin.objects.filter(week=week).order_by("-seats_max", "pin_id")[:2]
    customers = iter(story_season.CUSTOMERS)
    orders = [join_and_pay(filling, next(customers), 2, MONDAY + timedelta(hours=hour)) for hour in range(filling.seats_min // 2 + 1)]
    lonely = join_and_pay(failing, next(customers), 1, MONDAY + timedelta(hours=1))
    assert owed_to_customers() == paid_fen() > 0

    # The deadline passes: one fills, one expires and gives its member all the money back, once.
    deadline = max(filling.closes_at, failing.closes_at)
    for _ in range(2):
        sweep(deadline)
    filling.refresh_from_db()
    failing.refresh_from_db()
    lonely.refresh_from_db()
    assert (filling.state, failing.state) == ("filled", "expired")
    assert (lonely.state, lonely.refunded_fen) == ("refunded", lonely.amount_fen)
    seats_paid = sum(order.seats for order in orders)
    assert owed_to_customers() == filling.price_fen * seats_paid
    promised_kg_is_what_pins_hold()

    # Harvest: ten per cent less is picked than the filled pin was promised.
    promised = list(PinLot.objects.filter(pin=filling).select_related("lot"))
    noon = datetime.combine(story_season.STARTS_ON + timedelta(weeks=week, days=2), datetime.min.time(), tzinfo=UTC) + timedelta(hours=4)
    picked_kg = 0.0
    for share in promised:
        plot = Plot.objects.filter(village=share.lot.village).order_by("plot_id")[0]
        picked_on = story_season.STARTS_ON + timedelta(weeks=share.lot.ready_week)
        kg = round(0.9 * share.kg, 3)
        record_harvest(f"weigh-{share.lot_id}", plot.pk, kg, share.lot.grade, picked_on, noon)
        picked_kg += kg

    # Allocation and dispatch: whole packs go out first come first served, the rest is refunded.
    done = dispatch_week(week, noon)
    for order in orders:
        order.refresh_from_db()
    seats_kept = sum(order.seats_kept or 0 for order in orders)
    assert seats_kept < seats_paid, "the harvest fell short"
    assert orders[0].seats_kept == 2, "who came first is served first"
    assert done.kg_sent == pytest.approx(done.kg_sold + done.kg_spoiled)
    assert done.kg_sent <= picked_kg + 1e-6
    assert done.kg_sold == pytest.approx(seats_kept * filling.pack_kg)
    assert owed_to_customers() == 0
    kept_fen = sum(order.amount_fen - order.refunded_fen for order in orders)
    assert kept_fen == filling.price_fen * seats_kept

    # The coordinator hands the refunds back in cash.
    for refund in cash_to_give_back():
        hand_back(refund.refund_id, "coordinator", noon)
    assert books().get("customers:refunds", 0) == 0

    # Settlement: every fen of the customers' money is owed to somebody by name; running it twice pays once.
    settled = settle(week, noon)
    assert settle(week, noon) == settled
    balances = books()
    owed = {account.split(":")[0]: 0 for account in balances}
    for account, fen in balances.items():
        owed[account.split(":")[0]] += fen
    assert owed["provider"] == kept_fen
    assert -(owed["household"] + owed["cooperative"] + owed["carrier"] + owed["platform"]) == kept_fen
    assert owed.get("lot", 0) == 0, "nothing of the growers' money is left unsettled"
    assert all(settlement.reasons for settlement in settled.settlements)

    # The growers are paid in cash, and the books say so.
    for settlement in settled.settlements:
        for _ in range(2):
            pay_out(settlement.settlement_id, "coordinator", noon)
    growers_fen = sum(settlement.amount_fen for settlement in settled.settlements)
    assert books()["provider:cash"] == kept_fen - growers_fen
    assert sum(-fen for account, fen in books().items() if account.startswith("household:")) == 0
    assert growers_fen >= filling.floor_fen * seats_kept, "never less than the floor"

    # Impact: what of the customers' money reached the growers.
    seen = impact(noon)
    assert 0 < growers_fen < kept_fen
    assert Delivery.objects.exists() and Household.objects.exists()
    assert seen is not None
