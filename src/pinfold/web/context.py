"""What every page knows."""

from __future__ import annotations

from django.http import HttpRequest

from pinfold.basics.languages import LANGUAGES
from pinfold.settings import settings
from pinfold.web.navigation import links_for


def everywhere(request: HttpRequest) -> dict[str, object]:
    """production, languages (code and own name), links (of the person's role), and the page that one of them may point to."""
    person = getattr(request, "user", None)
    role = person.role if person and person.is_authenticated else None
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match else ""
    return {"production": settings().production, "languages": LANGUAGES.items(), "links": links_for(role), "here": here}
