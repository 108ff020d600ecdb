"""The statements that take a customer out of the tables. A new table that points at customers needs its line here; a test walks them."""

from __future__ import annotations

from pinfold.basics.errors import InputError
from pinfold.store.models import Customer, Mark, Message, Order, Payment, Person, Pin, Purchase, Refund, Taste, Unserved

ERASED = "erased-"


def region_to_erase(customer_id: str) -> str:
    """The region of a customer who can be erased. Raises InputError for one who stands for those who were."""
    if customer_id.startswith(ERASED):
        raise InputError(f"customer {customer_id} stands for all who were erased in its region; there is nobody behind it any more")
    return Customer.objects.values_list("region_id", flat=True).get(pk=customer_id)


def owed_to(customer_id: str) -> list[str]:
    """What is paid and not delivered yet, and cash that waits to be handed back."""
    paid = Order.objects.filter(customer=customer_id, state=Order.State.PAID).order_by("pk").values_list("pk", flat=True)
    cash = Refund.objects.filter(payment__order__customer=customer_id, payment__provider="cash", told_at=None).order_by("pk")
    return [f"order {order_id}" for order_id in paid] + [f"refund {refund_id}" for refund_id in cash.values_list("pk", flat=True)]


def held_orders(customer_id: str) -> list[tuple[str, str, int]]:
    """order_id, pin_id and seats of what the customer holds unpaid, in the order in which pins are locked."""
    held = Order.objects.filter(customer=customer_id, state=Order.State.HELD)
    return list(held.order_by("pin_id", "order_id").values_list("order_id", "pin_id", "seats"))


def erase(customer_id: str, region_id: str) -> tuple[int, int, int, int]:
    """Deletes the customer; how many orders were deleted, orders and purchases kept, and accounts deleted. Belongs in a transaction."""
    nobody, _ = Customer.objects.get_or_create(customer_id=f"{ERASED}{region_id}", defaults={"region_id": region_id})
    Mark.objects.filter(customer=customer_id).delete()
    Taste.objects.filter(customer=customer_id).delete()
    Pin.objects.filter(opened_by=customer_id).update(opened_by=None)
    Message.objects.filter(order__customer=customer_id).delete()
    orders = Order.objects.filter(customer=customer_id)
    orders_deleted = orders.exclude(pk__in=Payment.objects.filter(order__customer=customer_id).values("order_id")).delete()[0]
    orders_kept = orders.update(customer=nobody)
    purchases_kept = Purchase.objects.filter(customer=customer_id).update(customer=nobody)
    Unserved.objects.filter(customer=customer_id).update(customer=nobody)
    people = Person.objects.filter(customer=customer_id)
    own = list(people.filter(role=Person.Role.CUSTOMER))
    # Somebody who works here and also bought keeps the account for the work.
    people.exclude(role=Person.Role.CUSTOMER).update(customer=None)
    for person in own:
        person.delete()
    Customer.objects.filter(pk=customer_id).delete()
    return orders_deleted, orders_kept, purchases_kept, len(own)


def erase_person(person_id: int) -> None:
    """Deletes the account of somebody who never became a customer. Belongs in a transaction."""
    Person.objects.filter(pk=person_id, role=Person.Role.CUSTOMER, customer=None).delete()
