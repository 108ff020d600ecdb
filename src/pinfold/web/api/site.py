"""The API as the site serves it, under /api/, with its documentation at /api/docs."""

from __future__ import annotations

from functools import cache

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from pinfold.web.api import (
    account,
    bids,
    calendar,
    coordinator,
    demand,
    household,
    impact,
    members,
    operator,
    orders,
    packhouse,
    payments,
    plan,
    shop,
)
from pinfold.web.api.guard import Only
from pinfold.web.api.refusals import answer_refusals
from pinfold.web.roles import SIGNED_IN

ABOUT = """All that the pages do, for programs. Sign in as on the pages, with a phone number and a code; then send the session's cookie, and
with everything that changes something the CSRF token (docs/api.md). Money is in whole fen (1/100 yuan), weights in kg, weeks are counted
from the season's first Monday, which is in week 0. Every id that moves goods or money is made by you: the same request sent again returns
the first answer. A refusal is `{"error": kind, "message": which thing, which value, and what to do}`."""


class Described(NinjaAPI):
    """Keeps its description, which takes a quarter of a second to make and never changes while the server runs."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict[str, object] | None = None) -> OpenAPISchema:
        return _description(path_prefix)


@cache
def _description(path_prefix: str | None) -> OpenAPISchema:
    return NinjaAPI.get_openapi_schema(api, path_prefix=path_prefix)


# Unless an operation says otherwise, it is for those who have signed in.
api = Described(
    title="Pinfold",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    auth=Only(*SIGNED_IN),
)
answer_refusals(api)
# Fixed addresses before those with an id in them: /pins/open before /pins/{pin_id}.
for subject in (
    operator,
    plan,
    calendar,
    demand,
    packhouse,
    coordinator,
    household,
    members,
    bids,
    orders,
    account,
    payments,
    impact,
    shop,
):
    api.add_router("", subject.router)
