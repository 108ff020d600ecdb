"""The command line: one command per flow; tables in, tables out.

Flows are imported inside the commands, so that `pinfold --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from pinfold.basics.errors import InputError, PinfoldError
from pinfold.cli_events import customer, events
from pinfold.cli_match import certify, frontier, match
from pinfold.terminal import JSON, OUT, OUT_FILE, Day, OutFile, TerminalProgress, show, with_store

FOLDER = click.argument("folder", type=click.Path(path_type=Path))


class Commands(click.Group):
    """Turns our errors into a message and an exit code: 2 for wrong input, 1 for anything else that was refused."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PinfoldError as error:
            click.echo(f"pinfold: {error}", err=True)
            ctx.exit(2 if isinstance(error, InputError) else 1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="pinfold")
def main() -> None:
    """Sell a smallholder cooperative's harvest before it is picked."""
    # Before numpy comes in: our matrices are small, and on a busy machine a thread for every core cost ten times what one alone does.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


main.add_command(events)
main.add_command(customer)
main.add_command(match)
main.add_command(frontier)
main.add_command(certify)


@main.group()
def season() -> None:
    """A season folder: check it, load it, export it."""


@season.command("check")
@FOLDER
@click.option(
    "--as-of", type=Day(), help="rows dated later than this are refused (default: the season's first Monday, or today for other tables)"
)
@JSON
def season_check(folder: Path, as_of: date | None, as_json: bool) -> None:
    """Report every problem of every table at once; exit 2 if there is one."""
    from pinfold.flows.season import check_season

    result = check_season(folder, as_of)
    click.echo(result.to_json() if as_json else result.to_text())
    if result.problems:
        raise SystemExit(2)


@season.command("load")
@FOLDER
@click.option("--as-of", type=Day(), help="the season's clock is set to this day (default: the season's first Monday)")
@with_store
def season_load(folder: Path, as_of: date | None) -> None:
    """Check a season folder and load it, all or nothing."""
    from pinfold.flows.season import load_season

    for name, rows in load_season(folder, as_of, TerminalProgress()).items():
        click.echo(f"{name}: {rows} rows")


@season.command("export")
@OUT
@click.option("--format", "kind", type=click.Choice(["csv", "parquet"]), default="csv")
@with_store
def season_export(out: Path, kind: str) -> None:
    """Write everything that the server holds as a season folder."""
    from pinfold.flows.season import export_season

    for name, rows in export_season(out, kind).items():
        click.echo(f"{name}: {rows} rows")


@main.group()
def forecast() -> None:
    """Forecasts from the tables of a folder."""


@forecast.command("ripening")
@FOLDER
@click.option("--season", "number", type=int, required=True, help="the season to forecast, by the year in which it starts")
@click.option("--as-of", type=Day(), required=True, help="day of issue")
@OUT_FILE
@click.option("--filled", type=OutFile(), help="also write the days of weather that were missing and were filled, each marked with how")
def forecast_ripening(folder: Path, number: int, as_of: date, out: Path, filled: Path | None) -> None:
    """When each plot reaches each stage: plot_id, season, stage, p10 .. p90."""
    from pinfold.flows.forecast_tables import ripening_from_folder, write

    made_up = ripening_from_folder(folder, number, as_of, out, TerminalProgress())
    if made_up.says:
        click.echo(made_up.says, err=True)
    if filled is not None:
        write(made_up.table, filled)


@forecast.command("yield")
@FOLDER
@click.option("--season", "number", type=int, required=True, help="the season to forecast, by the year in which it starts")
@OUT_FILE
@click.option("--totals", type=OutFile(), help="also write the sum over each block's plots")
@click.option("--cooperatives", type=OutFile(), help="also write the sum over each cooperative's villages")
def forecast_yield(folder: Path, number: int, out: Path, totals: Path | None, cooperatives: Path | None) -> None:
    """How much each plot yields: plot_id, season, mean, p10 .. p90."""
    from pinfold.flows.forecast_tables import Sums, yield_from_folder

    yield_from_folder(folder, number, out, Sums(totals, cooperatives), TerminalProgress())


