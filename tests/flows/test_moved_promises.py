"""What a lot cannot keep comes from another: kg, seats and fen stay as many as they were, and who ordered is told and may decline."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pin_market import MONDAY, make_far_village, make_market, make_pin
from test_pins import join_and_pay

from pinfold.basics.errors import NotAllowed, WrongStep
from pinfold.flows import messages, moving
from pinfold.flows.harvest import dispatch_week, record_harvest
from pinfold.flows.messages import send_messages
from pinfold.flows.moving import decline_move, move_promises
from pinfold.flows.pins import sweep
from pinfold.flows.refunds import hand_back
from pinfold.flows.rescue import merge_pins
from pinfold.ledger.accounts import CUSTOMERS_HELD
from pinfold.outside.payments import sandbox
from pinfold.store import ledger, scarce
from pinfold.store.models import (
    Cooperative,
    Delivery,
    Household,
    HubWeek,
    Lane,
    Lot,
    Order,
    Person,
    Pin,
    PinLot,
    PinMove,
    Plot,
    Refund,
    Village,
)

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=15)  # of week 2, in which all is picked and delivered


@pytest.fixture(autouse=True)
def books(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "books_path", lambda: tmp_path / "sandbox.sqlite3")


@pytest.fixture
def told(monkeypatch) -> list[tuple[str, str]]:
    """What was sent: to which number, what."""
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(messages, "send_message", lambda phone, text, key: sent.append((phone, text)))
    return sent


@pytest.fixture
def two_villages() -> None:
    """The market's lot of 100 kg of Conggang, and one as large of Nankang behind another hub."""
    make_market(kg=100)
    Village.objects.filter(pk="village").update(name="Conggang", name_zh="丛岗")
    make_far_village()
    for household_id, village_id in (("h", "village"), ("g", "far-village")):
        Household.objects.create(household_id=household_id, village_id=village_id, people=4, registered_poor=True)
        Plot.objects.create(plot_id=f"plot-{household_id}", household_id=household_id, village_id=village_id, crop="mango")


@pytest.fixture
def full(two_villages) -> None:
    """A pin of 5 packs of 2 kg that c1, who reads English, and c2, without an account, have filled; c1 paid for 3, c2 for 2."""
    make_pin("one", 2, 5)
    Person.objects.create_user("13800000001", customer_id="c1", language="en")
    for number in range(5):
        join_and_pay(f"o{number}", "one", "c1" if number < 3 else "c2")
    assert Pin.objects.get().state == "filled"


def forecast_says(kg: float, lot_id: str = "lot") -> None:
    Lot.objects.filter(pk=lot_id).update(kg=kg)


def promised() -> dict[str, float]:
    return {lot_id: round(kg, 6) for lot_id, kg in Lot.objects.values_list("lot_id", "kg_promised")}


def given(pin_id: str = "one") -> dict[str, float]:
    return {lot_id: round(kg * kept, 6) for lot_id, kg, kept in PinLot.objects.filter(pin=pin_id).values_list("lot_id", "kg", "kept")}


def pick(kg: float, household: str, now=TUESDAY) -> None:
    record_harvest(f"w-{household}-{kg}", f"plot-{household}", kg, 0, date(2026, 9, 21), now)


def test_a_pin_whose_lot_fails_comes_from_the_village_that_has_plenty(full):
    forecast_says(0)
    assert move_promises(TUESDAY) == 1
    assert given() == {"far-lot": 10}
    assert promised() == {"lot": 0, "far-lot": pytest.approx(10, rel=0.05)}
    move = PinMove.objects.get()
    assert (move.pin_id, move.lot_from_id, move.lot_to_id, move.from_held_kg, move.from_promised_kg) == ("one", "lot", "far-lot", 0, 10)


def test_what_carrying_costs_more_stands_in_the_move(full):
    """10 kg at 0.50 for collecting and 0.50 for driving; now, with what spoils, 10.1 kg at 0.50 and 0.80: 3.13 yuan more."""
    forecast_says(0)
    move_promises(TUESDAY)
    move = PinMove.objects.get()
    assert move.carry_more_fen == round(100 * (move.kg_to * 1.3 - 10 * 1.0))


