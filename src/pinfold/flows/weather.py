"""The season's weather: which days are missing, who is asked for them, what is kept, and where it stands.

Services are asked outside any transaction and within a stated time; each village's answer is kept by itself, so that what came before the
time was up is not lost. Nothing that a service does or fails to do is an error here: it is told in the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from pinfold.basics.errors import NoAnswer, WrongAnswer
from pinfold.basics.progress import Progress, silent
from pinfold.basics.rules import read_rules
from pinfold.fields.fill_weather import fill_missing
from pinfold.fields.weather import Place, Span, WeatherDay, WeatherRules, known_on, runs
from pinfold.flows.clock import home_day
from pinfold.outside.weather import WEATHER_SERVICES, Budget, Question, WeatherService, asked_services
from pinfold.settings import settings
from pinfold.store import weather as store
from pinfold.store.plans import PlanWeather
from pinfold.store.reads.weather import WeatherFacts, weather_facts
from pinfold.store.season import clock_offset_seconds, current_season, has_season, settings_given
from pinfold.store.tables import read_table
from pinfold.store.transaction import atomic

# A filled day is asked for again so long: no service is later than this. Assumed; NASA POWER is days late, ERA5 up to three months final.
ASK_AGAIN_DAYS = 60
# Measured weather older than this is worth a word: services lag up to a week.
OLD_DAYS = 10


@dataclass
class Served:
    """What one service gave: days that are over, and days to come."""

    service: str
    villages: int = 0
    days: int = 0
    forecast_days: int = 0


@dataclass
class Refreshed:
    """What became of asking. not_asked : why nobody was asked, if so; filled_days : of all the season's weather; missing_days : not had.

    failed : services that gave no answer, or a wrong one
    """

    not_asked: str = ""
    served: list[Served] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    filled_days: int = 0
    missing_days: int = 0
    measured_until: date | None = None

    @property
    def says(self) -> str:
        """One sentence: who served, until when weather is measured, and what went wrong."""
        gave = [f"{each.service} gave {each.days} days and {each.forecast_days} forecast ones" for each in self.served]
        asked = self.not_asked or "; ".join([*(gave or ["no service gave anything new"]), *self.problems])
        return f"measured until {self.measured_until or 'no day'}; {asked}"

    @property
    def kept(self) -> PlanWeather:
        """What a plan keeps of it."""
        served = tuple(each.service for each in self.served)
        return PlanWeather(self.measured_until, not self.not_asked, served, tuple(self.failed), self.filled_days)


@dataclass
class Asking:
    """Asks the services in their order. One that gives no answer is not asked again in this round: it would cost every village its wait."""

    services: list[WeatherService]
    budget: Budget
    today: date
    problems: list[str] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    failed: dict[str, None] = field(default_factory=dict)

    def ask(self, place: Place, missing: set[date]) -> Iterator[tuple[str, list[WeatherDay]]]:
        """Each service's name and the days of `missing` that it has; the next one is asked only for what is left."""
        for service in self.services:
            days = {day for day in missing if service.forecasts or day < self.today}
            if not days or service.name in self.silent:
                continue
            found = [day for day in self._days(service, place, days) if day.date in days]
            missing = missing - {day.date for day in found}
            yield service.name, found

    def _days(self, service: WeatherService, place: Place, days: set[date]) -> list[WeatherDay]:
        found: list[WeatherDay] = []
        try:
            for span in runs(days):
                found += service.days(Question(place, span, self.today, self.budget))
        except WrongAnswer as wrong:
            self.failed[service.name] = None
            self.problems.append(f"{place.village_id}: {wrong}")
        except NoAnswer as none:
            self.failed[service.name] = None
            self.silent.add(service.name)
            self.problems.append(str(none))
        return found


def refresh_weather(now: datetime, seconds: float, progress: Progress = silent) -> Refreshed:
    """Asks for what is missing of the season's weather, at most `seconds` long, keeps it, and fills the gaps that stay.

    Raises nothing for want of weather: what went wrong is told in the answer.
    """
    done = Refreshed(not_asked=_why_nobody_is_asked())
    rules, today, places = read_rules(WeatherRules, "weather", settings_given()), home_day(now), store.places()
    if not done.not_asked:
        asking = Asking(asked_services(settings().weather), Budget(seconds), today)
        served = {service.name: Served(service.name) for service in asking.services}
        for number, place in enumerate(places):
            progress("Asking for weather", number, len(places))
            missing = _missing(place, rules, today)
            for name, days in asking.ask(place, missing):
                _keep(place, name, days, today, served[name])
                missing -= {day.date for day in days}
            done.missing_days += sum(day < today for day in missing)
        progress("Asking for weather", len(places), len(places))
        done.served, done.problems = [each for each in served.values() if each.villages], asking.problems
        done.failed = list(asking.failed)
    done.filled_days = _fill(places, rules, today)
    done.measured_until = weather_facts().measured_until
    return done


