"""Events and impressions: written in batches under pseudonyms, counted, given up after their time, erased for one customer."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import Count, Max, Min, Model, Sum

from pinfold.demand.events import Event, Impression
from pinfold.settings import settings
from pinfold.store import models as store

# Small enough that an order waiting for SQLite's only writer waits some milliseconds.
ROWS_AT_ONCE = 500


def pseudonym(secret: str) -> int:
    """The signed 64-bit number under which a customer's events are kept: HMAC-SHA-256 (RFC 2104) of the customer's secret under the
    installation's own key. Neither the tables nor the key alone ties it to anybody.
    """
    digest = hmac.digest(settings().secret_key.encode(), f"events:{secret}".encode(), sha256)
    return int.from_bytes(digest[:8], signed=True)


def write(happened: Sequence[Event | Impression], lost: int, now: datetime) -> None:
    """Keeps events and impressions, and how many were lost before them. What a customer does not want kept is left out.

    Belongs in a transaction of its own.
    """
    named = _pseudonyms({each.customer_id for each in happened if each.customer_id is not None})
    kept = [(each, named.get(each.customer_id)) for each in happened if each.customer_id is None or each.customer_id in named]
    pins = _pins({each.pin_id for each, _ in kept if isinstance(each, Event)})
    store.Event.objects.bulk_create(
        [_event_row(each, who, pins[each.pin_id]) for each, who in kept if isinstance(each, Event) and each.pin_id in pins]
    )
    store.Impression.objects.bulk_create([_impression_row(each, who) for each, who in kept if isinstance(each, Impression)])
    if lost:
        store.EventLoss.objects.create(at=now, lost=lost)


def _pseudonyms(customer_ids: set[str]) -> dict[str | None, int]:
    """Of customers who exist and let their events be kept; those seen for the first time get a secret."""
    # Locked, so that nothing is written under a key that is being erased.
    keys = store.EventKey.objects.select_for_update().order_by("customer")
    known = {row.customer_id: row for row in keys.filter(customer__in=customer_ids)}
    there = store.Customer.objects.filter(pk__in=customer_ids - known.keys()).order_by("pk").values_list("pk", flat=True)
    fresh = [store.EventKey(customer_id=customer_id, secret=secrets.token_hex(32)) for customer_id in there]
    # Another process may be first; its secret holds.
    store.EventKey.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        known |= {row.customer_id: row for row in keys.filter(customer__in=[row.customer_id for row in fresh])}
    return {customer_id: pseudonym(row.secret) for customer_id, row in known.items() if row.records}


def _pins(pin_ids: set[str]) -> dict[str, tuple[str, str, float]]:
    """product_id, region_id and pack_kg of each pin that is still there."""
    rows = store.Pin.objects.filter(pk__in=pin_ids).values_list("pin_id", "product_id", "region_id", "pack_kg")
    return {pin_id: (product_id, region_id, pack_kg) for pin_id, product_id, region_id, pack_kg in rows}


def _event_row(event: Event, who: int | None, pin: tuple[str, str, float]) -> store.Event:
    product_id, region_id, pack_kg = pin
    return store.Event(
        kind=event.kind, at=event.at, pseudonym=who, pin_id=event.pin_id, product_id=product_id, region_id=region_id,
        impression_id=event.impression_id, seats=event.seats, kg=event.seats * pack_kg,
    )  # fmt: skip


def _impression_row(impression: Impression, who: int | None) -> store.Impression:
    return store.Impression(
        impression_id=impression.impression_id, at=impression.at, pseudonym=who, page=impression.page, region_id=impression.region_id,
        product_id=impression.product_id, ranking=impression.ranking, version=impression.version,
        shown=[[each.pin_id, each.position, each.propensity, each.elsewhere] for each in impression.shown],
    )  # fmt: skip


def records(customer_id: str) -> bool:
    """Whether the customer lets events be kept; so it is until the customer says no."""
    return not store.EventKey.objects.filter(customer=customer_id, records=False).exists()


def set_records(customer_id: str, wanted: bool) -> None:
    """Turns recording on or off. Off takes away what was kept; on again begins under another pseudonym. Belongs in a transaction."""
    if wanted != records(customer_id):
        forget_events(customer_id)
        store.EventKey.objects.create(customer_id=customer_id, secret=secrets.token_hex(32), records=wanted)


def events_of(customer_id: str) -> list[tuple[Any, ...]]:
    """What is kept of a customer, the oldest first: kind ("shown" for a pin on a list), at, pin_id, product_id, region_id."""
    mine = store.EventKey.objects.filter(customer=customer_id).first()
    if mine is None:
        return []
    own = {"pseudonym": pseudonym(mine.secret)}
    rows = list(store.Event.objects.filter(**own).values_list("kind", "at", "pin_id", "product_id", "region_id"))
    lists = store.Impression.objects.filter(**own).values_list("at", "shown", "product_id", "region_id")
    rows += [("shown", at, pin_id, product_id, region_id) for at, shown, product_id, region_id in lists for pin_id, *_ in shown]
    return sorted(rows, key=lambda row: row[1])


def forget_events(customer_id: str) -> None:
    """Deletes the customer's events and impressions, then what would tie the customer to others of them. Belongs in a transaction."""
    mine = store.EventKey.objects.select_for_update().filter(customer=customer_id).first()
    if mine is not None:
        for model in (store.Event, store.Impression):
            model._default_manager.filter(pseudonym=pseudonym(mine.secret)).delete()
        mine.delete()


