"""Everything that can be asked for, asked once by everybody: what each role was answered at each address."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import URLPattern, get_resolver, reverse
from two_cooperatives import NOBODY, World

from pinfold.web.api.site import api
from pinfold.web.roles import Role

# What an address names is each role's own, so that a refusal is about the role and nothing else.
NAMED = {
    "share_code": "share0",
    "order_id": "order-0001",
    "payment_id": "payment-0001",
    "refund_id": "expired:order-0001",
    "provider_name": "sandbox",
    "pin_id": "pin-0",
    "household_id": "household-alpha",
    "settlement_id": "settlement:2026:3:household-alpha",
    "bid_id": "bid-of-merchant-1",
    "dividend_id": "dividend-2026",
    "week": 3,
    "crop": "coffee",
    "product_id": "green-beans",
    "token": "nobody-was-given-this",
    "app_label": "store",
    "object_id": "1",
    "content_type_id": "1",
    "url": "nothing",
}
API_PAGES = {"api:openapi-json", "api:openapi-view", "api:api-root"}


@dataclass(frozen=True)
class Answer:
    """text : of a page, or of all that is packed in an archive"""

    address: str
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def is_let_in(self) -> bool:
        """Neither sent to sign in nor told that it is not theirs; an answer of 5xx lets nobody in."""
        to_sign_in = self.status == 302 and self.headers["Location"].startswith(("/sign-in/?next=", "/admin/login/?next="))
        return self.status not in (401, 403) and self.status < 500 and not to_sign_in


def pages() -> dict[str, str]:
    """Address of every page by its name, e.g. shop:pin. The API's operations are not among them."""
    return {name: address for name, address in _addresses() if not name.startswith(("api:", "admin:")) or name in API_PAGES}


def office() -> dict[str, str]:
    """Address of every page of the tables for operators, by its name."""
    return {name: address for name, address in _addresses() if name.startswith("admin:")}


def operations() -> dict[str, tuple[str, str]]:
    """(method, address) of every operation of the API, by method and path, e.g. GET /api/pins/{pin_id}."""
    paths = api.get_openapi_schema(path_prefix="/api/")["paths"]
    return {f"{method.upper()} {path}": (method.upper(), path.format(**NAMED)) for path, methods in paths.items() for method in methods}


def ask_everything(world: World) -> dict[str, dict[str, Answer]]:
    """Answers by name and role. Pages are read; operations are sent an empty body, which says whether the role is let in.

    The rows behind the tables for operators are asked for by strangers alone, for time.
    """
    found = {name: {role: _ask(world, role, "GET", address) for role in world.browsers} for name, address in pages().items()}
    found |= {name: {role: _ask(world, role, *call) for role in world.browsers} for name, call in operations().items()}
    for name, address in office().items():
        asking = world.browsers if name.endswith(("_changelist", "index")) else (NOBODY, Role.MERCHANT)
        found[name] = {role: _ask(world, role, "GET", address) for role in asking}
    return found


def _ask(world: World, role: str, method: str, address: str) -> Answer:
    answer = world.browsers[role].generic(method, address, "{}", "application/json")
    return Answer(address, answer.status_code, dict(answer.headers), _text(answer))


def _text(answer: HttpResponse) -> str:
    if answer.streaming:
        return ""
    if answer["Content-Type"] == "application/zip":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return " ".join(archive.read(name).decode() for name in archive.namelist())
    return answer.content.decode()


def _addresses() -> Iterator[tuple[str, str]]:
    def walk(found: list[object], space: str) -> Iterator[tuple[str, URLPattern]]:
        for each in found:
            if isinstance(each, URLPattern):
                yield f"{space}{each.name}", each
            else:
                inner = getattr(each, "namespace", None)
                yield from walk(each.url_patterns, f"{space}{inner}:" if inner else space)

    for name, each in walk(get_resolver().url_patterns, ""):
        if not name.endswith("None") and (not name.startswith("api:") or name in API_PAGES):
            unknown = each.pattern.regex.groupindex.keys() - NAMED.keys()
            assert not unknown, f"{name} names {', '.join(unknown)}; add one that is in the small world to NAMED"
            yield name, reverse(name, kwargs={key: NAMED[key] for key in each.pattern.regex.groupindex})