def _why_nobody_is_asked() -> str:
    if not settings().weather.services:
        return "no weather service is named; see PINFOLD_WEATHER_SERVICES in docs/weather.md"
    # The real sky would not fit a season that is played, whose weather stands in its folder.
    if clock_offset_seconds() or (Path(current_season().folder) / "later").is_dir():
        return "the season is played by a clock of its own, so no weather service is asked"
    return ""


def _missing(place: Place, rules: WeatherRules, today: date) -> set[date]:
    """Days to ask for: past ones that were not measured, and coming ones of which nobody spoke today."""
    season = current_season().number
    oldest = max(store.first_reported_season() or season, season - rules.past_years)
    known = store.days_known(place.village_id)
    ask_again = today - timedelta(days=ASK_AGAIN_DAYS)
    # The year before the oldest season, because heat for a spring's flowers gathers from the autumn on.
    past = Span(date(oldest - 1, 1, 1), today - timedelta(days=1))
    ahead = Span(today, today + timedelta(days=rules.forecast_days))
    lacking = {day for day in past if not known.get(day, False) and not (day in known and day < ask_again)}
    return lacking | (set(ahead) - store.days_forecast(place.village_id, today))


def _keep(place: Place, source: str, days: list[WeatherDay], today: date, served: Served) -> None:
    over, ahead = [day for day in days if day.date < today], [day for day in days if day.date >= today]
    with atomic():
        store.save_measured(place.village_id, source, over)
        store.save_forecasts(place.village_id, source, today, ahead)
    served.villages += bool(days)
    served.days += len(over)
    served.forecast_days += len(ahead)


def _fill(places: list[Place], rules: WeatherRules, today: date) -> int:
    """Fills gaps until yesterday anew; how many days are filled now."""
    measured = store.measured().filter(pl.col("village_id").is_in([place.village_id for place in places]))
    filled = fill_missing(measured, places, today - timedelta(days=1), rules)
    with atomic():
        store.replace_filled(filled)
    return filled.height


def weather_known(as_of: date) -> pl.DataFrame:
    """The table that forecasts are given: what is known of the weather on `as_of`; its column `forecast` tells days yet to come."""
    return known_on(read_table("weather"), read_table("weather_forecasts"), as_of)


@dataclass(frozen=True)
class WeatherState:
    """Where the weather stands.

    days_old : since the newest day that is measured everywhere; credits : what a page that shows it must say, with an address
    """

    services: tuple[str, ...]
    not_asked: str
    facts: WeatherFacts
    days_old: int | None
    credits: list[tuple[str, str]]

    @property
    def is_old(self) -> bool:
        """Whether the operator should look, where services are asked at all."""
        return not self.not_asked and (self.days_old is None or self.days_old > OLD_DAYS)

    @property
    def says(self) -> str:
        """One sentence for the command line and the doctor."""
        facts = self.facts
        gave = ", ".join(f"{each.source or 'own record'} until {each.newest}" for each in facts.sources) or "nothing measured"
        ahead = (
            f"; {facts.forecast.source or 'own'} forecast of {facts.forecast.issued_on} until {facts.forecast.until}"
            if facts.forecast
            else ""
        )
        filled = f"; {facts.filled_days} days filled" if facts.filled_days else ""
        return f"{gave}{ahead}{filled}; {self.not_asked or 'asked: ' + ', '.join(self.services)}"


def weather_state(now: datetime) -> WeatherState:
    """Where the weather of the season stands, for people."""
    facts = weather_facts()
    shown = {each.source for each in facts.sources} | ({facts.forecast.source} if facts.forecast else set())
    return WeatherState(
        services=settings().weather.services,
        not_asked=_why_nobody_is_asked() if has_season() else "no season is loaded",
        facts=facts,
        days_old=(home_day(now) - facts.measured_until).days if facts.measured_until else None,
        credits=[kind.credit for kind in WEATHER_SERVICES if kind.credit and kind.name in shown],
    )
