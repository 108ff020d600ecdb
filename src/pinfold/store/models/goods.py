"""Where the real kilograms went: from the weighing into a lot, from the lot to a pin, a bid or the cooperative's guarantee."""

from django.db import models

from pinfold.store.models.keys import to


class Intake(models.Model):
    """Kilograms of product that one weighing brought into one lot; a lot's kg_real is their sum."""

    harvest = to("store.Harvest")
    lot = to("store.Lot")
    kg = models.FloatField()
    weighed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["harvest", "lot"], name="one_intake_per_weighing_and_lot")]

    def __str__(self) -> str:
        return f"{self.harvest_id} {self.lot_id}"


class BidLot(models.Model):
    """Kilograms of a lot that a chosen bid has been given."""

    bid = to("store.Bid")
    lot = to("store.Lot")
    lane = to("store.Lane")
    kg = models.FloatField(help_text="kg leaving the village")
    kept = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bid", "lot"], name="one_bid_lot")]

    def __str__(self) -> str:
        return f"{self.bid_id} {self.lot_id}"


class Delivery(models.Model):
    """Kilograms of one lot that really left it, what was paid for them, and who got which part of that."""

    class Kind(models.TextChoices):
        PIN = "pin"
        BID = "bid"
        GUARANTEE = "guarantee"

    delivery_id = models.CharField(max_length=250, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    lot = to("store.Lot")
    pin = to("store.Pin", null=True)
    bid = to("store.Bid", null=True)
    week = models.IntegerField()
    kg_sent = models.FloatField(help_text="kg that left the lot")
    kg_sold = models.FloatField(help_text="kg that arrived and were paid; the difference spoiled on the way")
    paid_fen = models.BigIntegerField(help_text="by the customers or the merchant; 0 for a guarantee")
    carrier_fen = models.BigIntegerField()
    platform_fen = models.BigIntegerField()
    cooperative_fen = models.BigIntegerField(help_text="negative when the cooperative made up the floor price")
    growers_fen = models.BigIntegerField()
    delivered_at = models.DateTimeField()
    settled_in_week = models.IntegerField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [models.Index(fields=["lot"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    paid_fen=models.F("carrier_fen") + models.F("platform_fen") + models.F("cooperative_fen") + models.F("growers_fen")
                ),
                name="parts_sum_to_what_was_paid",
            ),
            models.CheckConstraint(condition=models.Q(kg_sold__lte=models.F("kg_sent") + 1e-6), name="no_more_sold_than_sent"),
        ]

    def __str__(self) -> str:
        return self.delivery_id
