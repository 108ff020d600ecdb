"""A weather server on this machine that does as it is told: answers, keeps silent, drips, breaks off, sends elsewhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

Behaviour = Callable[["BaseHTTPRequestHandler", "BadServer"], None]
DRIP_SECONDS = 0.02


class BadServer:
    """`url` is where it listens; `asked` what it was asked; its behaviours are used up one by one, the last one stays."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.behaviours, self.asked, self.over = list(behaviours), [], threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                outer.asked.append((parts.path, dict(parse_qsl(parts.query))))
                behaviour = outer.behaviours.pop(0) if len(outer.behaviours) > 1 else outer.behaviours[0]
                with suppress(OSError):  # whoever asked may have hung up
                    behaviour(self, outer)
                self.close_connection = True

            def log_message(self, *given: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def serving(*behaviours: Behaviour) -> Iterator[BadServer]:
    """A server that behaves so, until the block ends."""
    bad = BadServer(*behaviours)
    threading.Thread(target=lambda: bad.server.serve_forever(poll_interval=0.01), daemon=True).start()
    try:
        yield bad
    finally:
        bad.over.set()
        bad.server.shutdown()
        bad.server.server_close()


def sends(body: object, status: int = 200, kind: str = "application/json", headers: dict[str, str] | None = None) -> Behaviour:
    """A whole answer. body : bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def behave(handler: BaseHTTPRequestHandler, server: BadServer) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return behave


def breaks_off(body: object, length_told: bool = True) -> Behaviour:
    """Half an answer, and then the line is dead."""
    data = json.dumps(body).encode()

    def behave(handler: BaseHTTPRequestHandler, server: BadServer) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        if length_told:
            handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[: len(data) // 2])

    return behave


def keeps_silent(handler: BaseHTTPRequestHandler, server: BadServer) -> None:
    """Takes the question and says nothing."""
    server.over.wait(30)


def drips_body(handler: BaseHTTPRequestHandler, server: BadServer) -> None:
    """One byte after the other, so that no single read ever times out."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    while not server.over.wait(DRIP_SECONDS):
        handler.wfile.write(b" ")


def drips_headers(handler: BaseHTTPRequestHandler, server: BadServer) -> None:
    """The same before there is any answer to read."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not server.over.wait(DRIP_SECONDS):
        handler.wfile.write(b"a")
