"""The only place where one of our errors becomes a status code."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pinfold.basics.errors import InputError, NoAnswer, NotAllowed, NotFound, PinfoldError, Refused

STATUS = ((NotFound, 404), (NotAllowed, 403), (InputError, 422), (Refused, 409), (NoAnswer, 503), (PinfoldError, 500))


def status_of(error: PinfoldError) -> int:
    """HTTP status for one of our errors: the first class in STATUS that it is."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


class ErrorsToPages:
    """Middleware: a PinfoldError raised by a view becomes a page that says what happened and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, PinfoldError):
            return None
        return render(request, "problem.html", {"problem": error}, status=status_of(error))
