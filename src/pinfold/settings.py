"""Every setting of an installation, once, from the environment. Rules of a season live in its `settings` table instead."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from pinfold.basics.errors import InputError

PAYMENT_PROVIDERS = ("cash", "sandbox")
WEATHER_SERVICES = ("open-meteo", "nasa-power", "files")


@dataclass(frozen=True)
class WeatherSettings:
    """Which weather services are asked, in which order, where, and for how long."""

    services: tuple[str, ...] = ()
    open_meteo_url: str = "https://api.open-meteo.com"
    open_meteo_archive_url: str = "https://archive-api.open-meteo.com"
    open_meteo_key: str = field(default="", repr=False)
    nasa_power_url: str = "https://power.larc.nasa.gov"
    folder: Path = Path("var/weather")
    silence_seconds: float = 10.0
    answer_seconds: float = 30.0
    plan_seconds: float = 15.0

    def __post_init__(self) -> None:
        unknown = set(self.services) - set(WEATHER_SERVICES)
        if unknown:
            raise InputError(f"PINFOLD_WEATHER_SERVICES names {sorted(unknown)[0]!r}; use some of {', '.join(WEATHER_SERVICES)}")
        for url in (self.open_meteo_url, self.open_meteo_archive_url, self.nasa_power_url):
            if not url.startswith(("https://", "http://")):
                raise InputError(f"the address {url!r} of a weather service does not begin with https:// or http://")
        for name in ("silence_seconds", "answer_seconds", "plan_seconds"):
            if not 0 < getattr(self, name) <= 3600:
                raise InputError(f"PINFOLD_WEATHER_{name.upper()} is {getattr(self, name)}; give more than 0 and at most 3600 seconds")


@dataclass(frozen=True)
class Settings:
    """One installation's settings; `from_environment` documents the variable behind each."""

    database_url: str
    data_dir: Path
    given_secret_key: str = field(repr=False)
    production: bool
    hosts: tuple[str, ...]
    bind: str
    workers: int
    payment_providers: tuple[str, ...]
    given_sandbox_secret: str = field(repr=False)
    sandbox_delay_seconds: float
    show_codes: bool
    processes: int
    dask_scheduler: str
    weather: WeatherSettings
    event_flush_seconds: float
    event_queue_max: int
    event_kept_days: int
    offers_seconds: float
    personal_ranking: bool

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise InputError(f"PINFOLD_WORKERS is {self.workers}; give 1 or more server processes")
        for name in ("event_flush_seconds", "event_queue_max", "event_kept_days"):
            if getattr(self, name) <= 0:
                raise InputError(f"PINFOLD_{name.upper()} is {getattr(self, name)}; give more than 0")
        if self.offers_seconds < 0:
            raise InputError(f"PINFOLD_OFFERS_SECONDS is {self.offers_seconds}; give 0 or more")
        if self.processes < 1:
            raise InputError(f"PINFOLD_PROCESSES is {self.processes}; give 1 or more processes for heavy work")
        unknown = set(self.payment_providers) - set(PAYMENT_PROVIDERS)
        if unknown:
            raise InputError(f"PINFOLD_PAYMENT_PROVIDERS names {sorted(unknown)[0]!r}; use some of {', '.join(PAYMENT_PROVIDERS)}")
        if self.production and self.show_codes:
            raise InputError("PINFOLD_SHOW_CODES=1 would print sign-in codes on a production server; unset it")

    @cached_property
    def secret_key(self) -> str:
        """Made and kept when it is first asked for, so that a command on tables leaves no data folder where it runs."""
        return self.given_secret_key or _kept_secret(self.data_dir)

    @property
    def sandbox_secret(self) -> str:
        return self.given_sandbox_secret or f"sandbox-{self.secret_key}"


