"""The coordinator's forms: what is sent twice counts once, and nobody works for another village."""

import pytest

from pinfold.store import ledger
from pinfold.store.models import Covariate, CropReport, Harvest, Order, Payment, Settlement, StageReport
from pinfold.web.roles import Role

WEIGHING = {
    "request_id": "weighing-page-1",
    "plot": "plot-of-household-alpha",
    "weight": "120",
    "unit": "jin",
    "grade": "0",
    "picked_on": "2026-10-06",
}


@pytest.fixture
def coordinator(world):
    return world.browsers[Role.COORDINATOR]


def test_a_weighing_in_jin_is_kept_in_kilograms(coordinator):
    assert coordinator.post("/village/weighings/", WEIGHING).status_code == 302
    assert Harvest.objects.get(request_id="weighing-page-1").kg == 60


def test_a_weighing_that_is_sent_twice_counts_once(coordinator):
    for _ in range(2):
        coordinator.post("/village/weighings/", WEIGHING)
    assert Harvest.objects.filter(plot="plot-of-household-alpha").count() == 1


def test_the_same_form_with_another_weight_is_refused(coordinator):
    coordinator.post("/village/weighings/", WEIGHING)
    assert coordinator.post("/village/weighings/", WEIGHING | {"weight": "130"}).status_code == 409
    assert Harvest.objects.get(request_id="weighing-page-1").kg == 60


@pytest.mark.parametrize("wrong", [{"weight": "-3"}, {"weight": "nan"}, {"unit": "pounds"}, {"picked_on": "2026-13-01"}, {"grade": "7"}])
def test_what_cannot_be_is_asked_again(coordinator, wrong):
    assert coordinator.post("/village/weighings/", WEIGHING | wrong).status_code == 422
    assert not Harvest.objects.exists()


def test_a_plot_of_another_village_is_not_on_the_form(coordinator):
    answer = coordinator.post("/village/weighings/", WEIGHING | {"plot": "plot-of-household-beta"})
    assert answer.status_code == 422
    assert "plot-of-household-beta" not in coordinator.get("/village/weighings/").content.decode()


def test_a_report_serves_the_next_forecast(coordinator):
    sent = {"plot": "plot-of-household-alpha", "stage": "ripe", "on": "2026-10-05", "certainty": "0.8"}
    assert coordinator.post("/village/reports/", sent).status_code == 302
    report = StageReport.objects.get(plot="plot-of-household-alpha", stage="ripe")
    assert (report.on.isoformat(), report.certainty, report.reported_by) == ("2026-10-05", 0.8, "13900000001")


def test_a_day_in_the_future_is_refused(coordinator):
    sent = {"plot": "plot-of-household-alpha", "stage": "ripe", "on": "2026-10-08", "certainty": "1.0"}
    assert coordinator.post("/village/reports/", sent).status_code == 422
    assert not StageReport.objects.exists()


CROP_REPORT = {
    "crop-plot": "plot-of-household-alpha",
    "crop-kind": "hail",
    "crop-number": "30",
    "crop-on": "2026-10-05",
    "crop-certainty": "0.8",
}


def test_a_coordinator_reports_that_hail_took_thirty_per_cent_and_how_much_fruit_hangs(coordinator):
    assert coordinator.post("/village/crop-report/", CROP_REPORT).status_code == 302
    assert coordinator.post("/village/crop-report/", CROP_REPORT | {"crop-kind": "fruit count", "crop-number": "420"}).status_code == 302
    told = CropReport.objects.order_by("kind").values_list("kind", "fruits_per_plant", "lost_share", "certainty", "reported_by")
    assert list(told) == [("fruit count", 420, None, 0.8, "13900000001"), ("hail", None, 0.3, 0.8, "13900000001")]
    page = coordinator.get("/village/reports/").content.decode()
    assert 'lost to hail</td><td class="number">30 %' in page
    assert 'fruit counted on one plant</td><td class="number">420' in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"crop-number": "101"},
        {"crop-number": "-1"},
        {"crop-number": "nan"},
        {"crop-kind": "locusts"},
        {"crop-on": "2026-10-08"},
        {"crop-plot": "plot-of-household-beta"},
    ],
)
def test_a_loss_that_cannot_be_or_is_not_of_the_village_is_asked_again(coordinator, wrong):
    assert coordinator.post("/village/crop-report/", CROP_REPORT | wrong).status_code == 422
    assert not CropReport.objects.exists()


def test_money_is_handed_over_once(coordinator):
    address = "/village/money/hand-over/settlement:2026:3:household-alpha/"
    assert "12,345.67" in coordinator.get("/village/money/").content.decode()
    coordinator.post(address)
    first = Settlement.objects.get(household="household-alpha").paid_out_at
    coordinator.post(address)
    assert Settlement.objects.get(household="household-alpha").paid_out_at == first is not None
    assert "household-alpha" not in coordinator.get("/village/money/?after").content.decode().split("<h2>")[1]


