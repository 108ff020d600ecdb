"""Lots, wants and the plan that joins them."""

from django.db import models

from pinfold.store.models.keys import key, to


class Lot(models.Model):
    """Kilograms of one product and grade, from one village, ready in one week; forecast first, then real.

    kg_promised is what open pins, paid orders and chosen bids have taken; it may never pass kg (a check in the database says so while the
    lot is a forecast) and is only changed by the conditional statements in store/scarce.py.
    """

    lot_id = key()
    season = models.IntegerField()
    village = to("store.Village")
    hub = to("store.Hub")
    product = to("store.Product")
    grade = models.IntegerField()
    ready_week = models.IntegerField()
    kg = models.FloatField(help_text="forecast mean; the real harvest once it is weighed")
    kg_cv = models.FloatField()
    sellable_share = models.FloatField(default=1.0, help_text="share of kg that the newest plan lets be sold before it is picked")
    kg_promised = models.FloatField(default=0.0)
    kg_real = models.FloatField(null=True)
    floor_price_per_kg = models.FloatField()
    poverty_weight = models.FloatField()
    collect_cost_per_kg = models.FloatField()
    collect_days = models.IntegerField()
    salvage_per_kg = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["season", "village", "product", "grade", "ready_week"], name="one_lot"),
            models.CheckConstraint(condition=models.Q(kg_promised__gte=-1e-6), name="promised_kg_not_negative"),
        ]

    def __str__(self) -> str:
        return self.lot_id


class Plan(models.Model):
    season = models.IntegerField()
    made_at = models.DateTimeField()
    as_of = models.DateField()
    method = models.CharField(max_length=20)
    objective = models.FloatField(help_text="yuan")
    bound = models.FloatField(help_text="yuan that no plan can exceed")
    facts = models.JSONField(help_text="parts of the objective, sold and spoiled shares")
    baselines = models.JSONField(help_text="the same facts for greedy and first come first served")
    unsold = models.JSONField(default=list, help_text="fields of match.explain.Unsold of every lot of which kg stay")
    weather = models.JSONField(default=dict, help_text="fields of store.plans.PlanWeather: which weather its forecasts had")
    sold_ahead = models.JSONField(default=list, help_text="rows of match.uncertain.SellAhead.by_product: why so much may be sold ahead")
    trucks = models.JSONField(default=dict, help_text="whole trucks booked, by lane_id; empty where trucks are paid per kg")
    offered_kg = models.JSONField(default=dict, help_text="kg of each lot that this plan could sell, by lot_id")

    class Meta:
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"plan {self.pk} of {self.as_of}"


class Want(models.Model):
    """Kilograms that customers of one region want in one week, with the prices they would pay; belongs to one plan."""

    want_id = models.CharField(max_length=80)
    plan = to("store.Plan")
    product = to("store.Product")
    region = to("store.Region")
    week = models.IntegerField()
    kind = models.CharField(max_length=4, choices=[("pin", "pin"), ("bid", "bid")])
    bid = to("store.Bid", null=True)
    price_1 = models.FloatField()
    price_2 = models.FloatField()
    price_3 = models.FloatField()
    kg_1 = models.FloatField()
    kg_2 = models.FloatField()
    kg_3 = models.FloatField()
    kg_min = models.FloatField()
    open_cost = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "want_id"], name="one_want_per_plan")]

    def __str__(self) -> str:
        return self.want_id


class Shipment(models.Model):
    """Kilograms of one lot planned for one want."""

    plan = to("store.Plan")
    lot = to("store.Lot")
    want = to("store.Want")
    lane = to("store.Lane")
    kg = models.FloatField()
    kept = models.FloatField(help_text="kg that arrive sellable per kg sent")
    age_days = models.FloatField(help_text="age on arrival")
    reason = models.JSONField(help_text="fields of match.explain.Reason")

    def __str__(self) -> str:
        return f"{self.lot_id} to {self.want_id}"
