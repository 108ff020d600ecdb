"""What is written into the ledger: a posting, whose lines sum to zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pinfold.basics.errors import InputError


@dataclass(frozen=True, order=True)
class EntryLine:
    """Fen into (+, debit) or out of (-, credit) an account; accounts are made by ledger/accounts.py alone."""

    account: str
    amount_fen: int
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if type(self.amount_fen) is not int:
            raise InputError(f"entry of {self.amount_fen!r} on {self.account} is not whole fen; give an int")
        if not self.account:
            raise InputError(f"entry of {self.amount_fen} fen has no account; name one from ledger/accounts.py")


@dataclass(frozen=True)
class Posting:
    """Lines that belong together. Lines of nothing are left out; what is left sums to zero in one currency.

    posting_id : says what is posted ("refund:ORDER"), so that the same thing is posted once
    season : the season's number
    kind : receipt, refund, shipment, settlement, ...
    at : when, UTC
    why : one plain sentence for the books
    reverses : id of the posting that this one takes back, if any
    Raises InputError when the lines do not sum to zero, mix currencies, or are fewer than two.
    """

    posting_id: str
    season: int
    kind: str
    at: datetime
    why: str
    lines: tuple[EntryLine, ...]
    reverses: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(line for line in self.lines if line.amount_fen))
        if len(self.lines) < 2:
            raise InputError(f"posting {self.posting_id} has {len(self.lines)} lines with money; double entry needs at least two")
        currencies = {line.currency for line in self.lines}
        if len(currencies) > 1:
            raise InputError(f"posting {self.posting_id} mixes {', '.join(sorted(currencies))}; post each currency by itself")
        left_over = sum(line.amount_fen for line in self.lines)
        if left_over:
            raise InputError(f"posting {self.posting_id} is off by {left_over} fen; its lines must sum to zero")


def moved(from_account: str, to_account: str, amount_fen: int) -> tuple[EntryLine, EntryLine]:
    """The two lines of an amount that leaves one account (credit) and enters another (debit).

    >>> moved("customers:held", "provider:cash", 500)[0]
    EntryLine(account='provider:cash', amount_fen=500, currency='CNY')
    """
    return EntryLine(to_account, amount_fen), EntryLine(from_account, -amount_fen)


def summed(lines: Iterable[EntryLine]) -> tuple[EntryLine, ...]:
    """One line for each account and currency, in the order in which they first appear; accounts that end at zero are left out.

    >>> summed([EntryLine("platform", -2), EntryLine("platform", -3), EntryLine("customers:held", 5)])
    (EntryLine(account='platform', amount_fen=-5, currency='CNY'), EntryLine(account='customers:held', amount_fen=5, currency='CNY'))
    """
    totals: dict[tuple[str, str], int] = {}
    for line in lines:
        totals[line.account, line.currency] = totals.get((line.account, line.currency), 0) + line.amount_fen
    return tuple(EntryLine(account, fen, currency) for (account, currency), fen in totals.items() if fen)


def reversal(posting: Posting, at: datetime, why: str) -> Posting:
    """A new posting that takes `posting` back; the first one stays in the books."""
    return Posting(
        posting_id=f"reverse:{posting.posting_id}",
        season=posting.season,
        kind="reversal",
        at=at,
        why=why,
        lines=tuple(EntryLine(line.account, -line.amount_fen, line.currency) for line in posting.lines),
        reverses=posting.posting_id,
    )
