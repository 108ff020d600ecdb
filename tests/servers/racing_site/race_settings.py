"""The site as it is, plus the addresses that races need; used only by tests/servers."""

from pinfold.web.django_settings import *  # noqa: F403

ROOT_URLCONF = "race_urls"
