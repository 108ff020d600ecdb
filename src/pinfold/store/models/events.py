"""What customers did, under pseudonyms; no address, no device, no phone number.

Rows name pins, products and regions without pointing at them, so that a list that grows all day neither keeps them from being replaced
nor fails to be written when they are gone.
"""

from django.db import models

from pinfold.store.models.keys import to


class EventKey(models.Model):
    """What ties a customer to a pseudonym, which is made of this and the installation's own secret. Without the row nobody can tie them.

    secret : random; made again when the customer turns recording off and on
    """

    customer = models.OneToOneField("store.Customer", on_delete=models.PROTECT, primary_key=True, related_name="+")
    secret = models.CharField(max_length=64)
    records = models.BooleanField(default=True, help_text="false: the customer wants nothing of this kept")

    def __str__(self) -> str:
        return str(self.customer_id)


class Event(models.Model):
    kind = models.CharField(max_length=10)
    at = models.DateTimeField(db_index=True)
    pseudonym = models.BigIntegerField(null=True, db_index=True, help_text="null: somebody who has not signed in")
    pin_id = models.CharField(max_length=80)
    product_id = models.CharField(max_length=80)
    region_id = models.CharField(max_length=80)
    impression_id = models.CharField(max_length=32, default="")
    seats = models.IntegerField(default=0)
    kg = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return f"{self.kind} {self.pin_id}"


class Impression(models.Model):
    """One list as it was shown once."""

    impression_id = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField(db_index=True)
    pseudonym = models.BigIntegerField(null=True, db_index=True)
    page = models.CharField(max_length=20)
    region_id = models.CharField(max_length=80)
    product_id = models.CharField(max_length=80)
    ranking = models.CharField(max_length=40)
    version = models.IntegerField()
    shown = models.JSONField(help_text="[[pin_id, position, propensity, {rule: position under it}], ...]")

    def __str__(self) -> str:
        return self.impression_id


class EventLoss(models.Model):
    """Events that were given up because the queue was full."""

    at = models.DateTimeField(db_index=True)
    lost = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.lost} {self.at}"


class Mark(models.Model):
    """A customer's own mark on a pin: a favourite, or skipped and no longer on the customer's list."""

    class Kind(models.TextChoices):
        FAVOURITE = "favourite"
        SKIP = "skip"

    customer = to("store.Customer")
    pin = to("store.Pin")
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "pin"], name="one_mark_of_a_customer_on_a_pin")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.pin_id} {self.kind}"
