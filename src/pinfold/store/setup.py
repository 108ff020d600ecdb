"""Making and examining the database itself."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from pinfold.basics.errors import NoAnswer, Refused

PREPARE = "run: pinfold manage migrate, then: pinfold manage createcachetable"


def migrate() -> None:
    """Brings the tables up to this version; safe to repeat."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def waiting_migrations() -> list[str]:
    """Names of migrations that this version has and the database has not."""
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def has_cache_table() -> bool:
    """Whether there is the table in which limits of tries are counted; signing in needs it, and migrations do not make it."""
    return settings.CACHES["default"]["LOCATION"] in connection.introspection.table_names()


def raise_if_unprepared(problem: DatabaseError) -> None:
    """Raises NoAnswer when the database cannot be reached, and Refused when it lacks this version's tables; else something else broke."""
    try:
        waiting = waiting_migrations()
    except DatabaseError:
        raise NoAnswer(f"the database does not answer ({problem}); check DATABASE_URL and PINFOLD_DATA_DIR") from None
    if waiting:
        raise Refused(f"the database lacks {len(waiting)} migrations of this version; {PREPARE}") from None


def vendor() -> str:
    """'sqlite' or 'postgresql'."""
    return connection.vendor
