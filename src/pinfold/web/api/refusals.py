"""How the API says no: one shape of JSON for every refusal, with the status of web/errors.py."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from pinfold.basics.errors import InputError, NotAllowed, NotFound, PinfoldError
from pinfold.web.errors import BY_STATUS, status_of

NOT_SIGNED_IN = "sign in at /sign-in/ with a phone number and its code, and send the session's cookie (docs/api.md)"


class Refusal(Schema):
    """error : the kind of error; message : which thing, which value and what to do."""

    error: str = Field(description="kind of error, e.g. SoldOut, WrongStep, NotFound, NotAllowed, NotSignedIn, InputError")
    message: str = Field(description="which thing, which value, and what to do")


# What any operation may answer beside its own answer; 503 when an outside service does not answer.
REFUSALS = (400, 401, 403, 404, 409, 422, 503)


def may_refuse(answer: object) -> dict[int, object]:
    """The responses of an operation that answers `answer`."""
    return {200: answer, **dict.fromkeys(REFUSALS, Refusal)}


def answer_refusals(api: NinjaAPI) -> None:
    """Makes `api` answer every error of ours, and every refusal of ninja's and Django's, in the shape of Refusal."""

    @api.exception_handler(PinfoldError)
    def refused(request: HttpRequest, error: PinfoldError) -> HttpResponse:
        return _say(api, request, type(error).__name__, str(error), status_of(error))

    @api.exception_handler(ValidationError)
    def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        problems = "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors)
        return _say(api, request, InputError.__name__, problems, 422)

    @api.exception_handler(AuthenticationError)
    def not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return _say(api, request, "NotSignedIn", NOT_SIGNED_IN, 401)

    @api.exception_handler(HttpError)
    def refused_by_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
        kind = NotAllowed if error.status_code == 403 else BY_STATUS.get(error.status_code, PinfoldError)
        return _say(api, request, kind.__name__, str(error), error.status_code)

    @api.exception_handler(Http404)
    def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
        return _say(api, request, NotFound.__name__, "nothing is here; the addresses stand in /api/docs", 404)


def _say(api: NinjaAPI, request: HttpRequest, kind: str, message: str, status: int) -> HttpResponse:
    return api.create_response(request, {"error": kind, "message": message}, status=status)
