"""Writing and reading the books. Nothing else inserts postings or entries; triggers refuse to change or delete them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import Sum
from django.utils.timezone import get_default_timezone

from pinfold.basics.errors import KeyReused, NotFound
from pinfold.ledger import posting as ledger
from pinfold.store.models import Entry, Posting


def post(posting: ledger.Posting) -> bool:
    """True if it was written now, False if the same posting stood there already.

    Works inside the caller's transaction; outside one, the database refuses the entries. Season, kind, lines and what it reverses are its
    content; a retry may come at another moment.
    Raises KeyReused when its id stands for other content.
    """
    _queue_behind_the_same_id(posting.posting_id)
    known = Posting.objects.filter(pk=posting.posting_id).values_list("season", "kind", "reverses_id").first()
    if known is not None:
        lines = Entry.objects.filter(posting_id=posting.posting_id).values_list("account", "amount_fen", "currency")
        content = [(line.account, line.amount_fen, line.currency) for line in posting.lines]
        if known != (posting.season, posting.kind, posting.reverses) or sorted(lines) != sorted(content):
            raise KeyReused(
                f"posting {posting.posting_id} is in the books with other content; give the new one its own id, or reverse the old"
            )
        return False
    # Entries first: the posting's own insert is what checks their balance and seals them.
    Entry.objects.bulk_create(
        Entry(posting_id=posting.posting_id, account=line.account, amount_fen=line.amount_fen, currency=line.currency)
        for line in posting.lines
    )
    Posting.objects.create(
        posting_id=posting.posting_id,
        season=posting.season,
        kind=posting.kind,
        at=posting.at,
        why=posting.why,
        reverses_id=posting.reverses,
    )
    return True


def _queue_behind_the_same_id(posting_id: str) -> None:
    """On PostgreSQL, wait for a transaction that is writing the same id (the triggers take the same lock); SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [posting_id])


def is_posted(posting_id: str) -> bool:
    """Whether the books hold it; waits for a transaction that is writing it."""
    _queue_behind_the_same_id(posting_id)
    return Posting.objects.filter(pk=posting_id).exists()


def posting(posting_id: str) -> ledger.Posting:
    """The posting as it stands in the books; raises NotFound."""
    row = Posting.objects.filter(pk=posting_id).first()
    if row is None:
        raise NotFound(f"posting {posting_id!r} is not in the books")
    lines = Entry.objects.filter(posting_id=posting_id).order_by("id").values_list("account", "amount_fen", "currency")
    return ledger.Posting(
        row.posting_id, row.season, row.kind, row.at, row.why, tuple(ledger.EntryLine(*line) for line in lines), row.reverses_id
    )


def balance(account: str, currency: str = "CNY") -> int:
    """Fen on an account: debits minus credits, 0 when nothing was ever posted there."""
    return Entry.objects.filter(account=account, currency=currency).aggregate(fen=Sum("amount_fen"))["fen"] or 0


def balances(accounts: Sequence[str], currency: str = "CNY") -> dict[str, int]:
    """Fen on each of several accounts, 0 where nothing was ever posted."""
    rows = Entry.objects.filter(account__in=accounts, currency=currency).values_list("account").annotate(fen=Sum("amount_fen"))
    return dict.fromkeys(accounts, 0) | dict(rows)


def trial_balance(day: date, currency: str = "CNY") -> dict[str, int]:
    """Fen on every account at the end of `day` where the growers live, by account's name; the values sum to zero."""
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=get_default_timezone())
    rows = Entry.objects.filter(currency=currency, posting__at__lt=end).values_list("account").annotate(fen=Sum("amount_fen"))
    return dict(sorted(rows))


def unbalanced_postings() -> list[str]:
    """Ids of postings whose entries do not sum to zero; the triggers let none in, so this asks whether they are in place."""
    totals = Entry.objects.values("posting_id", "currency").annotate(fen=Sum("amount_fen"))
    return sorted(totals.exclude(fen=0).values_list("posting_id", flat=True))