def test_only_what_is_short_moves(full):
    """7 kg of 10: two packs of 2 kg move, and both villages deliver."""
    forecast_says(7)
    move_promises(TUESDAY)
    assert given() == {"lot": 6, "far-lot": 4}


def test_a_lot_that_holds_enough_keeps_its_promises(full):
    forecast_says(10)
    assert move_promises(TUESDAY) == 0
    assert given() == {"lot": 10}


def test_moving_again_moves_nothing_more(full):
    forecast_says(0)
    assert (move_promises(TUESDAY), move_promises(TUESDAY)) == (1, 0)
    assert PinMove.objects.count() == 1


def test_the_same_move_asked_twice_is_made_once(full):
    forecast_says(0)
    (found,) = [found_moves()]
    assert (moving.move_pin(found, 2.0, TUESDAY), moving.move_pin(found, 2.0, TUESDAY)) == (True, False)
    assert given() == {"far-lot": 10}


def found_moves() -> list[moving.Move]:
    """What move_promises would do, as decided now and not done yet."""
    found: list[moving.Move] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moving, "move_pin", lambda moves, pack_kg, now: bool(found.extend(moves)))
        move_promises(TUESDAY)
    return found


def test_kg_that_were_sold_meanwhile_are_not_promised_twice(full):
    forecast_says(0)
    found = found_moves()
    assert scarce.take_kg("far-lot", 95)
    assert moving.move_pin(found, 2.0, TUESDAY) is False
    assert (given(), promised()) == ({"lot": 10}, {"lot": 10, "far-lot": 95})
    assert not PinMove.objects.exists()


def test_a_lot_that_is_not_short_any_more_keeps_its_promises(full):
    forecast_says(0)
    found = found_moves()
    forecast_says(50)
    assert moving.move_pin(found, 2.0, TUESDAY) is False
    assert given() == {"lot": 10}


def test_the_growers_who_deliver_are_paid_what_the_members_paid(full):
    """Of 5 packs at 36 yuan the platform has 3 %, the cooperative 7 %, the carrier what the other way costs, the growers the rest."""
    forecast_says(0)
    move_promises(TUESDAY)
    pick(100, "g")
    done = dispatch_week(2, TUESDAY, nothing_came=True)
    assert (done.orders_shipped, done.orders_refunded, done.paid_fen) == (5, 0, 5 * 3600)
    (sent,) = Delivery.objects.all()
    assert (sent.lot_id, sent.kg_sold, sent.paid_fen, sent.platform_fen, sent.cooperative_fen) == (
        "far-lot",
        pytest.approx(10),
        18000,
        540,
        1260,
    )
    assert sent.carrier_fen == pytest.approx(sent.kg_sent * 130, abs=5)
    assert sent.growers_fen == 18000 - 540 - 1260 - sent.carrier_fen
    assert ledger.balance(CUSTOMERS_HELD) == 0


def test_what_was_picked_too_little_of_is_filled_by_the_other_village_when_it_leaves(full, told):
    """The forecast was right until the day: 6 of 10 kg are picked in Conggang, and Nankang has plenty."""
    send_messages(MONDAY)
    told.clear()
    pick(6, "h")
    pick(100, "g")
    done = dispatch_week(2, TUESDAY)
    assert (done.orders_shipped, done.orders_refunded, done.paid_fen) == (5, 0, 5 * 3600)
    assert dict(Delivery.objects.values_list("lot_id", "kg_sold")) == {"lot": pytest.approx(6), "far-lot": pytest.approx(4)}
    far = Delivery.objects.get(lot="far-lot")
    assert far.carrier_fen == pytest.approx(far.kg_sent * 130, abs=5), "by the other village's own way"
    assert far.growers_fen == far.paid_fen - far.carrier_fen - far.cooperative_fen - far.platform_fen
    assert promised() == {"lot": pytest.approx(6), "far-lot": pytest.approx(far.kg_sent)}
    assert ledger.balance(CUSTOMERS_HELD) == 0
    move = PinMove.objects.get()
    assert (move.lot_from_id, move.lot_to_id, move.kg_to, move.from_held_kg) == ("lot", "far-lot", pytest.approx(far.kg_sent), 6)
    send_messages(TUESDAY)
    assert told == [(
        "13800000001",
        "Pinfold: less was picked in Conggang than was sold, so packs of your pin for Mango come from Nankang instead, which is of the "
        "same cooperative. Price, place and week stay.",
    )]  # fmt: skip
    assert dispatch_week(2, TUESDAY) == done, "a second time nothing more happens"
    assert PinMove.objects.count() == 1


