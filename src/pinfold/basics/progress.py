"""How a long job says how far it is. The caller passes one in; a stage never prints."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    def __call__(self, what: str, done: int, total: int) -> None:
        """`done` of `total` steps of `what` are finished."""


def silent(what: str, done: int, total: int) -> None:
    """For callers that show nothing."""
