"""Who grows where, and the roads from there to the customers."""

from django.db import models

from pinfold.store.models.keys import key, to


class Cooperative(models.Model):
    cooperative_id = key()
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    invested_fen = models.BigIntegerField(default=0, help_text="one-off investment, shared to the members as equity")

    def __str__(self) -> str:
        return self.name


class Hub(models.Model):
    """Where a district's crop is collected and packed."""

    hub_id = key()
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    latitude = models.FloatField()
    longitude = models.FloatField()

    def __str__(self) -> str:
        return self.name


class HubWeek(models.Model):
    hub = to("store.Hub")
    week = models.IntegerField()
    kg_max = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "week"], name="one_capacity_per_hub_week")]

    def __str__(self) -> str:
        return f"{self.hub_id} week {self.week}"


class Region(models.Model):
    """Where customers pick up."""

    region_id = key()
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    latitude = models.FloatField()
    longitude = models.FloatField()

    def __str__(self) -> str:
        return self.name


class Village(models.Model):
    village_id = key()
    cooperative = to("store.Cooperative")
    hub = to("store.Hub")
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    latitude = models.FloatField()
    longitude = models.FloatField()
    altitude_m = models.FloatField()
    road_km = models.FloatField()
    walk_minutes = models.FloatField()
    collect_days = models.IntegerField()
    collect_cost_per_kg = models.FloatField()

    def __str__(self) -> str:
        return self.name


class Household(models.Model):
    """A grower household: a number, never a person's name. Only its board and the programme officer see registered_poor."""

    household_id = key()
    village = to("store.Village")
    people = models.IntegerField()
    registered_poor = models.BooleanField()
    equity_fen = models.BigIntegerField(default=0)
    farm_cost_fen = models.BigIntegerField(default=0, help_text="a year's fertiliser and labour")
    other_income_fen = models.BigIntegerField(default=0, help_text="a year's income from outside the cooperative")
    language = models.CharField(max_length=20, default="zh-hans")

    def __str__(self) -> str:
        return self.household_id


class Plot(models.Model):
    plot_id = key()
    household = to("store.Household")
    village = to("store.Village")
    crop = models.CharField(max_length=40)
    block = models.CharField(max_length=80, null=True)
    area_m2 = models.FloatField(null=True)
    trees = models.IntegerField(null=True)
    planted_on = models.DateField(null=True)
    variety = models.CharField(max_length=80, null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    altitude_m = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.plot_id


class Lane(models.Model):
    """Hub to region in one week."""

    lane_id = key()
    hub = to("store.Hub")
    region = to("store.Region")
    week = models.IntegerField()
    days = models.IntegerField()
    truck_kg = models.FloatField()
    truck_cost = models.FloatField()
    trucks_max = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "region", "week"], name="one_lane_per_hub_region_week")]

    def __str__(self) -> str:
        return self.lane_id