def from_environment(given: Mapping[str, str]) -> Settings:
    """Settings read from `given` (normally os.environ).

    DATABASE_URL                     default: an SQLite file in PINFOLD_DATA_DIR; e.g. postgresql://user@host/name
    PINFOLD_DATA_DIR                 default: var (the SQLite file, the secret key, static files)
    PINFOLD_SECRET_KEY               default: made once and kept in PINFOLD_DATA_DIR
    PINFOLD_PRODUCTION               1: HTTPS only, secure cookies, no sign-in codes on the console
    PINFOLD_HOSTS                    comma-separated host names that are answered, default localhost and 127.0.0.1
    PINFOLD_BIND                     default 127.0.0.1:8000
    PINFOLD_WORKERS                  server processes, default 2
    PINFOLD_PAYMENT_PROVIDERS        default cash,sandbox
    PINFOLD_SANDBOX_SECRET           key that signs the sandbox provider's notices, default: derived from the secret key
    PINFOLD_SANDBOX_DELAY_SECONDS    how long the sandbox provider waits before its notice, default 0
    PINFOLD_SHOW_CODES               1: the sign-in page shows the code (example season only), default 0
    PINFOLD_PROCESSES                processes of this machine for heavy work (outside/executors.py), default: one for each core
    PINFOLD_DASK_SCHEDULER           address of a Dask scheduler, whose workers take the heavy work instead; e.g. tcp://10.0.0.5:8786
    PINFOLD_WEATHER_SERVICES         comma-separated, in the order in which they are asked: open-meteo, nasa-power, files; default: none
    PINFOLD_OPEN_METEO_URL           default https://api.open-meteo.com: keyless, not for commercial use; or your own server
    PINFOLD_OPEN_METEO_ARCHIVE_URL   default https://archive-api.open-meteo.com; or your own server
    PINFOLD_OPEN_METEO_KEY           key of a paid plan, with the two addresses that belong to it
    PINFOLD_NASA_POWER_URL           default https://power.larc.nasa.gov
    PINFOLD_WEATHER_FOLDER           tables weather and weather_forecasts for the service `files`, default: weather/ in PINFOLD_DATA_DIR
    PINFOLD_WEATHER_SILENCE_SECONDS  longest wait for a connection or the next bytes, default 10
    PINFOLD_WEATHER_ANSWER_SECONDS   longest wait for one whole answer with all its tries, default 30
    PINFOLD_WEATHER_PLAN_SECONDS     longest that a plan waits for all weather together, default 15
    PINFOLD_EVENT_FLUSH_SECONDS      how long an event waits at most before it is written, and so how much a crash can lose, default 1
    PINFOLD_EVENT_QUEUE_MAX          events that a server process keeps waiting when the database is busy, default 10000; then the oldest go
    PINFOLD_EVENT_KEPT_DAYS          how long events are kept, default 400 (one season and the next until its same week; assumed)
    PINFOLD_OFFERS_SECONDS           how old the order of a list of pins may be, default 5; 0 works it out anew for every visit
    PINFOLD_PERSONAL_RANKING         0: every list of pins closes first, and no tastes are learned; default 1
    """
    data_dir = Path(given.get("PINFOLD_DATA_DIR", "var")).absolute()
    production = _switch(given, "PINFOLD_PRODUCTION")
    return Settings(
        database_url=given.get("DATABASE_URL") or f"sqlite:///{data_dir / 'pinfold.sqlite3'}",
        data_dir=data_dir,
        given_secret_key=given.get("PINFOLD_SECRET_KEY", ""),
        production=production,
        hosts=tuple(given.get("PINFOLD_HOSTS", "localhost,127.0.0.1").split(",")),
        bind=given.get("PINFOLD_BIND", "127.0.0.1:8000"),
        workers=_whole(given, "PINFOLD_WORKERS", 2),
        payment_providers=tuple(given.get("PINFOLD_PAYMENT_PROVIDERS", "cash" if production else "cash,sandbox").split(",")),
        given_sandbox_secret=given.get("PINFOLD_SANDBOX_SECRET", ""),
        sandbox_delay_seconds=float(given.get("PINFOLD_SANDBOX_DELAY_SECONDS", "0")),
        show_codes=_switch(given, "PINFOLD_SHOW_CODES"),
        processes=_whole(given, "PINFOLD_PROCESSES", os.cpu_count() or 1),
        dask_scheduler=given.get("PINFOLD_DASK_SCHEDULER", ""),
        weather=_weather(given, data_dir),
        event_flush_seconds=_seconds(given, "PINFOLD_EVENT_FLUSH_SECONDS", 1.0),
        event_queue_max=_whole(given, "PINFOLD_EVENT_QUEUE_MAX", 10_000),
        event_kept_days=_whole(given, "PINFOLD_EVENT_KEPT_DAYS", 400),
        offers_seconds=_seconds(given, "PINFOLD_OFFERS_SECONDS", 5.0),
        personal_ranking=_switch(given, "PINFOLD_PERSONAL_RANKING", "1"),
    )


def _weather(given: Mapping[str, str], data_dir: Path) -> WeatherSettings:
    usual = WeatherSettings()
    return WeatherSettings(
        services=tuple(name.strip() for name in given.get("PINFOLD_WEATHER_SERVICES", "").split(",") if name.strip()),
        open_meteo_url=given.get("PINFOLD_OPEN_METEO_URL") or usual.open_meteo_url,
        open_meteo_archive_url=given.get("PINFOLD_OPEN_METEO_ARCHIVE_URL") or usual.open_meteo_archive_url,
        open_meteo_key=given.get("PINFOLD_OPEN_METEO_KEY", ""),
        nasa_power_url=given.get("PINFOLD_NASA_POWER_URL") or usual.nasa_power_url,
        folder=Path(given.get("PINFOLD_WEATHER_FOLDER") or data_dir / "weather"),
        silence_seconds=_seconds(given, "PINFOLD_WEATHER_SILENCE_SECONDS", usual.silence_seconds),
        answer_seconds=_seconds(given, "PINFOLD_WEATHER_ANSWER_SECONDS", usual.answer_seconds),
        plan_seconds=_seconds(given, "PINFOLD_WEATHER_PLAN_SECONDS", usual.plan_seconds),
    )


def _seconds(given: Mapping[str, str], name: str, usual: float) -> float:
    try:
        return float(given.get(name, usual))
    except ValueError:
        raise InputError(f"{name} is {given[name]!r}; give seconds as a number") from None


def _switch(given: Mapping[str, str], name: str, usual: str = "0") -> bool:
    text = given.get(name, usual)
    if text not in ("", "0", "1"):
        # "true" must not be read as off.
        raise InputError(f"{name} is {text!r}; give 1 for on or 0 for off")
    return text == "1"


def _whole(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, str(default))
    if not text.isdigit():
        raise InputError(f"{name} is {text!r}; give a whole number")
    return int(text)


def _kept_secret(data_dir: Path) -> str:
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        # Two server processes may start at once: the first to link its file wins, both then read the same key.
        fresh = data_dir / f"secret_key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


@lru_cache
def settings() -> Settings:
    """This process's settings, read once."""
    return from_environment(os.environ)
