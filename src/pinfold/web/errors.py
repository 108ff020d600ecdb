"""The only place where one of our errors becomes a status code and a page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pinfold.basics.errors import (
    InputError,
    KeyReused,
    NoAnswer,
    NoPlan,
    NotAllowed,
    NotFound,
    PinfoldError,
    Refused,
    SoldOut,
    TooMany,
    WrongStep,
)

STATUS = ((NotFound, 404), (NotAllowed, 403), (InputError, 422), (Refused, 409), (NoAnswer, 503), (NoPlan, 409), (PinfoldError, 500))

# What the reader is told in the reader's own language; the error's own words, which name thing and value, follow below it.
WORDS: tuple[tuple[type[PinfoldError], tuple[str | Promise, str | Promise]], ...] = (
    (NotFound, (_("Not here"), _("What you looked for does not exist, or is over. Start again from the list."))),
    (NotAllowed, (_("Not for this account"), _("This page belongs to somebody else. Sign in with the number that may see it."))),
    (SoldOut, (_("Just sold out"), _("Others were faster: there are not enough places left. Nothing was charged."))),
    (TooMany, (_("Pay first"), _("You have kept as much unpaid as one customer may. Pay for it or give it back, then come again."))),
    (WrongStep, (_("No longer possible"), _("Something has changed meanwhile. Go back, look at the page again, then decide."))),
    (KeyReused, (_("Sent twice with different content"), _("Open the page anew and send the form once more."))),
    (InputError, (_("Something in the form is not right"), _("Correct what is named below and send it again."))),
    (NoAnswer, (_("A service does not answer"), _("Nothing was changed. Try again in a few minutes."))),
    (NoPlan, (_("No plan yet"), _("Ask the operator to make the season's plan."))),
    (Refused, (_("Not possible now"), _("Go back and look at the page again."))),
    (PinfoldError, (_("Something went wrong"), _("Nothing was changed. Try again, then tell the cooperative."))),
)
# Shown by status when there is no error of ours: Django's own refusals.
BY_STATUS = {400: InputError, 403: NotAllowed, 404: NotFound, 500: PinfoldError}


def status_of(error: PinfoldError) -> int:
    """HTTP status for one of our errors: the first class in STATUS that it is."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def words_for(kind: type[PinfoldError]) -> tuple[str | Promise, str | Promise]:
    """Heading and remedy for a class of error."""
    return next(words for known, words in WORDS if issubclass(kind, known))


def problem_page(request: HttpRequest, kind: type[PinfoldError], status: int, problem: object = None) -> HttpResponse:
    heading, remedy = words_for(kind)
    return render(request, "problem.html", {"heading": heading, "remedy": remedy, "problem": problem}, status=status)


class RefuseNul:
    """Middleware: an address with NUL in it is a bad request; PostgreSQL cannot look for such a text. The API says so by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info + unquote(request.META["QUERY_STRING"]) and not request.path_info.startswith("/api/"):
            raise BadRequest("the address holds a NUL")
        return self.get_response(request)


class ErrorsToPages:
    """Middleware: a PinfoldError raised by a view becomes a page that says what happened and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, PinfoldError):
            return None
        return problem_page(request, type(error), status_of(error), error)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_page(request, BY_STATUS[400], 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_page(request, BY_STATUS[403], 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_page(request, BY_STATUS[404], 404)


def too_many(request: HttpRequest) -> HttpResponse:
    words = {"heading": _("Too many tries"), "remedy": _("Wait a few minutes, then try again.")}
    return render(request, "problem.html", words, status=429)
