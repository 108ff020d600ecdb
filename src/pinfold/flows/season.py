"""A season folder: checked, loaded into the database all or nothing, and written out again.

The check needs no database, so the store is imported only where a season is loaded or exported.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from pinfold.basics.errors import BrokenTables, InputError, Refused
from pinfold.basics.progress import Progress, silent
from pinfold.basics.rules import read_rules
from pinfold.fields.season import SeasonRules
from pinfold.outside.folder.files import SUFFIXES, find_file
from pinfold.outside.folder.problems import Problem, did_you_mean, warning
from pinfold.outside.folder.reading import Asked, Reading, read_folder
from pinfold.outside.folder.settings import given
from pinfold.outside.folder.tables import FREE_NUMBERS, LATER, LATER_TABLES, SEASON_NEEDS, TABLES, columns_of, key_of
from pinfold.outside.folder.writing import write_tables

HOME = ZoneInfo("Asia/Shanghai")
SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class CheckResult:
    """What a check found. `rows` counts the rows that could be read, per file."""

    problems: list[Problem]
    warnings: list[Problem]
    rows: dict[str, int]

    def to_text(self) -> str:
        """One line per problem and warning, then what was read."""
        count = f"{sum(self.rows.values()):,} rows in {len(self.rows)} {'table' if len(self.rows) == 1 else 'tables'}"
        wrong = len(self.problems)
        verdict = f"{wrong} {'problem' if wrong == 1 else 'problems'}, nothing can be loaded" if wrong else "no problems"
        return "\n".join([*map(str, [*self.problems, *self.warnings]), f"{count}: {verdict}"])

    def to_json(self) -> str:
        """The same for a program."""
        facts = {"problems": [p.as_dict() for p in self.problems], "warnings": [w.as_dict() for w in self.warnings], "rows": self.rows}
        return json.dumps(facts, ensure_ascii=False)


def check_season(folder: Path, as_of: date | None = None) -> CheckResult:
    """Everything that is wrong in `folder` and in the folders of tables below it; nothing is loaded.

    as_of : no row may tell of a later day; None means the season's first Monday where its settings say one, else today
    Raises InputError when there is no such folder, or no table in it.
    """
    inner = sorted(below for below in folder.rglob("*") if below.is_dir() and below.name != LATER)
    holding = [place for place in (folder, *inner) if _table_files(place)]
    if not holding:
        raise InputError(f"folder {folder} holds no tables; put files such as plots.csv there")
    readings = [reading for place in holding for reading in _read_season(place, as_of)]
    return CheckResult(
        [problem for reading in readings for problem in reading.errors],
        [problem for reading in readings for problem in reading.warnings],
        {reading.files[name]: frame.height for reading in readings for name, frame in reading.tables.items()},
    )


def load_season(folder: Path, as_of: date | None = None, progress: Progress = silent) -> dict[str, int]:
    """Loads the season in `folder`; the rows of each table come back. All or nothing: broken tables leave the database as it was.

    Loading again replaces what was loaded, as long as nobody has ordered.
    as_of : the day that the season's clock is set to; default: its first Monday
    Raises BrokenTables with every problem, and Refused when there are orders or money in the books.
    """
    from pinfold.store import tables as store
    from pinfold.store.transaction import atomic

    readings = _read_season(folder, as_of, must_be_season=True)
    problems = [problem for reading in readings for problem in reading.errors]
    if problems:
        raise BrokenTables(list(problems))
    tables = _as_stored(readings)
    rules = read_rules(SeasonRules, "season", given(tables["settings"]))
    offset_seconds = ((as_of or rules.starts_on) - _today()).days * SECONDS_PER_DAY
    with atomic():
        if store.has_orders():
            raise Refused(f"the loaded season has orders; to load {folder}, set PINFOLD_DATA_DIR or DATABASE_URL to an empty place")
        store.clear_season(tables["people"]["phone"] if "people" in tables else [])
        store.write_season(rules.number, rules.starts_on, rules.weeks, offset_seconds, str(folder.absolute()))
        names = [name for name in store.MODELS if name in tables]
        for done, name in enumerate(names):
            progress("Loading the season", done, len(names))
            store.write_table(name, tables[name], progress)
    progress("Loading the season", len(names), len(names))
    return {name: tables[name].height for name in names}


def export_season(out: Path, kind: str = "csv") -> dict[str, int]:
    """Writes every table of the database as a file of `kind` (csv or parquet) into `out`; the rows of each come back.

    Weighings of one plot, day and grade become one row; tables without rows are left out.
    Raises InputError when `out` holds tables already.
    """
    from pinfold.store.tables import MODELS, read_table

    if out.exists() and _table_files(out):
        raise InputError(f"folder {out} holds tables already; give an empty or a new one")
    kept = {name: read_table(name) for name in TABLES if name in MODELS}
    tables = {
        name: frame if name in FREE_NUMBERS else frame.select(column for column in columns_of(name) if column in frame.columns)
        for name, frame in kept.items()
        if frame.height
    }
    if "harvests" in tables:
        key = key_of("harvests")
        tables["harvests"] = tables["harvests"].group_by(key, maintain_order=True).agg(pl.col("kg").sum())
    write_tables(out, tables, kind)
    return {name: frame.height for name, frame in tables.items()}


def _read_season(folder: Path, as_of: date | None, must_be_season: bool = False) -> list[Reading]:
    """What the folder holds, and what its later/ holds."""
    is_season = must_be_season or find_file(folder, "settings") is not None
    coming = read_folder(folder / LATER, Asked((), ("purchases",))).tables
    beside = {"later purchases": coming["purchases"]} if "purchases" in coming else {}
    asked = Asked(SEASON_NEEDS if is_season else (), tuple(TABLES), as_of or _first_day(folder), is_season, beside)
    reading = read_folder(folder, asked)
    for place, whose, known in ((folder, "a season folder", tuple(TABLES)), (folder / LATER, f"{LATER}/", LATER_TABLES)):
        for path in _table_files(place):
            if path.stem not in known:
                remedy = did_you_mean(path.stem, known, "docs/tables.md lists all")
                reading.warnings.append(warning(str(path), f"is not a table of {whose} and is not read", remedy))
    if not (folder / LATER).is_dir():
        return [reading]
    return [reading, read_folder(folder / LATER, Asked((), LATER_TABLES, in_season=is_season, beside=reading.tables))]


def _first_day(folder: Path) -> date:
    """First Monday of the season whose settings lie in `folder`; today where they lie elsewhere or are broken."""
    settings = read_folder(folder, Asked((), ("settings",)))
    if settings.errors or "settings" not in settings.tables:
        return _today()
    return read_rules(SeasonRules, "season", given(settings.tables["settings"])).starts_on


def _as_stored(readings: list[Reading]) -> dict[str, pl.DataFrame]:
    """The tables as the database wants them: every plot with a village, every customer with a region.

    A plot that names no village lies in that of its household; a customer picks up where they bought last. Who only buys later is known
    by number and region from the start; what they buy is not.
    """
    tables = readings[0].tables
    plots, home = tables["plots"], tables["households"].select("household_id", pl.col("village_id").alias("home_id"))
    village_id = pl.coalesce("village_id", "home_id") if "village_id" in plots.columns else pl.col("home_id")
    plots = plots.join(home, on="household_id", how="left", maintain_order="left").with_columns(village_id=village_id).drop("home_id")
    bought = [
        reading.tables["purchases"].sort("date", maintain_order=True).select("customer_id", "region_id")
        for reading in readings
        if "purchases" in reading.tables
    ]
    # The first that tells of a customer is believed: the table itself, then what was bought, latest first, then what will be.
    told = [frame for frame in (tables.get("customers"), *(frame.reverse() for frame in bought)) if frame is not None]
    if not told:
        return tables | {"plots": plots}
    customers = (
        pl.concat([frame.select("customer_id", "region_id") for frame in told]).unique("customer_id", keep="first").sort("customer_id")
    )
    return tables | {"plots": plots, "customers": customers}


def _table_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix in SUFFIXES)


def _today() -> date:
    """Today where the growers live, by the world's clock."""
    return datetime.now(HOME).date()
