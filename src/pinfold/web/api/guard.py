"""Who may call an operation: the session of the pages, with its role, and with the CSRF token for everything that changes something."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja.security.apikey import APIKeyCookie

from pinfold.basics.errors import NotAllowed
from pinfold.store.models import Person
from pinfold.web.roles import require_role


class Only(APIKeyCookie):
    """Signed-in people of these roles pass. Strangers are told so (401) before anything else; then comes the role, then the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, *roles: str) -> None:
        self.roles = roles
        super().__init__(csrf=True)

    def __call__(self, request: HttpRequest) -> Person | None:
        if not request.user.is_authenticated:
            return None
        require_role(request.user, *self.roles)
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Person:
        return request.user


def over(person: Person, column: str) -> str:
    """The id of what the person's role is over, e.g. over(person, "village_id"). Raises NotAllowed when the account has none."""
    found = getattr(person, column)
    if found is None:
        raise NotAllowed(f"this {person.role}'s account has no {column}; ask the operator to set it")
    return str(found)
