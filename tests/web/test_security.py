"""What an attacker tries: forged requests, stolen pages, guessed codes, poisoned input, a server set up carelessly."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import crawl
import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db.models import FileField
from django.test import Client
from test_permissions import PAGES

from pinfold.basics.errors import InputError
from pinfold.settings import from_environment
from pinfold.store.models import Person, Session
from pinfold.web import admin
from pinfold.web.roles import Role

pytestmark = pytest.mark.django_db
CODE = re.compile(r"\b(\d{6})\b")
SECRET = "k3Jf9-qLmZ0_xY7vB2nT8" * 4
NOTICES = {"shop:notice"}  # signed by their provider instead of carrying a token


def in_production(data_dir, *command: str) -> subprocess.CompletedProcess[str]:
    """A command as it runs on a production server."""
    production = {"PINFOLD_PRODUCTION": "1", "PINFOLD_HOSTS": "pinfold.example", "PINFOLD_SECRET_KEY": SECRET}
    around = {name: value for name, value in os.environ.items() if not name.startswith(("PINFOLD_", "DATABASE_URL"))}
    environment = around | production | {"PINFOLD_DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "pinfold.web.django_settings"}
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, timeout=120)


# A server set up carelessly


def test_the_deployment_check_finds_nothing_in_production(tmp_path):
    done = in_production(tmp_path, "-m", "pinfold.cli", "manage", "check", "--deploy", "--fail-level", "INFO")
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced)."), done.stderr


IN_PRODUCTION = """
import json, django
django.setup()
from django.test import Client
from django.conf import settings
page = Client().get("/sign-in/", secure=True, HTTP_HOST="pinfold.example")
cookies = {name: [bool(cookie["secure"]), cookie["samesite"]] for name, cookie in page.cookies.items()}
print(json.dumps({
    "page": page.status_code, "cookies": cookies, "session": [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY],
    "hsts": page["Strict-Transport-Security"], "plain": Client().get("/", HTTP_HOST="pinfold.example")["Location"],
    "elsewhere": Client().get("/", secure=True, HTTP_HOST="elsewhere.example").status_code, "debug": settings.DEBUG,
}))
"""


def test_in_production_everything_is_https_and_other_host_names_are_refused(tmp_path):
    done = in_production(tmp_path, "-c", IN_PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "page": 200,
        "cookies": {"csrftoken": [True, "Lax"]},
        "session": [True, True],
        "hsts": "max-age=31536000; includeSubDomains; preload",
        "plain": "https://pinfold.example/",
        "elsewhere": 400,
        "debug": False,
    }


def test_a_production_server_refuses_to_show_codes_and_offers_no_practice_money():
    with pytest.raises(InputError, match="PINFOLD_SHOW_CODES"):
        from_environment({"PINFOLD_PRODUCTION": "1", "PINFOLD_SHOW_CODES": "1", "PINFOLD_SECRET_KEY": SECRET})
    assert from_environment({"PINFOLD_PRODUCTION": "1", "PINFOLD_SECRET_KEY": SECRET}).payment_providers == ("cash",)


# Forged requests


def careful(browser: Client) -> Client:
    """The same session in a browser that is asked for its CSRF token, as real ones are."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = browser.cookies
    return client


def test_every_page_that_changes_something_asks_for_the_token(world):
    """Whoever may open a page is refused when another site makes them send its form."""
    for name in PAGES.keys() - NOTICES - crawl.API_PAGES:
        role = min(PAGES[name])
        answer = careful(world.browsers[role]).post(crawl.pages()[name], {})
        assert answer.status_code == 403, f"{name} as {role}: {answer.status_code}"


def test_every_operation_that_changes_something_asks_for_the_token(world):
    for name, (method, address) in crawl.operations().items():
        if method != "GET" and "notice" not in name:
            answers = [careful(browser).generic(method, address, "{}", "application/json") for browser in world.browsers.values()]
            assert {answer.status_code for answer in answers} == {401, 403}, name


def test_the_token_of_the_session_opens_the_way(world):
    browser = careful(world.browsers[Role.CUSTOMER])
    token = browser.get("/orders/").cookies["csrftoken"].value
    order = {"order_id": "order-0001", "pin_id": "pin-0", "seats": 1}
    sent = {"data": order, "content_type": "application/json"}
    assert browser.post("/api/orders", **sent).status_code == 403
    assert browser.post("/api/orders", **sent, headers={"X-CSRFToken": token}).status_code == 200


# Stolen pages


def policy_of(answer: crawl.Answer) -> dict[str, list[str]]:
    """The Content-Security-Policy by directive."""
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts if part}


