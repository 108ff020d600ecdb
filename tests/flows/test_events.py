"""What is kept of customers' doings, and what keeping it must never do."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from pin_market import MONDAY, make_market, make_pin

from pinfold.demand.events import Event, Impression, shown_in_order
from pinfold.flows import events
from pinfold.flows.join import hold_seats
from pinfold.flows.pay import receive_notice, start_payment
from pinfold.flows.recorder import Recorder
from pinfold.outside.payments import sandbox
from pinfold.store import events as kept
from pinfold.store import models as store

NOW = MONDAY


class Written(list):
    """Stands for the table."""

    def __call__(self, batch, lost):
        self.append((list(batch), lost))


def view(number: int) -> Event:
    return Event("view", NOW, f"pin-{number}", None)


# The queue


def test_a_full_queue_gives_up_the_oldest_and_says_how_many():
    table = Written()
    recorder = Recorder(table, 1.0, most=3)
    for number in range(5):
        recorder.put(view(number))
    recorder.flush()
    assert table == [([view(2), view(3), view(4)], 2)]


def test_losses_are_counted_once():
    table = Written()
    recorder = Recorder(table, 1.0, most=1)
    for number in range(3):
        recorder.put(view(number))
        recorder.flush()
    assert [lost for _, lost in table] == [0, 0, 0]


def test_a_batch_that_cannot_be_written_is_tried_again_in_its_order():
    table, fails = Written(), [True]

    def write(batch, lost):
        if fails.pop():
            raise DatabaseError("database is locked")
        table(batch, lost)

    recorder = Recorder(write, 1.0, most=10)
    recorder.put(view(0))
    recorder.flush()
    recorder.put(view(1))
    fails.append(False)
    recorder.flush()
    assert table == [([view(0), view(1)], 0)]


def test_what_cannot_be_written_at_all_is_lost_from_its_oldest_end_and_counted():
    def never(batch, lost):
        raise DatabaseError("database is locked")

    recorder = Recorder(never, 1.0, most=2)
    for number in range(4):
        recorder.put(view(number))
        recorder.flush()
    assert (list(recorder.waiting), recorder.lost) == ([view(2), view(3)], 2)


def test_the_thread_waits_no_longer_than_its_second_before_it_writes():
    done, paused, table = threading.Event(), [], Written()

    def write(batch, lost):
        table(batch, lost)
        done.set()

    recorder = Recorder(write, 1.0, most=10, pause=paused.append)
    recorder.start()
    recorder.put(view(0))
    assert done.wait(timeout=30)
    assert table[0] == ([view(0)], 0)
    assert paused[0] == 1.0


def test_putting_does_not_wait_for_a_table_that_is_blocked():
    begun, go_on = threading.Event(), threading.Event()

    def blocked(batch, lost):
        begun.set()
        assert go_on.wait(timeout=30)

    recorder = Recorder(blocked, 0.0, most=10)
    recorder.put(view(0))
    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(recorder.flush)
        assert begun.wait(timeout=30)
        recorder.put(view(1))  # comes back although the first is still being written
        assert not writing.done()
        assert list(recorder.waiting) == [view(1)]
        go_on.set()


# Events of orders


@pytest.fixture
def market(db):
    make_market()
    make_pin("pin", seats_min=1, seats_max=5)


@pytest.fixture
def recorded(monkeypatch):
    taken = []
    monkeypatch.setattr(events, "record", taken.append)
    return taken


def pay(order_id: str) -> None:
    start_payment(f"payment-{order_id}", order_id, "sandbox", NOW)
    receive_notice(sandbox.decide(f"payment-{order_id}", paid=True), NOW)


def test_a_join_and_its_payment_are_recorded_once_the_order_is_kept(market, recorded, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        hold_seats("order-1", "pin", "c0", 2, NOW, impression_id="shown-1")
        hold_seats("order-1", "pin", "c0", 2, NOW, impression_id="shown-1")
        assert recorded == []
    assert recorded == [Event("join", NOW, "pin", "c0", "shown-1", 2)]
    with django_capture_on_commit_callbacks(execute=True):
        pay("order-1")
    assert recorded[1:] == [Event("pay", NOW, "pin", "c0", "", 2)]


def test_an_order_that_is_not_kept_is_not_recorded(market, recorded, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
        hold_seats("order-1", "pin", "c0", 1, NOW)
        raise RuntimeError("the machine stumbles")
    assert recorded == []


def fail(happened):
    raise RuntimeError("the recorder is broken")


def test_a_broken_recorder_fails_no_order_and_no_payment(market, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(events, "record", fail)
    with django_capture_on_commit_callbacks(execute=True) as done:
        hold_seats("order-2", "pin", "c0", 1, NOW)
        pay("order-2")
    assert len(done) >= 2, "both were to be recorded"
    assert store.Order.objects.get(pk="order-2").state == "paid"


def test_control_an_event_that_is_not_kept_apart_fails_the_order(market, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(events, "record", fail)
    monkeypatch.setattr(events, "after_commit", transaction.on_commit)
    with pytest.raises(RuntimeError, match="recorder is broken"), django_capture_on_commit_callbacks(execute=True):
        hold_seats("order-2", "pin", "c0", 1, NOW)


# What is kept


def write(*happened, lost=0):
    with transaction.atomic():
        kept.write(happened, lost, NOW)


def an_impression(customer_id):
    return Impression("shown-1", NOW, customer_id, "list", "city", "", "closes-first", 1, shown_in_order(["pin"]))


def test_events_are_kept_under_a_number_that_is_the_same_for_one_customer_and_names_nobody(market):
    write(Event("view", NOW, "pin", "c0"), Event("join", NOW, "pin", "c0", seats=3), Event("view", NOW, "pin", "c1"), an_impression("c0"))
    first, join, other = store.Event.objects.order_by("pk")
    assert first.pseudonym == join.pseudonym == store.Impression.objects.get().pseudonym != other.pseudonym
    assert (join.product_id, join.region_id, join.seats, join.kg) == ("mango", "city", 3, 6.0)
    assert store.Impression.objects.get().shown == [["pin", 0, 1.0, {}]]
    assert all("c0" not in map(str, row) for row in store.Event.objects.values_list())


def test_a_stranger_has_no_number(market):
    write(Event("view", NOW, "pin", None))
    assert store.Event.objects.get().pseudonym is None


def test_nothing_that_could_tell_a_house_or_a_phone_has_a_column():
    columns = {field.name for model in (store.Event, store.Impression) for field in model._meta.fields}
    assert columns == {
        "id", "kind", "at", "pseudonym", "pin_id", "product_id", "region_id", "impression_id", "seats", "kg", "page", "ranking", "version",
        "shown",
    }  # fmt: skip


def test_events_of_pins_and_customers_that_are_gone_are_left_out(market):
    write(Event("view", NOW, "no-pin", None), Event("view", NOW, "pin", "nobody"))
    assert not store.Event.objects.exists()


def test_who_turns_recording_off_leaves_nothing_behind_and_begins_under_another_number_when_it_is_on_again(market):
    write(Event("view", NOW, "pin", "c0"), Event("view", NOW, "pin", "c1"), an_impression("c0"))
    before = store.Event.objects.earliest("pk").pseudonym
    events.choose_recording("c0", wanted=False)
    write(Event("view", NOW, "pin", "c0"), an_impression("c0"))
    assert store.Event.objects.count() == 1, "the other customer's"
    assert not store.Impression.objects.exists()
    events.choose_recording("c0", wanted=True)
    write(Event("view", NOW, "pin", "c0"))
    assert store.Event.objects.latest("pk").pseudonym != before


def test_what_is_older_than_the_stated_time_goes_and_the_rest_stays(market):
    old = NOW - timedelta(days=400, seconds=1)
    write(*(Event("view", old, "pin", None) for _ in range(1200)), Event("view", NOW - timedelta(days=400), "pin", None))
    assert events.prune(NOW) == 1200
    assert store.Event.objects.count() == 1


def test_the_operator_is_told_how_many_were_lost(market):
    write(Event("view", NOW, "pin", None), lost=7)
    told = events.events_kept()
    assert (told["view"], told["lost"], told["kept_days"]) == (1, 7, 400)
