"""A chart as an answer: drawn once by each server process, and not sent again to a phone that has it."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from pinfold.basics.errors import NotFound

KEEP_SECONDS = 3_600
# In memory and not in the database's cache: a picture must not wait for whoever is writing there.
KEPT = LocMemCache("charts", {"OPTIONS": {"MAX_ENTRIES": 300}})


def picture(request: HttpRequest, shown: object, draw: Callable[[], str]) -> HttpResponseBase:
    """The SVG that `draw` makes, or the one kept for the same `shown` in the reader's language.

    shown : all that the picture depends on, in a form whose repr tells it apart
    Raises NotFound when there is nothing to show.
    """
    if not shown:
        raise NotFound("there is nothing to draw here yet; the page that shows the picture says when there will be")
    key = f"chart:{get_language()}:{sha256(f'{draw.__qualname__} {shown!r}'.encode()).hexdigest()}"
    svg = KEPT.get(key)
    if svg is None:
        svg = draw()
        KEPT.set(key, svg, KEEP_SECONDS)
    etag = f'"{sha256(svg.encode()).hexdigest()[:32]}"'
    answer = HttpResponse(svg, content_type="image/svg+xml", headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    return get_conditional_response(request, etag=etag, response=answer) or answer
