"""Who leaves is in no table any more; what the books must keep no longer says whose it was."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import transaction
from pin_market import MONDAY, make_market, make_pin

from pinfold.basics.errors import InputError, NotFound, WrongStep
from pinfold.demand.events import Event, Impression, shown_in_order
from pinfold.flows.erasing import erase_customer
from pinfold.flows.events import mark_pin
from pinfold.flows.join import hold_seats
from pinfold.flows.messages import note
from pinfold.flows.pay import count_cash, receive_notice, start_payment
from pinfold.flows.pins import open_friends_pin
from pinfold.outside.payments import sandbox
from pinfold.store import events as kept
from pinfold.store import models as store

NOW = MONDAY
# Whose every row outlives the customer, because the law wants it kept: none of them names a customer.
BOOKS = {"payment", "notice", "refund", "posting", "entry", "settlement", "settlementline"}


@pytest.fixture
def market(db):
    make_market()
    make_pin("pin", seats_min=1, seats_max=9)
    store.Person.objects.create_user("13800000001", customer_id="c0")
    store.Person.objects.create_user("13800000002", customer_id="c1")


def pay(order_id: str) -> None:
    start_payment(f"paid-{order_id}", order_id, "sandbox", NOW)
    receive_notice(sandbox.decide(f"paid-{order_id}", paid=True), NOW)


def busy(customer_id: str, number: int) -> None:
    """A customer with a row in every table that can hold one; nothing is owed."""
    delivered, held, unpaid = (f"{kind}-{customer_id}-order" for kind in ("delivered", "held", "unpaid"))
    hold_seats(delivered, "pin", customer_id, 1, NOW)
    pay(delivered)
    store.Order.objects.filter(pk=delivered).update(state="shipped")
    open_friends_pin(f"friends-{number}", "pin", customer_id, 3, NOW) if number == 0 else None
    hold_seats(held, "pin", customer_id, 1, NOW)
    start_payment(f"begun-{held}", held, "sandbox", NOW)
    hold_seats(unpaid, "pin", customer_id, 1, NOW)
    store.Taste.objects.create(customer_id=customer_id, learned_on=NOW.date(), chances=[["mango", 0.5]])
    for model in (store.Purchase, store.Unserved):
        model.objects.create(date=NOW.date(), customer_id=customer_id, region_id="city", product_id="mango", quantity=1)
    mark_pin(customer_id, "pin", "favourite")
    shown = Impression(f"shown-{number}", NOW, customer_id, "list", "city", "", "closes-first", 1, shown_in_order(["pin"]))
    with transaction.atomic():
        kept.write([shown, Event("view", NOW, "pin", customer_id, f"shown-{number}")], 0, NOW)


def traces(*marks: str) -> dict[str, list[str]]:
    """Every row of every table in which one of these stands, by the table's name."""
    found: dict[str, list[str]] = {}
    for model in apps.get_models():
        columns = [field.attname for field in model._meta.concrete_fields if not (model is store.Order and field.attname == "order_id")]
        for row in model._default_manager.values_list(*columns):
            if any(mark == str(value) for value in row for mark in marks):
                found.setdefault(model._meta.model_name, []).append(str(row))
    return found


def pointing_at_customers() -> set[str]:
    return {
        model._meta.model_name
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is store.Customer
    }


def test_who_is_erased_stands_in_no_table_any_more_and_everybody_else_stays(market):
    for number, customer_id in enumerate(("c0", "c1")):
        busy(customer_id, number)
    number_of = {each: kept.pseudonym(store.EventKey.objects.get(pk=each).secret) for each in ("c0", "c1")}
    before = traces("c0", "13800000001", str(number_of["c0"]))
    assert set(before) == pointing_at_customers() | {"customer", "event", "impression"}, "a row in every table that can hold one"
    others = traces("c1", "13800000002", str(number_of["c1"]))

    done = erase_customer("c0", NOW)

    assert traces("c0", "13800000001", str(number_of["c0"])) == {}
    assert traces("c1", "13800000002", str(number_of["c1"])) == others
    assert (done.orders_deleted, done.orders_kept, done.purchases_kept, done.accounts_deleted) == (1, 2, 1, 1)


def test_the_books_keep_every_row_and_name_no_customer(market):
    busy("c0", 0)
    rows = {name: list(apps.get_model("store", name).objects.order_by("pk").values_list()) for name in BOOKS}
    erase_customer("c0", NOW)
    assert {name: list(apps.get_model("store", name).objects.order_by("pk").values_list()) for name in BOOKS} == rows
    assert rows["payment"] and rows["entry"]
    assert set(store.Order.objects.values_list("customer_id", flat=True)) == {"erased-city"}


def test_what_was_to_be_told_to_somebody_erased_is_told_to_nobody(market):
    hold_seats("order-1", "pin", "c0", 1, NOW)
    hold_seats("order-2", "pin", "c1", 1, NOW)
    assert note("extended", "pin", NOW) == 2
    assert erase_customer("c0", NOW).orders_deleted == 1
    assert [message.order_id for message in store.Message.objects.all()] == ["order-2"]


def test_unpaid_seats_go_back_to_the_pin(market):
    hold_seats("order-1", "pin", "c0", 4, NOW)
    erase_customer("c0", NOW)
    assert store.Pin.objects.get(pk="pin").seats_taken == 0


def test_money_that_comes_late_for_somebody_erased_is_returned_by_its_provider(market):
    hold_seats("order-1", "pin", "c0", 1, NOW)
    start_payment("payment-late", "order-1", "sandbox", NOW)
    word = sandbox.decide("payment-late", paid=True)
    erase_customer("c0", NOW)
    receive_notice(word, NOW)
    assert store.Payment.objects.get(pk="payment-late").state == "returned"


def test_who_has_paid_and_not_received_is_not_erased_yet(market):
    hold_seats("order-1", "pin", "c0", 1, NOW)
    pay("order-1")
    hold_seats("order-2", "pin", "c0", 1, NOW)
    with pytest.raises(WrongStep, match="still owed order order-1"):
        erase_customer("c0", NOW)
    assert store.Order.objects.get(pk="order-2").state == "held", "nothing was touched"


def test_who_is_to_get_cash_back_is_not_erased_yet(market):
    hold_seats("order-1", "pin", "c0", 1, NOW)
    start_payment("cash-1", "order-1", "cash", NOW)
    store.Order.objects.filter(pk="order-1").update(state="cancelled")
    count_cash("cash-1", "coordinator", NOW)
    with pytest.raises(WrongStep, match="still owed refund"):
        erase_customer("c0", NOW)


def test_nobody_and_those_who_were_erased_cannot_be_erased(market):
    erase_customer("c0", NOW)
    with pytest.raises(NotFound):
        erase_customer("c0", NOW)
    with pytest.raises(InputError, match="stands for all who were erased"):
        erase_customer("erased-city", NOW)
