"""Every address of the site.

Each part keeps its own list, with an app_name, and is included here by one line:
    path("", include("pinfold.web.shop.urls"))          shop:list, shop:pin, ...
    path("", include("pinfold.web.rooms.urls"))         rooms:household, ...
    path("api/", api.urls)
Every view carries `only(...)` or `open_to_all` from roles.py.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from pinfold.web import sign_in
from pinfold.web.admin import site as office
from pinfold.web.api.site import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", sign_in.ask_phone, name="account_request_login_code"),
    path("sign-in/code/", sign_in.ask_code, name="account_confirm_login_code"),
    path("sign-in/start/", sign_in.to_sign_in, name="account_login"),
    path("sign-in/closed/", sign_in.closed_account, name="account_inactive"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("me/", sign_in.to_own_home, name="home"),
    path("language/", sign_in.choose_language, name="language"),
    path("", include("pinfold.web.shop.urls")),
    path("", include("pinfold.web.rooms.urls")),
    path("api/", api.urls),
    path("admin/", office.urls),
]

handler400 = "pinfold.web.errors.bad_request"
handler403 = "pinfold.web.errors.forbidden"
handler404 = "pinfold.web.errors.not_found"
handler429 = "pinfold.web.errors.too_many"
