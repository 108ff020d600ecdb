"""Who may open what, and the rules on own data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver

from pinfold.basics.errors import NotAllowed
from pinfold.store.models import Household, Person, Village
from pinfold.web.roles import Everyone, Role, only, open_to_all, require_household, sees_poverty, way_back

OWN_KEEPERS = {"admin", "api"}  # the admin site and the JSON API guard their own addresses


def all_views() -> Iterator[tuple[str, object]]:
    def walk(patterns, before):
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield before + str(pattern.pattern), pattern.callback
            elif str(pattern.pattern).split("/")[0] not in OWN_KEEPERS:
                yield from walk(pattern.url_patterns, before + str(pattern.pattern))

    return walk(get_resolver().url_patterns, "/")


@pytest.mark.parametrize(("address", "view"), [pytest.param(*each, id=each[0]) for each in all_views()])
def test_every_view_says_who_may_open_it(address, view):
    assert isinstance(getattr(view, "open_to", None), Everyone | frozenset), f"{address} carries neither only(...) nor open_to_all"


def person(role: str, **over: str) -> Person:
    return Person(phone="13800000000", role=role, **over)


def household() -> Household:
    return Household(household_id="C01", village=Village(village_id="conggang", cooperative_id="coop"))


def may_see_household(who: Person) -> bool:
    try:
        require_household(who, household())
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (person("household", household_id="C01"), True),
        (person("household", household_id="C02"), False),
        (person("coordinator", village_id="conggang"), True),
        (person("coordinator", village_id="nankang"), False),
        (person("board", cooperative_id="coop"), True),
        (person("board", cooperative_id="other"), False),
        (person("officer"), True),
        (person("merchant", merchant_id="m1"), False),
        (person("customer", customer_id="c1"), False),
        (person("packhouse", hub_id="lujiang"), False),
        (person("operator"), False),
    ],
    ids=str,
)
def test_a_household_is_seen_by_itself_its_coordinator_its_board_and_officers_alone(who, may):
    assert may_see_household(who) is may


def test_only_board_and_officer_see_who_is_registered_poor():
    assert {role for role in Role.values if sees_poverty(person(role))} == {"board", "officer"}


def test_somebody_with_another_role_is_told_so(rf: RequestFactory):
    request = rf.get("/")
    request.user = person("merchant")
    with pytest.raises(NotAllowed, match="signed in as merchant"):
        only("board")(lambda request: None)(request)


def test_after_signing_in_a_pressed_button_leads_back_to_its_page_and_never_to_another_site(rf: RequestFactory):
    assert way_back(rf.get("/orders/?page=2")) == "/orders/?page=2"
    assert way_back(rf.post("/pins/a/join/", headers={"referer": "http://testserver/pins/a/"})) == "http://testserver/pins/a/"
    assert way_back(rf.post("/pins/a/join/", headers={"referer": "http://elsewhere.example/"})) == "/"


def test_marks_do_not_change_what_a_view_answers(rf: RequestFactory):
    assert open_to_all(lambda request: "page")(rf.get("/")) == "page"