def test_nobody_gets_another_cooperatives_crop_without_being_asked(full):
    """The control: what standing in is for."""
    Cooperative.objects.create(cooperative_id="others", name="Others", name_zh="别的")
    Village.objects.filter(pk="far-village").update(cooperative="others")
    pick(6, "h")
    pick(100, "g")
    assert dispatch_week(2, TUESDAY).orders_refunded == 2


def test_a_week_is_not_dispatched_from_another_villages_crop_before_the_own_is_weighed(full):
    pick(100, "g")
    with pytest.raises(WrongStep, match="nothing has been weighed yet for one"):
        dispatch_week(2, TUESDAY)
    assert dispatch_week(2, TUESDAY, nothing_came=True).orders_shipped == 5


def test_members_are_told_whose_crop_they_get_and_until_when_they_may_decline(full, told):
    sweep(TUESDAY)
    send_messages(TUESDAY)
    told.clear()
    forecast_says(0)
    move_promises(TUESDAY)
    send_messages(TUESDAY)
    assert told == [(
        "13800000001",
        "Pinfold: less will be picked in Conggang than was expected, so packs of your pin for Mango come from Nankang instead. "
        "Price, place and week stay. Until 24 Sep 12:00 you can have your money back instead; see My orders.",
    )]  # fmt: skip


def test_another_lot_of_the_same_village_is_no_news(full, told):
    Lot.objects.filter(pk="far-lot").update(village_id="village", hub_id="hub", ready_week=1, kg_real=100)
    sweep(TUESDAY)
    send_messages(TUESDAY)
    told.clear()
    forecast_says(0)
    assert move_promises(TUESDAY) == 1
    assert send_messages(TUESDAY) == 0


def test_who_does_not_want_another_villages_crop_has_all_money_back(full):
    forecast_says(0)
    move_promises(TUESDAY)
    order = decline_move("o0", "c1", TUESDAY + timedelta(hours=1))
    assert (order.state, order.refunded_fen) == ("refunded", order.amount_fen)
    assert decline_move("o0", "c1", TUESDAY + timedelta(hours=2)) == order, "a second time nothing more"
    pin = Pin.objects.get()
    assert (pin.state, pin.seats_taken, pin.seats_paid, given()) == ("filled", 4, 4, {"far-lot": 8})
    assert promised()["far-lot"] == pytest.approx(PinLot.objects.get().kg)
    assert ledger.balance(CUSTOMERS_HELD) == -4 * 3600
    assert Refund.objects.get(why="declined").amount_fen == 3600
    for refund in Refund.objects.filter(told_at=None):
        hand_back(refund.refund_id, "coordinator", TUESDAY)


def test_the_last_member_may_decline_too(full):
    forecast_says(0)
    move_promises(TUESDAY)
    for number in range(5):
        decline_move(f"o{number}", "c1" if number < 3 else "c2", TUESDAY)
    assert promised()["far-lot"] == pytest.approx(0)
    pick(100, "g")
    assert dispatch_week(2, TUESDAY, nothing_came=True).kg_sent == 0
    assert ledger.balance(CUSTOMERS_HELD) == 0


