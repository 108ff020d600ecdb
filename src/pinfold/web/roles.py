"""Who may open what: every view says it with `only` or `open_to_all`, and a test walks all addresses for views that do not.

The rules on own data stand here too: a household sees its own, a coordinator the village's, a board its cooperative's, an officer all;
merchants and customers never see households, and only board and officer see who is registered poor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from pinfold.basics.errors import NotAllowed
from pinfold.store.models import Household, Person

Role = Person.Role
View = Callable[..., HttpResponseBase]
SIGNED_IN = tuple(Role)


@dataclass(frozen=True)
class Everyone:
    """Stands for all roles and for those who have not signed in."""


def only(*roles: str) -> Callable[[View], View]:
    """View decorator: signed-in people of these roles pass; others get NotAllowed (403), strangers the sign-in page."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *given: Any, **named: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(way_back(request))
            require_role(request.user, *roles)
            return view(request, *given, **named)

        guarded.open_to = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return mark


def open_to_all(view: View) -> View:
    """View decorator: anybody may open it, signed in or not."""

    @wraps(view)
    def opened(request: HttpRequest, *given: Any, **named: Any) -> HttpResponseBase:
        return view(request, *given, **named)

    opened.open_to = Everyone()  # type: ignore[attr-defined]
    return opened


def require_role(person: Person, *roles: str) -> None:
    """Raises NotAllowed unless `person` has one of `roles`."""
    if person.role not in roles:
        raise NotAllowed(f"this is for {', '.join(sorted(roles))}; you are signed in as {person.role}, so sign in with another number")


def require_household(person: Person, household: Household) -> None:
    """Raises NotAllowed unless this household's plots and money are `person`'s to see.

    household : a row with its village loaded (select_related("village"))
    """
    own = {
        Role.HOUSEHOLD: person.household_id == household.household_id,
        Role.COORDINATOR: person.village_id == household.village_id,
        Role.BOARD: person.cooperative_id == household.village.cooperative_id,
        Role.OFFICER: True,
    }
    if not own.get(Role(person.role), False):
        raise NotAllowed(f"household {household.household_id} is not yours to see as {person.role}; ask its cooperative's board")


def sees_poverty(person: Person) -> bool:
    """Whether `person` may see who is registered poor, within the households that require_household lets through."""
    return person.is_authenticated and person.role in (Role.BOARD, Role.OFFICER)


def way_back(request: HttpRequest) -> str:
    """Where to go after signing in: this page, or the page whose button was pressed, since a form cannot be sent again."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = request.headers.get("referer", "")
    return came_from if url_has_allowed_host_and_scheme(came_from, {request.get_host()}) else "/"
