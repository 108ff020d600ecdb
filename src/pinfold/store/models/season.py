"""The season and its settings."""

from django.db import models


class Season(models.Model):
    """One season of the federation; its clock may run ahead of the world's when a season is being played."""

    number = models.IntegerField(primary_key=True)
    starts_on = models.DateField()
    weeks = models.IntegerField()
    clock_offset_seconds = models.BigIntegerField(default=0)
    folder = models.TextField(default="", help_text="where it was loaded from; its later/ is what `advance` plays")
    played_until = models.DateField(null=True, help_text="the last day that `advance` has played")
    loaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.number)


class Setting(models.Model):
    """One row of the season's settings table."""

    name = models.CharField(max_length=80, primary_key=True)
    value = models.TextField()
    unit = models.CharField(max_length=40, default="", blank=True)
    source = models.TextField(default="", blank=True)

    def __str__(self) -> str:
        return self.name
