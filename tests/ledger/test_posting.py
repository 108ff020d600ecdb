from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pinfold.basics.errors import InputError
from pinfold.ledger.posting import EntryLine, Posting, moved, reversal

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)


def posting(*lines: EntryLine) -> Posting:
    return Posting("receipt:1", 2026, "receipt", NOON, "a customer paid", lines)


def test_lines_that_do_not_sum_to_zero_are_no_posting():
    with pytest.raises(InputError, match="off by 1 fen"):
        posting(EntryLine("provider:cash", 500), EntryLine("customers:held", -499))


def test_two_currencies_are_no_posting():
    with pytest.raises(InputError, match="mixes CNY, EUR"):
        posting(EntryLine("provider:cash", 500), EntryLine("customers:held", -500, "EUR"))


def test_one_line_is_no_posting():
    with pytest.raises(InputError, match="at least two"):
        posting(EntryLine("provider:cash", 0))


def test_lines_of_nothing_are_left_out():
    assert len(posting(*moved("customers:held", "provider:cash", 500), EntryLine("platform", 0)).lines) == 2


def test_half_a_fen_is_no_entry():
    with pytest.raises(InputError, match="whole fen"):
        EntryLine("provider:cash", 0.5)


def test_a_reversal_is_a_new_posting_with_every_sign_turned():
    first = posting(*moved("customers:held", "provider:cash", 500))
    back = reversal(first, NOON, "paid twice")
    assert back.posting_id != first.posting_id
    assert back.reverses == first.posting_id
    assert [line.amount_fen for line in back.lines] == [-500, 500]
