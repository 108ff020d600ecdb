"""Makes the database of a race: a market, and customers who are signed in. Prints their session keys as JSON.

python seed.py CUSTOMERS HOLDS_MAX
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.db import transaction  # noqa: E402
from pin_market import MONDAY, make_market  # noqa: E402

from pinfold.store import setup  # noqa: E402
from pinfold.store.models import Person, Season, Session  # noqa: E402
from pinfold.web.sessions import SessionStore  # noqa: E402


@transaction.atomic
def seed(customers: int, holds_max: int) -> list[str]:
    make_market(kg=1_000_000.0, customers=customers, holds_open_max=holds_max)
    # The season's clock stands at its first Monday, whenever the test runs.
    Season.objects.update(clock_offset_seconds=int((MONDAY - datetime.now(UTC)).total_seconds()))
    people = Person.objects.bulk_create(
        Person(phone=f"139{number:08}", password="!", role="customer", customer_id=f"c{number}") for number in range(customers)
    )
    return [session_of(person) for person in people]


def session_of(person: Person) -> str:
    store = SessionStore()
    kept = {
        SESSION_KEY: str(person.pk),
        BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        HASH_SESSION_KEY: person.get_session_auth_hash(),
    }
    session_key = store._get_new_session_key()
    Session.objects.create(session_key=session_key, session_data=store.encode(kept), expire_date=datetime.now(UTC) + timedelta(days=1))
    return session_key


setup.migrate()
print(json.dumps(seed(int(sys.argv[1]), int(sys.argv[2]))))
