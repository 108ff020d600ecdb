"""Private addresses of calendars for phones, by the hash of their tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pinfold.store.models import CalendarFeed, Person


@dataclass(frozen=True)
class FeedReader:
    """Whose calendar an address shows, and in which language."""

    village_id: str
    language: str


def keep(person_id: int, token_hash: str, now: datetime) -> None:
    """Makes this the person's only address."""
    CalendarFeed.objects.update_or_create(person_id=person_id, defaults={"token_hash": token_hash, "made_at": now})


def end(person_id: int) -> None:
    CalendarFeed.objects.filter(person=person_id).delete()


def made_at(person_id: int) -> datetime | None:
    """When the person's address was made; None where there is none."""
    return CalendarFeed.objects.filter(person=person_id).values_list("made_at", flat=True).first()


def reader_of(token_hash: str) -> FeedReader | None:
    """None for an address that was never made, was ended, or whose owner is no longer a village's coordinator."""
    rows = CalendarFeed.objects.filter(
        token_hash=token_hash, person__is_active=True, person__role=Person.Role.COORDINATOR, person__village__isnull=False
    )
    row = rows.values_list("person__village_id", "person__language").first()
    return FeedReader(*row) if row else None