def test_another_villages_household_is_not_paid_here(coordinator):
    assert coordinator.post("/village/money/hand-over/settlement:2026:3:household-beta/").status_code == 403
    assert Settlement.objects.get(household="household-beta").paid_out_at is None


def test_counted_cash_pays_the_places_once(world, coordinator, season, now):
    from pinfold.flows.join import hold_seats
    from pinfold.flows.pay import start_payment

    order = hold_seats("order-cash-1", season.open_pin.pin_id, "customer-7", 2, now)
    start_payment("payment-cash-1", order.order_id, "cash", now)
    assert "order-cash-1" in coordinator.get("/village/money/?number=order-cash").content.decode()
    assert "order-cash-1" not in coordinator.get("/village/money/?number=another").content.decode()
    for _ in range(2):
        assert coordinator.post("/village/money/count/payment-cash-1/").status_code == 302
    season.open_pin.refresh_from_db()
    assert (season.open_pin.seats_paid, Order.objects.get(pk="order-cash-1").state) == (2, "paid")
    assert Payment.objects.get(pk="payment-cash-1").state == "received"


def late_cash(season, now) -> None:
    """A customer paid the coordinator after the places had gone; 8400 fen go back."""
    from pinfold.flows.join import cancel_order, hold_seats
    from pinfold.flows.pay import count_cash, start_payment

    hold_seats("order-late-1", season.open_pin.pin_id, "customer-7", 2, now)
    start_payment("payment-late-1", "order-late-1", "cash", now)
    cancel_order("order-late-1", "customer-7", now)
    count_cash("payment-late-1", "coordinator", now)


def test_a_cash_refund_stands_in_the_list_until_it_is_handed_back_once(world, coordinator, season, now):
    late_cash(season, now)
    buyer = world.browsers[Role.CUSTOMER]
    listed = coordinator.get("/village/money/").content.decode()
    assert "order-late-1" in listed
    assert "The customer has ¥84.00 in hand" in listed
    assert "Your coordinator gives you ¥84.00 back in cash." in buyer.get("/orders/").content.decode()
    for _ in range(2):
        assert coordinator.post("/village/money/give-back/late:payment-late-1/").status_code == 302
    assert ledger.balances(["provider:cash", "customers:refunds"]) == {"provider:cash": 0, "customers:refunds": 0}
    assert "order-late-1" not in coordinator.get("/village/money/").content.decode()
    assert "¥84.00 were given back to you in cash on 7 Oct." in buyer.get("/orders/").content.decode()


def test_a_cash_refund_is_handed_back_through_the_api(world, coordinator, season, now):
    late_cash(season, now)
    listed = coordinator.get("/api/refunds").json()["items"]
    assert [(each["refund_id"], each["order_id"], each["amount_fen"], each["why"]) for each in listed] == [
        ("late:payment-late-1", "order-late-1", 8400, "late")
    ]
    first, again = (coordinator.post("/api/refunds/late:payment-late-1/hand-back").json() for _ in range(2))
    assert first == again == {"refund_id": "late:payment-late-1", "payment_id": "payment-late-1", "amount_fen": 8400}
    assert coordinator.get("/api/refunds").json()["items"] == []
    back = world.browsers[Role.CUSTOMER].get("/api/orders/order-late-1").json()["cash_back"]
    assert [(each["amount_fen"], each["given_at"] is None) for each in back] == [(8400, False)]


def test_a_stage_that_no_doubt_is_left_about_is_not_asked_for(world, now):
    from datetime import timedelta

    from pinfold.store.reads.household import Days, PlotFacts
    from pinfold.store.reads.village import to_ask

    today = now.date()

    def plot(plot_id: str, stage: str, first: int, last: int) -> PlotFacts:
        days = Days(stage, *(today + timedelta(days=first + (last - first) * n // 4) for n in range(5)), today, "climatology")
        return PlotFacts(plot_id, "h", "coffee", None, None, None, {stage: days}, {}, None, 0.0)

    asked = to_ask([plot("long past", "flowering", 1, 2), plot("due", "ripe", -4, 10), plot("later", "ripe", 20, 40)], today)
    assert [each.plot_id for each in asked] == ["due"]


CONDITION = {"condition-plot": "plot-of-household-alpha", "condition-name": "canopy_percent", "condition-number": "65"}


def test_what_is_told_of_a_plot_is_kept_and_a_later_word_takes_its_place(coordinator):
    for number in ("65", "70"):
        assert coordinator.post("/village/condition/", CONDITION | {"condition-number": number}).status_code == 302
    kept = Covariate.objects.get()
    assert (kept.plot_id, kept.season, kept.name, kept.value, kept.reported_by) == (
        "plot-of-household-alpha", 2026, "canopy_percent", 70.0, "13900000001",
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [{"condition-number": "101"}, {"condition-number": "-1"}, {"condition-name": "luck"}, {"condition-plot": "plot-of-household-beta"}],
)
def test_a_condition_that_cannot_be_or_of_another_village_is_asked_again(coordinator, wrong):
    assert coordinator.post("/village/condition/", CONDITION | wrong).status_code == 422
    assert not Covariate.objects.exists()