@forecast.command("harvest")
@FOLDER
@click.option("--season", "number", type=int, required=True, help="the season to forecast, by the year in which it starts")
@click.option("--as-of", type=Day(), required=True, help="day of issue")
@OUT_FILE
def forecast_harvest(folder: Path, number: int, as_of: date, out: Path) -> None:
    """How much each village picks on each day: village_id, crop, on, kg."""
    from pinfold.flows.forecast_tables import harvest_days_from_folder

    harvest_days_from_folder(folder, number, as_of, out, TerminalProgress())


@forecast.command("demand")
@FOLDER
@click.option("--as-of", type=Day(), required=True, help="day of issue; whole weeks before its own are looked at")
@click.option("--weeks", type=click.IntRange(1, 8), default=4, show_default=True, help="how many weeks ahead")
@OUT_FILE
@click.option("--totals", type=OutFile(), help="also write the sums by product, by region and of everything, whose ids are then empty")
def forecast_demand(folder: Path, as_of: date, weeks: int, out: Path, totals: Path | None) -> None:
    """How much each region wants: product_id, region_id, week, mean, p10 .. p90."""
    from pinfold.flows.demand_tables import OutlookFiles, demand_from_folder

    demand_from_folder(folder, as_of, weeks, OutlookFiles(out, totals), TerminalProgress())


@main.command()
@FOLDER
@click.option("--as-of", type=Day(), required=True, help="what was bought on this day or later is not used")
@click.option("--top", type=click.IntRange(1, 100), default=10, show_default=True, help="how many products for each customer")
@click.option("--new", is_flag=True, help="what the customer never bought before anything else")
@OUT_FILE
def recommend(folder: Path, as_of: date, top: int, new: bool, out: Path) -> None:
    """Each customer's next products: customer_id, rank, product_id."""
    from pinfold.flows.demand_tables import Recommended, recommend_from_folder

    recommend_from_folder(folder, as_of, Recommended(top, new), out, TerminalProgress())


@main.command()
@click.option("--method", type=click.Choice(["optimal", "greedy", "first-come"]), default="optimal")
@JSON
@with_store
def plan(method: str, as_json: bool) -> None:
    """Forecast, outlook and a new plan from what the server knows now."""
    from pinfold.flows import clock
    from pinfold.flows.plan import forecast_and_plan

    show(forecast_and_plan(clock.now(), method, TerminalProgress()), as_json)


@main.group()
def weather() -> None:
    """The season's weather: ask services for what is missing, see where it stands."""


@weather.command("fetch")
@click.option("--seconds", type=click.FloatRange(1, 86_400), default=600, show_default=True, help="longest to ask")
@JSON
@with_store
def weather_fetch(seconds: float, as_json: bool) -> None:
    """Ask the named services for days that are missing, fill the gaps that stay (docs/weather.md); exit 1 if nobody answered."""
    from pinfold.flows import clock
    from pinfold.flows.weather import refresh_weather

    done = refresh_weather(clock.now(), seconds, TerminalProgress())
    if as_json:
        show(done, as_json)
    else:
        click.echo(f"{done.says}\n{done.filled_days} days filled, {done.missing_days} days still missing")
    if not done.served and (done.problems or done.not_asked):
        raise SystemExit(1)


@weather.command("status")
@JSON
@with_store
def weather_status(as_json: bool) -> None:
    """Which source served, until when, and how many days are filled."""
    from pinfold.flows import clock
    from pinfold.flows.weather import weather_state

    state = weather_state(clock.now())
    if as_json:
        show(state, as_json)
        return
    click.echo(state.says)
    for credit, address in state.credits:
        click.echo(f"{credit} ({address})")


@main.group()
def pins() -> None:
    """Group buys: open those that the plan asks for, close those that are due."""


@pins.command("open")
@with_store
def pins_open() -> None:
    """Open a pin for every want that the latest plan serves."""
    from pinfold.flows import clock
    from pinfold.flows.pins import open_pins

    click.echo(f"{open_pins(clock.now())} pins opened")


