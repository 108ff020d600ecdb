"""Commands about customers: what they did, and how one is forgotten."""

from __future__ import annotations

from pathlib import Path

import click

from pinfold.terminal import JSON, OUT_FILE, TerminalProgress, show, with_store


@click.group()
def events() -> None:
    """What customers did: show, prune, export, count, judge rankings by it."""


@events.command("show")
@JSON
@with_store
def events_show(as_json: bool) -> None:
    """How many events are kept of each kind, since when, and how many were lost."""
    from pinfold.flows.events import events_kept

    show(events_kept(), as_json)


@events.command("prune")
@with_store
def events_prune() -> None:
    """Delete what is older than PINFOLD_EVENT_KEPT_DAYS; the server does it by itself as well."""
    from pinfold.flows import clock
    from pinfold.flows.events import prune

    click.echo(f"{prune(clock.now())} rows deleted")


@events.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@JSON
@with_store
def events_export(folder: Path, as_json: bool) -> None:
    """Write every event as Parquet, one folder a day, under pseudonyms."""
    from pinfold.flows.event_tables import export_events

    show(export_events(folder, TerminalProgress()), as_json)


@events.command("aggregate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@OUT_FILE
@JSON
def events_aggregate(folder: Path, out: Path, as_json: bool) -> None:
    """Count exported events by product, region and week; needs no database."""
    from pinfold.flows.event_counts import count_events_of_folder

    show(count_events_of_folder(folder, out), as_json)


@events.command("evaluate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--ranking", required=True, help="Whose order to judge, e.g. closes-first.")
@click.option("--kind", default="join", show_default=True, help="What counts: view, favourite, share, join or pay.")
@JSON
def events_evaluate(folder: Path, ranking: str, kind: str, as_json: bool) -> None:
    """Judge a ranking by lists that were shown under another (SNIPS), from exported events; needs no database."""
    from pinfold.flows.event_evaluation import evaluate_ranking

    show(evaluate_ranking(folder, ranking, kind), as_json)


@click.group()
def customer() -> None:
    """One customer's own."""


@customer.command("erase")
@click.argument("customer_id")
@JSON
@with_store
def customer_erase(customer_id: str, as_json: bool) -> None:
    """Take a customer out of every table; the books stay and no longer say whose they were."""
    from pinfold.flows import clock
    from pinfold.flows.erasing import erase_customer

    show(erase_customer(customer_id, clock.now()), as_json)
