"""The tables, for operators who are staff. Most can only be looked at: what moves goods or money goes through the flows.

Signing in is the site's own: a phone number and a code; there are no passwords here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.apps import apps
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from pinfold.basics.errors import NotAllowed
from pinfold.store import models

# Everything else is read-only here.
EDITABLE = {
    models.Person: ("phone", "role", "language", "household", "village", "cooperative", "merchant", "hub", "is_active"),
    models.Setting: ("name", "value", "unit", "source"),
    models.Merchant: None,
    models.Product: None,
}
# A household's registration as poor is for its board and the officer; what it earns elsewhere is its own.
# What ties a customer to the pseudonym of its events is nobody's to read.
HIDDEN = {models.Household: {"registered_poor", "other_income_fen"}, models.EventKey: {"secret"}}
# unfold works with Alpine, which evaluates attributes and sets styles.
WIDER = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE], "connect-src": [SELF]}


class Office(UnfoldAdminSite):
    """The admin site behind the site's own door."""

    def has_permission(self, request: HttpRequest) -> bool:
        person = request.user
        return person.is_authenticated and person.is_active and person.is_staff and person.role == models.Person.Role.OPERATOR

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Strangers go to the sign-in page; people without the right are told so."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise NotAllowed("the tables are for operators who are staff; make one with: pinfold manage createsuperuser")

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        """Every page of the office may run what unfold needs; no page outside it may."""
        return csp_update(WIDER)(super().admin_view(view, cacheable))


class Table(ModelAdmin):
    """A table that can be looked at and searched by its key."""

    list_per_page = 50
    show_full_result_count = False

    def __init__(self, model: type[Model], admin_site: Office) -> None:
        names = [field.name for field in model._meta.fields if field.name not in HIDDEN.get(model, set())]
        self.list_display = names[:6]
        self.search_fields = [model._meta.pk.name] if model._meta.pk and model._meta.pk.get_internal_type() == "CharField" else []
        # A drop-down of every lot or customer would be heavy: references are shown by their key.
        self.raw_id_fields = [field.name for field in model._meta.fields if field.is_relation]
        self.fields = EDITABLE.get(model) or [name for name in names if model._meta.get_field(name).editable]
        super().__init__(model, admin_site)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(*[name for name in self.list_display if name in self.raw_id_fields])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.model in EDITABLE

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.model in EDITABLE

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True


site = Office(name="admin")
for each in apps.get_app_config("store").get_models():
    # Whoever reads the key of a session is signed in as its person.
    if each is not models.Session:
        site.register(each, Table)
