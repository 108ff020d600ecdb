"""Customers: pseudonyms with a region."""

from __future__ import annotations

from pinfold.basics.errors import NotFound
from pinfold.store.models import Customer, Person, Region


def set_region(person_id: int, customer_id: str, region_id: str) -> str:
    """The person's customer id, now with this region; `customer_id` becomes it if there was none. Belongs in a transaction.

    Raises NotFound for an unknown region.
    """
    if not Region.objects.filter(pk=region_id).exists():
        raise NotFound(f"there is no region {region_id!r}; choose one from the list")
    # The lock lets two clicks at once make one customer.
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.customer_id is None:
        Customer.objects.create(customer_id=customer_id, region_id=region_id)
        Person.objects.filter(pk=person_id).update(customer=customer_id)
        return customer_id
    Customer.objects.filter(pk=person.customer_id).update(region=region_id)
    return person.customer_id
