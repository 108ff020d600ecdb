"""Messages to phones. One function per service; today the console alone."""

from __future__ import annotations

import sys


def send_message(phone: str, text: str, key: str = "") -> None:
    """Writes the message to standard error, where an operator without an SMS contract can read it out.

    key : the same for a message that is sent again, for services that then send it once; "" for one that is never repeated
    """
    print(f"[message to {phone}] {text}", file=sys.stderr, flush=True)  # noqa: T201
