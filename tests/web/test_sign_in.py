"""Signing in: one door, a phone number and a code."""

import re
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from pinfold.settings import settings
from pinfold.store.models import Person
from pinfold.web import sign_in
from pinfold.web.sign_in import normal_phone

pytestmark = pytest.mark.django_db
SENT = re.compile(r"\b(\d{6})\b")


def ask(client: Client, phone: str) -> None:
    assert client.post("/sign-in/", {"phone": phone}).status_code == 302


def code_sent(capsys: pytest.CaptureFixture[str]) -> str:
    return SENT.findall(capsys.readouterr().err)[-1]


def test_a_new_number_becomes_a_customer_once_its_code_is_confirmed(client, capsys):
    ask(client, "+86 138 0000 0001")
    assert not Person.objects.get(phone="13800000001").phone_verified
    answer = client.post("/sign-in/code/", {"code": code_sent(capsys)})
    assert answer.url == "/me/"
    person = Person.objects.get(phone="13800000001")
    assert (person.role, person.phone_verified) == ("customer", True)


def test_a_known_number_is_signed_in_however_it_is_written(client, capsys):
    known = Person.objects.create_user("13800000002", role="board")
    ask(client, "0086 138-0000-0002")
    client.post("/sign-in/code/", {"code": code_sent(capsys)})
    assert client.session["_auth_user_id"] == str(known.pk)


def test_after_three_wrong_codes_a_right_one_is_too_late(client, capsys):
    ask(client, "13800000003")
    code = code_sent(capsys)
    for _ in range(3):
        client.post("/sign-in/code/", {"code": "000000" if code != "000000" else "111111"})
    client.post("/sign-in/code/", {"code": code})
    assert "_auth_user_id" not in client.session


def test_a_fourth_code_within_a_minute_is_not_sent(client, capsys):
    for _ in range(3):
        ask(Client(), "13800000004")
    capsys.readouterr()
    answer = Client().post("/sign-in/", {"phone": "13800000004"})
    assert answer.status_code == 200
    assert not SENT.findall(capsys.readouterr().err)


def test_known_and_unknown_numbers_are_answered_alike(client):
    Person.objects.create_user("13800000005", phone_verified=True)
    answers = [Client().post("/sign-in/", {"phone": phone}) for phone in ("13800000005", "13800000006")]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/sign-in/code/")] * 2


@pytest.mark.parametrize("text", ["", "12", "23800000001", "138000000011", "+8623", "phone"])
def test_what_is_not_a_phone_number_is_refused(text):
    with pytest.raises(ValidationError):
        normal_phone(text)


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/password/reset/", "/sign-in/signup/", "/accounts/email/"])
def test_pages_for_passwords_and_email_do_not_exist(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("example", [True, False])
def test_the_code_is_on_the_page_of_an_example_season_and_never_on_another(client, capsys, monkeypatch, example):
    monkeypatch.setattr(sign_in, "settings", lambda: replace(settings(), show_codes=example))
    ask(client, "13800000007")
    assert (code_sent(capsys) in client.get("/sign-in/code/").content.decode()) is example
