"""What every page knows."""

from __future__ import annotations

from django.http import HttpRequest

from pinfold.settings import settings


def everywhere(request: HttpRequest) -> dict[str, object]:
    return {"production": settings().production}