def test_every_page_says_what_it_may_load_and_who_may_frame_it(asked):
    for name, answers in asked.items():
        for answer in answers.values():
            policy = policy_of(answer)
            assert policy["default-src"] == policy["form-action"] == policy["base-uri"] == ["'self'"], name
            assert policy["frame-ancestors"] == policy["object-src"] == ["'none'"], name
            headers = [answer.headers[header] for header in ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy")]
            assert headers == ["DENY", "nosniff", "same-origin"], name


def test_only_the_tables_for_operators_may_run_or_style_more_than_their_own_files(asked):
    """unfold, which makes them, works with a script that evaluates what stands in attributes."""
    unsafe = {
        name for name, answers in asked.items() for answer in answers.values()
        if "unsafe" in " ".join(policy_of(answer)["script-src"] + policy_of(answer)["style-src"])
    }  # fmt: skip
    assert unsafe
    assert unsafe <= crawl.office().keys()


def test_no_page_loads_anything_from_elsewhere(asked):
    elsewhere = re.compile(r'<(?:script|img|link|iframe|form)[^>]+(?:src|href|action)="(?:https?:)?//(?!testserver)[^"]*"')
    found = {name: elsewhere.findall(answer.text) for name, answers in asked.items() for answer in answers.values()}
    assert {name: links for name, links in found.items() if links} == {}


# Guessed codes


def ask(client: Client, phone: str, capsys) -> str:
    """The code sent to `phone`, "" if none was."""
    capsys.readouterr()
    client.post("/sign-in/", {"phone": phone})
    found = CODE.findall(capsys.readouterr().err)
    return found[-1] if found else ""


def test_codes_are_counted_where_all_server_processes_see_it():
    assert django_settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")


def test_one_address_cannot_make_codes_go_to_a_hundred_numbers(db, capsys):
    sent = [ask(Client(), f"138000010{n:02d}", capsys) for n in range(25)]
    assert sum(bool(code) for code in sent) == 20


def test_a_number_gets_no_more_than_three_codes_a_minute_from_anywhere(db, capsys):
    sent = [ask(Client(REMOTE_ADDR=f"10.0.0.{n}"), "13800002001", capsys) for n in range(5)]
    assert sum(bool(code) for code in sent) == 3


def test_a_code_signs_in_only_where_it_was_asked_for(db, capsys):
    mine, another = Client(), Client()
    code = ask(mine, "13800002002", capsys)
    ask(another, "13800002003", capsys)
    another.post("/sign-in/code/", {"code": code})
    assert "_auth_user_id" not in another.session


def test_a_code_is_good_for_five_minutes_and_once(db, capsys, monkeypatch):
    late, twice = Client(), Client()
    code = ask(late, "13800002004", capsys)
    hour_later = __import__("time").time() + 301
    with monkeypatch.context() as patched:
        patched.setattr("time.time", lambda: hour_later)
        late.post("/sign-in/code/", {"code": code})
    assert "_auth_user_id" not in late.session
    code = ask(twice, "13800002005", capsys)
    twice.post("/sign-in/code/", {"code": code})
    assert "_auth_user_id" in twice.session
    twice.post("/sign-out/")
    twice.post("/sign-in/code/", {"code": code})
    assert "_auth_user_id" not in twice.session


def test_signing_in_gives_the_session_a_new_key_and_signing_out_ends_it(db, capsys):
    client = Client()
    code = ask(client, "13800002006", capsys)
    before = client.cookies["sessionid"].value
    client.post("/sign-in/code/", {"code": code})
    stolen = client.cookies["sessionid"].value
    assert stolen != before
    client.post("/sign-out/")
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get("/api/orders").status_code == 401


def test_a_closed_account_is_out_at_once(world):
    browser = world.browsers[Role.CUSTOMER]
    assert browser.get("/api/orders").status_code == 200
    Person.objects.filter(role=Role.CUSTOMER).update(is_active=False)
    assert browser.get("/api/orders").status_code == 401


def test_known_and_unknown_numbers_get_the_same_pages(db, capsys):
    """Apart from the number itself, which is theirs to see, and the tokens."""
    Person.objects.create_user("13800002007", phone_verified=True, role=Role.BOARD)
    told = []
    for phone in ("13800002007", "13800002008"):
        client = Client()
        ask(client, phone, capsys)
        page = client.get("/sign-in/code/").content.decode()
        told.append(re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", page.replace(phone, "")))
    assert told[0] == told[1]


@pytest.mark.parametrize("after", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(db, capsys, after):
    client = Client()
    capsys.readouterr()
    client.post(f"/sign-in/?next={after}", {"phone": "13800002009", "next": after})
    answer = client.post("/sign-in/code/", {"code": CODE.findall(capsys.readouterr().err)[-1], "next": after})
    assert answer.status_code == 302
    assert answer.url.startswith("/")
    assert not answer.url.startswith("//")


# Poisoned input


def test_no_table_keeps_files_and_no_page_takes_one(asked):
    """Nothing is uploaded anywhere; whoever adds the first upload checks its size and type here."""
    assert [field for model in apps.get_models() for field in model._meta.get_fields() if isinstance(field, FileField)] == []
    assert {name for name, answers in asked.items() for answer in answers.values() if 'type="file"' in answer.text} == set()


def test_a_body_of_many_megabytes_is_refused_before_it_is_read(client, db):
    answer = client.post("/api/payments/sandbox/notice", b"[" * 5_000_001, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b'"\\ud800"', b"nothing", b"[]", b"null", b'{"notice_id": "\\u0000", "signature": "\\ud800"}']
)
@pytest.mark.parametrize("address", ["/api/payments/sandbox/notice", "/payments/sandbox/notice/"])
def test_a_notice_out_of_form_is_refused(client, db, address, body):
    assert client.post(address, body, content_type="application/json").status_code in (400, 403, 422)


def test_addresses_with_nul_or_numbers_beyond_reason_are_refused(world):
    """PostgreSQL cannot keep NUL in a text, nor a number of more than 19 digits."""
    beyond = "9" * 30
    for name, address in crawl.pages().items():
        browser = world.browsers[min(PAGES[name])]
        assert browser.get(f"{address}?week={beyond}&page={beyond}&number={beyond}&day={beyond}").status_code < 500, name
        assert browser.get(f"{address}?number=a%00b").status_code == 400 or name in crawl.API_PAGES, name
    assert world.browsers[Role.OFFICER].get("/households/a%00b/").status_code == 400
    for picture in ("lanes", "calendar"):
        assert world.browsers[Role.OFFICER].get(f"/charts/{picture}-{beyond}.svg").status_code < 500
    assert world.browsers[Role.OFFICER].get("/calendar/?crop=%F0%9F%8C%B1&village=nowhere&since=2026-99-99").status_code == 200


def test_no_operator_reads_anybodys_session():
    assert Session not in admin.site._registry
    assert Person in admin.site._registry, "the other tables are there"
