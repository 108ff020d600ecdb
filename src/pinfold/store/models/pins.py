"""Group buys: pins, orders for their seats, and the payments for those."""

from django.db import models

from pinfold.store.models.keys import key, to


class Pin(models.Model):
    """A group buy. The allowed steps between its states stand in pin/steps.py; seats are only taken by store/scarce.py."""

    class State(models.TextChoices):
        OPEN = "open"
        FILLED = "filled"
        EXPIRED = "expired"
        MERGED = "merged"
        DISPATCHED = "dispatched"

    class Kind(models.TextChoices):
        PUBLIC = "public"
        FRIENDS = "friends"

    pin_id = key()
    season = models.IntegerField()
    plan = to("store.Plan", null=True)
    product = to("store.Product")
    grade = models.IntegerField()
    region = to("store.Region")
    lane = to("store.Lane")
    week = models.IntegerField(help_text="week of delivery")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PUBLIC)
    opened_by = to("store.Customer", null=True, help_text="of a friends' pin")
    share_code = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    extended_at = models.DateTimeField(null=True, help_text="when it was given more time, once")
    merged_into = to("store.Pin", null=True, help_text="the pin that took its members, once it is merged")
    accepted_by = to("store.Person", null=True, help_text="who accepted it short: with the seats that were paid then")
    pack_kg = models.FloatField()
    seats_min = models.IntegerField()
    seats_max = models.IntegerField()
    seats_taken = models.IntegerField(default=0, help_text="held or paid")
    seats_paid = models.IntegerField(default=0)
    ladder = models.JSONField(help_text="[[seats, price_fen a pack], ...] from the smallest size that fills")
    floor_fen = models.BigIntegerField(help_text="what the growers are guaranteed for a pack")
    why = models.JSONField(
        null=True, help_text="how size and price were chosen: the fields of pin.choosing.Choice; none by the stated rules"
    )
    price_fen = models.BigIntegerField(null=True, help_text="what everybody pays for a pack, once filled")

    class Meta:
        indexes = [
            models.Index(fields=["state", "region", "product"]),
            models.Index(fields=["state", "closes_at"]),
            models.Index(fields=["kind", "opened_at"]),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(seats_taken__lte=models.F("seats_max")), name="no_more_seats_than_there_are"),
            models.CheckConstraint(condition=models.Q(seats_paid__lte=models.F("seats_taken")), name="paid_seats_are_taken_seats"),
            models.CheckConstraint(condition=models.Q(seats_paid__gte=0), name="paid_seats_not_negative"),
        ]

    def __str__(self) -> str:
        return self.pin_id


class PinLot(models.Model):
    """Kilograms of a lot that a pin has been given; taken from the lot when the pin opens."""

    pin = to("store.Pin")
    lot = to("store.Lot")
    kg = models.FloatField(help_text="kg leaving the village")
    kept = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pin", "lot"], name="one_pin_lot")]

    def __str__(self) -> str:
        return f"{self.pin_id} {self.lot_id}"


class PinMove(models.Model):
    """Kilograms that a pin was promised of one lot, which could not keep it, and that come from another lot instead."""

    move_id = models.CharField(max_length=250, primary_key=True)
    pin = to("store.Pin")
    lot_from = to("store.Lot")
    lot_to = to("store.Lot")
    kg_from = models.FloatField(help_text="kg leaving the village, given back to the one lot")
    kg_to = models.FloatField(help_text="kg leaving the village, taken of the other")
    from_held_kg = models.FloatField(help_text="what the one lot was expected to hold by then")
    from_promised_kg = models.FloatField(help_text="what of it had been promised")
    carry_more_fen = models.BigIntegerField(help_text="what carrying costs more by the other way; negative where it costs less")
    moved_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["pin", "moved_at"])]

    def __str__(self) -> str:
        return self.move_id


class Order(models.Model):
    """One member's seats in a pin. The allowed steps stand in pin/steps.py."""

    class State(models.TextChoices):
        HELD = "held"
        PAID = "paid"
        LAPSED = "lapsed"
        CANCELLED = "cancelled"
        REFUNDED = "refunded"
        SHIPPED = "shipped"

    order_id = key(help_text="made by the client; a repeated request returns the first answer")
    pin = to("store.Pin")
    customer = to("store.Customer")
    seats = models.IntegerField()
    seats_kept = models.IntegerField(null=True, help_text="seats left to it when the harvest fell short")
    price_fen = models.BigIntegerField(help_text="asked for a pack when the seat was held")
    amount_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    held_at = models.DateTimeField()
    held_until = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["pin", "state"]),
            models.Index(fields=["customer", "held_at"]),
            models.Index(fields=["state", "held_until"]),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(seats__gte=1), name="an_order_has_seats"),
            models.CheckConstraint(
                condition=models.Q(refunded_fen__gte=0, refunded_fen__lte=models.F("amount_fen")), name="refund_within_payment"
            ),
        ]

    def __str__(self) -> str:
        return self.order_id


class Payment(models.Model):
    """One attempt to pay for one order through one provider."""

    class State(models.TextChoices):
        STARTED = "started"
        RECEIVED = "received"
        REFUSED = "refused"
        RETURNED = "returned"

    payment_id = key()
    order = to("store.Order")
    provider = models.CharField(max_length=20)
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.STARTED)
    started_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.payment_id


class Notice(models.Model):
    """A provider's notice as it came; its id is unique, so that a repeated one counts once."""

    notice_id = models.CharField(max_length=250, primary_key=True)
    payment = to("store.Payment")
    paid = models.BooleanField()
    amount_fen = models.BigIntegerField()
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.notice_id


class Refund(models.Model):
    """Money given back of one payment. Its id says why and for which order or payment, so that the same thing is given back once.

    The provider is told after the transaction, again and again with the same id, until it has answered. Cash waits until a coordinator
    has handed it back. told_at : when either was done
    """

    refund_id = models.CharField(max_length=250, primary_key=True)
    payment = to("store.Payment")
    amount_fen = models.BigIntegerField()
    why = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="a_refund_gives_something_back")]

    def __str__(self) -> str:
        return self.refund_id


class Message(models.Model):
    """What a member of a pin is to be told, once; its id says what, of which pin, for which order. Whose phone it is and in which language
    is looked up when it is sent, so that nothing of it stands here."""

    class Kind(models.TextChoices):
        MERGED = "merged"
        EXTENDED = "extended"
        FILLED = "filled"
        EXPIRED = "expired"
        MOVED = "moved"
        STOOD_IN = "stood in"

    message_id = models.CharField(max_length=250, primary_key=True)
    order = models.ForeignKey("store.Order", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.message_id
