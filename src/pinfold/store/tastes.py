"""What customers with an account will likely want, and whether their list may follow it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from pinfold.store.models import Person, Taste

ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class KnownTaste:
    """chances : by product_id, of wanting it within 4 weeks; other : of any one product that is not named there"""

    chances: dict[str, float]
    other: float
    region_id: str


def is_personal(customer_id: str) -> bool:
    """Whether the customer lets the list be in an order of its own; so it is until the customer says no."""
    return not Taste.objects.filter(customer=customer_id, wanted=False).exists()


def set_personal(customer_id: str, wanted: bool) -> None:
    """Turns the personal order on or off. Either way what was learned goes; on, it is learned again with the next plan."""
    Taste.objects.update_or_create(customer_id=customer_id, defaults={"wanted": wanted, "learned_on": None, "chances": [], "other": 0.0})


def who_may_be_learned() -> list[str]:
    """Customers with an account who have not said no: nobody else ever sees a list of their own."""
    people = Person.objects.filter(customer__isnull=False).exclude(customer__in=Taste.objects.filter(wanted=False).values("customer"))
    return list(people.order_by("customer").values_list("customer", flat=True).distinct())


def save_tastes(learned_on: date, tastes: pl.DataFrame, other: float) -> int:
    """Keeps customer_id, rank, product_id, chance in place of what was learned before; how many customers comes back.

    Belongs in a transaction. Who said no in the meantime is left as is.
    """
    rows = tastes.sort("customer_id", "rank").group_by("customer_id", maintain_order=True).agg("product_id", "chance")
    for part in rows.iter_slices(ROWS_AT_ONCE):
        Taste.objects.bulk_create(
            [
                Taste(customer_id=who, learned_on=learned_on, chances=list(zip(products, chances, strict=True)), other=other)
                for who, products, chances in part.iter_rows()
            ],
            update_conflicts=True, unique_fields=["customer"], update_fields=["learned_on", "chances", "other"],
        )  # fmt: skip
    Taste.objects.filter(wanted=False).update(learned_on=None, chances=[], other=0.0)
    return rows.height


def taste_of(customer_id: str) -> KnownTaste | None:
    """What was last learned of a customer who wants a personal order; None where that is nothing."""
    rows = Taste.objects.filter(customer=customer_id, wanted=True, learned_on__isnull=False)
    found = rows.values_list("chances", "other", "customer__region_id").first()
    return KnownTaste(dict(found[0]), found[1], found[2]) if found else None
