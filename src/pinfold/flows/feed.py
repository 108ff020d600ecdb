"""A coordinator's private calendar address: whoever knows it may read the village's calendar, until a new one is made or it is ended."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from pinfold.basics.errors import NotFound
from pinfold.store import feeds
from pinfold.store.transaction import atomic

TOKEN_BYTES = 32


def make_token(person_id: int, now: datetime) -> str:
    """A new secret for the address, which ends the one before. Only its hash is kept, so it can be shown this once."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with atomic():
        feeds.keep(person_id, _hash(token), now)
    return token


def end_token(person_id: int) -> None:
    """No calendar is answered at the person's address any more; without one nothing happens."""
    with atomic():
        feeds.end(person_id)


def reader_of(token: str) -> feeds.FeedReader:
    """Raises NotFound for a token that opens nothing, in the same words whatever the reason."""
    reader = feeds.reader_of(_hash(token))
    if reader is None:
        raise NotFound("no calendar has this address; its coordinator can make a new one on the page This week")
    return reader


def _hash(token: str) -> str:
    # The token has 256 random bits, so a plain hash cannot be searched through; a slow one would only slow the phones.
    return sha256(token.encode()).hexdigest()