@pins.command("sweep")
@click.option(
    "--every", "every_seconds", type=click.IntRange(1), help="go on, sweeping every so many seconds, while the parent process lives"
)
@JSON
@with_store
def pins_sweep(every_seconds: int | None, as_json: bool) -> None:
    """Let holds lapse, fill or expire pins whose time is up, and tell their members."""
    from pinfold.flows.pins import sweep, sweep_while_parent_lives
    from pinfold.flows.weekly_outlook import keep_outlooks_beside

    if every_seconds:
        keep_outlooks_beside()
        sweep_while_parent_lives(every_seconds)
    else:
        from pinfold.flows import clock
        from pinfold.flows.messages import send_messages

        show(sweep(clock.now()), as_json)
        send_messages(clock.now())


@main.group()
def harvest() -> None:
    """The real harvest."""


@harvest.command("record")
@click.option("--request-id", required=True, help="made by you; the same id counts once")
@click.option("--plot", "plot_id", required=True)
@click.option("--weight", type=float, required=True)
@click.option("--unit", default="kg", help="kg, jin, 斤 ...")
@click.option("--grade", type=int, required=True, help="0 best, 1, 2")
@click.option("--picked-on", type=Day(), required=True)
@JSON
@with_store
def harvest_record(request_id: str, plot_id: str, weight: float, unit: str, grade: int, picked_on: date, as_json: bool) -> None:
    """Record one weighing."""
    from pinfold.basics.units import to_kg
    from pinfold.flows import clock
    from pinfold.flows.harvest import record_harvest

    show(record_harvest(request_id, plot_id, to_kg(weight, unit), grade, picked_on, clock.now()), as_json)


@harvest.command("dispatch")
@click.option("--week", type=int, required=True, help="week of the season, first week 0")
@click.option("--nothing-came", is_flag=True, help="nothing more will be weighed: refund pins and bids whose lots have no weighing at all")
@JSON
@with_store
def harvest_dispatch(week: int, nothing_came: bool, as_json: bool) -> None:
    """Ship the week's filled pins and chosen bids from what was really picked; share out and refund what fell short."""
    from pinfold.flows import clock
    from pinfold.flows.harvest import dispatch_week

    show(dispatch_week(week, clock.now(), nothing_came), as_json)


@main.command()
@click.option("--week", type=int, required=True, help="week of the season, first week 0")
@JSON
@with_store
def settle(week: int, as_json: bool) -> None:
    """What each household is paid for one week, and why; running it twice pays once."""
    from pinfold.flows import clock
    from pinfold.flows.settle import settle as settle_week

    show(settle_week(week, clock.now()), as_json)


@main.command()
@JSON
@with_store
def report(as_json: bool) -> None:
    """Grower's share, incomes against the poverty line, sold and spoiled, beside first come first served."""
    from pinfold.flows import clock
    from pinfold.flows.impact import impact

    show(impact(clock.now()), as_json)


@main.command()
@click.option("--to", "until", type=Day(), required=True, help="last day to play")
@JSON
@with_store
def advance(until: date, as_json: bool) -> None:
    """Play the example's customers and field reports day by day through the same flows."""
    from pinfold.flows.advance import advance as play

    show(play(until, TerminalProgress()), as_json)


@main.command()
@FOLDER
@with_store
def start(folder: Path) -> None:
    """Set up, load a season unless one is there, forecast, plan, open pins, and serve."""
    from pinfold.flows.start import prepare

    for line in prepare(folder, TerminalProgress()):
        click.echo(line)
    # A process that has computed with Polars must not fork: its threads would not be there in the workers, which would then wait forever.
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "pinfold.cli", "serve"])


@main.command()
@click.option("--bind", help="address:port (default: PINFOLD_BIND)")
@click.option("--workers", type=click.IntRange(1), help="server processes (default: PINFOLD_WORKERS)")
def serve(bind: str | None, workers: int | None) -> None:
    """Serve the site, and sweep pins every minute."""
    from pinfold.web.server import serve_forever

    serve_forever(bind, workers)


@main.command()
@with_store
def doctor() -> None:
    """Check this installation: database, season, ledger, translations, sign-in codes; say what to do."""
    from pinfold.flows.doctor import examine

    findings = list(examine())
    for finding in findings:
        click.echo(f"{'ok  ' if finding.ok else 'FAIL'} {finding.what}: {finding.says}")
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@with_store
def manage(arguments: tuple[str, ...]) -> None:
    """Django's own commands, e.g. `pinfold manage check --deploy`."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["pinfold manage", *arguments])


if __name__ == "__main__":
    main()
