"""Forecasts: kept, never overwritten, so that they can be scored."""

from django.db import models

from pinfold.store.models.keys import to


class RipeningForecast(models.Model):
    plot = to("store.Plot")
    season = models.IntegerField()
    stage = models.CharField(max_length=40)
    issued_on = models.DateField()
    model = models.CharField(max_length=60)
    p10 = models.DateField()
    p25 = models.DateField()
    p50 = models.DateField()
    p75 = models.DateField()
    p90 = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plot", "season", "stage", "issued_on"], name="one_ripening_forecast_a_day")]

    def __str__(self) -> str:
        return f"{self.plot_id} {self.stage} {self.p50}"


class YieldForecast(models.Model):
    """Kilograms of harvest of one plot."""

    plot = to("store.Plot")
    season = models.IntegerField()
    issued_on = models.DateField()
    model = models.CharField(max_length=60)
    mean = models.FloatField()
    p10 = models.FloatField()
    p25 = models.FloatField()
    p50 = models.FloatField()
    p75 = models.FloatField()
    p90 = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plot", "season", "issued_on"], name="one_yield_forecast_a_day")]

    def __str__(self) -> str:
        return f"{self.plot_id} {self.p50} kg"


class WeekForecast(models.Model):
    """Kilograms of one product, all grades, that one village has ready in one week of the season."""

    village = to("store.Village")
    product = to("store.Product")
    season = models.IntegerField()
    week = models.IntegerField()
    issued_on = models.DateField()
    ripening_model = models.CharField(max_length=60, blank=True, help_text="of most of the plots; empty once all of them were seen ripe")
    yield_model = models.CharField(max_length=60)
    mean = models.FloatField()
    p10 = models.FloatField()
    p25 = models.FloatField()
    p50 = models.FloatField()
    p75 = models.FloatField()
    p90 = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["village", "product", "season", "week", "issued_on"], name="one_week_forecast_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.village_id} {self.product_id} week {self.week}"


class DayForecast(models.Model):
    """Kilograms of a crop that one village is expected to pick on one of the days after the day of issue."""

    village = to("store.Village")
    crop = models.CharField(max_length=40)
    season = models.IntegerField()
    on = models.DateField()
    issued_on = models.DateField()
    kg = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["village", "crop", "on", "issued_on"], name="one_day_forecast_a_day")]

    def __str__(self) -> str:
        return f"{self.village_id} {self.crop} {self.on}"


class YieldReason(models.Model):
    """What was seen on the plants of a plot and changed its forecast of that day (forecast/in_season.py)."""

    plot = to("store.Plot")
    season = models.IntegerField()
    issued_on = models.DateField()
    cause = models.CharField(max_length=30)
    on = models.DateField()
    factor = models.FloatField(help_text="kg after it over kg before")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plot", "season", "issued_on", "cause", "on"], name="one_reason_a_day")]

    def __str__(self) -> str:
        return f"{self.plot_id} {self.cause} {self.factor:.2f}"


class DemandForecast(models.Model):
    """Kilograms of one product that one region will want in the week that begins on `week`, a Monday."""

    product = to("store.Product")
    region = to("store.Region")
    week = models.DateField()
    issued_on = models.DateField()
    model = models.CharField(max_length=100)
    mean = models.FloatField()
    p10 = models.FloatField()
    p25 = models.FloatField()
    p50 = models.FloatField()
    p75 = models.FloatField()
    p90 = models.FloatField()
    usual_kg = models.FloatField(help_text="mean of the last 8 weeks; this and the following columns sum to the mean: demand/moved.py")
    recent_kg = models.FloatField(default=0.0, help_text="more or less because of the newest weeks and days")
    season_kg = models.FloatField(default=0.0, help_text="more or less because of the time of the year")
    festival_kg = models.FloatField(default=0.0, help_text="more or less because of festivals and days off")
    price_kg = models.FloatField(default=0.0, help_text="more or less because of prices")
    alike_kg = models.FloatField(default=0.0, help_text="more because products alike sell, for one too young to speak for itself")
    errors_kg = models.FloatField(default=0.0, help_text="more or less because of what earlier forecasts missed")

    class Meta:
        indexes = [models.Index(fields=["issued_on", "product"]), models.Index(fields=["week"])]
        constraints = [models.UniqueConstraint(fields=["product", "region", "week", "issued_on"], name="one_demand_forecast_a_day")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.region_id} {self.week}"


class OutlookTally(models.Model):
    """How outlooks for one week of a season that is over came out, counted: forecast/outcomes.py, Tally."""

    season = models.IntegerField()
    week = models.IntegerField()
    crop = models.CharField(max_length=100)
    model = models.CharField(max_length=100, help_text="empty: all of them")
    lead_days = models.IntegerField(null=True, help_text="empty: the usual lead")
    cases = models.IntegerField()
    inside = models.IntegerField(help_text="outcomes from p10 to p90")
    error_sum = models.FloatField()
    off_sum = models.FloatField()
    below = models.JSONField(help_text="outcomes below each of p10 .. p90")

    class Meta:
        indexes = [models.Index(fields=["season", "week"])]

    def __str__(self) -> str:
        return f"{self.season} week {self.week} {self.crop}"


class DemandTotal(models.Model):
    """Kilograms of a product in all regions, of all products in a region, or of everything (both empty): demand/totals.py."""

    product = to("store.Product", null=True)
    region = to("store.Region", null=True)
    week = models.DateField()
    issued_on = models.DateField(db_index=True)
    mean = models.FloatField(help_text="the sum of the means of what it totals")
    p10 = models.FloatField()
    p25 = models.FloatField()
    p50 = models.FloatField()
    p75 = models.FloatField()
    p90 = models.FloatField()

    def __str__(self) -> str:
        return f"{self.product_id or 'all'} {self.region_id or 'all'} {self.week}"


class PriceAnswer(models.Model):
    """How strongly customers answer to one product's price, as learned on a day (demand/elasticity.py)."""

    product = to("store.Product")
    learned_on = models.DateField()
    elasticity = models.FloatField(help_text="% less kg per % dearer")
    elasticity_sd = models.FloatField(help_text="how unsure that is")
    price_changes = models.IntegerField(help_text="changes of this product's price that told of it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "learned_on"], name="one_price_answer_a_day")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.elasticity:.2f}"


class GateScore(models.Model):
    """What the backtest said of one model, and whether it serves."""

    issued_on = models.DateField()
    kind = models.CharField(max_length=20, help_text="ripening, yield or demand")
    crop = models.CharField(max_length=40)
    model = models.CharField(max_length=100)
    score = models.FloatField(help_text="pinball loss in the unit of the target; smaller is better")
    serves = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.kind} {self.crop} {self.model}"


class JoinHabits(models.Model):
    """How pins are joined, as learned on a day from those that were over: the fields of demand.fill_odds.JoinPrior."""

    learned_on = models.DateField(unique=True)
    prior = models.JSONField()

    def __str__(self) -> str:
        return f"joins as of {self.learned_on}"


class Taste(models.Model):
    """What a customer with an account will likely want within 4 weeks, as learned on a day; whether the own list may follow it."""

    customer = models.OneToOneField("store.Customer", on_delete=models.PROTECT, primary_key=True, related_name="+")
    wanted = models.BooleanField(default=True, help_text="false: the list is in nobody's own order, and nothing is learned for it")
    learned_on = models.DateField(null=True)
    chances = models.JSONField(default=list, help_text="[[product_id, chance], ...], the likeliest first")
    other = models.FloatField(default=0.0, help_text="chance of any one product that is not among them")

    def __str__(self) -> str:
        return str(self.customer_id)
