"""The ledger: append-only double entry. Triggers in migration 0002 hold what is said here, on SQLite and PostgreSQL alike."""

from django.db import models

from pinfold.store.models.keys import to


class Posting(models.Model):
    """Entries that belong together and sum to zero.

    Inserted after its entries: a trigger refuses it unless they balance, and refuses any entry that comes later. Entries point to it by a
    foreign key that is checked at commit, so no entry can stay without a balanced posting.
    """

    # Ids and accounts are built from other ids, so they are longer than those.
    posting_id = models.CharField(max_length=250, primary_key=True, help_text="says what is posted, so that the same thing is posted once")
    season = models.IntegerField()
    kind = models.CharField(max_length=30)
    at = models.DateTimeField()
    why = models.TextField()
    reverses = to("store.Posting", null=True)

    class Meta:
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return self.posting_id


class Entry(models.Model):
    """One line of the ledger: fen into (+, debit) or out of (-, credit) an account."""

    posting = to("store.Posting")
    account = models.CharField(max_length=250)
    amount_fen = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        indexes = [models.Index(fields=["account"])]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_fen}"


class Settlement(models.Model):
    """What one household is paid for one week, and why."""

    settlement_id = models.CharField(max_length=250, primary_key=True)
    season = models.IntegerField()
    household = to("store.Household")
    week = models.IntegerField()
    amount_fen = models.BigIntegerField()
    posting = to("store.Posting")
    settled_at = models.DateTimeField()
    paid_out_at = models.DateTimeField(null=True)
    paid_out_by = models.CharField(max_length=80, default="", blank=True, help_text="who counted the money")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["season", "household", "week"], name="one_settlement_a_week")]

    def __str__(self) -> str:
        return self.settlement_id


class SettlementLine(models.Model):
    """One reason in a settlement, readable aloud."""

    settlement = to("store.Settlement")
    delivery = to("store.Delivery")
    product = to("store.Product")
    grade = models.IntegerField()
    kg = models.FloatField(help_text="kg of product credited")
    amount_fen = models.BigIntegerField()
    kind = models.CharField(max_length=20, help_text="pin, bid or guarantee")
    why = models.JSONField(help_text="the facts of the reason; ledger/reasons.py says them in both languages")

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.product_id}"
