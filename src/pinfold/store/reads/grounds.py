"""What forecasts were made from, and how they moved: counted from the kept forecasts and the reports, by village and crop or by plot."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max
from django.db.models.functions import Coalesce

from pinfold.fields.crops import crop, harvest_stage_of, known_crops
from pinfold.forecast.blossom import blossom_showers
from pinfold.forecast.say import Grounds, Moved, SeenOnPlants, WeatherUsed
from pinfold.store.models import Harvest, RipeningForecast, StageReport, Weather, WeatherForecast, YieldForecast, YieldReason

LONG_PAST = timedelta(days=3)
Place = tuple[str, str]  # village_id, crop
Row = dict[str, Any]


@dataclass(frozen=True)
class StageDays:
    """A stage of one crop in one village: when it comes on the middle plot of those on which nobody has seen it yet.

    p10, p90 : the same plot's span; by_days : how far those plots moved since the earlier day, on average; above 0 is later
    """

    stage: str
    seen: int
    to_come: int
    p10: date | None
    p50: date | None
    p90: date | None
    by_days: float | None


class Known:
    """What was forecast and reported until the newest and until the earlier day of issue, by village and crop.

    village_id : "" for all villages
    A report that arrives on a day of issue is counted for the next one: forecasts are issued in the morning.
    """

    def __init__(self, season: int, newest: date, since: date | None, village_id: str = "") -> None:
        self.newest, self.since = newest, since
        self.only = {"plot__village": village_id} if village_id else {}
        self.now, self.then = self._ripening(season, newest), self._ripening(season, since)
        self.kg_now, self.kg_then = self._yields(season, newest), self._yields(season, since)
        self.reports, self.seen = self._reports(season), self._reasons(season)
        self.past = _past_seasons(season)
        self.kg_past = _past_harvests(season)
        self.weather, self.weather_then = _weather_used(newest), _weather_used(since)

    def stages(self, place: Place) -> Iterator[StageDays]:
        """Every stage of the crop that is forecast or was seen this season, in their order."""
        names = dict.fromkeys(stage for stage, _ in (*self.then[place], *self.now[place]))
        for stage in names:
            coming = sorted(
                (row for (of, _), row in self.now[place].items() if of == stage and self._is_open(row)), key=lambda row: row["p50"]
            )
            middle = coming[len(coming) // 2] if coming else None
            seen = sum(report["stage"] == stage for report in self.reports[place])
            moves = list(self._moves(place, stage))
            yield StageDays(
                stage, seen, len(coming), *((middle[name] for name in ("p10", "p50", "p90")) if middle else (None, None, None)),
                sum(moves) / len(moves) if moves else None,
            )  # fmt: skip

    def when(self, place: Place, plot_id: str = "") -> Grounds | None:
        """Of the day on which picking starts, on one plot or on most; None when all were seen ripe, or none is forecast."""
        stage = harvest_stage_of(place[1])
        models = Counter(row["model"] for (of, plot), row in self.now[place].items() if of == stage and plot_id in ("", plot))
        if not models:
            return None
        model, village_id = _most(models), place[0]
        reports = len(self.reports[place])
        past, weather = self.past.get((place[1], stage), 0), self.weather.get(village_id)
        return Grounds("when", model, past, reports, weather, showers=self._showers(place))

    def when_moved(self, place: Place, plot_id: str = "") -> Moved | None:
        """Of the plots whose ripeness was still to come on the earlier day, or of one of them."""
        stage = harvest_stage_of(place[1])
        moves = list(self._moves(place, stage, plot_id))
        if not moves or self.since is None:
            return None
        new = [report for report in self.reports[place] if report["arrived"] >= self.since]
        weather = self.weather_then.get(place[0])
        models = Counter(row["model"] for (of, plot), row in self.then[place].items() if of == stage and plot_id in ("", plot))
        return Moved(
            self.since,
            sum(moves) / len(moves),
            seen=sum(report["stage"] == stage and plot_id in ("", report["plot_id"]) for report in new),
            reports=len(new),
            model_before=_most(models),
            weather_before=weather and weather.until,
        )

    def how_much(self, place: Place, plot_id: str = "") -> Grounds | None:
        """Of the season's kilograms, on one plot or on most; None where none are forecast."""
        models = Counter(row["model"] for plot, row in self.kg_now[place].items() if plot_id in ("", plot))
        if not models:
            return None
        seen = tuple(self._seen_on_plants(place, plot_id))
        weather = self.weather.get(place[0])
        return Grounds("how much", _most(models), self.kg_past.get(place[1], 0), len(self.reports[place]), weather, seen)

    def _showers(self, place: Place) -> tuple[date, ...]:
        """The rains that brought this season's flowers, as far as the newest forecast knew them."""
        facts = crop(place[1]) if place[1] in known_crops() else None
        first = sorted(report["on"] for report in self.reports[place] if facts and report["stage"] == facts.stages[0].name)
        if facts is None or facts.shower_mm is None or not first:
            return ()
        rain = Weather.objects.filter(village_id=place[0], date__lte=self.newest, rain_mm__isnull=False)
        return blossom_showers(facts, first[(len(first) - 1) // 2], dict(rain.values_list("date", "rain_mm")))

    def _seen_on_plants(self, place: Place, plot_id: str) -> Iterator[SeenOnPlants]:
        """What changed the newest forecast of one plot, or of all, cause by cause."""
        by_cause: dict[str, list[Row]] = defaultdict(list)
        for row in self.seen[place]:
            if plot_id in ("", row["plot_id"]):
                by_cause[row["cause"]].append(row)
        for cause, rows in sorted(by_cause.items()):
            factor = sum(row["factor"] for row in rows) / len(rows)
            yield SeenOnPlants(cause, max(row["on"] for row in rows), factor, len({row["plot_id"] for row in rows}))

    def how_much_moved(self, place: Place, plot_id: str = "") -> Moved | None:
        """Of the season's kilograms, on one plot or on all that both forecasts have."""
        now, then = self.kg_now[place], self.kg_then[place]
        both = {plot for plot in now.keys() & then.keys() if plot_id in ("", plot)}
        kg_before = sum(then[plot]["mean"] for plot in both)
        if self.since is None or kg_before <= 0:
            return None
        new = sum(report["arrived"] >= self.since for report in self.reports[place])
        share = sum(now[plot]["mean"] for plot in both) / kg_before - 1
        weather, models = self.weather_then.get(place[0]), Counter(then[plot]["model"] for plot in both)
        return Moved(self.since, share, reports=new, model_before=_most(models), weather_before=weather and weather.until)

    def _moves(self, place: Place, stage: str, plot_id: str = "") -> Iterator[int]:
        """Days by which each plot of the earlier forecast moved: to the newest one, or to the day on which it was seen."""
        seen = {report["plot_id"]: report["on"] for report in self.reports[place] if report["stage"] == stage}
        for (of, plot), row in self.then[place].items():
            if of == stage and plot_id in ("", plot):
                coming = self.now[place].get((stage, plot))
                on = seen.get(plot) or (coming and self._is_open(coming) and coming["p50"])
                if on:
                    yield (on - row["p50"]).days

    def _is_open(self, row: Row) -> bool:
        """A stage that was never reported is forecast for the next days for ever; when no doubt is left, there is nothing left to see."""
        return bool(row["p90"] > self.newest + LONG_PAST)

    def _ripening(self, season: int, issued_on: date | None) -> Mapping[Place, dict[tuple[str, str], Row]]:
        """By place: (stage, plot_id) to p10, p50, p90, model."""
        found: dict[Place, dict[tuple[str, str], Row]] = defaultdict(dict)
        rows = RipeningForecast.objects.filter(season=season, issued_on=issued_on, **self.only).order_by("pk")
        for row in rows.values("plot__village_id", "plot__crop", "plot_id", "stage", "p10", "p50", "p90", "model"):
            found[row["plot__village_id"], row["plot__crop"]][row["stage"], row["plot_id"]] = row
        return found

    def _yields(self, season: int, issued_on: date | None) -> Mapping[Place, dict[str, Row]]:
        found: dict[Place, dict[str, Row]] = defaultdict(dict)
        rows = YieldForecast.objects.filter(season=season, issued_on=issued_on, **self.only)
        for row in rows.values("plot__village_id", "plot__crop", "plot_id", "mean", "model"):
            found[row["plot__village_id"], row["plot__crop"]][row["plot_id"]] = row
        return found

    def _reasons(self, season: int) -> Mapping[Place, list[Row]]:
        """By place: plot_id, cause, on, factor of what was seen on the plants and changed the newest forecast."""
        found: dict[Place, list[Row]] = defaultdict(list)
        rows = YieldReason.objects.filter(season=season, issued_on=self.newest, **self.only).order_by("plot_id", "on")
        for row in rows.values("plot__village_id", "plot__crop", "plot_id", "cause", "on", "factor"):
            found[row["plot__village_id"], row["plot__crop"]].append(row)
        return found

    def _reports(self, season: int) -> Mapping[Place, list[Row]]:
        """By place: plot_id, stage, on, arrived of the season's reports that the newest forecast knew."""
        found: dict[Place, list[Row]] = defaultdict(list)
        rows = (
            StageReport.objects.filter(season=season, **self.only)
            .annotate(arrived=Coalesce("reported_on", "on"))
            .filter(arrived__lt=self.newest)
        )
        for row in rows.values("plot__village_id", "plot__crop", "plot_id", "stage", "on", "arrived"):
            found[row["plot__village_id"], row["plot__crop"]].append(row)
        return found


def _most(models: Counter[str]) -> str:
    """The model that most plots have; of equals the first by name; "" of none."""
    return min(models, key=lambda name: (-models[name], name), default="")


def _past_seasons(season: int) -> dict[tuple[str, str], int]:
    """How many seasons before `season` hold a report, by crop and stage."""
    rows = StageReport.objects.filter(season__lt=season).order_by().values_list("plot__crop", "stage")
    return {(crop, stage): seasons for crop, stage, seasons in rows.annotate(seasons=Count("season", distinct=True))}


def _past_harvests(season: int) -> dict[str, int]:
    """How many seasons before `season` hold a harvest, by crop."""
    rows = Harvest.objects.filter(season__lt=season).order_by().values_list("plot__crop")
    return dict(rows.annotate(seasons=Count("season", distinct=True)))


def _weather_used(day: date | None) -> dict[str, WeatherUsed]:
    """By village: the last day that was measured before `day`, and the weather forecast that was known on it."""
    if day is None:
        return {}
    measured = Weather.objects.filter(date__lt=day, filled__isnull=True)
    last = dict(measured.order_by().values_list("village_id").annotate(last=Max("date")))
    rows = measured.filter(date__in=set(last.values())).values_list("village_id", "date", "source")
    ahead = WeatherForecast.objects.filter(issued_on__lte=day, date__gte=day).order_by("date", "issued_on")
    # Later days, and later words on one day, overwrite earlier ones.
    said = {village_id: (until, source or "") for village_id, until, source in ahead.values_list("village_id", "date", "source")}
    return {
        village_id: WeatherUsed(until, source or "", *said.get(village_id, (None, "")))
        for village_id, until, source in rows
        if last[village_id] == until
    }
