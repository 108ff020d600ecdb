"""What every page knows."""

from __future__ import annotations

from django.http import HttpRequest

from pinfold.settings import settings
from pinfold.web.navigation import links_for


def everywhere(request: HttpRequest) -> dict[str, object]:
    """production, links (of the person's role), and whether this page is the one a link points to."""
    person = getattr(request, "user", None)
    role = person.role if person and person.is_authenticated else None
    match = getattr(request, "resolver_match", None)
    return {"production": settings().production, "links": links_for(role), "here": match.view_name if match else ""}
