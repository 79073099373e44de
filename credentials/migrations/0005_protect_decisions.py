"""Decisions, their subjects, seals and events can only grow.

UPDATE and DELETE are refused on both databases, TRUNCATE on PostgreSQL.
"""

from django.db import migrations

TABLES = (
    "credentials_decisionrecord",
    "credentials_decisionsubject",
    "credentials_decisionseal",
    "credentials_gateevent",
    "credentials_offlinerecord",
)

SQLITE_UP = [
    f"""
    CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}
    BEGIN SELECT RAISE(ABORT, 'what the gate has said is append-only'); END
    """
    for table in TABLES
    for verb in ("update", "delete")
]
SQLITE_DOWN = [
    f"DROP TRIGGER {table}_no_{verb}"
    for table in TABLES
    for verb in ("update", "delete")
]

POSTGRESQL_UP = [
    """
    CREATE FUNCTION credentials_keep_said() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'what the gate has said is append-only'
        USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    *(
        f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION credentials_keep_said()
        """
        for table in TABLES
    ),
    *(
        f"""
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION credentials_keep_said()
        """
        for table in TABLES
    ),
]
POSTGRESQL_DOWN = [
    *(f"DROP TRIGGER {table}_no_truncate ON {table}" for table in TABLES),
    *(f"DROP TRIGGER {table}_append_only ON {table}" for table in TABLES),
    "DROP FUNCTION credentials_keep_said()",
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
    dependencies = [("credentials", "0004_gate")]
    operations = [migrations.RunPython(up, down)]
