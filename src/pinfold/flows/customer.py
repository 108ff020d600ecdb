"""A person becomes a customer, or moves: nothing is kept but a pseudonym and a region."""

from __future__ import annotations

from uuid import uuid4

from pinfold.store.customers import set_region
from pinfold.store.transaction import atomic


def choose_region(person_id: int, region_id: str) -> str:
    """Where this person picks up from now on; returns the customer id, which is made on the first choice and says nothing about anybody.

    Raises NotFound for an unknown region.
    """
    with atomic():
        return set_region(person_id, f"customer-{uuid4().hex[:12]}", region_id)
