"""Where a transaction begins. Flows import this; nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from django.db import close_old_connections, transaction


def atomic() -> AbstractContextManager[None]:
    """All or nothing: what is saved inside is kept together or not at all. Network calls stay outside."""
    return transaction.atomic()


def after_commit(action: Callable[[], None]) -> None:
    """Runs `action` once what is saved now is kept, and never if it is not. Should it fail, it is logged; what was saved stays."""

    def act() -> None:
        # Django's log asks what failed for its name, which a partial does not have.
        action()

    transaction.on_commit(act, robust=True)


def forget_broken_connections() -> None:
    """Closes connections that failed, so that a long-running process opens new ones; requests do this by themselves."""
    close_old_connections()
