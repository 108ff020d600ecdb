"""One question over HTTP: a bounded wait, tries again with jitter, and nothing believed that is not JSON from the address asked.

Tries again: exponential back-off with full jitter, a wait drawn evenly from 0 to the least of CAP_SECONDS and FIRST_SECONDS * 2^tries.
Source: Brooker (2015), "Exponential Backoff And Jitter", AWS Architecture Blog. A service that says how long to wait (Retry-After, RFC 9110
section 10.2.3) is asked again after that time, or not at all when it is longer than what is left.
"""

from __future__ import annotations

import json
import queue
import random
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pinfold.basics.errors import NoAnswer, WrongAnswer
from pinfold.outside.weather.weather_service import Budget

if TYPE_CHECKING:
    import httpx

TRIES_MAX = 4
FIRST_SECONDS, CAP_SECONDS = 0.5, 8.0
# Ten years of four daily figures are 150 kB of JSON.
BYTES_MAX = 20_000_000
TRY_AGAIN = (408, 429, 500, 502, 503, 504)
SAYS_MAX = 160
HEADERS = {"Accept": "application/json"}


@dataclass(frozen=True)
class Patience:
    """How long to wait.

    silence_seconds : for a connection, and for the next bytes
    answer_seconds : for the whole answer with all its tries
    """

    silence_seconds: float
    answer_seconds: float
    wait: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


class TryAgain(Exception):
    """This time it did not work; says why, and after how many seconds the service wants to be asked again (None: it did not say)."""

    def __init__(self, says: str, after_seconds: float | None = None) -> None:
        super().__init__(says)
        self.after_seconds = after_seconds


def ask_json(name: str, url: str, params: Mapping[str, str], patience: Patience, budget: Budget) -> Any:
    """What the service called `name` answers to a GET of `url`, read as JSON.

    Raises NoAnswer when no whole answer came within patience and budget, WrongAnswer for one that another try would not mend.
    Messages name the address without `params`, which may hold a key.
    """
    whole = Budget(min(patience.answer_seconds, budget.left_seconds()))
    if not whole.left_seconds():
        raise NoAnswer(f"{name} was not asked: no time was left")
    for tried in range(TRIES_MAX):
        try:
            return _within(whole.left_seconds(), lambda: _once(url, params, patience.silence_seconds, whole))
        except TryAgain as problem:
            says, after_seconds = str(problem), problem.after_seconds
        except WrongAnswer as wrong:
            raise WrongAnswer(f"{name} at {_address(url)}: {wrong}") from None
        pause = patience.jitter() * min(CAP_SECONDS, FIRST_SECONDS * 2**tried) if after_seconds is None else after_seconds
        if tried + 1 == TRIES_MAX or pause >= whole.left_seconds():
            break
        patience.wait(pause)
    raise NoAnswer(f"{name} at {_address(url)} gave no answer after {tried + 1} {'try' if tried == 0 else 'tries'}: {says}")


def _within(seconds: float, job: Callable[[], Any]) -> Any:
    """What `job` gives, or TryAgain when it takes longer.

    Time-outs of sockets begin anew with every byte, and looking up a name has none at all; only a second thread bounds the whole. It is
    left behind when it is late, and ends by its own time-outs.
    """
    done: queue.SimpleQueue[tuple[Any, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((job(), None))
        except Exception as problem:
            done.put((None, problem))

    threading.Thread(target=run, daemon=True).start()
    try:
        answer, problem = done.get(timeout=seconds)
    except queue.Empty:
        raise TryAgain("it took too long") from None
    if problem is not None:
        raise problem
    return answer


def _once(url: str, params: Mapping[str, str], silence_seconds: float, whole: Budget) -> Any:
    """One try. Raises TryAgain or WrongAnswer."""
    import httpx  # half a second of every server's start, for a call that few processes ever make

    body = bytearray()
    try:
        with (
            httpx.Client(timeout=silence_seconds, follow_redirects=False, verify=_trusted(), headers=HEADERS) as client,
            client.stream("GET", url, params=dict(params)) as answer,
        ):
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > BYTES_MAX:
                    raise WrongAnswer(f"its answer is longer than {BYTES_MAX:,} bytes")
                if not whole.left_seconds():
                    raise TryAgain("it took too long")
    except httpx.TimeoutException:
        raise TryAgain(f"it was silent for {silence_seconds:g} s") from None
    except httpx.InvalidURL as problem:
        raise WrongAnswer(f"this is no address ({problem})") from None
    except httpx.HTTPError as problem:
        raise TryAgain(f"{type(problem).__name__}: {problem}"[:SAYS_MAX]) from None
    return _content(answer, bytes(body))


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are believed, read once: that takes longer than a small answer does."""
    import httpx

    return httpx.create_ssl_context()


def _content(answer: httpx.Response, body: bytes) -> Any:
    """What a finished answer holds. Raises TryAgain or WrongAnswer."""
    if answer.status_code in TRY_AGAIN:
        raise TryAgain(
            f"it answered {answer.status_code} {_reason(body)}".rstrip(), _retry_after_seconds(answer.headers.get("Retry-After"))
        )
    if answer.is_redirect:
        # Followed, it would send the place, and perhaps a key, to somebody whom nobody named in the settings.
        to = urlsplit(answer.headers.get("Location", "")).netloc or "another page"
        raise WrongAnswer(f"it sends us on to {to}; if that is right, name that address in the settings")
    if answer.status_code != 200:
        raise WrongAnswer(f"it answered {answer.status_code} {_reason(body)}".rstrip())
    kind = answer.headers.get("Content-Type", "")
    if "json" not in kind:
        raise WrongAnswer(f"it sent {kind.partition(';')[0] or 'something without a type'} where JSON was asked for")
    try:
        # Whole numbers become floats too, because one of 400 digits would break what is reckoned with it.
        return json.loads(body, parse_constant=_refuse_constant, parse_int=float)
    except (ValueError, RecursionError) as problem:
        raise TryAgain(f"its JSON cannot be read ({problem})"[:SAYS_MAX]) from None


def _refuse_constant(text: str) -> None:
    raise WrongAnswer(f"it sent {text} for a number")


def _reason(body: bytes) -> str:
    """What a refusal says, where it says so as `reason` (Open-Meteo) or in `messages` (NASA POWER)."""
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    says = told.get("reason") or "; ".join(map(str, told.get("messages") or ()))
    return f"({str(says)[:SAYS_MAX]})" if says else ""


def _retry_after_seconds(text: str | None) -> float | None:
    """Seconds from now, from a number of seconds or a date; None where it is absent or unreadable.

    >>> _retry_after_seconds("120"), _retry_after_seconds("soon"), _retry_after_seconds(None)
    (120.0, None, None)
    """
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _address(url: str) -> str:
    return urlsplit(url).netloc + urlsplit(url).path
