"""Who may sign in."""

from __future__ import annotations

from dataclasses import dataclass

from pinfold.store.models import Person


@dataclass(frozen=True)
class SignIn:
    phone: str
    role: str
    over: str


def sign_ins() -> list[SignIn]:
    """The first person of each role, in the order of the roles, with the id of what the role is over."""
    first: dict[str, SignIn] = {}
    for person in Person.objects.order_by("id"):
        over = next(
            (
                str(value)
                for value in (
                    person.household_id,
                    person.village_id,
                    person.cooperative_id,
                    person.merchant_id,
                    person.hub_id,
                    person.customer_id,
                )
                if value
            ),
            "",
        )
        first.setdefault(person.role, SignIn(person.phone, person.role, over))
    return [first[role] for role in Person.Role.values if role in first]