def test_nobody_declines_for_nothing_too_late_after_it_has_left_or_for_another(full):
    with pytest.raises(WrongStep, match="cannot be given back"):
        decline_move("o0", "c1", TUESDAY)
    forecast_says(0)
    move_promises(TUESDAY)
    with pytest.raises(NotAllowed, match="not yours"):
        decline_move("o0", "c2", TUESDAY)
    with pytest.raises(WrongStep, match="2 days"):
        decline_move("o0", "c1", TUESDAY + timedelta(days=2))
    pick(100, "g")
    dispatch_week(2, TUESDAY, nothing_came=True)
    with pytest.raises(WrongStep):
        decline_move("o0", "c1", TUESDAY + timedelta(hours=1))


def test_an_open_pin_moves_as_a_whole_and_seats_that_are_declined_can_be_taken_again(two_villages):
    make_pin("one", 3, 5)
    join_and_pay("o0", "one", "c1")
    forecast_says(0)
    assert move_promises(MONDAY) == 1
    decline_move("o0", "c1", MONDAY)
    pin = Pin.objects.get()
    assert (pin.state, pin.seats_taken, pin.seats_paid, given()) == ("open", 0, 0, {"far-lot": 10})
    for number in range(1, 6):
        join_and_pay(f"o{number}", "one", "c2")
    assert Order.objects.filter(state="paid").count() == 5


def test_seats_that_no_lot_can_fill_are_not_sold_any_longer(two_villages):
    """Both lots together hold 6 kg: of 5 packs of 2 kg one is taken, 2 are needed, and 2 are given up."""
    make_pin("one", 2, 5)
    join_and_pay("o0", "one", "c1")
    forecast_says(6)
    forecast_says(0, "far-lot")
    assert move_promises(MONDAY) == 0
    pin = Pin.objects.get()
    assert (pin.seats_max, pin.seats_taken, given(), promised()["lot"]) == (3, 1, {"lot": 6}, 6)
    assert pin.ladder[-1][0] == 3, "no price is lost, its size only comes sooner"
    assert (move_promises(MONDAY), Pin.objects.get().seats_max) == (0, 3)


def test_seats_that_are_taken_meanwhile_are_not_given_up(two_villages, monkeypatch):
    make_pin("one", 2, 5)
    forecast_says(6)
    forecast_says(0, "far-lot")
    found = moving.given_up

    def slowly(promised, short_kg):
        decided = list(found(promised, short_kg))
        for number in range(4):
            join_and_pay(f"o{number}", "one", "c2")
        return decided

    monkeypatch.setattr(moving, "given_up", slowly)
    move_promises(MONDAY)
    assert (Pin.objects.get().seats_max, given(), promised()["lot"]) == (5, {"lot": 10}, 10)


def test_trucks_and_pack_houses_that_are_full_take_no_more(full):
    """The other hub packs 5 kg a week: two packs of 2 kg."""
    HubWeek.objects.create(hub_id="far-hub", week=2, kg_max=5)
    forecast_says(0)
    move_promises(TUESDAY)
    assert given() == {"lot": 6, "far-lot": 4}


def test_what_another_pin_was_promised_fills_trucks_too(full):
    Lane.objects.filter(pk="far").update(truck_kg=15, truck_cost=12, trucks_max=1)
    make_pin("other", 2, 5)
    PinLot.objects.filter(pin="other").update(lot="far-lot")
    Lot.objects.filter(pk="lot").update(kg_promised=10)
    Lot.objects.filter(pk="far-lot").update(kg_promised=10)
    forecast_says(0)
    move_promises(TUESDAY)
    assert given() == {"lot": 6, "far-lot": 4}


def test_a_member_whose_pin_is_merged_after_the_move_may_still_decline(two_villages):
    make_pin("one", 4, 5)
    join_and_pay("o0", "one", "c1")
    forecast_says(0)
    assert move_promises(MONDAY) == 1
    make_pin("two", 4, 5)
    merge_pins("one", "two", MONDAY + timedelta(hours=1))
    assert decline_move("o0", "c1", MONDAY + timedelta(hours=2)).pin_id == "two"
