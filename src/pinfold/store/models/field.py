"""What was seen in the fields: stages, harvests, weather."""

from django.db import models

from pinfold.store.models.keys import to


class StageReport(models.Model):
    """A field report: who saw which stage, where, when, how sure, and when the report arrived."""

    plot = to("store.Plot")
    season = models.IntegerField()
    stage = models.CharField(max_length=40)
    on = models.DateField()
    reported_by = models.CharField(max_length=80, default="", blank=True)
    reported_on = models.DateField(null=True)
    certainty = models.FloatField(default=1.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plot", "season", "stage"], name="one_report_per_plot_season_stage")]

    def __str__(self) -> str:
        return f"{self.plot_id} {self.stage} {self.on}"


class ReplacedReport(models.Model):
    """A field report that does not serve: a surer or later one of the same plot, season and stage stands in StageReport."""

    plot = to("store.Plot")
    season = models.IntegerField()
    stage = models.CharField(max_length=40)
    on = models.DateField()
    reported_by = models.CharField(max_length=80, default="", blank=True)
    reported_on = models.DateField(null=True)
    certainty = models.FloatField(default=1.0)
    replaced_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.plot_id} {self.stage} {self.on}"


class CropReport(models.Model):
    """Fruit that was counted on a plot, or lost there. Each person's last word on a plot, day and kind is kept; the surest one counts."""

    plot = to("store.Plot")
    season = models.IntegerField()
    kind = models.CharField(max_length=40)
    on = models.DateField()
    reported_by = models.CharField(max_length=80, default="", blank=True)
    reported_on = models.DateField(null=True)
    fruits_per_plant = models.FloatField(null=True)
    lost_share = models.FloatField(null=True)
    certainty = models.FloatField(default=1.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plot", "season", "kind", "on", "reported_by"], name="one_crop_report_per_plot_kind_day_person")
        ]

    def __str__(self) -> str:
        return f"{self.plot_id} {self.kind} {self.on}"


class Covariate(models.Model):
    """A number known about a plot and season before the harvest: a column of the table covariates, or what a coordinator reported."""

    plot = to("store.Plot")
    season = models.IntegerField()
    name = models.CharField(max_length=80)
    value = models.FloatField()
    reported_by = models.CharField(max_length=80, default="", blank=True)
    reported_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plot", "season", "name"], name="one_covariate_per_plot_season_name")]

    def __str__(self) -> str:
        return f"{self.plot_id} {self.season} {self.name}"


class Harvest(models.Model):
    """Kilograms picked on one plot: a past season's total, or one weighing of this season."""

    plot = to("store.Plot")
    season = models.IntegerField()
    kg = models.FloatField()
    grade = models.IntegerField(null=True)
    picked_on = models.DateField(null=True)
    request_id = models.CharField(
        max_length=80, null=True, unique=True, help_text="made by the phone, so that a repeated weighing counts once"
    )

    class Meta:
        indexes = [models.Index(fields=["season", "plot"])]

    def __str__(self) -> str:
        return f"{self.plot_id} {self.season} {self.kg} kg"


class Weather(models.Model):
    """One day's weather of a village that is over: measured, or filled in and marked."""

    village = to("store.Village")
    date = models.DateField()
    tmax_c = models.FloatField(null=True)
    tmin_c = models.FloatField(null=True)
    tmean_c = models.FloatField(null=True)
    rain_mm = models.FloatField(null=True)
    source = models.CharField(max_length=40, null=True, blank=True, help_text="weather service that gave it; blank for a station's own")
    filled = models.CharField(max_length=40, null=True, blank=True, help_text="how a missing day was filled; blank where measured")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["village", "date"], name="one_weather_per_village_day")]

    def __str__(self) -> str:
        return f"{self.village_id} {self.date}"


class WeatherForecast(models.Model):
    """What a weather service said on one day of a later one; kept, so that it can be held against what came."""

    village = to("store.Village")
    date = models.DateField()
    issued_on = models.DateField()
    source = models.CharField(max_length=40, null=True, blank=True)
    tmax_c = models.FloatField(null=True)
    tmin_c = models.FloatField(null=True)
    tmean_c = models.FloatField(null=True)
    rain_mm = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["village", "date", "issued_on"], name="one_weather_forecast_per_village_day_issue")]

    def __str__(self) -> str:
        return f"{self.village_id} {self.date} said on {self.issued_on}"
