"""Is this installation well? Each finding says what was looked at and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pinfold
from pinfold.flows import clock
from pinfold.flows.weather import weather_state
from pinfold.settings import settings
from pinfold.store import setup
from pinfold.store.events import lost_since
from pinfold.store.ledger import unbalanced_postings
from pinfold.store.season import current_season, has_season

LOOKS_BACK_DAYS = 7


@dataclass(frozen=True)
class Finding:
    what: str
    ok: bool
    says: str


def examine() -> Iterator[Finding]:
    """Every finding, well or not, in the order in which to mend them."""
    waiting = setup.waiting_migrations()
    yield Finding("database", True, setup.vendor())
    yield Finding("migrations", not waiting, f"waiting: {', '.join(waiting)}; {setup.PREPARE}" if waiting else "all applied")
    if waiting:
        return
    limits = setup.has_cache_table()
    yield Finding("limits of tries", limits, "counted" if limits else f"cannot be counted, so nobody can sign in; {setup.PREPARE}")
    yield Finding("season", has_season(), str(current_season().number) if has_season() else "none; run: pinfold season load FOLDER")
    weather = weather_state(clock.now())
    yield Finding("weather", not weather.is_old, weather.says + ("; run: pinfold weather fetch" if weather.is_old else ""))
    wrong = unbalanced_postings()
    yield Finding("ledger", not wrong, f"do not sum to zero: {', '.join(wrong)}" if wrong else "every posting sums to zero")
    sources = list(Path(pinfold.__file__).parent.glob("**/LC_MESSAGES/django.po"))
    stale = [source for source in sources if not source.with_suffix(".mo").exists()]
    yield Finding("translations", not stale, "not compiled; run: make translations" if stale else f"{len(sources)} catalogues compiled")
    lost = lost_since(clock.now() - timedelta(days=LOOKS_BACK_DAYS)) if has_season() else 0
    yield Finding(
        "events", not lost, f"{lost} lost in {LOOKS_BACK_DAYS} days to a full queue; raise PINFOLD_EVENT_QUEUE_MAX" if lost else "none lost"
    )
    safe = settings().production or not settings().show_codes
    yield Finding("sign-in codes", True, "sent only" if safe else "shown on the page (example season)")
