"""Where a transaction begins. Flows import this; nothing else does."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.db import close_old_connections, transaction


def atomic() -> AbstractContextManager[None]:
    """All or nothing: what is saved inside is kept together or not at all. Network calls stay outside."""
    return transaction.atomic()


def forget_broken_connections() -> None:
    """Closes connections that failed, so that a long-running process opens new ones; requests do this by themselves."""
    close_old_connections()
