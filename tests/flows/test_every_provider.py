"""What every payment provider must keep."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pinfold.basics.errors import InputError, NoAnswer, NotAllowed, NotFound
from pinfold.outside.payments import PROVIDERS, offered, provider, sandbox
from pinfold.settings import PAYMENT_PROVIDERS


@pytest.fixture(autouse=True)
def books_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "books_path", lambda: tmp_path / "sandbox.sqlite3")


@pytest.mark.parametrize("each", PROVIDERS, ids=lambda each: each.name)
class TestEveryProvider:
    def test_starting_again_gives_the_same_instruction(self, each):
        assert each.start("p1", 500) == each.start("p1", 500)

    def test_the_instruction_names_payment_provider_and_amount(self, each):
        told = each.start("p1", 500)
        assert (told.payment_id, told.provider, told.amount_fen) == ("p1", each.name, 500)

    def test_a_notice_that_nobody_signed_is_not_believed(self, each):
        for body in ({}, {"notice_id": "n", "payment_id": "p1", "paid": True, "amount_fen": 500, "signature": "0" * 64}):
            with pytest.raises(NotAllowed):
                each.verify(body)

    def test_a_refund_may_be_told_again(self, each):
        each.start("p1", 500)
        each.refund("p1", 500, key="refund-1")
        each.refund("p1", 500, key="refund-1")

    def test_it_is_found_by_its_name_and_named_in_the_settings(self, each):
        assert provider(each.name) is each
        assert each.name in PAYMENT_PROVIDERS


def test_an_unknown_provider_is_refused_with_the_list():
    for find in (provider, offered):
        with pytest.raises(InputError, match="cash, sandbox"):
            find("gold")


def test_the_sandbox_gives_money_back_once_for_each_key():
    sandbox.Sandbox().start("p1", 500)
    sandbox.decide("p1", True)
    for key in ("a", "a", "b"):
        sandbox.Sandbox().refund("p1", 100, key)
    assert sandbox.kept_fen() == 300


def test_the_sandbox_believes_its_own_notice_and_keeps_a_payment_made():
    sandbox.Sandbox().start("p1", 500)
    word = sandbox.decide("p1", True)
    assert sandbox.Sandbox().verify(word) == sandbox.Notice("p1:paid", "p1", True, 500)
    assert sandbox.decide("p1", False) == word


def test_a_sandbox_whose_books_are_out_of_reach_gives_no_answer_and_is_asked_again(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "books_path", lambda: tmp_path)  # a folder
    for ask in (lambda: provider("sandbox").start("p1", 500), lambda: provider("sandbox").refund("p1", 500, "refund-1")):
        with pytest.raises(NoAnswer, match="sandbox provider"):
            ask()


def test_a_signed_notice_with_a_number_for_yes_is_refused():
    word = sandbox.signed(sandbox.Notice("n", "p1", 1, 500))
    with pytest.raises(InputError, match="send a bool"):
        sandbox.Sandbox().verify(word)


def test_the_sandbox_page_of_an_unknown_payment_is_not_found():
    with pytest.raises(NotFound, match="p9"):
        sandbox.amount_asked_fen("p9")


def test_the_sandbox_sends_its_notice_again_until_a_server_takes_it(monkeypatch):
    answers, came = iter([503, 200, 200]), []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(next(answers))
            self.end_headers()

        def log_message(self, *given):
            pass

    monkeypatch.setattr(sandbox.time, "sleep", lambda seconds: None)
    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        sandbox.announce({"a": 1}, f"http://127.0.0.1:{server.server_port}/", times=2).join(timeout=30)
    finally:
        server.shutdown()
        server.server_close()
    assert came == [b'{"a":1}'] * 3