def older_rows(before: datetime) -> int:
    """Deletes at most ROWS_AT_ONCE events, impressions and losses each from before a moment; how many it were comes back."""
    gone = 0
    tables: tuple[type[Model], ...] = (store.Event, store.Impression, store.EventLoss)
    for model in tables:
        old = list(model._default_manager.filter(at__lt=before).values_list("pk", flat=True)[:ROWS_AT_ONCE])
        gone += model._default_manager.filter(pk__in=old).delete()[0]
    return gone


def lost_since(since: datetime) -> int:
    """Events given up since a moment because the queue was full."""
    return store.EventLoss.objects.filter(at__gte=since).aggregate(lost=Sum("lost"))["lost"] or 0


def counts() -> dict[str, Any]:
    """How many events of each kind, impressions and losses are kept, and from when to when."""
    kinds = dict(store.Event.objects.order_by("kind").values_list("kind").annotate(Count("pk")))
    span = store.Event.objects.aggregate(first=Min("at"), last=Max("at"))
    lost = store.EventLoss.objects.aggregate(lost=Sum("lost"))["lost"] or 0
    return {**kinds, "impressions": store.Impression.objects.count(), "lost": lost, "first_at": span["first"], "last_at": span["last"]}


def marks_of(customer_id: str) -> dict[str, str]:
    """The customer's own mark on each pin: favourite or skip."""
    return dict(store.Mark.objects.filter(customer=customer_id).values_list("pin_id", "kind"))


def skipped_by(customer_id: str | None) -> set[str]:
    """Pins that the customer has taken off the own list; nobody's are none."""
    return {pin_id for pin_id, kind in marks_of(customer_id).items() if kind == store.Mark.Kind.SKIP} if customer_id else set()


def set_mark(customer_id: str, pin_id: str, kind: str) -> None:
    """Marks a pin for the customer; "" takes the mark away."""
    if kind:
        store.Mark.objects.update_or_create(customer_id=customer_id, pin_id=pin_id, defaults={"kind": kind})
    else:
        store.Mark.objects.filter(customer=customer_id, pin=pin_id).delete()


def rows_between(model_name: str, columns: Iterable[str], start: datetime, end: datetime) -> list[tuple[Any, ...]]:
    """Rows of Event or Impression from `start` up to before `end`, in the order in which they happened."""
    model = {"event": store.Event, "impression": store.Impression}[model_name]
    return list(model._default_manager.filter(at__gte=start, at__lt=end).order_by("at", "pk").values_list(*columns))
