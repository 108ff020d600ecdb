"""The main job of `make run`: a loaded, forecast and planned season with open pins, ready to be served."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from pinfold.basics.progress import Progress, silent
from pinfold.flows import clock
from pinfold.flows.pins import open_pins
from pinfold.flows.plan import forecast_and_plan
from pinfold.flows.season import load_season
from pinfold.settings import settings
from pinfold.store import setup
from pinfold.store.people import sign_ins
from pinfold.store.plans import has_plan
from pinfold.store.season import current_season, has_season


def prepare(folder: Path, progress: Progress = silent) -> Iterator[str]:
    """Does what is not done yet and says each thing it did; a second run finds it all done and loses nothing."""
    progress("Preparing the database", 0, 1)
    setup.migrate()
    progress("Preparing the database", 1, 1)
    if has_season():
        yield f"Season {current_season().number} is loaded already (from {current_season().folder})."
        if str(folder.absolute()) != current_season().folder:
            yield f"To play {folder} instead, set PINFOLD_DATA_DIR to another folder than {settings().data_dir}."
    else:
        tables = load_season(folder, None, progress)
        yield f"Loaded {folder}: {sum(tables.values()):,} rows of {len(tables)} tables."
    if not has_plan():
        plan = forecast_and_plan(clock.now(), "optimal", progress)
        yield f"Planned: {plan.objective_yuan:,.0f} yuan, at most {plan.gap_percent:.3f} % below the best possible."
        yield f"Opened {open_pins(clock.now()):,} pins."
    yield from _what_to_look_at()


def _what_to_look_at() -> Iterator[str]:
    site = f"http://{settings().bind}"
    yield ""
    yield f"Today is {clock.today()} there. Look at"
    for path, what in (("/", "what ripens soon"), ("/plan/", "the plan"), ("/impact/", "what it brings"), ("/api/docs", "the API")):
        yield f"  {site}{path:<12} {what}"
    yield "Sign in with one of these numbers; the code is shown here and on the page:"
    for person in sign_ins():
        yield f"  {person.phone}  {person.role:<12} {person.over}"
    here = "" if settings().data_dir == Path("var").absolute() else f"PINFOLD_DATA_DIR={settings().data_dir} "
    yield f"Play the season on, in another terminal: {here}.venv/bin/pinfold advance --to {clock.today() + timedelta(weeks=2)}"
    yield "Stop with Ctrl-C; the next `make run` goes on from here."
    yield ""
