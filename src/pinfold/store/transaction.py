"""Where a transaction begins. Flows import this; nothing else does."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.db import transaction


def atomic() -> AbstractContextManager[None]:
    """All or nothing: what is saved inside is kept together or not at all. Network calls stay outside."""
    return transaction.atomic()
