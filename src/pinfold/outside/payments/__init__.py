"""Payment providers: one file each, and this list. Every one on it passes tests/flows/test_every_provider.py."""

from __future__ import annotations

from pinfold.basics.errors import InputError
from pinfold.outside.payments.cash import Cash
from pinfold.outside.payments.provider import Provider
from pinfold.outside.payments.sandbox import Sandbox
from pinfold.settings import settings

PROVIDERS: tuple[Provider, ...] = (Cash(), Sandbox())


def provider(name: str) -> Provider:
    """The provider of this name, whether or not new payments may still start with it. Raises InputError."""
    found = next((each for each in PROVIDERS if each.name == name), None)
    if found is None:
        raise InputError(f"payment provider {name!r} is not known; use one of {', '.join(each.name for each in PROVIDERS)}")
    return found


def offered(name: str) -> Provider:
    """The provider of this name, if this installation offers it. Raises InputError."""
    if name not in settings().payment_providers:
        raise InputError(f"payment provider {name!r} is not offered here; use one of {', '.join(settings().payment_providers)}")
    return provider(name)
