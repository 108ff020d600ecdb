"""Who may sign in, and sessions that are over."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from pinfold.store.models import Person, Session

ROWS_AT_ONCE = 500


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


def forget_ended_sessions() -> int:
    """Deletes at most ROWS_AT_ONCE sessions that are over, by the world's clock, which they go by; how many comes back."""
    ended = list(Session.objects.filter(expire_date__lt=timezone.now()).values_list("pk", flat=True)[:ROWS_AT_ONCE])
    return Session.objects.filter(pk__in=ended).delete()[0]
