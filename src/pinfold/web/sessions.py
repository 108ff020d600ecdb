"""Django's sessions in a table that knows whose each is, so that they end in every browser when their person is erased."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

from pinfold.store.models import Session


class SessionStore(db.SessionStore):
    """What Django asks of a session engine; the name is Django's."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session: Session = super().create_model_instance(data)
        session.person_id = _person_of(data)
        return session


def _person_of(data: dict[str, Any]) -> int | None:
    """Who signed in, or who is about to; None for a visitor."""
    if signed_in := data.get(SESSION_KEY):
        return int(signed_in)
    begun = data.get(LOGIN_SESSION_KEY) or {}
    return int(url_str_to_user_pk(begun["user_pk"])) if begun.get("user_pk") else None
