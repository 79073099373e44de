"""The ledger and its checkpoints can only grow.

UPDATE, DELETE and (PostgreSQL) TRUNCATE are refused; an INSERT must follow the last
entry by number and hash. SQLite knows no TRUNCATE.
"""

from django.db import migrations

GENESIS = "0" * 64
TABLES = ("credentials_ledgerentry", "credentials_checkpoint")
FOLLOWS = f"""
    NEW.sequence <> COALESCE((SELECT MAX(sequence) FROM credentials_ledgerentry), 0) + 1
    OR NEW.prev_hash <> COALESCE(
        (SELECT hash FROM credentials_ledgerentry ORDER BY sequence DESC LIMIT 1),
        '{GENESIS}')
"""

SQLITE_UP = [
    *(
        f"""
        CREATE TRIGGER {table}_no_{verb}
        BEFORE {verb.upper()} ON {table}
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
        """
        for table in TABLES
        for verb in ("update", "delete")
    ),
    f"""
    CREATE TRIGGER credentials_ledgerentry_follows
    BEFORE INSERT ON credentials_ledgerentry WHEN {FOLLOWS}
    BEGIN SELECT RAISE(ABORT, 'a ledger entry must follow the last one'); END
    """,
]
SQLITE_DOWN = [
    *(f"DROP TRIGGER {t}_no_{v}" for t in TABLES for v in ("update", "delete")),
    "DROP TRIGGER credentials_ledgerentry_follows",
]

POSTGRESQL_UP = [
    """
    CREATE FUNCTION credentials_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the ledger is append-only'
        USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    f"""
    CREATE FUNCTION credentials_follows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF {FOLLOWS} THEN
        RAISE EXCEPTION 'a ledger entry must follow the last one'
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION credentials_refuse()
        """
        for table in TABLES
    ),
    *(
        f"""
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION credentials_refuse()
        """
        for table in TABLES
    ),
    """
    CREATE TRIGGER credentials_ledgerentry_follows
    BEFORE INSERT ON credentials_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION credentials_follows()
    """,
]
POSTGRESQL_DOWN = [
    *(f"DROP TRIGGER {t}_{n} ON {t}" for t in TABLES for n in ("append_only", "no_truncate")),
    "DROP TRIGGER credentials_ledgerentry_follows ON credentials_ledgerentry",
    "DROP FUNCTION credentials_refuse()",
    "DROP FUNCTION credentials_follows()",
]


def up(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_UP if postgresql else SQLITE_UP:
        schema_editor.execute(statement, params=None)


def down(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_DOWN if postgresql else SQLITE_DOWN:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("credentials", "0002_register")]

    operations = [migrations.RunPython(up, down)]
