"""What is sold, to whom, and what buyers have wanted before."""

from django.db import models

from pinfold.store.models.keys import key, to


class Product(models.Model):
    product_id = key()
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    category = models.CharField(max_length=80)
    crop = models.CharField(max_length=40)
    pack_kg = models.FloatField(help_text="kg in one seat of a pin")
    shelf_life_days = models.FloatField()
    price_per_kg = models.FloatField(help_text="yuan, for planning")
    kg_per_harvest_kg = models.FloatField(default=1.0)

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A pseudonym with a region; no address, no name."""

    customer_id = key()
    region = to("store.Region")

    def __str__(self) -> str:
        return self.customer_id


class Sale(models.Model):
    date = models.DateField(db_index=True)
    product = to("store.Product")
    region = to("store.Region")
    kg = models.FloatField()
    price_per_kg = models.FloatField()
    sold_out = models.BooleanField(default=False, help_text="nothing was left that day")

    def __str__(self) -> str:
        return f"{self.date} {self.product_id} {self.region_id}"


class Purchase(models.Model):
    date = models.DateField(db_index=True)
    customer = to("store.Customer")
    region = to("store.Region")
    product = to("store.Product")
    quantity = models.IntegerField(help_text="packs")

    def __str__(self) -> str:
        return f"{self.date} {self.customer_id} {self.product_id}"


class Unserved(models.Model):
    """Somebody came for packs of a product and found no seats: demand that sales alone would never show."""

    date = models.DateField(db_index=True)
    customer = to("store.Customer")
    region = to("store.Region")
    product = to("store.Product")
    quantity = models.IntegerField(help_text="packs")

    def __str__(self) -> str:
        return f"{self.date} {self.customer_id} {self.product_id}"


class Merchant(models.Model):
    merchant_id = key()
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    region = to("store.Region")

    def __str__(self) -> str:
        return self.name


class Bid(models.Model):
    """A merchant's offer for a bulk lot. A chosen bid is delivered in its week, or missed when less was picked than its least."""

    class State(models.TextChoices):
        OFFERED = "offered"
        CHOSEN = "chosen"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        DELIVERED = "delivered"
        MISSED = "missed"

    bid_id = key()
    merchant = to("store.Merchant")
    product = to("store.Product")
    grade = models.IntegerField(help_text="worst grade accepted: 0 best .. 2")
    region = to("store.Region")
    week = models.IntegerField()
    kg = models.FloatField()
    kg_min = models.FloatField()
    price_per_kg = models.FloatField()
    offered_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)

    def __str__(self) -> str:
        return self.bid_id


class Choice(models.Model):
    """What the members chose for one bid, and how they voted. Never changed: a new decision is a new row."""

    choice_id = key(help_text="made by the client, so that a repeated click counts once")
    cooperative = to("store.Cooperative")
    bid = to("store.Bid")
    accepted = models.BooleanField()
    votes_for = models.IntegerField()
    votes_against = models.IntegerField()
    was_proposed = models.BooleanField(help_text="whether this was the highest bid, which the system proposed")
    chosen_by = to("store.Person", null=True)
    chosen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.choice_id
