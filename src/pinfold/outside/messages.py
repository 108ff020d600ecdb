"""Messages to phones. One function per service; today the console alone."""

from __future__ import annotations

import sys


def send_message(phone: str, text: str) -> None:
    """Writes the message to standard error, where an operator without an SMS contract can read it out."""
    print(f"[message to {phone}] {text}", file=sys.stderr, flush=True)  # noqa: T201
