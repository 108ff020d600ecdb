"""The ledger is append-only, and every posting balances: held by the database, whatever program writes to it.

Entries are inserted first and their posting last. Inserting the posting checks that its entries (two or more, one currency) sum to zero;
from then on it is sealed. The foreign key from entry to posting is checked at commit, so no entry stays without its posting.

On SQLite a later migration that remakes one of the two tables drops their triggers: run this file's `lock_ledger` again after it.
"""

from django.db import migrations

SQLITE = [
    # INSERT OR REPLACE deletes the old row without firing delete triggers; the last two conditions of each trigger close that way.
    """
    CREATE TRIGGER posting_balances BEFORE INSERT ON store_posting BEGIN
        SELECT RAISE(ABORT, 'posting is sealed: reverse it with a new one')
         WHERE EXISTS (SELECT 1 FROM store_posting WHERE posting_id = NEW.posting_id OR rowid = NEW.rowid);
        SELECT RAISE(ABORT, 'posting does not balance: two or more entries of one currency must sum to zero')
         WHERE (SELECT COUNT(*) < 2 OR SUM(amount_fen) <> 0 OR COUNT(DISTINCT currency) <> 1
                  FROM store_entry WHERE posting_id = NEW.posting_id);
    END
    """,
    """
    CREATE TRIGGER entry_before_its_posting BEFORE INSERT ON store_entry BEGIN
        SELECT RAISE(ABORT, 'posting is sealed: its entries stand before it')
         WHERE EXISTS (SELECT 1 FROM store_posting WHERE posting_id = NEW.posting_id)
            OR EXISTS (SELECT 1 FROM store_entry WHERE id = NEW.id);
    END
    """,
    *(
        f"""
        CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON store_{table} BEGIN
            SELECT RAISE(ABORT, 'the ledger is append-only: reverse with a new posting');
        END
        """
        for table in ("posting", "entry")
        for verb in ("UPDATE", "DELETE")
    ),
]

POSTGRESQL = [
    """
    CREATE FUNCTION ledger_posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended(NEW.posting_id, 0));
        IF (SELECT COUNT(*) < 2 OR SUM(amount_fen) <> 0 OR COUNT(DISTINCT currency) <> 1
              FROM store_entry WHERE posting_id = NEW.posting_id) THEN
            RAISE EXCEPTION 'posting % does not balance: two or more entries of one currency must sum to zero', NEW.posting_id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    # The lock: without it another transaction could add an entry while this posting's transaction has not yet committed.
    """
    CREATE FUNCTION ledger_entry_before_its_posting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended(NEW.posting_id, 0));
        IF EXISTS (SELECT 1 FROM store_posting WHERE posting_id = NEW.posting_id) THEN
            RAISE EXCEPTION 'posting % is sealed: its entries stand before it', NEW.posting_id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append-only: reverse with a new posting'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    "CREATE TRIGGER posting_balances BEFORE INSERT ON store_posting FOR EACH ROW EXECUTE FUNCTION ledger_posting_balances()",
    "CREATE TRIGGER entry_before_its_posting BEFORE INSERT ON store_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_before_its_posting()",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON store_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
        for table in ("posting", "entry")
    ),
]

SQLITE_UNDO = [
    f"DROP TRIGGER {name}"
    for name in (
        "posting_balances", "entry_before_its_posting", "posting_no_update", "posting_no_delete", "entry_no_update", "entry_no_delete",
    )
]  # fmt: skip
POSTGRESQL_UNDO = [
    f"DROP FUNCTION {name}() CASCADE" for name in ("ledger_posting_balances", "ledger_entry_before_its_posting", "ledger_append_only")
]


def lock_ledger(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def unlock_ledger(apps, schema_editor):
    for statement in {"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunPython(lock_ledger, unlock_ledger)]
