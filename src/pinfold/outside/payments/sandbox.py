"""A payment provider to try things with: it keeps books of its own, has its own page, and sends signed notices later and more than once.

No real money moves. It shares the secret that signs notices with Pinfold, and nothing else; its books are a file beside the database.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from pinfold.basics.errors import InputError, NoAnswer, NotAllowed, NotFound
from pinfold.outside.payments.provider import Instruction, Notice
from pinfold.settings import settings

TRIES = 5
FIELDS = {"notice_id": str, "payment_id": str, "paid": bool, "amount_fen": int}
TABLES = """
CREATE TABLE IF NOT EXISTS payments (payment_id TEXT PRIMARY KEY, amount_fen INTEGER NOT NULL, paid INTEGER);
CREATE TABLE IF NOT EXISTS refunds (key TEXT PRIMARY KEY, payment_id TEXT NOT NULL, amount_fen INTEGER NOT NULL);
"""


class Sandbox:
    name = "sandbox"

    def start(self, payment_id: str, amount_fen: int) -> Instruction:
        with _books() as books:
            books.execute("INSERT OR IGNORE INTO payments (payment_id, amount_fen) VALUES (?, ?)", (payment_id, amount_fen))
        return Instruction(payment_id, self.name, amount_fen, redirect_url=f"/sandbox/pay/{payment_id}")

    def verify(self, body: Mapping[str, object]) -> Notice:
        given = str(body.get("signature", ""))
        content = {name: body.get(name) for name in FIELDS}
        if not hmac.compare_digest(given.encode(errors="replace"), _signature(content).encode()):
            raise NotAllowed("this notice is not signed by the sandbox provider; check PINFOLD_SANDBOX_SECRET on both sides")
        for name, kind in FIELDS.items():
            if type(content[name]) is not kind:
                raise InputError(f"notice has {name} {content[name]!r}; send a {kind.__name__}")
        return Notice(**content)  # type: ignore[arg-type]

    def refund(self, payment_id: str, amount_fen: int, key: str) -> None:
        with _books() as books:
            books.execute("INSERT OR IGNORE INTO refunds VALUES (?, ?, ?)", (key, payment_id, amount_fen))


def amount_asked_fen(payment_id: str) -> int:
    """What the provider's page asks the customer for. Raises NotFound."""
    with _books() as books:
        row = books.execute("SELECT amount_fen FROM payments WHERE payment_id = ?", (payment_id,)).fetchone()
    if row is None:
        raise NotFound(f"the sandbox provider knows no payment {payment_id!r}; start it from the order")
    return int(row[0])


def decide(payment_id: str, paid: bool) -> dict[str, object]:
    """What the customer chose on the provider's page, kept in its books, as the signed notice that says so.

    The same choice again gives the same notice. A payment that was made stays made, whatever is chosen after it.
    """
    amount_fen = amount_asked_fen(payment_id)
    with _books() as books:
        books.execute("UPDATE payments SET paid = ? WHERE payment_id = ? AND paid IS NOT 1", (int(paid), payment_id))
        made = bool(books.execute("SELECT paid FROM payments WHERE payment_id = ?", (payment_id,)).fetchone()[0])
    return signed(Notice(f"{payment_id}:{'paid' if made else 'refused'}", payment_id, made, amount_fen))


def signed(notice: Notice) -> dict[str, object]:
    """The notice as it goes over the wire."""
    content: dict[str, object] = {name: getattr(notice, name) for name in FIELDS}
    return content | {"signature": _signature(content)}


def announce(body: Mapping[str, object], notice_url: str, times: int = 1) -> threading.Thread:
    """Posts the notice `times` over from a thread of its own, after the configured delay; the customer does not wait for it.

    Each post is tried again while nobody answers or the server is at fault, as real providers do.
    """
    thread = threading.Thread(target=_post, args=(dict(body), notice_url, times, settings().sandbox_delay_seconds), daemon=True)
    thread.start()
    return thread


def kept_fen() -> int:
    """What the provider holds for Pinfold by its own books: payments made less refunds. To compare with the ledger."""
    with _books() as books:
        paid = books.execute("SELECT COALESCE(SUM(amount_fen), 0) FROM payments WHERE paid = 1").fetchone()[0]
        back = books.execute("SELECT COALESCE(SUM(amount_fen), 0) FROM refunds").fetchone()[0]
    return int(paid - back)


def _post(body: dict[str, object], notice_url: str, times: int, delay_seconds: float) -> None:
    import httpx  # half a second of every server's start, for a thread that few ever run

    time.sleep(delay_seconds)
    for _ in range(times):
        for tried in range(TRIES):
            try:
                if httpx.post(notice_url, json=body, timeout=10).status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    break
            except httpx.TransportError:
                pass
            time.sleep(2**tried)


def _signature(content: Mapping[str, object]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.digest(settings().sandbox_secret.encode(), text.encode(), "sha256").hex()


def books_path() -> Path:
    return settings().data_dir / "sandbox.sqlite3"


@contextmanager
def _books() -> Iterator[sqlite3.Connection]:
    books_path().parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(books_path(), timeout=30)) as books, books:
            books.executescript(TABLES)
            yield books
    except sqlite3.OperationalError as problem:
        raise NoAnswer(f"the sandbox provider cannot open its books ({problem}); ask it again later") from None
