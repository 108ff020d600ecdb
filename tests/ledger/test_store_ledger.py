from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pinfold.basics.errors import KeyReused, NotFound
from pinfold.ledger.posting import Posting, moved, reversal
from pinfold.store import ledger
from pinfold.store.models import Entry

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)  # Monday noon in Yunnan
PAID = Posting("receipt:1", 2026, "receipt", NOON, "a customer paid", moved("customers:held", "provider:cash", 500))

pytestmark = pytest.mark.django_db


def test_a_posting_moves_its_amounts():
    assert ledger.post(PAID)
    assert ledger.balance("provider:cash") == 500
    assert ledger.balance("customers:held") == -500


def test_the_same_posting_counts_once_even_when_its_retry_comes_later():
    assert ledger.post(PAID)
    assert not ledger.post(replace(PAID, at=NOON + timedelta(minutes=5)))
    assert Entry.objects.count() == 2


def test_the_same_id_with_another_amount_is_refused():
    ledger.post(PAID)
    with pytest.raises(KeyReused, match="receipt:1"):
        ledger.post(replace(PAID, lines=moved("customers:held", "provider:cash", 501)))


def test_what_was_posted_is_read_back():
    ledger.post(PAID)
    assert ledger.posting("receipt:1") == PAID
    with pytest.raises(NotFound):
        ledger.posting("receipt:2")


def test_a_reversal_takes_the_balance_back_and_keeps_both_in_the_books():
    ledger.post(PAID)
    ledger.post(reversal(PAID, NOON, "paid twice"))
    assert ledger.balances(["provider:cash", "platform"]) == {"provider:cash": 0, "platform": 0}
    assert Entry.objects.count() == 4


def test_a_day_ends_at_midnight_in_yunnan():
    late_on_monday = datetime(2026, 10, 5, 15, 59, tzinfo=UTC)
    on_tuesday = datetime(2026, 10, 5, 16, 0, tzinfo=UTC)
    ledger.post(replace(PAID, at=late_on_monday))
    ledger.post(replace(PAID, posting_id="receipt:2", at=on_tuesday))
    assert ledger.trial_balance(date(2026, 10, 4)) == {}
    assert ledger.trial_balance(date(2026, 10, 5)) == {"customers:held": -500, "provider:cash": 500}
    assert sum(ledger.trial_balance(date(2026, 10, 6)).values()) == 0
